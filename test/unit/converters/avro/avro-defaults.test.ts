import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { losslessAvroData, type AvroDataConfig } from '../../../../src/converters/avro/avro-data-config.ts';
import { defaultFromAvro } from '../../../../src/converters/avro/avro-defaults.ts';
import { unionName } from '../../../../src/converters/avro/avro-names.ts';
import { WireType } from '../../../../src/converters/avro/avro-wire-type.ts';
import { defaultToAvro, isValidDefault } from '../../../../src/converters/avro/connect-defaults.ts';
import { defaultToWire } from '../../../../src/converters/avro/default-to-wire.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import type { ConnectValue } from '../../../../src/data/connect-value.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { areValuesEqual } from '../../../../src/data/equality.ts';
import { Instant } from '../../../../src/data/instant.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../../src/data/logical-types.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { bytesSchema, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { of, optional } from '../../../support/schemas.ts';

const nodeOf = (json: string) => new JsonReader(json).readValue();

const pair = SchemaBuilder.struct([
  { name: 'a-b', schema: of('INT32') },
  { name: 'c', schema: optional(stringSchema) },
]).build();
const union = SchemaBuilder.struct([
  { name: 'int', schema: optional(of('INT32')) },
  { name: 'string', schema: optional(stringSchema) },
])
  .name(unionName)
  .build();
const textKeys = SchemaBuilder.map(stringSchema, of('INT64')).build();
const intKeys = SchemaBuilder.map(of('INT32'), optional(stringSchema)).build();
const raw: AvroDataConfig = { ...losslessAvroData, scrubsNames: false };

/** Defaults that are the same both ways: schema, JSON, value. */
const cases: readonly (readonly [string, Schema, string, ConnectValue, AvroDataConfig?])[] = [
  ['nothing', of('INT32'), 'null', null],
  ['an int8', of('INT8'), '-5', -5],
  ['an int16', of('INT16'), '300', 300],
  ['an int32', of('INT32'), '-2147483648', -2147483648],
  ['an int64', of('INT64'), '9223372036854775807', 9223372036854775807n],
  ['a float32', of('FLOAT32'), '0.1', Math.fround(0.1)],
  ['a float64', of('FLOAT64'), '1.0E10', 1e10],
  ['a boolean', of('BOOLEAN'), 'true', true],
  ['a text', stringSchema, '"ä"', 'ä'],
  ['bytes', bytesSchema, '"\\u0000ÿ"', Buffer.from([0, 255])],
  ['a decimal', decimalSchema(2), '"\\u0001\\u0000"', new Decimal(256n, 2)],
  ['a date', dateSchema, '3', new Instant(259_200_000n)],
  ['a time', timeSchema, '3', new Instant(3n)],
  ['a timestamp', timestampSchema, '-3', new Instant(-3n)],
  ['a list', SchemaBuilder.array(of('INT32')).build(), '[1,null,2]', [1, null, 2]],
  ['a map', textKeys, '{"k":7}', new Map([['k', 7n]])],
  [
    'a map with other keys',
    intKeys,
    '[[1,"x"],[2,null]]',
    new Map([
      [1, 'x'],
      [2, null],
    ]),
  ],
  ['a struct', pair, '{"a_b":1,"c":"x"}', new Struct(pair, [1, 'x'])],
  ['a struct with names as they are', pair, '{"a-b":1,"c":"x"}', new Struct(pair, [1, 'x']), raw],
  ['the first branch of a union', union, '5', new Struct(union, [5, null])],
];

