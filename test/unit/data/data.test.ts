import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { doubleToJavaText, floatToJavaText } from '../../../src/data/java-number-text.ts';
import { JsonNumber } from '../../../src/data/json-node.ts';
import { JsonReader } from '../../../src/data/json-reader.ts';
import { writeJson } from '../../../src/data/json-writer.ts';
import { plainTraits, stringSchema, type Schema, type StructSchema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { checkValue } from '../../../src/data/value-check.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };
const point: StructSchema = {
  ...plainTraits,
  type: 'STRUCT',
  fields: [
    { name: 'x', schema: int32 },
    { name: 'label', schema: { ...stringSchema, isOptional: true } },
  ],
};

describe('struct', () => {
  test('holds its fields in the order of the schema', () => {
    const struct = new Struct(
      point,
      new Map<string, ConnectValue>([
        ['label', 'a'],
        ['x', 1],
      ]),
    );

    assert.deepEqual(struct.values, [1, 'a']);
    assert.equal(struct.get('label'), 'a');
  });

  test('refuses a field that its schema lacks', () => {
    assert.throws(() => new Struct(point, new Map([['y', 1]])), { code: 'DATA_INVALID' });
    assert.throws(() => new Struct(point, new Map()).get('y'), { code: 'DATA_INVALID' });
  });
});

describe('value check', () => {
  const struct = new Struct(point, new Map([['x', 1]]));
  const good: readonly (readonly [Schema, ConnectValue])[] = [
    [int32, -2147483648],
    [{ ...plainTraits, type: 'INT64' }, 9223372036854775807n],
    [{ ...int32, isOptional: true }, null],
    [{ ...plainTraits, type: 'ARRAY', items: int32 }, [1, 2]],
    [{ ...plainTraits, type: 'MAP', keys: stringSchema, values: int32 }, new Map([['a', 1]])],
    [point, struct],
  ];
  for (const [index, [schema, value]] of good.entries()) {
    test(`takes a value of ${schema.type}, case ${index}`, () => {
      assert.doesNotThrow(() => checkValue(schema, value));
    });
  }

  const bad: readonly (readonly [Schema, ConnectValue, RegExp])[] = [
    [int32, 2147483648, /Invalid value for type INT32/],
    [int32, 1.5, /Invalid value for type INT32/],
    [int32, 1n, /Invalid value for type INT32/],
    [int32, null, /Invalid null value for required INT32 field/],
    [{ ...int32, defaultValue: 1 }, null, /Invalid null value for required INT32 field/],
    [{ ...plainTraits, type: 'INT64' }, 9223372036854775808n, /INT64/],
    [{ ...plainTraits, type: 'ARRAY', items: int32 }, [1, 'x'], /Invalid value\[1\] for type INT32/],
    [{ ...plainTraits, type: 'MAP', keys: stringSchema, values: int32 }, new Map([['a', 'b']]), /value entry/],
    [point, new Struct(point, new Map()), /Invalid null value.x for required INT32 field/],
    [point, new Map([['x', 1]]), /STRUCT/],
  ];
  for (const [index, [schema, value, message]] of bad.entries()) {
    test(`refuses what is no ${schema.type}, case ${index}`, () => {
      assert.throws(() => checkValue(schema, value), { code: 'DATA_INVALID', message });
    });
  }
});

describe('JSON', () => {
  for (const text of [
    '{"a":[1,2.50,-0,1e400,12345678901234567890],"b":null,"c":{"d":true,"e":"\\u0001"}}',
    '[]',
    '"\\"\\\\\\b\\t\\n\\f\\r\\uD83D\\uDE00/é\u2028"',
  ]) {
    test(`${text} is read and written without loss`, () => {
      assert.equal(writeJson(new JsonReader(text).readValue()), text);
    });
  }

  for (const text of [
    '',
    '{',
    '{"a"}',
    '{"a":1,}',
    '[1 2]',
    '"a',
    '"\n"',
    'tru',
    '-',
    '+1',
    '.5',
    '\\',
    '"\\x"',
    "{'a':1}",
  ]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => new JsonReader(text).readValue(), { code: 'DATA_INVALID' });
    });
  }

  test('is never quoted in an error', () => {
    assert.throws(
      () => new JsonReader('{"password": "hunter2", oops}').readValue(),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });

  test('values are skipped as they are read', () => {
    for (const text of ['{"a":["}",{"b":"]\\""}]}', ' "x,\\"" ', '-1.5e3', 'null', '[[],{}]']) {
      const skipping = new JsonReader(`${text},1`);
      const reading = new JsonReader(`${text},1`);

      const skipped = skipping.skipValue();
      const read = reading.readValue();

      assert.deepEqual(new JsonReader(skipped).readValue(), read);
      assert.equal(skipping.takeIf(','), reading.takeIf(','));
    }
  });

  test('numbers give integers with fractions cut off', () => {
    assert.deepEqual(
      ['12345678901234567890', '5.7', '-5.7', '1e3', '1e400'].map(text => new JsonNumber(text).toBigInt()),
      [12345678901234567890n, 5n, -5n, 1000n, 0n],
    );
  });

  test('numbers of thousands of digits are refused', () => {
    assert.throws(() => new JsonReader('1'.repeat(1001)).readValue(), { code: 'DATA_INVALID' });
  });
});

describe('floating point text', () => {
  /** Number, and Java's Double.toString. */
  const doubles: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [100, '100.0'],
    [9999999, '9999999.0'],
    [1e7, '1.0E7'],
    [12345678.9, '1.23456789E7'],
    [0.001, '0.001'],
    [0.0012, '0.0012'],
    [0.00099, '9.9E-4'],
    [1.5e-5, '1.5E-5'],
    [1e21, '1.0E21'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [5e-324, '4.9E-324'],
    [-123.456, '-123.456'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ];
  for (const [value, text] of doubles) {
    test(`${value} is ${text}`, () => {
      assert.equal(doubleToJavaText(value), text);
    });
  }

  test('of 32 bits has no more digits than it needs', () => {
    assert.deepEqual(
      [1.1, 16777216, 0.1, 3.4028234663852886e38, 1e-5].map(value => floatToJavaText(Math.fround(value))),
      ['1.1', '1.6777216E7', '0.1', '3.4028235E38', '1.0E-5'],
    );
  });
});
