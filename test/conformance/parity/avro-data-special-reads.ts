/** Avro data that AvroConverter reads in ways of its own, or refuses. */
import { readCase, type AvroDataCase, type Settings } from './avro-data-cases.ts';
import { record } from './avro-data-reads.ts';

const discarding: Settings = { 'discard.type.doc.default': 'true' };
const plain: Settings = { 'connect.meta.data': 'false' };
const keeping: Settings = { 'flatten.singleton.unions': 'false' };

function read(title: string, avro: string, hex: string, settings: readonly Settings[] = [{}]): readonly AvroDataCase[] {
  return settings.map(config => readCase({ title, avro, hex }, config));
}

const holder = (type: string, more: string): string => record('places.Holder', `{"name":"it","type":${type}${more}}`);
const point = record('shapes.Point', '{"name":"x","type":"int"},{"name":"y","type":"int","default":2}');

/** Types with bytes and defaults of them, right ones and wrong ones. */
const defaults: readonly (readonly [type: string, hex: string, defaults: readonly string[]])[] = [
  ['"boolean"', '01', ['true', '1', '"true"', 'null']],
  ['"int"', '02', ['5', '-2147483648', '2147483648', '1.5', '5.0', '"5"', 'true', 'null', '[]']],
  ['{"type":"int","connect.type":"int8"}', '02', ['5', '300']],
  ['{"type":"int","logicalType":"date"}', '02', ['5', '-1']],
  ['{"type":"int","logicalType":"time-millis"}', '02', ['5', '-1', '86400000']],
  ['{"type":"long","logicalType":"timestamp-millis"}', '02', ['5', '1700000000000']],
  ['"long"', '02', ['5', '9007199254740993', '9223372036854775808', '"5"']],
  [
    '"float"',
    '0000c03f',
    ['1.5', '5', '0.1', '1e400', '5000000000', '9223372036854775808', '"NaN"', '" 5 "', '"1.5e2"', '"x"', '""'],
  ],
  ['"double"', '000000000000f83f', ['1.5', '5', '1e-400', '5000000000', '"NaN"', '"Infinity"', '"-Infinity"']],
  ['"string"', '0261', ['"d"', '""', '5', '5000000000', '{}', '"😀"']],
  ['"bytes"', '0261', ['"\\u00ff"', '"\\u0100"', '5']],
  ['{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}', '0261', ['"\\u000f"', '"\\u00ff"']],
  ['{"type":"fixed","name":"F","size":1}', '61', ['"b"', '"bc"']],
  ['{"type":"enum","name":"E","symbols":["A","B"]}', '00', ['"B"', '"C"', '1']],
  ['{"type":"array","items":"int"}', '00', ['[]', '[1,2]', '["x"]', '{}', '[null]', '[1.5]']],
  ['{"type":"array","items":["null","int"]}', '00', ['[1]', '[null]']],
  [
    '{"type":"array","items":{"type":"record","name":"io.confluent.connect.avro.MapEntry","fields":[{"name":"key","type":"int"},{"name":"value","type":"int"}]}}',
    '00',
    ['[]', '[[1,2]]'],
  ],
  ['{"type":"map","values":"long"}', '00', ['{}', '{"k":1}', '{"k":"x"}', '[]']],
  [point, '0204', ['{"x":1,"y":3}', '{"x":1}', '{}', '{"x":"a"}', '{"x":1,"z":2}', '[1]', '5']],
  ['["null","int"]', '00', ['null', '5']],
  ['["int","null"]', '02', ['5', 'null']],
  ['["null","int","string"]', '0202', ['null', '5']],
  ['["string","int"]', '0202', ['"d"', '5', 'null']],
];

const withDefaults = defaults.flatMap(([type, hex, values]) =>
  values.flatMap(value =>
    read(`${type} with default ${value}`, holder(type, `,"default":${value}`), hex, [{}, plain, discarding]),
  ),
);

