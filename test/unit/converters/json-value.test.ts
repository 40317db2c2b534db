import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultJsonOptions, valueFromJson, valueToJson } from '../../../src/converters/json-value.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { JsonReader } from '../../../src/data/json-reader.ts';
import { writeJson } from '../../../src/data/json-writer.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import { stringSchema, type Schema } from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { of } from '../../support/schemas.ts';

const read = (schema: Schema | null, text: string): ConnectValue =>
  valueFromJson(schema, new JsonReader(text).readValue(), defaultJsonOptions);
const write = (schema: Schema | null, value: ConnectValue): string =>
  writeJson(valueToJson(schema, value, defaultJsonOptions));
const entries = SchemaBuilder.map(of('INT32'), stringSchema).build();

describe('a Connect value of JSON', () => {
  // As Jackson's `intValue`, `textValue` and their siblings take nodes of other kinds.
  for (const [type, text, expected] of [
    ['INT8', '300', 44],
    ['INT16', '-32769', 32_767],
    ['INT32', '"5"', 0],
    ['INT64', 'true', 0n],
    ['INT64', '1.9', 1n],
    ['FLOAT32', '0.1', Math.fround(0.1)],
    ['FLOAT32', '"1"', 0],
    ['FLOAT64', '"1"', 0],
    ['BOOLEAN', '1', false],
    ['BOOLEAN', 'true', true],
    ['STRING', '5', null],
    ['STRING', '""', ''],
  ] as const) {
    test(`is ${String(expected)} for ${text} as ${type}`, () => assert.equal(read(of(type), text), expected));
  }

  test('has entries of a map in pairs', () => {
    assert.deepEqual(
      read(entries, '[[1,"a"],[2,"b"]]'),
      new Map([
        [1, 'a'],
        [2, 'b'],
      ]),
    );
    for (const text of ['[[1]]', '[[]]', '[[1,"a",2]]'])
      assert.throws(
        () => read(entries, text),
        { code: 'DATA_INVALID', message: 'Found invalid map entry, expected length 2' },
        text,
      );
  });
});

describe('JSON of a Connect value', () => {
  // As Jackson writes Java's numbers.
  for (const [value, expected] of [
    [new NarrowNumber('INT8', -5), '-5'],
    [new NarrowNumber('FLOAT32', 1.5), '1.5'],
    [new NarrowNumber('FLOAT32', NaN), '"NaN"'],
    [new NarrowNumber('FLOAT32', -Infinity), '"-Infinity"'],
    [1, '1.0'],
    [NaN, '"NaN"'],
    [1n, '1'],
    [new Map<ConnectValue, ConnectValue>([['a', 1n]]), '{"a":1}'],
    [
      new Map<ConnectValue, ConnectValue>([
        ['a', 1n],
        [2n, null],
      ]),
      '[["a",1],[2,null]]',
    ],
  ] as readonly (readonly [ConnectValue, string])[]) {
    test(`is ${expected} without schema`, () => assert.equal(write(null, value), expected));
  }

  test('is refused when it is none of its schema', () => {
    for (const [schema, value, message] of [
      [of('INT32'), new NarrowNumber('INT32', 1), 'Invalid type for INT32: object'],
      [of('BYTES'), 'x', 'Invalid type for BYTES: string'],
      [of('BOOLEAN'), 1, 'Invalid type for BOOLEAN: number'],
      [of('STRING'), true, 'Invalid type for STRING: boolean'],
      [of('STRING'), [], 'Invalid type for STRING: object'],
      [of('STRING'), new Map(), 'Invalid type for STRING: object'],
    ] as const)
      assert.throws(() => write(schema, value), { code: 'DATA_INVALID', message }, message);
    assert.equal(write(entries, new Map([[1, 'a']])), '[[1,"a"]]');
  });
});