describe('defaults of Avro as those of Connect', () => {
  for (const [title, schema, json, value, config = losslessAvroData] of cases) {
    test(`are read as ${title}, and written`, () => {
      const read = defaultFromAvro(schema, nodeOf(json), config);

      assert.ok(areValuesEqual(read, value));
      assert.equal(writeJson(defaultToAvro(schema, value, config)), json);
    });
  }

  test('are numbers that JSON cannot write as texts', () => {
    const read = ['NaN', 'Infinity', '-Infinity'].map(text => [
      defaultFromAvro(of('FLOAT64'), text, losslessAvroData),
      defaultFromAvro(of('FLOAT32'), text, losslessAvroData),
    ]);

    assert.deepEqual(read, [
      [NaN, NaN],
      [Infinity, Infinity],
      [-Infinity, -Infinity],
    ]);
  });

  test('are entries with other keys as records, too', () => {
    const read = defaultFromAvro(intKeys, nodeOf('[{"key":1,"value":"x"},{"key":2}]'), losslessAvroData);

    assert.deepEqual(
      read,
      new Map([
        [1, 'x'],
        [2, null],
      ]),
    );
  });

  test('are of fields that they do not name the default or null', () => {
    const schema = SchemaBuilder.struct([
      { name: 'a', schema: { ...of('INT32'), defaultValue: 7 } },
      { name: 'b', schema: optional(stringSchema) },
    ]).build();

    const read = defaultFromAvro(schema, nodeOf('{}'), losslessAvroData);

    assert.deepEqual(read instanceof Struct && read.values, [7, null]);
  });

  for (const [type, json, message] of [
    ['INT32', '"1"', 'A default that has to be an integer is something else'],
    ['INT64', 'true', 'A default that has to be an integer is something else'],
    ['FLOAT64', '"nan"', 'A default that has to be a number is something else'],
    ['BYTES', '1', 'A default that has to be bytes is something else'],
    ['BOOLEAN', '1', 'A default is no value of its schema of type BOOLEAN'],
    ['STRING', '1', 'A default is no value of its schema of type STRING'],
  ] as const) {
    test(`are not ${json} for ${type}`, () => {
      assert.throws(() => defaultFromAvro(of(type), nodeOf(json), losslessAvroData), {
        code: 'SCHEMA_INVALID',
        message,
      });
    });
  }

  for (const [schema, json] of [
    [SchemaBuilder.array(of('INT32')).build(), '{}'],
    [textKeys, '1'],
    [pair, '[]'],
    [{ ...union, fields: [] }, '1'],
  ] as const) {
    test(`are not ${json} for a ${schema.type} of ${schema.type === 'STRUCT' ? schema.fields.length : 'its'} parts`, () => {
      assert.throws(() => defaultFromAvro(schema, nodeOf(json), losslessAvroData), {
        code: 'SCHEMA_INVALID',
        message: `A default is no value of its schema of type ${schema.type}`,
      });
    });
  }

  for (const [schema, value] of [
    [of('INT32'), 'x'],
    [of('FLOAT32'), 'x'],
    [of('FLOAT64'), true],
    [of('BOOLEAN'), 1],
    [stringSchema, 1],
    [bytesSchema, 'x'],
    [SchemaBuilder.array(of('INT32')).build(), 'x'],
    [textKeys, 'x'],
    [pair, 'x'],
  ] as const) {
    test(`cannot be ${JSON.stringify(value)} of a ${schema.type}`, () => {
      assert.throws(() => defaultToAvro(schema, value, losslessAvroData), {
        code: 'SCHEMA_INVALID',
        message: `Invalid type used for default value of ${schema.type} field`,
      });
    });
  }
});

describe('defaults that Avro takes', () => {
  const record =
    '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":7}]}';
  const fixed = '{"type":"fixed","name":"F","size":1}';
  const anEnum = '{"type":"enum","name":"E","symbols":["A"]}';
  const list = '{"type":"array","items":"long"}';
  const map = '{"type":"map","values":"long"}';

  // Schema, default, and what avsc writes for it; undefined for a default that Avro does not take.
  for (const [schema, json, wire] of [
    ['"null"', 'null', null],
    ['"null"', '0', undefined],
    ['"boolean"', 'false', false],
    ['"boolean"', '0', undefined],
    ['"int"', '2147483647', 2147483647],
    ['"int"', '2147483648', undefined],
    ['"int"', '1.5', undefined],
    ['"int"', '"1"', undefined],
    ['"long"', '9223372036854775807', 9223372036854775807n],
    ['"long"', '9223372036854775808', undefined],
    ['"float"', '1.5', 1.5],
    ['"float"', '"1"', undefined],
    ['"double"', '1', 1],
    ['"double"', 'null', undefined],
    ['"string"', '"x"', 'x'],
    ['"string"', '1', undefined],
    ['"bytes"', '"\u00ff"', Buffer.from([255])],
    ['"bytes"', '1', undefined],
    [fixed, '"\u00ff"', Buffer.from([255])],
    [fixed, '1', undefined],
    [anEnum, '"A"', 'A'],
    [anEnum, '1', undefined],
    [list, '[1,2]', [1n, 2n]],
    [list, '[1,"x"]', undefined],
    [list, '1', undefined],
    [map, '{"k":1}', [{ f0: 'k', f1: 1n }]],
    [map, '{"k":"x"}', undefined],
    [map, '[]', undefined],
    [record, '{"a":1}', { f0: 1, f1: 7 }],
    [record, '{"a":1,"b":2}', { f0: 1, f1: 2 }],
    [record, '{"b":2}', undefined],
    [record, '1', undefined],
    ['["null","long"]', 'null', null],
    ['["null","long"]', '1', { long: 1n }],
    ['["null","long"]', '"x"', undefined],
    [`["int",${list},${map}]`, '{"k":1}', { map: { k: 1n } }],
    [`["int",${map}]`, '{"k":1}', { array: [{ f0: 'k', f1: 1n }] }],
  ] as const) {
    test(`are ${wire === undefined ? 'not ' : ''}${json} for ${schema}`, () => {
      const avro = parseAvroSchema(schema);

      assert.equal(isValidDefault(avro, nodeOf(json)), wire !== undefined);
      if (wire !== undefined) assert.deepEqual(defaultToWire(avro, nodeOf(json), new WireType(avro)), wire);
    });
  }

  test('are none where there is none', () => {
    assert.equal(isValidDefault(parseAvroSchema('"null"'), undefined), false);
  });

  for (const type of ['null', 'boolean', 'string', 'bytes', 'int', 'float', 'double', 'long'] as const) {
    test(`are told apart from others for ${type}`, () => {
      const avro = parseAvroSchema(`"${type}"`);

      assert.throws(() => defaultToWire(avro, [], new WireType(avro)), {
        code: 'SCHEMA_INVALID',
        message: `A default is no value of Avro type ${type}`,
      });
    });
  }
});
