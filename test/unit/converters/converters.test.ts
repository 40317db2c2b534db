import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SideConversion } from '../../../src/converters/byte-conversion.ts';
import type { Converter, ConverterRole } from '../../../src/converters/converter.ts';
import { converterClassNames, createConverter } from '../../../src/converters/create-converter.ts';
import type { DeclaredSchema, PluginFormat } from '../../../src/converters/plugin-format.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import {
  bytesSchema,
  optionalBytesSchema,
  optionalStringSchema,
  plainTraits,
  stringSchema,
} from '../../../src/data/schema.ts';
import type { PrimitiveType, Schema } from '../../../src/data/schema.ts';
import { ConfigError } from '../../../src/errors/connect-error.ts';
import { converterAnswers, describeValue } from './known-answers.ts';

function converter(
  className: string,
  settings: Readonly<Record<string, string>> = {},
  role: ConverterRole = 'value',
): Converter {
  return createConverter({ className, settings: new Map(Object.entries(settings)), role });
}

function declared(format: PluginFormat, definition = ''): DeclaredSchema {
  return { format, definition: Buffer.from(definition), name: '', version: 0 };
}

/** Bytes out of a conversion of `bytes`, which stand in the middle of a buffer. */
function run(conversion: SideConversion, bytes: string | Uint8Array): Buffer {
  assert(conversion !== 'as-is');
  const inner = Buffer.from(bytes);
  const range = conversion.convert(
    Buffer.concat([Buffer.from('xx'), inner, Buffer.from('yy')]),
    2,
    2 + inner.length,
    'topic',
  );
  assert(range.start >= 0);
  return Buffer.from(range.buffer.subarray(range.start, range.end));
}

function primitive(type: PrimitiveType): Schema {
  return { ...plainTraits, type };
}

describe('String converter', () => {
  test('leaves text as it is in both directions', () => {
    assert.equal(converter('String').toKafka(declared('UTF8')), 'as-is');
    assert.equal(converter('String').toPlugin('UTF8'), 'as-is');
    assert.equal(converter('String').toPlugin('RAW'), 'as-is');
  });

  test('refuses bytes, which have no text', () => {
    assert.throws(() => converter('String').toKafka(declared('RAW')), /cannot write data of format RAW; use ByteArray/);
  });

  test('quotes text for a sink of JSON', () => {
    assert.equal(run(converter('String').toPlugin('JSON'), 'a"b').toString(), '"a\\"b"');
  });

  test("writes JSON as Java's toString shows it", () => {
    const conversion = converter('String').toKafka(declared('JSON'));

    assert.equal(run(conversion, '{"a": 1, "b": [1.0, null, "x"]}').toString(), '{a=1, b=[1.0, null, x]}');
    assert.throws(() => run(conversion, '1 2'), { code: 'DATA_INVALID' });
  });

  test('reads malformed bytes as Java does', () => {
    const data = converter('String').toConnectData(Buffer.from([0xff, 0x61, 0xc3]), 'topic');

    assert.deepEqual(data, { schema: optionalStringSchema, value: '\ufffda\ufffd' });
  });

  test('keeps a byte order mark', () => {
    assert.equal(converter('String').toConnectData(Buffer.from('\ufeffa'), 'topic').value, '\ufeffa');
  });

  for (const [encoding, bytes] of [
    ['ISO-8859-1', Buffer.from([0x61, 0xe9, 0x3f])],
    ['us-ascii', Buffer.from([0x61, 0x3f, 0x3f])],
    ['UTF-16BE', Buffer.from([0, 0x61, 0, 0xe9, 0x20, 0xac])],
    ['UTF-16LE', Buffer.from([0x61, 0, 0xe9, 0, 0xac, 0x20])],
  ] as const) {
    test(`writes ${encoding}`, () => {
      const latin = converter('String', { 'converter.encoding': encoding });

      assert.deepEqual(run(latin.toKafka(declared('UTF8')), 'aé€'), bytes);
      assert.deepEqual(latin.fromConnectData(stringSchema, 'aé€', 'topic'), bytes);
    });
  }

  for (const [encoding, hex, text] of [
    ['UTF8', '61c3a9', 'aé'],
    ['ISO-8859-1', '61e9', 'aé'],
    ['ascii', '61e9', 'a\ufffd'],
    ['UTF-16BE', '006120ac', 'a€'],
    ['UTF-16LE', '6100ac20', 'a€'],
  ] as const) {
    test(`reads ${encoding}`, () => {
      const one = converter('String', { 'converter.encoding': encoding });

      assert.equal(one.toConnectData(Buffer.from(hex, 'hex'), 'topic').value, text);
    });
  }

  test('reads another encoding for a sink of texts', () => {
    const latin = converter('String', { 'converter.encoding': 'ISO-8859-1' });

    assert.equal(run(latin.toPlugin('UTF8'), Buffer.from([0x61, 0xe9])).toString(), 'aé');
  });

  test('refuses an encoding that it does not know', () => {
    assert.throws(
      () => converter('String', { 'converter.encoding': 'EBCDIC' }),
      /Unsupported encoding; use one of UTF-8/,
    );
  });
});

