import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { avroPrimitive, type AvroProps, type AvroSchema } from '../../../../src/converters/avro/avro-schema.ts';
import { describeDecimal, logicalTypeOf } from '../../../../src/converters/avro/logical-type.ts';
import { JsonNumber } from '../../../../src/data/json-node.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../../src/data/logical-types.ts';
import { stringSchema, type Schema } from '../../../../src/data/schema.ts';

const bytes = avroPrimitive('bytes');
const fixedOf = (size: number): AvroSchema => ({
  type: 'fixed',
  name: 'F',
  doc: null,
  size,
  aliases: [],
  props: new Map(),
});
const decimal = (scale: string, precision?: string): Schema => ({
  ...decimalSchema(0),
  parameters: new Map([
    ['scale', scale],
    ...(precision === undefined ? [] : [['connect.decimal.precision', precision] as const]),
  ]),
});

describe('the logical type of a Connect schema', () => {
  for (const [schema, base, name] of [
    [dateSchema, avroPrimitive('int'), 'date'],
    [timeSchema, avroPrimitive('int'), 'time-millis'],
    [timestampSchema, avroPrimitive('long'), 'timestamp-millis'],
    [stringSchema, avroPrimitive('string'), null],
    [decimal('2'), bytes, 'decimal'],
    [decimal('65'), bytes, 'decimal'],
    [decimal('-2'), bytes, 'decimal'],
    [decimal('0', '9'), fixedOf(4), 'decimal'],
    [decimal('0', '1'), fixedOf(1), 'decimal'],
    [decimal('1', '0'), fixedOf(1), 'decimal'],
  ] as const) {
    test(`is ${name ?? 'none'} for ${schema.name ?? schema.type} of ${JSON.stringify([...(schema.parameters ?? [])])}`, () => {
      assert.equal(logicalTypeOf(schema, base), name);
    });
  }

  for (const [schema, base, message] of [
    [{ ...dateSchema, type: 'STRING' }, avroPrimitive('string'), /^A schema of type STRING cannot be a logical type/],
    [{ ...timestampSchema, type: 'INT32' }, avroPrimitive('int'), /^A schema of type INT32 cannot be a logical type/],
    [{ ...decimal('1'), type: 'STRING' }, avroPrimitive('string'), /^A schema of type STRING cannot be a logical type/],
    [decimal('x'), bytes, /^Parameter 'scale' of a decimal has to be an integer$/],
    [{ ...decimalSchema(0), parameters: null }, bytes, /^Parameter 'scale' of a decimal has to be an integer$/],
    [decimal('1', '1.5'), bytes, /^Parameter 'connect.decimal.precision' of a decimal has to be an integer$/],
    [decimal('0', '0'), bytes, /^A decimal has a precision of 0; it has to be positive$/],
    [decimal('0'), fixedOf(4), /^A fixed decimal has a precision of 64, and its bytes hold 9 digits; set parameter/],
    [
      decimal('0', '10'),
      fixedOf(4),
      /^A fixed decimal has a precision of 10, and its bytes hold 9 digits; set parameter/,
    ],
  ] as const) {
    test(`is refused: ${String(message)}`, () => {
      assert.throws(() => logicalTypeOf(schema, base), { code: 'SCHEMA_INVALID', message });
    });
  }

  test('has scale and precision as integers, however they are written', () => {
    const props: AvroProps = new Map();

    describeDecimal(decimal('+07', '010'), props);

    assert.deepEqual(
      [...props],
      [
        ['scale', new JsonNumber('7')],
        ['precision', new JsonNumber('10')],
      ],
    );
  });
});
