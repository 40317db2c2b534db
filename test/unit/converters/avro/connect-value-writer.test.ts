import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { losslessAvroData, type AvroDataConfig } from '../../../../src/converters/avro/avro-data-config.ts';
import { AvroDataWriter } from '../../../../src/converters/avro/avro-data.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import type { ConnectValue } from '../../../../src/data/connect-value.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { dateSchema, decimalSchema } from '../../../../src/data/logical-types.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { bytesSchema, stringSchema, type Schema, type StructSchema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { of, optional } from '../../../support/schemas.ts';

const structOf = (name: string, fields: Readonly<Record<string, Schema>>): StructSchema =>
  SchemaBuilder.struct(Object.entries(fields).map(([field, schema]) => ({ name: field, schema })))
    .name(name)
    .build();
const listOf = (items: Schema): Schema => SchemaBuilder.array(items).build();
const mapOf = (keys: Schema, values: Schema): Schema => SchemaBuilder.map(keys, values).build();

const write = (schema: Schema | null, avro: string, value: ConnectValue, config: AvroDataConfig = losslessAvroData) =>
  new AvroDataWriter(schema, parseAvroSchema(avro), config).write(value).toString('hex');
const invalid = (message: string) => ({ code: 'DATA_INVALID', message });

const fixed2 = '{"type":"fixed","name":"F","size":2}';
const entries = (first: string, second: string, more = ''): string =>
  `{"type":"array","items":{"type":"record","name":"Entry","fields":[${first},${second}${more}]}}`;
const [keyField, valueField] = ['{"name":"key","type":"int"}', '{"name":"value","type":"string"}'];