describe('ByteArray converter', () => {
  test('leaves bytes as they are', () => {
    assert.equal(converter('ByteArray').toKafka(declared('RAW')), 'as-is');
    assert.equal(converter('ByteArray').toKafka(declared('FORMAT_UNSPECIFIED')), 'as-is');
    assert.equal(converter('ByteArray').toPlugin('RAW'), 'as-is');
  });

  test('refuses what is no bytes', () => {
    assert.throws(() => converter('ByteArray').toKafka(declared('UTF8')), {
      code: 'DATA_INVALID',
      message: 'Invalid schema type for ByteArrayConverter: STRING',
    });
    assert.throws(() => converter('ByteArray').toKafka(declared('JSON')), { code: 'DATA_INVALID' });
    assert.throws(() => converter('ByteArray').fromConnectData(null, 'x', 'topic'), { code: 'DATA_INVALID' });
  });

  test('gives base64 to a sink of JSON', () => {
    assert.equal(run(converter('ByteArray').toPlugin('JSON'), Buffer.from([0, 255])).toString(), '"AP8="');
  });

  test('reads optional bytes', () => {
    const bytes = Buffer.from([1]);

    assert.deepEqual(converter('ByteArray').toConnectData(bytes, 'topic'), {
      schema: optionalBytesSchema,
      value: bytes,
    });
  });
});