/** Attributes that a type of Connect may have, right ones and wrong ones. */
const attributes: readonly (readonly [type: string, hex: string, attributes: readonly string[]])[] = [
  [
    '"int"',
    '02',
    [
      '"connect.default":5',
      '"connect.default":1.5',
      '"connect.version":3',
      '"connect.version":0',
      '"connect.version":-1',
      '"connect.version":"3"',
      '"connect.version":2.7',
      '"connect.name":"n"',
      '"connect.name":5',
      '"connect.doc":"d"',
      '"connect.doc":5',
      '"connect.parameters":{"b":"1","a":"2"}',
      '"connect.parameters":{}',
      '"connect.parameters":{"a":1}',
      '"connect.parameters":"x"',
      '"connect.parameters":null',
      '"connect.type":"int16","connect.default":70000',
      '"connect.type":"int8","connect.default":-129',
      '"connect.type":5',
      '"avro.text":"t"',
      '"avro.flag":true',
      '"avro.number":5',
      '"avro.fraction":1.50',
      '"avro.exponent":1e3',
      '"avroX":"y"',
      '"avro.list":[1,"a"]',
      '"avro.map":{"k":"v"}',
      '"other":"o"',
      '"logicalType":5',
      '"logicalType":"DATE"',
    ],
  ],
  ['"long"', '02', ['"connect.default":5', '"connect.default":5000000000', '"connect.type":"int8"']],
  ['"boolean"', '01', ['"connect.default":true']],
  ['"float"', '0000c03f', ['"connect.default":0.1', '"connect.default":5']],
  ['"double"', '000000000000f83f', ['"connect.default":0.1', '"connect.default":1e400']],
  ['"string"', '0261', ['"connect.default":"d"']],
  [
    '"bytes"',
    '0261',
    [
      '"connect.default":"\\u00ff"',
      '"connect.default":5',
      '"connect.default":"\\u20ac"',
      '"logicalType":"decimal","precision":"4"',
      '"logicalType":"decimal","scale":"1"',
      '"logicalType":"decimal","precision":4,"scale":-1',
      '"logicalType":"DECIMAL","precision":2.5',
    ],
  ],
  [
    '"array","items":"int"',
    '00',
    ['"connect.default":[1]', '"connect.default":{}', '"connect.name":"L","connect.version":2'],
  ],
  ['"map","values":"int"', '00', ['"connect.default":{"a":1}', '"connect.default":[]', '"connect.name":"M"']],
  [
    '"fixed","name":"F","size":1',
    '61',
    ['"connect.default":"b"', '"connect.default":"bc"', '"connect.parameters":{"connect.fixed.size":"9"}'],
  ],
  [
    '"enum","name":"a.E","symbols":["A","B"]',
    '00',
    [
      '"connect.default":"B"',
      '"connect.default":"C"',
      '"connect.parameters":{"io.confluent.connect.avro.Enum":"other"}',
    ],
  ],
  [
    '"record","name":"a.R","fields":[{"name":"x","type":"int"}]',
    '02',
    [
      '"connect.default":{"x":4}',
      '"connect.default":{}',
      '"connect.default":5',
      '"connect.name":"b.R"',
      '"connect.internal.type":"MapEntry"',
    ],
  ],
];

const withAttributes = attributes.flatMap(([type, hex, texts]) =>
  texts.flatMap(text => {
    const name = type.startsWith('"') ? type : `"${type}"`;
    return [
      ...read(`${type} with ${text}`, `{"type":${name},${text}}`, hex, [{}, plain, discarding]),
      ...read(`${type} with ${text} in a field`, holder(`{"type":${name},${text}}`, ',"doc":"f"'), hex, [
        {},
        discarding,
      ]),
    ];
  }),
);

const anything =
  '{"type":"record","name":"Anything","namespace":"io.confluent.connect.avro","fields":[' +
  ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string']
    .map(type => `{"name":"${type}","type":["null","${type}"],"default":null},`)
    .join('') +
  '{"name":"array","type":["null",{"type":"array","items":"Anything"}],"default":null},' +
  '{"name":"map","type":["null",{"type":"array","items":{"type":"record","name":"MapEntry","fields":[{"name":"key","type":"Anything"},{"name":"value","type":"Anything"}]}}],"default":null}]}';
const something = (index: number, hex: string): string => '00'.repeat(index) + `02${hex}` + '00'.repeat(8 - index);
const text = something(6, '0261');