describe('a Connect value as Avro', () => {
  for (const [what, schema, avro, value, hex] of [
    ['an int where a long is', of('INT32'), '"long"', -1, '01'],
    ['an int where a double is', of('INT32'), '"double"', 1, '000000000000f03f'],
    ['a long where a float is', of('INT64'), '"float"', 1n, '0000803f'],
    ['the least int8', of('INT8'), '"int"', -128, 'ff01'],
    ['the most int16', of('INT16'), '"int"', 32_767, 'feff03'],
    ['the least int32', of('INT32'), '"int"', -2_147_483_648, 'ffffffff0f'],
    ['bytes of that size', bytesSchema, fixed2, Buffer.from([1, 2]), '0102'],
    ['a decimal of fewer bytes', decimalSchema(0), fixed2, new Decimal(5n, 0), '0005'],
    ['a negative decimal of fewer bytes', decimalSchema(0), fixed2, new Decimal(-5n, 0), 'fffb'],
    ['a decimal of that size', decimalSchema(0), fixed2, new Decimal(-129n, 0), 'ff7f'],
    [
      'entries',
      mapOf(of('INT32'), stringSchema),
      entries(keyField, valueField),
      new Map([[1, 'a']]),
      '02' + '02' + '0261' + '00',
    ],
    [
      'entries the other way round',
      mapOf(of('INT32'), stringSchema),
      entries(valueField, keyField),
      new Map([[1, 'a']]),
      '02' + '0261' + '02' + '00',
    ],
    [
      'a map',
      mapOf(stringSchema, of('INT32')),
      '{"type":"map","values":"int"}',
      new Map([['a', 1]]),
      '02' + '0261' + '02' + '00',
    ],
    ['null', optional(of('INT32')), '["null","int"]', null, '00'],
    ['what is not null', optional(of('INT32')), '["null","int"]', 1, '0202'],
  ] as readonly (readonly [string, Schema, string, ConnectValue, string])[]) {
    test(`is ${what}`, () => assert.equal(write(schema, avro, value), hex));
  }

  const own = structOf('S', { x: of('INT32') });
  const record = (fields: string): string => `{"type":"record","name":"S","fields":[${fields}]}`;
  const x = '{"name":"x","type":"int"}';

  test('has what it lacks by default, and fields by their names', () => {
    const wide = structOf('S', { 'a b': stringSchema, x: of('INT32') });

    assert.equal(
      write(own, record(`{"name":"y","type":"string","default":"q"},${x}`), new Struct(own, [1])),
      '0271' + '02',
    );
    assert.equal(write(wide, record(`${x},{"name":"a_b","type":"string"}`), new Struct(wide, ['s', 1])), '02' + '0273');
    assert.equal(write(wide, record(x), new Struct(wide, ['s', 1])), '02');
  });

  test('is null or its default as the settings say', () => {
    const schema = structOf('S', { x: optional(of('INT32', { defaultValue: 5 })) });
    const avro = record('{"name":"x","type":["null","int"]}');

    assert.equal(write(schema, avro, new Struct(schema, [null])), '020a');
    assert.equal(write(schema, avro, new Struct(schema, [null]), { ...losslessAvroData, ignoresDefaults: true }), '00');
  });

  for (const [schema, avro, message] of [
    [null, '"int"', 'data without schema cannot be written as Avro type int'],
    [own, '"int"', 'STRUCT cannot be written as Avro type int'],
    [listOf(of('INT32')), '"int"', 'ARRAY cannot be written as Avro type int'],
    [mapOf(stringSchema, stringSchema), '"int"', 'MAP cannot be written as Avro type int'],
    [mapOf(stringSchema, stringSchema), '{"type":"array","items":"int"}', 'MAP cannot be written as Avro type array'],
    [
      mapOf(of('INT32'), stringSchema),
      entries(keyField, '{"name":"other","type":"string"}'),
      'MAP cannot be written as Avro type array',
    ],
    [
      mapOf(of('INT32'), stringSchema),
      entries('{"name":"other","type":"int"}', valueField),
      'MAP cannot be written as Avro type array',
    ],
    [
      mapOf(of('INT32'), stringSchema),
      entries(keyField, valueField, ',{"name":"more","type":"int"}'),
      'MAP cannot be written as Avro type array',
    ],
    [of('INT32'), '"string"', 'INT32 cannot be written as Avro type string'],
    [of('INT32'), '{"type":"enum","name":"E","symbols":["A"]}', 'INT32 cannot be written as Avro type enum'],
    [of('INT32'), record(x), 'INT32 cannot be written as Avro type record'],
    [of('BOOLEAN'), '["null","string"]', 'BOOLEAN cannot be written as Avro type union'],
    [own, record('{"name":"y","type":"string"}'), "Field 'y' of Avro record 'S' has neither a value nor a default"],
  ] as const) {
    test(`is refused before any is written: ${message}`, () => {
      assert.throws(() => new AvroDataWriter(schema, parseAvroSchema(avro), losslessAvroData), invalid(message));
    });
  }

  for (const [schema, avro, value, message] of [
    [of('INT8'), '"int"', 128, 'Invalid type for INT8'],
    [of('INT8'), '"int"', -129, 'Invalid type for INT8'],
    [of('INT16'), '"int"', 32_768, 'Invalid type for INT16'],
    [of('INT32'), '"int"', 2_147_483_648, 'Invalid type for INT32'],
    [of('INT32'), '"int"', 1.5, 'Invalid type for INT32'],
    [of('INT32'), '"int"', '1', 'Invalid type for INT32'],
    [of('INT64'), '"int"', 1n, 'Invalid type for INT64'],
    [of('INT64'), '"long"', 'x', 'Invalid type for INT64'],
    // Regression: the number was written.
    [dateSchema, '"int"', 5, 'Invalid type for org.apache.kafka.connect.data.Date'],
    [decimalSchema(0), '"bytes"', Buffer.from('a'), 'Invalid type for org.apache.kafka.connect.data.Decimal'],
    [of('FLOAT64'), '"long"', 1.5, 'Invalid type for FLOAT64'],
    [of('FLOAT64'), '"double"', true, 'Invalid type for FLOAT64'],
    [of('BOOLEAN'), '"boolean"', 1, 'Invalid type for BOOLEAN'],
    [stringSchema, '"string"', 1, 'Invalid type for STRING'],
    [stringSchema, '{"type":"enum","name":"E","symbols":["A"]}', 'B', "Enum 'E' does not have the symbol of a value"],
    [bytesSchema, '"bytes"', 'x', 'Invalid type for BYTES'],
    [bytesSchema, fixed2, 'x', 'Invalid type for BYTES'],
    [bytesSchema, fixed2, Buffer.from([1]), 'A value has 1 bytes, and its fixed type 2'],
    [bytesSchema, fixed2, Buffer.from([1, 2, 3]), 'A value has 3 bytes, and its fixed type 2'],
    [decimalSchema(0), fixed2, new Decimal(2n ** 16n, 0), 'A value has 3 bytes, and its fixed type 2'],
    [listOf(of('INT32')), '{"type":"array","items":"int"}', 'x', 'Invalid type for ARRAY'],
    [listOf(of('INT32')), '{"type":"array","items":"int"}', [null], 'Found null value for non-optional schema'],
    [mapOf(stringSchema, of('INT32')), '{"type":"map","values":"int"}', [], 'Invalid type for MAP'],
    [
      mapOf(stringSchema, of('INT32')),
      '{"type":"map","values":"int"}',
      new Map([[1, 1]]),
      'A map key that its schema says to be a STRING is something else',
    ],
    [mapOf(of('INT32'), stringSchema), entries(keyField, valueField), 'x', 'Invalid type for MAP'],
    [of('INT32'), '"int"', null, 'Found null value for non-optional schema'],
    [of('INT32'), '["null","int"]', null, 'Found null value for non-optional schema'],
    [optional(of('INT32')), '["string","int"]', null, 'Found null value for non-optional schema'],
    [own, record(x), 1, 'Invalid type for STRUCT'],
    [own, record(x), new Struct(structOf('S', { x: of('INT64') }), [1n]), 'Mismatching struct schema'],
    [own, record(x), new Struct(own, ['a']), "Field 'x': Invalid type for INT32"],
  ] as readonly (readonly [Schema, string, ConnectValue, string])[]) {
    test(`is refused with '${message}' of ${schema.type} as ${avro.slice(0, 20)}`, () => {
      assert.throws(() => write(schema, avro, value), invalid(message));
    });
  }

  test('is taken from a struct that is like its schema', () => {
    const like = structOf('S', { x: of('INT32') });

    assert.equal(write(own, record(x), new Struct(like, [1])), '02');
  });
});