describe('number and boolean converters', () => {
  /** Class, type, value, and Kafka 4.1.0's bytes in base64. */
  const known: readonly (readonly [string, PrimitiveType, ConnectValue, string])[] = [
    ['BooleanConverter', 'BOOLEAN', true, 'AQ=='],
    ['ShortConverter', 'INT16', 5, 'AAU='],
    ['IntegerConverter', 'INT32', 5, 'AAAABQ=='],
    ['LongConverter', 'INT64', 5n, 'AAAAAAAAAAU='],
    ['FloatConverter', 'FLOAT32', 1.5, 'P8AAAA=='],
    ['DoubleConverter', 'FLOAT64', 1.5, 'P/gAAAAAAAA='],
  ];
  for (const [className, type, value, base64] of known) {
    test(`${className} writes and reads a value`, () => {
      const bytes = converter(className).fromConnectData(primitive(type), value, 'topic');

      assert.equal(bytes === null ? null : Buffer.from(bytes).toString('base64'), base64);
      assert.deepEqual(converter(className).toConnectData(Buffer.from(base64, 'base64'), 'topic'), {
        schema: { ...primitive(type), isOptional: true },
        value,
      });
    });

    test(`${className} refuses other types and lengths`, () => {
      assert.throws(() => converter(className).fromConnectData(stringSchema, 'x', 'topic'), /Invalid schema type for/);
      assert.throws(() => converter(className).fromConnectData(null, 'x', 'topic'), { code: 'DATA_INVALID' });
      assert.throws(() => converter(className).toConnectData(Buffer.from([1, 2, 3]), 'topic'), /3 bytes instead of/);
      assert.throws(() => converter(className).toKafka(declared('UTF8')), { code: 'DATA_INVALID' });
      assert.equal(converter(className).fromConnectData(null, null, 'topic'), null);
    });
  }

  test('BooleanConverter refuses bytes but 0 and 1', () => {
    assert.deepEqual(converter('Boolean').toConnectData(Buffer.from([0]), 'topic').value, false);
    assert.throws(() => converter('Boolean').toConnectData(Buffer.from([2]), 'topic'), {
      code: 'DATA_INVALID',
      message: 'BooleanConverter failed to deserialize: unexpected byte 2',
    });
  });

  test('LongConverter takes JSON with a schema and gives texts', () => {
    const long = converter('Long');

    assert.equal(
      run(long.toKafka(declared('JSON', '{"type":"int64"}')), '9007199254740993').readBigInt64BE(),
      9007199254740993n,
    );
    assert.equal(run(long.toPlugin('UTF8'), Buffer.alloc(8, 1)).toString(), '72340172838076673');
  });

  test('IntegerConverter refuses a number that is too large', () => {
    assert.throws(() => converter('Integer').fromConnectData(null, 2 ** 31, 'topic'), { code: 'DATA_INVALID' });
  });
});

describe('Simple header converter', () => {
  const simple = converter('SimpleHeaderConverter', {}, 'header');

  test('leaves text as it is in both directions', () => {
    assert.equal(simple.toKafka(declared('UTF8')), 'as-is');
    assert.equal(simple.toPlugin('UTF8'), 'as-is');
    assert.equal(simple.toPlugin('RAW'), 'as-is');
  });

  for (const { text, result } of converterAnswers().headers) {
    if (text === 'null') continue;
    test(`reads ${JSON.stringify(text)} as Kafka does`, () => {
      const { schema, value } = simple.toConnectData(Buffer.from(text), 'topic');

      assert(schema !== null);
      const written = Buffer.from(simple.fromConnectData(schema, value, 'topic') ?? '').toString();
      const name = schema.name === null ? '' : `${schema.name} `;
      assert.equal(`${schema.type} ${name}${describeValue(schema, value)} -> ${written}`, result);
    });
  }

  test('reads null, where Kafka 4.1.0 fails', () => {
    assert.deepEqual(simple.toConnectData(Buffer.from('null'), 'topic'), { schema: null, value: null });
  });

  test('writes values as Kafka does', () => {
    const items: Schema = { ...plainTraits, type: 'ARRAY', items: stringSchema };
    const entries: Schema = { ...plainTraits, type: 'MAP', keys: stringSchema, values: primitive('INT32') };
    const written = (schema: Schema | null, value: ConnectValue): string | null => {
      const bytes = simple.fromConnectData(schema, value, 'topic');
      return bytes === null ? null : Buffer.from(bytes).toString();
    };

    assert.deepEqual(
      [
        written(stringSchema, 'a"b'),
        written(bytesSchema, Buffer.from([1, 2])),
        written(null, null),
        written(primitive('FLOAT64'), 1),
        written(items, ['a', 'b']),
        written(entries, new Map([['a', 1]])),
      ],
      ['a"b', 'AQI=', null, '1.0', '["a","b"]', '{"a":1}'],
    );
  });
});

