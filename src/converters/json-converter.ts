import { ConfigDef } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { atLeast, oneOfIgnoringCase } from '../config/validators.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from '../data/connect-value.ts';
import { JsonReader, JsonSyntaxError } from '../data/json-reader.ts';
import { writeJson } from '../data/json-writer.ts';
import { plainTraits, type Schema } from '../data/schema.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { ByteConversion, SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { EnvelopeUnwrapper, JsonEnvelopeWrapper, readEnvelope } from './json-envelope.ts';
import { schemaFromJson, schemaToJson } from './json-schema.ts';
import { JsonTextWriter } from './json-text.ts';
import { defaultJsonOptions, valueFromJson, valueToJson, type JsonValueOptions } from './json-value.ts';
import { connectSchemaOf, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/** Settings of JsonConverter. */
export const jsonConverterConfigDef = new ConfigDef().defineAll([
  {
    name: 'schemas.enable',
    type: 'BOOLEAN',
    default: true,
    importance: 'HIGH',
    group: 'Schemas',
    orderInGroup: 0,
    width: 'MEDIUM',
    displayName: 'Enable Schemas',
    documentation: 'Whether data is wrapped in an envelope of schema and payload.',
  },
  {
    name: 'schemas.cache.size',
    type: 'INT',
    default: 1000,
    validator: atLeast(0),
    importance: 'HIGH',
    group: 'Schemas',
    orderInGroup: 1,
    width: 'MEDIUM',
    displayName: 'Schema Cache Size',
    documentation: 'Largest number of schemas that are remembered.',
  },
  {
    name: 'decimal.format',
    type: 'STRING',
    default: 'BASE64',
    validator: oneOfIgnoringCase('base64', 'numeric'),
    importance: 'LOW',
    group: 'Serialization',
    orderInGroup: 0,
    width: 'MEDIUM',
    displayName: 'Decimal Format',
    documentation: 'How decimals are written: `BASE64` or `NUMERIC`, in any case.',
  },
  {
    name: 'replace.null.with.default',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    group: 'Serialization',
    orderInGroup: 1,
    width: 'MEDIUM',
    displayName: 'Replace null with default',
    documentation: 'Whether null becomes the default of its schema where there is one.',
  },
]);

/**
 * JSON, with or without the envelope `{"schema":…,"payload":…}`. Bytes are the same as Kafka Connect's (I8), but that JSON from
 * a plugin goes into the payload, or alone, as it was written.
 *
 * @see `org.apache.kafka.connect.json.JsonConverter`.
 */
export class JsonConverter implements Converter {
  readonly className = 'org.apache.kafka.connect.json.JsonConverter';
  readonly #hasEnvelope: boolean;
  readonly #cacheSize: number;
  readonly #options: JsonValueOptions;
  readonly #schemas = new Map<string, Schema | null>();
  readonly #starts = new WeakMap<Schema, string>();

  /** @throws {ConfigError} */
  constructor(settings: ConfigMap) {
    const config = jsonConverterConfigDef.parse(settings);
    this.#hasEnvelope = config.boolean('schemas.enable');
    this.#cacheSize = config.int('schemas.cache.size');
    this.#options = {
      replacesNullWithDefault: config.boolean('replace.null.with.default'),
      decimalFormat: config.string('decimal.format').toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
    };
  }

  toKafka(schema: DeclaredSchema): SideConversion {
    if (schema.format === 'PRE_ENCODED') return 'as-is';
    const connectSchema = connectSchemaOf(schema);
    if (schema.format === 'JSON') {
      return this.#hasEnvelope ? new JsonEnvelopeWrapper(this.#envelopeStart(connectSchema)) : 'as-is';
    }
    if (schema.format !== 'UTF8') return new DataToKafka(this, schema);
    return this.#hasEnvelope
      ? new JsonTextWriter({ before: this.#envelopeStart(connectSchema), after: '}' })
      : new JsonTextWriter({ before: '', after: '' });
  }

  toPlugin(format: PluginFormat): SideConversion {
    if (format === 'PRE_ENCODED' || (format === 'JSON' && !this.#hasEnvelope)) return 'as-is';
    const inFull: ByteConversion = new DataToPlugin(this, format);
    if (!this.#hasEnvelope || format === 'JSON' || format === 'AVRO') return inFull;
    return new EnvelopeUnwrapper(textEnvelopes, inFull);
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    if (schema === null && value === null) return null;
    const payload = writeJson(valueToJson(schema, value, this.#options));
    return Buffer.from(this.#hasEnvelope ? `${this.#envelopeStart(schema)}${payload}}` : payload);
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    try {
      return this.#readText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      const text = 'Converting byte[] to Kafka Connect data failed due to serialization error';
      throw new ConnectError('DATA_INVALID', `${text}: ${error.message}`, { cause: error });
    }
  }

  /** What stands before the payload in an envelope; remembered for each schema as long as that lives. */
  #envelopeStart(schema: Schema | null): string {
    if (schema === null) return nullEnvelopeStart;
    let start = this.#starts.get(schema);
    if (start === undefined) {
      start = envelopeStart(schema, this.#options);
      this.#starts.set(schema, start);
    }
    return start;
  }

  #readText(text: string): SchemaAndValue {
    if (this.#hasEnvelope) {
      const { schemaText, payload } = readEnvelope(text);
      const schema = this.#schemaOf(schemaText);
      return { schema, value: valueFromJson(schema, payload, this.#options) };
    }
    const reader = new JsonReader(text);
    if (reader.isAtEnd()) return nullSchemaAndValue;
    return { schema: null, value: valueFromJson(null, reader.readValue(), this.#options) };
  }

  #schemaOf(text: string): Schema | null {
    const known = this.#schemas.get(text);
    if (known !== undefined) return known;
    const node = new JsonReader(text).readValue();
    const schema = node === null ? null : schemaFromJson(node, this.#options);
    // Emptied at once when full: schemas that alternate beyond the bound are rare, and their texts are large (I7).
    if (this.#schemas.size >= this.#cacheSize) this.#schemas.clear();
    if (this.#cacheSize > 0) this.#schemas.set(text, schema);
    return schema;
  }
}

function envelopeStart(schema: Schema, options: JsonValueOptions): string {
  return `{"schema":${writeJson(schemaToJson(schema, options))},"payload":`;
}

const nullEnvelopeStart = '{"schema":null,"payload":';

/** Starts of the envelopes of plain texts, as Kafka Connect writes them. */
const textEnvelopes = [false, true].map(isOptional =>
  envelopeStart({ ...plainTraits, type: 'STRING', isOptional }, defaultJsonOptions),
);
