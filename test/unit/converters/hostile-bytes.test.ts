import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Converter, ConverterRole } from '../../../src/converters/converter.ts';
import { createConverter } from '../../../src/converters/create-converter.ts';
import { connectSchemaOf, PluginDataReader, type PluginFormat } from '../../../src/converters/plugin-format.ts';
import { assertSurvives, checkDecoder } from '../../support/hostile-bytes.ts';

function converter(
  className: string,
  settings: Readonly<Record<string, string>> = {},
  role: ConverterRole = 'value',
): Converter {
  return createConverter({ className, settings: new Map(Object.entries(settings)), role });
}

const payloads = [
  '{"id":1,"name":"a\\u00e9\\n","tags":["x",null],"price":"AQ==","at":1700000000000,"more":[[1,2.5],[-1,1e3]]}',
  '[1,-2.5e10,true,false,null,"\\ud83d\\ude00",{}]',
  '12345678901234567890',
].map(text => Buffer.from(text));

const fields = [
  '{"type":"int8","optional":false,"field":"id","default":7}',
  '{"type":"string","optional":true,"field":"name","doc":"d","version":2,"parameters":{"p":"q"}}',
  '{"type":"array","items":{"type":"string","optional":true},"optional":false,"field":"tags"}',
  '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"optional":false,"field":"price"}',
  '{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1,"optional":false,"field":"at"}',
  '{"type":"map","keys":{"type":"int16","optional":false},"values":{"type":"double","optional":false},"optional":false,"field":"more"}',
].join(',');
const envelopes = [
  ...payloads
    .slice(0, 1)
    .map(
      payload =>
        `{"schema":{"type":"struct","fields":[${fields}],"optional":false,"name":"r"},"payload":${payload.toString()}}`,
    ),
  '{"schema":{"type":"string","optional":false},"payload":"text"}',
  '{"schema":null,"payload":{"a":[1]}}',
  '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1},"payload":19000}',
  '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Time","version":1},"payload":86400000}',
].map(text => Buffer.from(text));

/** Reads on all ways there are: as data, and as each format of plugins. */
function readAll(reader: Converter): (bytes: Buffer) => void {
  const formats: readonly PluginFormat[] = ['UTF8', 'RAW', 'JSON'];
  const conversions = formats.map(format => reader.toPlugin(format)).filter(conversion => conversion !== 'as-is');
  return bytes => {
    const outcomes = conversions.map(conversion => () => conversion.convert(bytes, 0, bytes.length, 'topic'));
    for (const outcome of outcomes) assertSurvives(bytes, outcome);
    reader.toConnectData(bytes, 'topic');
  };
}

describe('hostile bytes are taken or refused by', () => {
  for (const decimalFormat of ['BASE64', 'NUMERIC']) {
    test(`JSON converter with schemas and decimals in ${decimalFormat}`, () => {
      checkDecoder({
        samples: envelopes,
        decode: readAll(converter('JsonConverter', { 'decimal.format': decimalFormat })),
      });
    });
  }

  test('JSON converter without schemas', () => {
    checkDecoder({ samples: payloads, decode: readAll(converter('JsonConverter', { 'schemas.enable': 'false' })) });
  });

  for (const className of ['Boolean', 'Short', 'Integer', 'Long', 'Float', 'Double']) {
    test(`${className}Converter`, () => {
      const samples: readonly Uint8Array[] = [
        Buffer.from([1]),
        Buffer.from([0, 1]),
        Buffer.alloc(4, 7),
        Buffer.alloc(8, 0xff),
      ];
      const reader = readAll(converter(`${className}Converter`));

      checkDecoder({ samples: [], decode: reader, runs: 300 });
      for (const sample of samples) assertSurvives(Buffer.from(sample), reader);
    });
  }

  test('String converter in every encoding', () => {
    for (const encoding of ['UTF-8', 'ISO-8859-1', 'US-ASCII', 'UTF-16LE', 'UTF-16BE']) {
      checkDecoder({
        samples: payloads,
        decode: readAll(converter('StringConverter', { 'converter.encoding': encoding })),
        runs: 300,
      });
    }
  });

  test('simple header converter', () => {
    const texts = [
      '[1, 2.5, "a"]',
      '{"k":[true,null],"l":{}}',
      '2024-01-31T12:30:00.000Z',
      '-1e10',
      '"quoted \\" text"',
    ];
    const headers = converter('SimpleHeaderConverter', {}, 'header');

    checkDecoder({ samples: texts.map(text => Buffer.from(text)), decode: readAll(headers) });
  });

  test("readers of plugins' data", () => {
    const [envelope] = envelopes;
    const schema = `{"type":"struct","fields":[${fields}]}`;
    const declared = { format: 'JSON', definition: Buffer.from(schema), name: '', version: 0 } as const;
    const reader = new PluginDataReader(declared);
    assert.ok(envelope !== undefined);

    checkDecoder({ samples: payloads.slice(0, 1), decode: bytes => void reader.read(bytes, 0, bytes.length) });
    checkDecoder({
      samples: [declared.definition],
      decode: definition => void connectSchemaOf({ ...declared, definition }),
    });
  });
});

describe('what is deeper or longer than it should be', () => {
  const depth = 50_000;
  const texts: readonly (readonly [string, string])[] = [
    ['lists', '['.repeat(depth)],
    ['closed lists', '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', '{"a":'.repeat(depth)],
    ['a number', '9'.repeat(depth)],
    ['a fraction', `0.${'1'.repeat(depth)}`],
    ['an exponent', `1e${'9'.repeat(depth)}`],
    ['backslashes', `"${'\\'.repeat(depth)}"`],
    ['quotes', `"${'\\"'.repeat(depth)}"`],
    ['spaces', ' '.repeat(depth)],
    ['commas', `[${','.repeat(depth)}]`],
    ['maps of header values', '{a:'.repeat(depth)],
    ['quoted pieces', `[${'"a",'.repeat(depth / 10)}]`],
    ['nested schemas', `{"schema":${'{"type":"array","items":'.repeat(depth)},"payload":1}`],
    ['a nested schema of lists', `{"schema":${'['.repeat(depth)}${']'.repeat(depth)},"payload":1}`],
    ['a nested payload', `{"schema":null,"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`],
  ];
  const readers: readonly (readonly [string, Converter])[] = [
    ['JSON converter', converter('JsonConverter')],
    ['schemaless JSON converter', converter('JsonConverter', { 'schemas.enable': 'false' })],
    ['simple header converter', converter('SimpleHeaderConverter', {}, 'header')],
  ];
  for (const [what, text] of texts) {
    for (const [name, reader] of readers) {
      test(`${what} end for ${name} in bounded time and memory`, () => {
        assertSurvives(Buffer.from(text), readAll(reader));
      });
    }
  }
});
