/** Avro data of every type, in every place, for AvroConverter to read and to write again. */
import type { Read, Settings } from './avro-data-cases.ts';

/** A schema with bytes of it. */
type Sample = readonly [avro: string, hex: string];

export const record = (name: string, fields: string, more = ''): string =>
  `{"type":"record","name":"${name}","fields":[${fields}]${more}}`;
const entry = record(
  'io.confluent.connect.avro.MapEntry',
  '{"name":"key","type":"long"},{"name":"value","type":"string"}',
);
const namedEntry = record(
  'shapes.Names',
  '{"name":"key","type":"int"},{"name":"value","type":["null","string"],"default":null}',
  ',"connect.internal.type":"MapEntry"',
);

const samples: Readonly<Record<string, Sample>> = {
  boolean: ['"boolean"', '01'],
  int: ['"int"', 'ffffffff0f'],
  int8: ['{"type":"int","connect.type":"int8"}', 'ff01'],
  'int8 that is too large': ['{"type":"int","connect.type":"int8"}', '8002'],
  int16: ['{"type":"int","connect.type":"int16"}', 'feff03'],
  'int of an unknown connect.type': ['{"type":"int","connect.type":"int9"}', '02'],
  long: ['"long"', 'feffffffffffffffff01'],
  float: ['"float"', '0000c0bf'],
  double: ['"double"', '000000000000f87f'],
  string: ['{"type":"string","avro.java.string":"String"}', '06e282ac'],
  bytes: ['"bytes"', '0400ff'],
  fixed: ['{"type":"fixed","name":"shapes.Code","size":2}', '80ff'],
  'fixed with a name of Connect': ['{"type":"fixed","name":"shapes.Code","size":1,"connect.name":"other.Code"}', '80'],
  enum: [
    '{"type":"enum","name":"shapes.Suit","symbols":["S","C","H"],"default":"C","doc":"of cards","aliases":["T"]}',
    '04',
  ],
  'enum without namespace': ['{"type":"enum","name":"Suit","symbols":["S","C"],"connect.doc":"own"}', '02'],
  date: ['{"type":"int","logicalType":"date"}', '01'],
  'date with its name': [
    '{"type":"int","logicalType":"date","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Date"}',
    'd09a01',
  ],
  'date of another name': ['{"type":"int","logicalType":"date","connect.name":"my.Date"}', '01'],
  'date of another version': ['{"type":"int","logicalType":"date","connect.version":2}', '01'],
  time: ['{"type":"int","logicalType":"time-millis"}', '02'],
  'time beyond a day': ['{"type":"int","logicalType":"time-millis"}', 'feffffff0f'],
  timestamp: ['{"type":"long","logicalType":"timestamp-millis"}', '80a0abfef962'],
  'timestamp of other units': ['{"type":"long","logicalType":"timestamp-micros"}', '80a0abfef962'],
  'time in micros': ['{"type":"long","logicalType":"time-micros"}', '02'],
  'local timestamp': ['{"type":"long","logicalType":"local-timestamp-millis"}', '02'],
  uuid: ['{"type":"string","logicalType":"uuid"}', '0261'],
  'date by name alone': [
    '{"type":"int","connect.name":"org.apache.kafka.connect.data.Date","connect.version":1}',
    '02',
  ],
  'timestamp by name alone': ['{"type":"long","connect.name":"org.apache.kafka.connect.data.Timestamp"}', '02'],
  decimal: ['{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}', '0404d2'],
  'decimal of the usual precision': ['{"type":"bytes","logicalType":"decimal","precision":64,"scale":0}', '02ff'],
  'decimal without scale': ['{"type":"bytes","logicalType":"decimal","precision":6}', '02ff'],
  'decimal with its name': [
    '{"type":"bytes","scale":1,"precision":64,"connect.version":1,"connect.parameters":{"scale":"1"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}',
    '020f',
  ],
  'fixed decimal with its name': [
    '{"type":"fixed","name":"shapes.Money","size":3,"logicalType":"decimal","precision":6,"scale":2,"connect.name":"org.apache.kafka.connect.data.Decimal"}',
    'ff2cd2',
  ],
  list: ['{"type":"array","items":["null","int"]}', '06000202000100'],
  'list of lists': ['{"type":"array","items":{"type":"array","items":"string"}}', '020202610000'],
  map: ['{"type":"map","values":"int"}', '040261020262040000'],
  'map of other keys': [`{"type":"array","items":${entry}}`, '020a026100'],
  'named map of other keys': [`{"type":"array","items":${namedEntry},"connect.name":"shapes.Names"}`, '020a02026100'],
  'wrong map of other keys': [
    `{"type":"array","items":${record('io.confluent.connect.avro.MapEntry', '{"name":"key","type":"long"}')}}`,
    '020a00',
  ],
  record: [
    record(
      'shapes.Point',
      '{"name":"x","type":"int","doc":"across"},{"name":"y","type":["null","int"],"default":null}',
      ',"doc":"a point"',
    ),
    '0a0206',
  ],
  'record of Connect': [
    record(
      'shapes.Point',
      '{"name":"x","type":{"type":"int","connect.type":"int16","connect.default":3},"default":3}',
      ',"connect.name":"shapes.Point","connect.version":4,"connect.doc":"d","connect.parameters":{"k":"v"},"connect.default":{"x":8}',
    ),
    '0a',
  ],
  'record without name': [record('io.confluent.connect.avro.ConnectDefault', '{"name":"x","type":"int"}'), '0a'],
  'recursive record': [
    record(
      'shapes.Tree',
      '{"name":"label","type":"string"},{"name":"next","type":["null","shapes.Tree"],"default":null},{"name":"many","type":{"type":"array","items":"shapes.Tree"}},{"name":"map","type":{"type":"map","values":"shapes.Tree"}}',
    ),
    '0261' + '02' + '0262000000' + '02' + '02630000' + '00' + '00' + '00',
  ],
  union: ['["int","string",{"type":"array","items":"long"}]', '020261'],
  'union of records': [
    `[${record('a.One', '{"name":"x","type":"int"}')},${record('a.Two', '{"name":"y","type":"int"}')},"null"]`,
    '020a',
  ],
  'union of records whose last names are equal': [
    `[${record('a.One', '{"name":"x","type":"int"}')},${record('b.One', '{"name":"y","type":"int"}')}]`,
    '020a',
  ],
  'union with an enum and a fixed': [
    '[{"type":"enum","name":"a.E","symbols":["P","Q"]},{"type":"fixed","name":"a.F","size":1},"bytes","null"]',
    '0207',
  ],
  'union of an enum and a text': ['["string",{"type":"enum","name":"a.E","symbols":["P","Q"]}]', '0202'],
  'union of numbers': ['["int","long","float","double","boolean","null"]', '040000803f'],
};

