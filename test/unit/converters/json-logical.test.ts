import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JsonConverter } from '../../../src/converters/json-converter.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import type { Schema } from '../../../src/data/schema.ts';

/** The payload that a converter of these settings writes. */
function payload(schema: Schema, value: ConnectValue, settings: Readonly<Record<string, string>> = {}): string {
  const converter = new JsonConverter(new Map(Object.entries({ 'schemas.enable': 'false', ...settings })));
  return Buffer.from(converter.fromConnectData(schema, value) ?? '').toString();
}

/** What a payload is read as, with the schema in its envelope. */
function read(type: string, name: string, text: string, settings: Readonly<Record<string, string>> = {}): ConnectValue {
  const parameters = name === 'Decimal' ? ',"parameters":{"scale":"2"}' : '';
  const schema = `{"type":"${type}","name":"org.apache.kafka.connect.data.${name}","version":1${parameters}}`;
  const converter = new JsonConverter(new Map(Object.entries(settings)));
  return converter.toConnectData(Buffer.from(`{"schema":${schema},"payload":${text}}`)).value;
}

// As Kafka Connect's JsonConverter has them.
describe('logical types in JSON', () => {
  for (const [settings, expected] of [
    [{}, '"AJY="'],
    [{ 'decimal.format': 'base64' }, '"AJY="'],
    [{ 'decimal.format': 'NUMERIC' }, '1.50'],
    [{ 'decimal.format': 'numeric' }, '1.50'],
  ] as const) {
    test(`are decimals as ${expected} with ${JSON.stringify(settings)}, and read in either form`, () => {
      assert.equal(payload(decimalSchema(2), new Decimal(150n, 2), settings), expected);
      for (const text of ['"AJY="', '1.50'])
        assert.deepEqual(read('bytes', 'Decimal', text, settings), new Decimal(150n, 2));
    });
  }

  test('are dates, times and timestamps as integers', () => {
    for (const [type, name, schema, text, value] of [
      ['int32', 'Date', dateSchema, '-1', new Instant(-86_400_000n)],
      ['int32', 'Time', timeSchema, '86399999', new Instant(86_399_999n)],
      ['int64', 'Timestamp', timestampSchema, '-1', new Instant(-1n)],
    ] as const) {
      assert.equal(payload(schema, value), text);
      assert.deepEqual(read(type, name, text), value);
    }
  });

  for (const [type, name, text, message] of [
    ['bytes', 'Decimal', 'true', 'Invalid type for Decimal, underlying representation should be numeric or bytes'],
    ['int32', 'Date', '1.5', 'Invalid type for Date, underlying representation should be integer'],
    ['int32', 'Date', '2147483648', 'Invalid type for Date, underlying representation should be integer'],
    ['int32', 'Time', '"1"', 'Invalid type for Time, underlying representation should be integer'],
    ['int64', 'Timestamp', '1.5', 'Invalid type for Timestamp, underlying representation should be integral'],
    ['bytes', 'Decimal', '"AJY"', 'Invalid bytes field'],
  ] as const) {
    test(`refuse ${text} as ${name}`, () => {
      assert.throws(() => read(type, name, text), { code: 'DATA_INVALID', message });
    });
  }

  test('refuse values of other types', () => {
    for (const [schema, message] of [
      [decimalSchema(2), 'Invalid type for Decimal, expected BigDecimal'],
      [dateSchema, 'Invalid type for org.apache.kafka.connect.data.Date, expected Date'],
    ] as const)
      assert.throws(() => payload(schema, 5), { code: 'DATA_INVALID', message });
  });
});
