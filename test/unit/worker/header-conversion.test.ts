import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createConverter } from '../../../src/converters/create-converter.ts';
import type { PluginFormat } from '../../../src/converters/plugin-format.ts';
import type { WireHeader } from '../../../src/wire/batch-reader.ts';
import { HeaderConversion } from '../../../src/worker/header-conversion.ts';

const formats: readonly PluginFormat[] = ['UTF8', 'JSON', 'RAW', 'PRE_ENCODED'];

/** The way of headers through a converter; schema ids 1 to 4 are of {@link formats}. */
function conversionOf(className: string, settings: Readonly<Record<string, string>> = {}): HeaderConversion {
  const converter = createConverter({ className, settings: new Map(Object.entries(settings)), role: 'header' });
  const conversion = new HeaderConversion(schema => converter.toKafka(schema));
  formats.forEach((format, index) =>
    conversion.declare({ id: index + 1, format, definition: new Uint8Array(), name: '', version: 0 }),
  );
  return conversion;
}

const header = (value: string | null, schemaId: number): WireHeader => ({
  key: `h${schemaId}`,
  value: value === null ? null : Buffer.from(value),
  schemaId,
});

function textsOf(conversion: HeaderConversion, headers: readonly WireHeader[]): readonly (string | null)[] {
  return conversion.convert(headers, 't').map(({ value }) => (value === null ? null : Buffer.from(value).toString()));
}

describe('headers of a source', () => {
  test('are written by the header converter, each by its own schema', () => {
    const json = conversionOf('JsonConverter', { 'schemas.enable': 'false' });

    assert.deepEqual(textsOf(json, [header('a"b', 1), header('{"n": 1}', 2), header('x', 3), header('y', 4)]), [
      '"a\\"b"',
      '{"n": 1}',
      '"eA=="',
      'y',
    ]);
    assert.deepEqual(textsOf(conversionOf('SimpleHeaderConverter'), [header('a"b', 1), header('[1, 2]', 2)]), [
      'a"b',
      '[1,2]',
    ]);
  });

  test('keep their keys, their order, and null', () => {
    const json = conversionOf('JsonConverter');

    const converted = json.convert([header('a', 1), header(null, 1), header('b', 1)], 't');

    assert.deepEqual(
      converted.map(({ key, value }) => [key, value === null]),
      [
        ['h1', false],
        ['h1', true],
        ['h1', false],
      ],
    );
  });

  test('keep their bytes where they name no schema', () => {
    assert.deepEqual(textsOf(conversionOf('JsonConverter'), [header('raw', 0)]), ['raw']);
  });

  test('are the same array where nothing changes', () => {
    const headers = [header('a', 1), header('b', 0), header('c', 4)];

    assert.equal(conversionOf('SimpleHeaderConverter').convert(headers, 't'), headers);
  });

  test('do not change each other', () => {
    const json = conversionOf('JsonConverter', { 'schemas.enable': 'false' });

    const [first] = json.convert([header('first', 1)], 't');
    json.convert([header('second', 1)], 't');

    assert.equal(Buffer.from(first?.value ?? []).toString(), '"first"');
  });

  test('are refused with a schema that was not declared', () => {
    assert.throws(() => conversionOf('JsonConverter').convert([header('a', 9)], 't'), {
      code: 'PROTOCOL_VIOLATION',
      message: 'A header names schema id 9, which was not declared',
    });
  });

  test('are refused with a schema that the converter cannot write, when they have it', () => {
    const integers = conversionOf('IntegerConverter');

    assert.deepEqual(textsOf(integers, [header('raw', 0)]), ['raw']);
    assert.throws(() => integers.convert([header('text', 1)], 't'), { code: 'DATA_INVALID' });
  });
});
