/**
 * Where AvroConverter does not do as the fork of AvroData: where Confluent's own has changed since, where it ends in an accident, and
 * where following it would lose data.
 */
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { decimalSchema } from '../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { readCase, writeCase, type AvroDataCase, type Settings } from './avro-data-cases.ts';
import { record } from './avro-data-reads.ts';
import { mapOf, named } from './avro-data-special-writes.ts';
import { avroEnum, fixed, generalEnum, structOf, withParameters } from './avro-data-writes.ts';
import type { Json } from './connect-cases.ts';
import { primitive } from './transform-records.ts';

/** A part of an answer: of data that was read, `again` is the Avro schema it is written with, `default` that of its first field. */
export type Part = 'avro' | 'hex' | 'value' | 'again' | 'default';

/** The part of a case that differs. One that is refused has `refused` for each part, one without an answer null. */
interface Difference {
  readonly part: Part;
  readonly theirs: Json;
  readonly ours: Json;
}

/** A case of which a part differs. */
export interface Deviation extends Difference {
  readonly one: AvroDataCase;
  readonly reason: string;
}

const enhanced: Settings = { 'enhanced.avro.schema.support': 'true' };
const generalized: Settings = { 'generalized.sum.type.support': 'true' };
const scrubbed: Settings = { 'scrub.invalid.names': 'true' };

const entries = `{"type":"array","items":${record('io.confluent.connect.avro.MapEntry', '{"name":"key","type":"int"},{"name":"value","type":"int"}')}}`;
const x = '{"name":"x","type":"int"}';

function read(title: string, avro: string, hex: string, config: Settings = {}, version = 1): AvroDataCase {
  return readCase({ title, avro, hex, version }, config);
}

function write(title: string, schema: Schema | null, value: ConnectValue, config: Settings = {}): AvroDataCase {
  return writeCase({ title, schema, value }, config);
}

const twoCodes = structOf({ a: fixed, b: fixed }, 'H');
const keyedByMaps: Schema = {
  ...plainTraits,
  type: 'MAP',
  keys: mapOf(stringSchema, primitive('INT32')),
  values: primitive('BOOLEAN'),
};

function twoCodesText(more: string): string {
  const code =
    '{"type":"fixed","name":"Code","namespace":"shapes","size":3,"connect.parameters":{"connect.fixed.size":"3"},"connect.name":"shapes.Code"}';
  return record('H', `{"name":"a","type":${code}},{"name":"b","type":"shapes.Code"${more}}`, ',"connect.name":"H"');
}

function namedText(name: string, connectName: string, namespace?: string): string {
  const space = namespace === undefined ? '' : `,"namespace":"${namespace}"`;
  return `{"type":"record","name":"${name}"${space},"fields":[${x}],"connect.name":"${connectName}"}`;
}

function money(size: string, precision: string): Schema {
  return withParameters(decimalSchema(2), { 'connect.fixed.size': size, 'connect.decimal.precision': precision });
}

function inField(title: string, schema: Schema, value: ConnectValue, config: Settings): AvroDataCase {
  const holder = structOf({ it: schema }, 'H');
  return write(title, holder, new Struct(holder, [value]), config);
}

function because(
  reason: string,
  ...cases: readonly (readonly [AvroDataCase, Part, Json, Json])[]
): readonly Deviation[] {
  return cases.map(([one, part, theirs, ours]) => ({ one, reason, part, theirs, ours }));
}