const others: readonly AvroDataCase[] = [
  ...read('data without schema: null', anything, '00'.repeat(9)),
  ...['01', '000000000000f83f', '0000c03f', '02', '04', '0261'].flatMap((hex, index) => {
    const place = index === 0 ? 0 : index + 1;
    return read(`data without schema: ${hex}`, anything, something(place, hex));
  }),
  ...read('data without schema: a list', anything, something(7, `04${text}${'00'.repeat(9)}00`)),
  ...read('data without schema: a map', anything, something(8, `02${text}${something(5, '02')}00`)),
  ...read('a union of one that is kept', '["int"]', '0002', [keeping]),
  ...read('a union of one that is kept in a field', holder('["string"]', ',"default":"d"'), '000261', [keeping]),
  ...read(
    'a record in two fields',
    record('H', `{"name":"a","type":${point}},{"name":"b","type":"shapes.Point"}`),
    '02040608',
  ),
  ...read(
    'a record in a list after itself',
    record('H', `{"name":"a","type":${point}},{"name":"b","type":{"type":"array","items":"shapes.Point"}}`),
    '020402060800',
  ),
  ...read(
    'a recursive record in two fields',
    record(
      'H',
      `{"name":"a","type":${record('T', '{"name":"n","type":["null","T"]}')}},{"name":"b","type":["null","T"]}`,
    ),
    '0200' + '0200',
  ),
  ...read(
    'a recursive record with doc and default',
    record(
      'T',
      '{"name":"n","type":["null","T"],"default":null,"doc":"next"},{"name":"l","type":{"type":"array","items":"T"},"default":[]}',
      ',"doc":"tree","connect.version":2',
    ),
    '02000000' + '00',
    [{}, discarding, plain],
  ),
  ...read(
    'a documented record with parameters',
    record('R', '', ',"doc":"d","connect.parameters":{"p":"v"},"avro.x":"y"'),
    '',
    [{}, discarding],
  ),
  ...read(
    'a documented enum with parameters',
    '{"type":"enum","name":"E","symbols":["A"],"doc":"d","connect.parameters":{"p":"v"},"avro.x":"y"}',
    '00',
    [{}, discarding],
  ),
  ...read(
    'records that contain each other',
    record('A', `{"name":"b","type":["null",${record('B', '{"name":"a","type":["null","A"]}')}]}`),
    '020200',
  ),
  ...read(
    'entries whose fields are turned',
    `{"type":"array","items":${record('io.confluent.connect.avro.MapEntry', '{"name":"value","type":"string"},{"name":"key","type":"int"}')}}`,
    '0202610a00',
  ),
  ...read(
    'entries with text keys',
    `{"type":"array","items":${record('io.confluent.connect.avro.MapEntry', '{"name":"key","type":["null","string"]},{"name":"value","type":"int"}')}}`,
    '020202610a00',
  ),
  ...read(
    'entries of another name',
    `{"type":"array","items":${record('MapEntry', '{"name":"key","type":"int"},{"name":"value","type":"int"}')}}`,
    '02020400',
  ),
  ...read(
    'an enum of two fields',
    record('H', '{"name":"a","type":{"type":"enum","name":"E","symbols":["X","Y"]}},{"name":"b","type":"E"}'),
    '0200',
  ),
  ...read(
    'an alias and an order',
    record('H', '{"name":"a","type":"int","aliases":["b"],"order":"descending","k":"v"}', ',"aliases":["G"]'),
    '02',
  ),
  ...read(
    'a union of two lists of one type',
    '[{"type":"array","items":"int"},{"type":"map","values":"int"},"null"]',
    '0202026102' + '00',
  ),
  ...read('a long list in blocks', '{"type":"array","items":"int"}', '0204' + '0402060000'.slice(2) + '00'),
  ...read('a list of negative blocks', '{"type":"array","items":"int"}', '0304020400'),
  ...read('a map with a key twice', '{"type":"map","values":"int"}', '040261020261040000'),
  ...read('bytes that follow', '"int"', '02ff'),
  ...read('a text that is no UTF-8', '"string"', '04c328'),
  ...read('bytes that are missing', '"long"', ''),
  ...read('a text that is cut', '"string"', '0661'),
  ...read('an int that is too long', '"int"', 'ffffffffff0f'),
  ...read('a branch that is none', '["int","string"]', '04'),
  ...read('a symbol that is none', '{"type":"enum","name":"E","symbols":["A"]}', '02'),
  ...read('a negative length', '"string"', '01'),
  ...read('a name with a letter that is not ASCII', record('É', '{"name":"ä","type":"int"}'), '02'),
];

/** All of them. */
export const specialReads: readonly AvroDataCase[] = [...withDefaults, ...withAttributes, ...others];
