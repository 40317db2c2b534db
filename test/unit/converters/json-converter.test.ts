import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SideConversion } from '../../../src/converters/byte-conversion.ts';
import { JsonConverter } from '../../../src/converters/json-converter.ts';
import type { DeclaredSchema } from '../../../src/converters/plugin-format.ts';
import type { ConnectValue, SchemaAndValue } from '../../../src/data/connect-value.ts';
import {
  optionalStringSchema,
  plainTraits,
  stringSchema,
  type PrimitiveType,
  type Schema,
  type StructSchema,
} from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { toJavaText } from '../../../src/data/value-text.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { converterAnswers, describeValue } from './known-answers.ts';

const answers = converterAnswers();

function withEnvelope(): JsonConverter {
  return new JsonConverter(new Map());
}

function withoutEnvelope(): JsonConverter {
  return new JsonConverter(new Map([['schemas.enable', 'false']]));
}

const utf8: DeclaredSchema = { format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 };
const raw: DeclaredSchema = { ...utf8, format: 'RAW' };
const json: DeclaredSchema = { ...utf8, format: 'JSON' };

/** Runs a conversion over bytes in the middle of a buffer; null in, null out. */
function convert(conversion: SideConversion, bytes: string | Uint8Array | null): string | null {
  assert(conversion !== 'as-is');
  if (bytes === null) return conversion.convert(Buffer.alloc(0), -1, -1, 'topic').start < 0 ? null : 'not null';
  const inner = Buffer.from(bytes);
  const source = Buffer.concat([Buffer.from('ab"\\'), inner, Buffer.from('"}yz')]);
  const range = conversion.convert(source, 4, 4 + inner.length, 'topic');
  return range.start < 0 ? null : range.buffer.toString('utf8', range.start, range.end);
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

function primitive(type: PrimitiveType, extra: Partial<Schema> = {}): Schema {
  return { ...plainTraits, ...extra, type };
}

describe('JSON converter, texts', () => {
  for (const answer of answers.strings) {
    const name = JSON.stringify(answer.text);

    test(`wraps ${name} as Kafka does`, () => {
      assert.equal(convert(withEnvelope().toKafka(utf8), answer.text), answer.envelope);
      assert.equal(textOf(withEnvelope().fromConnectData(stringSchema, answer.text)), answer.envelope);
      assert.equal(textOf(withEnvelope().fromConnectData(optionalStringSchema, answer.text)), answer.optionalEnvelope);
      assert.equal(textOf(withEnvelope().fromConnectData(null, answer.text)), answer.schemalessEnvelope);
    });

    test(`quotes ${name} as Kafka does without schemas`, () => {
      assert.equal(convert(withoutEnvelope().toKafka(utf8), answer.text), answer.plain);
      assert.equal(textOf(withoutEnvelope().fromConnectData(stringSchema, answer.text)), answer.plain);
    });

    test(`gives ${name} back to a sink of texts`, () => {
      const toPlugin = withEnvelope().toPlugin('UTF8');

      assert.equal(convert(toPlugin, answer.envelope), answer.text);
      assert.equal(convert(toPlugin, answer.optionalEnvelope), answer.text);
      assert.equal(convert(toPlugin, answer.schemalessEnvelope), answer.text);
      assert.equal(convert(withoutEnvelope().toPlugin('UTF8'), answer.plain), answer.text);
    });

    test(`gives ${name} as JSON to a sink of JSON`, () => {
      assert.equal(convert(withEnvelope().toPlugin('JSON'), answer.envelope), answer.plain);
    });
  }

  test('keep a large text whole', () => {
    const text = `${'x'.repeat(3_000_000)}\n`;
    const toKafka = withEnvelope().toKafka(utf8);

    const wrapped = convert(toKafka, text);

    assert.equal(wrapped, `{"schema":{"type":"string","optional":false},"payload":"${'x'.repeat(3_000_000)}\\n"}`);
    assert.equal(convert(toKafka, 'y'), '{"schema":{"type":"string","optional":false},"payload":"y"}');
  });

  test('that are absent stay null in both directions', () => {
    for (const converter of [withEnvelope(), withoutEnvelope()]) {
      assert.equal(convert(converter.toKafka(utf8), null), null);
      assert.equal(convert(converter.toKafka(raw), null), null);
      assert.equal(convert(converter.toPlugin('UTF8'), null), null);
      assert.equal(convert(converter.toPlugin('RAW'), null), null);
    }
  });

  test('carry the name and version that a plugin declares', () => {
    const toKafka = withEnvelope().toKafka({ ...utf8, name: 'line', version: 2 });

    assert.equal(
      convert(toKafka, 'a'),
      '{"schema":{"type":"string","optional":false,"name":"line","version":2},"payload":"a"}',
    );
  });

  test("need no envelope in Kafka's exact spelling to be read", () => {
    const toPlugin = withEnvelope().toPlugin('UTF8');

    assert.equal(convert(toPlugin, ' {"payload": "a\\u00e9", "schema": {"optional":false,"type":"string"} } '), 'aé');
    assert.equal(convert(toPlugin, '{"schema":{"type":"string","optional":true},"payload":null}'), null);
    assert.equal(convert(toPlugin, '{"schema":{"type":"string","optional":false},"payload":"a"} '), 'a');
  });

  test('are not taken for plain when a quote ends them early', () => {
    const bytes = '{"schema":{"type":"string","optional":false},"payload":"a","x":"b"}';

    assert.throws(() => convert(withEnvelope().toPlugin('UTF8'), bytes), /requires "schema" and "payload" fields/);
  });
});

const structSchema: StructSchema = {
  ...plainTraits,
  type: 'STRUCT',
  name: 'S',
  fields: [
    { name: 'a', schema: primitive('INT32') },
    { name: 'b', schema: primitive('STRING', { isOptional: true }) },
    { name: 'c', schema: { ...plainTraits, type: 'ARRAY', items: primitive('INT64') } },
    {
      name: 'd',
      schema: { ...plainTraits, type: 'MAP', isOptional: true, keys: stringSchema, values: primitive('FLOAT64') },
    },
  ],
};

/** In the order of the known answers. */
const values: readonly (readonly [Schema | null, ConnectValue])[] = [
  [primitive('BOOLEAN'), true],
  [primitive('INT8'), -5],
  [primitive('INT16'), 300],
  [primitive('INT32'), 7],
  [primitive('INT64'), 9223372036854775807n],
  [primitive('FLOAT32'), Math.fround(1.1)],
  [primitive('FLOAT32'), Math.fround(3e10)],
  [primitive('FLOAT32'), 16777216],
  [primitive('FLOAT64'), 1],
  [primitive('FLOAT64'), 1e7],
  [primitive('FLOAT64'), 1.5e-5],
  [primitive('FLOAT64'), 123456.789],
  [primitive('FLOAT64'), 1e300],
  [primitive('FLOAT64'), 0.001],
  [primitive('FLOAT64'), -0],
  [primitive('FLOAT64'), NaN],
  [primitive('FLOAT64'), Infinity],
  [primitive('BYTES'), Buffer.from([0, 1, 2, 255])],
  [primitive('BYTES'), Buffer.alloc(0)],
  [
    structSchema,
    new Struct(
      structSchema,
      new Map<string, ConnectValue>([
        ['a', 1],
        ['b', 'x'],
        ['c', [1n, 9223372036854775807n]],
        ['d', new Map([['k', 1.5]])],
      ]),
    ),
  ],
  [
    structSchema,
    new Struct(
      structSchema,
      new Map<string, ConnectValue>([
        ['a', 1],
        ['c', []],
      ]),
    ),
  ],
  [{ ...plainTraits, type: 'ARRAY', items: stringSchema }, ['a', 'b']],
  [{ ...plainTraits, type: 'MAP', keys: stringSchema, values: primitive('INT32') }, new Map([['k', 1]])],
  [{ ...plainTraits, type: 'MAP', keys: primitive('INT32'), values: stringSchema }, new Map([[1, 'v']])],
  [primitive('INT32', { isOptional: true }), null],
  [null, null],
  [null, 5n],
  [null, 1.5],
  [null, true],
  [null, new Map([['a', 1n]])],
  [null, new Map([[1n, 'x']])],
  [null, [1n, 'x']],
  [null, Buffer.from([1])],
  [primitive('INT32', { defaultValue: 5 }), null],
];

/** Java 17 prints some floats with more digits than it takes to read them back (JDK-4511638, mended in 19). */
const javaBugs = new Map([['3.0000001E10', '3.0E10']]);

function withoutJavaBug(text: string | null): string | null {
  return text === null ? null : [...javaBugs].reduce((kept, [bug, right]) => kept.replace(bug, right), text);
}

describe('JSON converter, data', () => {
  for (const [index, [schema, value]] of values.entries()) {
    const answer = answers.values[index];
    assert(answer !== undefined);

    test(`writes ${String(answer.envelope)} as Kafka does`, () => {
      assert.equal(textOf(withEnvelope().fromConnectData(schema, value)), withoutJavaBug(answer.envelope));
      assert.equal(textOf(withoutEnvelope().fromConnectData(schema, value)), withoutJavaBug(answer.plain));
    });

    if (value !== null && answer.javaText !== null) {
      test(`shows ${answer.javaText} as Java does`, () => {
        assert.equal(toJavaText(schema, value), withoutJavaBug(answer.javaText));
      });
    }
  }

  test('refuses null for a required value without default', () => {
    assert.throws(() => withEnvelope().fromConnectData(stringSchema, null), {
      code: 'DATA_INVALID',
      message: 'Conversion error: null value for field that is required and has no default value',
    });
  });

  test('refuses a value of another type', () => {
    assert.throws(() => withEnvelope().fromConnectData(stringSchema, 5), /Invalid type for STRING/);
    assert.throws(() => withEnvelope().fromConnectData(primitive('INT64'), 5), /Invalid type for INT64/);
  });

  test('keeps an optional null when told not to replace it', () => {
    const converter = new JsonConverter(
      new Map([
        ['schemas.enable', 'false'],
        ['replace.null.with.default', 'false'],
      ]),
    );
    const schema = primitive('INT32', { isOptional: true, defaultValue: 5 });

    assert.equal(textOf(converter.fromConnectData(schema, null)), 'null');
    assert.equal(textOf(withoutEnvelope().fromConnectData(schema, null)), '5');
  });

  test('writes name, version, doc, parameters and default of a schema', () => {
    const schema = primitive('STRING', {
      isOptional: true,
      name: 'n',
      version: 3,
      doc: 'd',
      parameters: new Map([['p', 'q']]),
      defaultValue: 'x',
    });

    assert.equal(
      textOf(withEnvelope().fromConnectData(schema, 'v')),
      '{"schema":{"type":"string","optional":true,"name":"n","version":3,"doc":"d","parameters":{"p":"q"},"default":"x"},"payload":"v"}',
    );
  });

  for (const { json: text, result } of answers.envelopeReads) {
    test(`reads ${text} as Kafka does`, () => {
      assert.equal(readResult(withEnvelope(), text), comparable(result));
    });
  }

  for (const { json: text, result } of answers.plainReads) {
    test(`reads ${text} without schemas as Kafka does`, () => {
      assert.equal(readResult(withoutEnvelope(), text), comparable(result));
    });
  }

  test('refuses deep nesting rather than running out of stack', () => {
    assert.throws(() => withoutEnvelope().toConnectData(Buffer.from('['.repeat(100_000))), /nested deeper than 1000/);
  });

  test('gives the payload of an envelope to a sink of bytes', () => {
    const envelope = '{"schema":{"type":"bytes","optional":false},"payload":"YWJj"}';

    assert.equal(convert(withEnvelope().toPlugin('RAW'), envelope), 'abc');
  });

  test('gives the text of a struct to a sink of texts', () => {
    assert.equal(
      convert(withEnvelope().toPlugin('UTF8'), answers.values[19]?.envelope ?? ''),
      answers.values[19]?.javaText,
    );
  });

  test('refuses the text of bytes, which Java has none of either', () => {
    const envelope = '{"schema":{"type":"bytes","optional":false},"payload":"YWJj"}';

    assert.throws(() => convert(withEnvelope().toPlugin('UTF8'), envelope), { code: 'DATA_INVALID' });
  });
});

describe('JSON converter, plugin formats', () => {
  test('wraps bytes in base64', () => {
    assert.equal(
      convert(withEnvelope().toKafka(raw), Buffer.from([0, 1, 2, 255])),
      '{"schema":{"type":"bytes","optional":false},"payload":"AAEC/w=="}',
    );
    assert.equal(convert(withoutEnvelope().toKafka(raw), Buffer.from([0])), '"AA=="');
  });

  test('leaves JSON as it is without schemas', () => {
    assert.equal(withoutEnvelope().toKafka(json), 'as-is');
    assert.equal(withoutEnvelope().toPlugin('JSON'), 'as-is');
  });

  test('wraps JSON without reading it', () => {
    assert.equal(convert(withEnvelope().toKafka(json), '{ "a": 1 }'), '{"schema":null,"payload":{ "a": 1 }}');
  });

  test('wraps JSON with its declared schema', () => {
    const definition = Buffer.from('{"type": "int64", "optional": true}');

    assert.equal(
      convert(withEnvelope().toKafka({ ...json, definition }), '9007199254740993'),
      '{"schema":{"type":"int64","optional":true},"payload":9007199254740993}',
    );
  });

  test('refuses a declared schema that is none', () => {
    assert.throws(() => withEnvelope().toKafka({ ...json, definition: Buffer.from('{"type":"int7"}') }), {
      code: 'SCHEMA_INVALID',
    });
  });

  test('puts the schema of AVRO into the envelope', () => {
    const avro = { ...json, format: 'AVRO', definition: Buffer.from('"string"') } as const;

    const text = convert(withEnvelope().toKafka(avro), '\u0002a');

    assert.equal(text, '{"schema":{"type":"string","optional":false},"payload":"a"}');
  });

  test('leaves final bytes as they are', () => {
    assert.equal(withEnvelope().toKafka({ ...json, format: 'PRE_ENCODED' }), 'as-is');
  });

  test('refuses wrong settings by key', () => {
    assert.throws(() => new JsonConverter(new Map([['schemas.enable', 'maybe']])), {
      code: 'CONFIG_INVALID',
      message: 'Invalid value maybe for configuration schemas.enable: Expected value to be either true or false',
    });
  });
});

/** A known answer without what cannot be the same: memory addresses, and what Jackson says of a fault. */
function comparable(result: string): string {
  if (result.includes('failed due to serialization error')) return 'ERR serialization';
  return result
    .replace(/^ERR DataException: /, 'ERR ')
    .replace(/ <- \w+$/, '')
    .replace(/\[B@[0-9a-f]+/, '?');
}

function readResult(converter: JsonConverter, text: string): string {
  try {
    return describeData(converter.toConnectData(Buffer.from(text)));
  } catch (error) {
    assert(error instanceof ConnectError);
    assert.equal(error.code, 'DATA_INVALID');
    return error.message.includes('failed due to serialization error') ? 'ERR serialization' : `ERR ${error.message}`;
  }
}

/** Data as the program that made the known answers described it. */
function describeData({ schema, value }: SchemaAndValue): string {
  const text = value === null ? '' : value instanceof Uint8Array ? '?' : toJavaText(schema, value);
  const name = schema?.name === null || schema === null ? '' : ` ${schema.name}`;
  const schemaText = schema === null ? 'noschema' : `${schema.type}${schema.isOptional ? '?' : ''}${name}`;
  return `${describeValue(schema, value)} | ${text} | ${schemaText}`;
}