const newer: readonly Deviation[] = [
  ...because(
    "the name's start is scrubbed since by what it is, not by its form in a URL",
    [write("struct '*'", ...named('*'), scrubbed), 'avro', namedText('x_', '*'), namedText('_', '*')],
    [
      write("struct 'ünder'", ...named('ünder'), scrubbed),
      'avro',
      namedText('x_C3_BCnder', 'ünder'),
      namedText('_C3_BCnder', 'ünder'),
    ],
  ),
  ...because(
    'each part of a namespace is scrubbed since, and a dot at the end counts for nothing',
    [
      write("struct 'my-space.1st.Name'", ...named('my-space.1st.Name'), scrubbed),
      'avro',
      namedText('Name', 'my-space.1st.Name', 'my-space.1st'),
      namedText('Name', 'my-space.1st.Name', 'my_space.x1st'),
    ],
    [write('a struct whose name ends with a dot', ...named('a.')), 'avro', 'refused', namedText('a', 'a.')],
  ),
  ...because(
    'a field has parameters of its own since, where its type occurred before',
    [
      write('a fixed in two fields', twoCodes, new Struct(twoCodes, [Buffer.from('abc'), Buffer.from('def')])),
      'avro',
      twoCodesText(''),
      twoCodesText(',"connect.parameters":{"connect.fixed.size":"3"}'),
    ],
    [
      read(
        'a field with parameters of its own',
        record('H', '{"name":"a","type":"int","connect.parameters":{"p":"1","q":2}}'),
        '02',
      ),
      'again',
      record('H', '{"name":"a","type":"int"}', ',"connect.version":1,"connect.name":"H"'),
      record(
        'H',
        '{"name":"a","type":{"type":"int","connect.parameters":{"p":"1","q":"2"}}}',
        ',"connect.version":1,"connect.name":"H"',
      ),
    ],
  ),
  ...because(
    "a fixed that is a decimal has the decimal's name since, and as many bytes as it should",
    [
      read(
        'a fixed decimal',
        '{"type":"fixed","name":"shapes.Money","size":3,"logicalType":"decimal","precision":6,"scale":2}',
        'ff2cd2',
      ),
      'value',
      'refused',
      ['Decimal', '-54062', '2'],
    ],
    [write('a small fixed decimal', money('3', '6'), new Decimal(-12n, 2)), 'hex', 'refused', 'fffff4'],
    [write('a fixed decimal that is too large', money('1', '2'), new Decimal(1234n, 2)), 'hex', '04', 'refused'],
  ),
  ...because('a union of one type is that type since, unless flatten.singleton.unions is off', [
    read('a union of one', '["int"]', '0002'),
    'value',
    ['Struct', [['Integer', '1']]],
    ['Integer', '1'],
  ]),
];