/** What Confluent's AvroData does not find again in a union that it makes a struct of: it refuses the data. */
const notInUnions: readonly string[] = [
  'int8',
  'int8 that is too large',
  'int16',
  'map of other keys',
  'named map of other keys',
  'record of Connect',
  'record without name',
  'fixed with a name of Connect',
  'fixed decimal with its name',
];

type Place = (sample: Sample) => Sample;

const places: Readonly<Record<string, Place>> = {
  itself: sample => sample,
  optional: ([avro, hex]) => [isUnion(avro) ? avro : `["null",${avro}]`, isUnion(avro) ? hex : `02${hex}`],
  'optional at the end': ([avro, hex]) => [isUnion(avro) ? avro : `[${avro},"null"]`, isUnion(avro) ? hex : `00${hex}`],
  'in a field': ([avro, hex]) => [record('places.Holder', `{"name":"it","type":${avro},"doc":"of the field"}`), hex],
  'in an optional field': ([avro, hex]) =>
    isUnion(avro)
      ? [record('places.Holder', `{"name":"it","type":${avro},"order":"ignore"}`), hex]
      : [record('places.Holder', `{"name":"it","type":["null",${avro}],"default":null}`), `02${hex}`],
  'in a list': ([avro, hex]) => [`{"type":"array","items":${avro}}`, `04${hex}${hex}00`],
  'in a map': ([avro, hex]) => [`{"type":"map","values":${avro}}`, `020261${hex}00`],
  'in a union': ([avro, hex]) =>
    isUnion(avro) ? [avro, hex] : [`[${record('places.Other', '')},${avro},"null"]`, `02${hex}`],
};

function isUnion(avro: string): boolean {
  return avro.startsWith('[');
}

/** Settings that change what is read. */
export const readSettings: readonly Settings[] = [
  { 'connect.meta.data': 'false' },
  { 'enhanced.avro.schema.support': 'true' },
  { 'generalized.sum.type.support': 'true' },
  { 'discard.type.doc.default': 'true' },
  { 'scrub.invalid.names': 'true', 'enhanced.avro.schema.support': 'true' },
];

function readIn(chosen: readonly string[]): readonly Read[] {
  return Object.entries(samples).flatMap(([type, sample]) =>
    Object.entries(places)
      .filter(([place]) => chosen.includes(place) && !(place === 'in a union' && notInUnions.includes(type)))
      .map(([place, put]) => {
        const [avro, hex] = put(sample);
        return { title: `${type} ${place}`, avro, hex };
      }),
  );
}

/** Every sample wherever it stands. */
export const readEverywhere = readIn(Object.keys(places));

/** Every sample where the settings matter to it. */
export const readUnderSettings = readIn(['itself', 'in a field', 'in a union']);
