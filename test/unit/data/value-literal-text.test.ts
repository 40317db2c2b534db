import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import { plainTraits, stringSchema, type Schema } from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { StructBuilder } from '../../../src/data/struct-builder.ts';
import { describeValue, valueToText } from '../../../src/data/value-literal-text.ts';

const float32: Schema = { ...plainTraits, type: 'FLOAT32' };
const int32: Schema = { ...plainTraits, type: 'INT32' };
const floats = SchemaBuilder.array(float32).build();
const structSchema = SchemaBuilder.struct([
  { name: 'a"', schema: stringSchema },
  { name: 'f', schema: float32 },
  { name: 'o', schema: { ...int32, isOptional: true } },
  { name: 'l', schema: floats },
]).build();
const float = Math.fround(0.1);
const struct = new StructBuilder(structSchema).put('a"', 'x').put('f', float).put('l', [1e10]).build();
const bytes = Uint8Array.from([1, 2, 255]);
const map = (...entries: readonly (readonly [ConnectValue, ConnectValue])[]): ConnectValue => new Map(entries);

/** What `Values.convertToString` of Kafka Connect 4.1.0 gives. */
const known: readonly (readonly [string, Schema | null, ConnectValue, string])[] = [
  ['a text, bare', null, 'a"b\\c', 'a"b\\c'],
  ['bytes, bare', null, bytes, 'AQL/'],
  ['texts and bytes in a list, in quotes', null, ['a"b\\c', bytes], '["a\\"b\\\\c","AQL/"]'],
  [
    'all else in a list as Java writes it',
    null,
    [null, true, 1n, 2.5, new NarrowNumber('INT32', 3), new NarrowNumber('FLOAT32', 4.5), ['x'], new Decimal(150n, 2)],
    '[null,true,1,2.5,3,4.5,["x"],1.50]',
  ],
  [
    'times in the form that fits',
    null,
    [new Instant(0n), new Instant(86_400_000n), new Instant(86_400_001n), new Instant(-1n)],
    '[00:00:00.000Z,1970-01-02,1970-01-02T00:00:00.001Z,23:59:59.999Z]',
  ],
  ['a map', null, map(['k"', [1n, 'v']], [2n, new Uint8Array()], [null, null]), '{"k\\"":[1,"v"],2:"",null:null}'],
  ['nothing in a list or a map', null, [[], map()], '[[],{}]'],
  ['numbers of a list by its schema', floats, [float, 1e10], '[0.1,1.0E10]'],
  ['numbers of a map by its schema', SchemaBuilder.map(float32, int32).build(), map([float, 7]), '{0.1:7}'],
  ['a list by the schema of another type', int32, [float], '[0.10000000149011612]'],
  ['a map by the schema of another type', int32, map([float, float]), '{0.10000000149011612:0.10000000149011612}'],
  ['a struct', structSchema, struct, '{"a\\"":"x","f":0.1,"o":null,"l":[1.0E10]}'],
  [
    'structs in a list',
    SchemaBuilder.array(structSchema).build(),
    [struct],
    '[{"a\\"":"x","f":0.1,"o":null,"l":[1.0E10]}]',
  ],
];

describe('text of values', () => {
  for (const [title, schema, value, text] of known) {
    test(`has ${title}`, () => {
      assert.equal(valueToText(schema, value), text);
    });
  }
});

describe('kinds of values', () => {
  test('are told without the values', () => {
    const values = [
      null,
      [1],
      map(),
      bytes,
      struct,
      new Decimal(1n, 0),
      new Instant(0n),
      new NarrowNumber('INT8', 1),
      1n,
      1,
      'a',
      true,
    ];

    assert.deepEqual(
      values.map(value => describeValue(value)),
      [
        'null',
        'list',
        'map',
        'byte array',
        'struct',
        'decimal',
        'time',
        'INT8',
        'INT64',
        'FLOAT64',
        'string',
        'boolean',
      ],
    );
  });
});
