import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SideConversion } from '../../../src/converters/byte-conversion.ts';
import { createConverter } from '../../../src/converters/create-converter.ts';
import type { Converter } from '../../../src/converters/converter.ts';
import type { DeclaredSchema, PluginFormat } from '../../../src/converters/plugin-format.ts';
import type { ConnectValue, SchemaAndValue } from '../../../src/data/connect-value.ts';
import { areSchemasEqual, areValuesEqual } from '../../../src/data/equality.ts';
import { plainTraits, stringSchema, type PrimitiveType, type Schema } from '../../../src/data/schema.ts';
import { anyText, schemaAndValue, untypedValue, utf8Text, valueOf } from '../../support/arbitrary-data.ts';
import { checkProperty } from '../../support/check-property.ts';

function converter(className: string, settings: Readonly<Record<string, string>> = {}): Converter {
  return createConverter({ className, settings: new Map(Object.entries(settings)), role: 'value' });
}

function assertSame(actual: SchemaAndValue, expected: SchemaAndValue): void {
  assert.ok(areSchemasEqual(actual.schema, expected.schema), 'the schema is another');
  assert.ok(areValuesEqual(actual.value, expected.value), 'the value is another');
}

/** What comes back where null stands for the default of its schema. */
const keepsNull = { 'replace.null.with.default': 'false' };

describe('JSON converter', () => {
  for (const format of ['BASE64', 'NUMERIC']) {
    test(`gives back every schema and value, decimals in ${format}`, () => {
      const json = converter('JsonConverter', { ...keepsNull, 'decimal.format': format });

      checkProperty(schemaAndValue({ hasNonFinite: false }), data => {
        assertSame(json.toConnectData(json.fromConnectData(data.schema, data.value, 'topic'), 'topic'), data);
      });
    });
  }

  test('gives back every value without schema, numbers by their kind', () => {
    for (const hasSchemas of ['true', 'false']) {
      const json = converter('JsonConverter', { 'schemas.enable': hasSchemas });

      checkProperty(untypedValue, value => {
        assertSame(json.toConnectData(json.fromConnectData(null, value, 'topic'), 'topic'), { schema: null, value });
      });
    }
  });

  test('writes NaN and the infinities as texts, which it reads as zero', () => {
    const json = converter('JsonConverter', { 'schemas.enable': 'false' });
    const float64: Schema = { ...plainTraits, type: 'FLOAT64' };

    for (const [value, text] of [
      [NaN, '"NaN"'],
      [Infinity, '"Infinity"'],
      [-Infinity, '"-Infinity"'],
    ] as const) {
      assert.equal(Buffer.from(json.fromConnectData(float64, value, 'topic') ?? []).toString(), text);
    }
  });

  test('takes texts between plugins and Kafka on the short way as on the long one', () => {
    for (const hasSchemas of ['true', 'false']) {
      const json = converter('JsonConverter', { 'schemas.enable': hasSchemas });
      const [toKafka, toPlugin] = [json.toKafka(declared('UTF8')), json.toPlugin('UTF8')];

      checkProperty(utf8Text, text => {
        const bytes = convert(toKafka, Buffer.from(text));
        assert.deepEqual(bytes, json.fromConnectData(stringSchema, text, 'topic'));
        assert.equal(convert(toPlugin, bytes).toString(), text);
      });
    }
  });
});

describe('converters of single values', () => {
  const types: readonly (readonly [string, PrimitiveType])[] = [
    ['BooleanConverter', 'BOOLEAN'],
    ['ShortConverter', 'INT16'],
    ['IntegerConverter', 'INT32'],
    ['LongConverter', 'INT64'],
    ['FloatConverter', 'FLOAT32'],
    ['DoubleConverter', 'FLOAT64'],
    ['ByteArrayConverter', 'BYTES'],
  ];
  for (const [className, type] of types) {
    test(`${className} gives back every value`, () => {
      const schema: Schema = { ...plainTraits, type };
      const optional: Schema = { ...schema, isOptional: true };

      checkProperty(valueOf(optional, { hasNonFinite: true }), value => {
        const single = converter(className);
        assertSame(single.toConnectData(single.fromConnectData(optional, value, 'topic'), 'topic'), {
          schema: optional,
          value,
        });
      });
    });
  }

  test('StringConverter gives back every text that its encoding has', () => {
    for (const encoding of ['UTF-8', 'UTF-16LE', 'UTF-16BE']) {
      const text = converter('StringConverter', { 'converter.encoding': encoding });

      checkProperty(utf8Text, value => {
        assert.equal(text.toConnectData(text.fromConnectData(stringSchema, value, 'topic'), 'topic').value, value);
      });
    }
  });
});

describe('simple header converter', () => {
  const headers = createConverter({ className: 'SimpleHeaderConverter', settings: new Map(), role: 'header' });
  const readBack = (schema: Schema | null, value: ConnectValue): ConnectValue =>
    headers.toConnectData(headers.fromConnectData(schema, value, 'topic'), 'topic').value;

  test('gives back whole numbers of every size, and truth values', () => {
    const int64: Schema = { ...plainTraits, type: 'INT64' };

    checkProperty(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), value => {
      const read = readBack(int64, value);
      assert.ok(typeof read === 'bigint' || typeof read === 'number');
      assert.equal(BigInt(read), value);
    });
    checkProperty(fc.boolean(), value => assert.equal(readBack(null, value), value));
  });

  test('reads its own text of anything that it read as the same', () => {
    checkProperty(fc.oneof(anyText, literalText), text => {
      const read = headers.toConnectData(Buffer.from(text), 'topic');

      assertSame(headers.toConnectData(headers.fromConnectData(read.schema, read.value, 'topic'), 'topic'), read);
    });
  });
});

/** Texts that look like lists, maps, numbers and times more often than not. */
const literalText = fc
  .array(
    fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ':',
      ',',
      '"',
      '\\',
      ' ',
      '-',
      '.',
      'e',
      '0',
      '1',
      '12',
      '300',
      'true',
      'null',
      'a',
      '2024-01-31',
      'T12:30:00.000Z',
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''));

function declared(format: PluginFormat): DeclaredSchema {
  return { format, definition: Buffer.alloc(0), name: '', version: 0 };
}

/** What a conversion makes of bytes in the middle of a buffer; those of 'as-is' are the bytes. */
function convert(conversion: SideConversion, bytes: Buffer): Buffer {
  if (conversion === 'as-is') return bytes;
  const range = conversion.convert(
    Buffer.concat([Buffer.from('"{'), bytes, Buffer.from('}"')]),
    2,
    2 + bytes.length,
    'topic',
  );
  return Buffer.from(range.buffer.subarray(range.start, range.end));
}