const accidents: readonly Deviation[] = [
  ...because(
    'an enum that the settings call otherwise ends in a NullPointerException; it is a text here',
    [inField('an enum of another setting', avroEnum, 'CLUBS', generalized), 'hex', 'refused', '0a434c554253'],
    [
      inField('a generalized enum of another setting', generalEnum, 'CLUBS', enhanced),
      'hex',
      'refused',
      '0a434c554253',
    ],
  ),
  ...because('two types of the name MapEntry are registered with the first alone, so the second cannot be read', [
    write('a map whose keys are maps', keyedByMaps, new Map([[new Map([[1, 'v']]), true]])),
    'hex',
    '0202020276' + '000100',
    'refused',
  ]),
  ...because(
    'null has no schema and value with them, which fails the task; here it is a null of its schema',
    [read('null', '["null","int"]', '00'), 'again', null, 'null'],
    [
      read('a null of a union of one', '["null"]', '00', { 'flatten.singleton.unions': 'false' }),
      'again',
      null,
      'null',
    ],
  ),
  ...because('the version under the subject is taken for that of the logical type, so later versions are refused', [
    read('a date of a later version', '{"type":"int","logicalType":"date"}', '02', {}, 2),
    'value',
    'refused',
    ['Date', '86400000'],
  ]),
  ...because(
    'a branch is looked for by the Java class or the schema of the data, and not found; here the bytes say which it is',
    [
      read('a small number in a union', '[{"type":"int","connect.type":"int8"},"string"]', '0002'),
      'value',
      'refused',
      ['Struct', [['Byte', '1'], null]],
    ],
    [
      read('a map of other keys in a union', `["string",${entries}]`, '0202020400'),
      'value',
      'refused',
      [
        'Struct',
        [
          null,
          [
            'Map',
            [
              [
                ['Integer', '1'],
                ['Integer', '2'],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      read(
        'a record with a default of its own in a union',
        `["string",${record('R', x, ',"connect.default":{"x":8}')}]`,
        '0202',
      ),
      'value',
      'refused',
      ['Struct', [null, ['Struct', [['Integer', '1']]]]],
    ],
    [
      read(
        'a record without name in a union',
        `["string",${record('io.confluent.connect.avro.ConnectDefault', x)}]`,
        '0202',
      ),
      'value',
      'refused',
      ['Struct', [null, ['Struct', [['Integer', '1']]]]],
    ],
    [
      read(
        'a fixed of another name in a union',
        '["string",{"type":"fixed","name":"a.F","size":1,"connect.name":"b.F"}]',
        '0261',
        enhanced,
      ),
      'value',
      'refused',
      ['Struct', [null, ['Bytes', 'YQ==']]],
    ],
  ),
  ...because(
    'data of one branch is taken for that of another of the same Java class, a fixed for bytes and the default of an enum for a text',
    [
      read('a fixed in a union with bytes', '["bytes",{"type":"fixed","name":"F","size":1}]', '0261'),
      'value',
      ['Struct', [['Bytes', 'YQ=='], null]],
      ['Struct', [null, ['Bytes', 'YQ==']]],
    ],
    [
      read(
        'a default of an enum in a union with texts',
        record('H', '{"name":"it","type":[{"type":"enum","name":"E","symbols":["A"]},"string"],"default":"A"}'),
        '0200',
      ),
      'default',
      ['Struct', [null, ['String', 'A']]],
      ['Struct', [['String', 'A'], null]],
    ],
  ),
  ...because(
    "null counts among a generalized union's branches where they are named, and not where data is put into them",
    [
      read('a union that starts with null', '["null","int","string"]', '0204', generalized),
      'value',
      'refused',
      ['Struct', [['Integer', '2'], null]],
    ],
  ),
  ...because(
    'a default that is neither a number, a text nor a list is lost',
    [
      read(
        'a default of a map of other keys',
        record('H', `{"name":"it","type":${entries},"default":[{"key":1,"value":2}]}`),
        '00',
      ),
      'default',
      null,
      [
        'Map',
        [
          [
            ['Integer', '1'],
            ['Integer', '2'],
          ],
        ],
      ],
    ],
    [
      read(
        'a default of a record in a union',
        record('H', `{"name":"it","type":[${record('P', x)},"int"],"default":{"x":1}}`),
        '0202',
      ),
      'default',
      null,
      ['Struct', [['Struct', [['Integer', '1']]], null]],
    ],
  ),
  ...because(
    'a default within a default that may be null is looked for in the branch null, or as a field; here it is what it was written as',
    [
      read(
        'a default of a list of optional numbers',
        '{"type":"array","items":["null","int"],"connect.default":[5]}',
        '00',
      ),
      'again',
      '{"type":"array","items":["null","int"],"connect.version":1,"connect.default":[null]}',
      '{"type":"array","items":["null","int"],"connect.version":1,"connect.default":[5]}',
    ],
    [
      read(
        'a default of a map of optional numbers that have a default',
        '{"type":"map","values":["int","null"],"connect.default":{"k":5}}',
        '00',
      ),
      'again',
      '{"type":"map","values":["null","int"],"connect.version":1}',
      '{"type":"map","values":["null","int"],"connect.version":1,"connect.default":{"k":5}}',
    ],
  ),
  ...because(
    'Jackson makes a value of what is no default of the type, and of NaN, which JSON has as a text, 0; here the one is none, the other itself',
    ...(
      [
        ['int', '02', '"x"', '0'],
        ['int', '02', 'null', '0'],
        ['int', '02', 'true', '0'],
        ['int', '02', '5000000000', '705032704'],
        ['boolean', '01', '"true"', 'true'],
        ['boolean', '01', '0', 'false'],
        ['string', '0261', '5', '"5"'],
        ['string', '0261', '{}', '""'],
      ] as const
    ).map(([type, hex, value, theirs]): readonly [AvroDataCase, Part, Json, Json] => [
      read(`${type} with connect.default ${value}`, `{"type":"${type}","connect.default":${value}}`, hex),
      'again',
      `{"type":"${type}","connect.version":1,"connect.default":${theirs}}`,
      `{"type":"${type}","connect.version":1}`,
    ]),
    [
      read('a default that is no number', '{"type":"double","connect.default":"NaN"}', '000000000000f83f'),
      'again',
      '{"type":"double","connect.version":1,"connect.default":0.0}',
      '{"type":"double","connect.version":1,"connect.default":"NaN"}',
    ],
  ),
];

const safer: readonly Deviation[] = [
  ...because('what a fixed has too much is cut off', [
    write('bytes that are too many', fixed, Buffer.from('abcd')),
    'hex',
    '616263',
    'refused',
  ]),
  ...because(
    'bytes without schema are refused, though the schema of such data has a place for them, and they are read from it',
    [write('bytes without schema', null, Buffer.from('a')), 'hex', 'refused', '0002026100000000000000'],
  ),
  ...because('a boolean that is neither 0 nor 1 is malformed', [
    read('a boolean that is neither', '"boolean"', '02'),
    'value',
    ['Boolean', 'false'],
    'refused',
  ]),
];

/** All of them. */
export const deviations: readonly Deviation[] = [...newer, ...accidents, ...safer];