describe('conversions', () => {
  test("leave Kafka's own bytes as they are", () => {
    for (const name of ['String', 'Json', 'ByteArray', 'Long', 'Simple']) {
      const one = converter(name, {}, 'header');

      assert.equal(one.toKafka(declared('PRE_ENCODED')), 'as-is', name);
      assert.equal(one.toPlugin('PRE_ENCODED'), 'as-is', name);
    }
  });

  test('keep null', () => {
    const simple = converter('Simple', {}, 'header');
    assert.deepEqual(simple.toConnectData(null, 'topic'), { schema: null, value: null });
    for (const conversion of [
      converter('String').toKafka(declared('JSON')),
      converter('Long').toPlugin('UTF8'),
      converter('Long').toPlugin('AVRO'),
      simple.toKafka(declared('JSON')),
      simple.toPlugin('JSON'),
    ]) {
      assert.ok(conversion !== 'as-is');
      assert.equal(conversion.convert(Buffer.from('x'), -1, -1, 'topic').start, -1);
    }
  });

  test('of an empty range are no null', () => {
    assert.deepEqual(run(converter('String').toKafka(declared('JSON', '{"type":"string"}')), '""'), Buffer.alloc(0));
    const long = converter('Long').toKafka(declared('JSON', '{"type":"int64"}'));
    assert.ok(long !== 'as-is');
    assert.equal(long.convert(Buffer.from('7'), 0, 1, 'topic').end, 8);
  });

  test('give the schema of AVRO beside its bytes', () => {
    const toPlugin = converter('Long').toPlugin('AVRO');
    assert.ok(toPlugin !== 'as-is');

    const range = toPlugin.convert(Buffer.alloc(8, 0), 0, 8, 'topic');

    assert.equal(range.buffer.toString('hex', range.start, range.end), '0200');
    assert.equal(range.schema?.format, 'AVRO');
    assert.equal(Buffer.from(range.schema.definition).toString(), '["null","long"]');
  });
});

describe('converter names', () => {
  for (const name of ['org.apache.kafka.connect.json.JsonConverter', 'JsonConverter', 'Json', ' Json ']) {
    test(`${JSON.stringify(name)} names JsonConverter`, () => {
      assert.equal(converter(name).className, 'org.apache.kafka.connect.json.JsonConverter');
    });
  }

  test('"Simple" names the header converter', () => {
    assert.equal(converter('Simple', {}, 'header').className, 'org.apache.kafka.connect.storage.SimpleHeaderConverter');
  });

  test('name one converter each', () => {
    const all = converterClassNames('value');

    assert.deepEqual(
      all.map(name => name.slice(name.lastIndexOf('.') + 1).replace(/Converter$/, '')),
      [
        ...['Json', 'String', 'ByteArray', 'Boolean', 'Short', 'Integer', 'Long', 'Float', 'Double'],
        ...['Avro', 'JsonSchema', 'Protobuf'],
      ],
    );
    for (const name of all) assert.equal(converter(name, { 'schema.registry.url': 'mock://names' }).className, name);
  });

  test('that are unknown are refused with the known ones', () => {
    assert.throws(() => converter('com.example.MyConverter'), {
      code: 'CONFIG_INVALID',
      message:
        /^The value converter 'com.example.MyConverter' is not known; known ones are JsonConverter, StringConverter, /,
    });
  });

  test('of roles that a converter does not have are refused by the key', () => {
    assert.throws(
      () => converter('io.confluent.connect.avro.AvroConverter', {}, 'header'),
      (error: unknown) => {
        assert(error instanceof ConfigError);
        assert.match(error.message, /^The header converter 'io.confluent.connect.avro.AvroConverter' is not known;/);
        assert.deepEqual(error.violations, [{ key: 'header.converter', message: error.message }]);
        return true;
      },
    );
  });

  test('of header converters are unknown for values', () => {
    assert.throws(() => converter('SimpleHeaderConverter'), { code: 'CONFIG_INVALID' });
    assert.ok(!converterClassNames('value').includes('org.apache.kafka.connect.storage.SimpleHeaderConverter'));
    assert.ok(!converterClassNames('header').includes('io.confluent.connect.avro.AvroConverter'));
  });
});
