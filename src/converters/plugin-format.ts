/**
 * The formats in which plugins give and take data, as Connect data: RAW is required bytes, UTF8 a required text, JSON what its
 * definition says or data without schema, AVRO what its definition says. Absent bytes are null without schema.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from '../data/connect-value.ts';
import { toJavaText } from '../data/value-text.ts';
import { JsonReader } from '../data/json-reader.ts';
import { writeJson } from '../data/json-writer.ts';
import { bytesSchema, stringSchema, type Schema } from '../data/schema.ts';
import type { AvroDataReader } from './avro/avro-data.ts';
import { createPluginAvroReader } from './avro/plugin-avro.ts';
import { schemaFromJson } from './json-schema.ts';
import { defaultJsonOptions, valueFromJson, valueToJson } from './json-value.ts';

/** Formats of the plugin protocol. */
export type PluginFormat = 'FORMAT_UNSPECIFIED' | 'RAW' | 'UTF8' | 'JSON' | 'AVRO' | 'PRE_ENCODED';

/** What a plugin declares of its data, once per stream. */
export interface DeclaredSchema {
  readonly format: PluginFormat;
  /** JSON: a schema in JsonConverter's form, or empty for data without schema. AVRO: the Avro schema. */
  readonly definition: Uint8Array;
  /** Schema name; empty if it has none. */
  readonly name: string;
  /** Schema version; 0 if it has none. */
  readonly version: number;
}

/** RAW stands for an unspecified format. */
export function isRaw(format: PluginFormat): boolean {
  return format === 'RAW' || format === 'FORMAT_UNSPECIFIED';
}

/**
 * The Connect schema of declared data; null for JSON without definition.
 *
 * @throws {ConnectError} SCHEMA_INVALID for a wrong definition; DATA_INVALID for formats that cannot be decoded.
 */
export function connectSchemaOf(declared: DeclaredSchema): Schema | null {
  switch (declared.format) {
    case 'FORMAT_UNSPECIFIED':
    case 'RAW':
      return withName(bytesSchema, declared);
    case 'UTF8':
      return withName(stringSchema, declared);
    case 'JSON':
      return declared.definition.length === 0 ? null : parseDefinition(declared.definition);
    case 'AVRO':
      return createPluginAvroReader(declared.definition).schema;
    case 'PRE_ENCODED':
      throw preEncoded();
  }
}

/** Reads data of one declared schema. */
export class PluginDataReader {
  readonly schema: Schema | null;
  readonly #format: PluginFormat;
  readonly #avro: AvroDataReader | null;

  /** @throws {ConnectError} as {@link connectSchemaOf}. */
  constructor(declared: DeclaredSchema) {
    this.#avro = declared.format === 'AVRO' ? createPluginAvroReader(declared.definition) : null;
    this.schema = this.#avro === null ? connectSchemaOf(declared) : this.#avro.schema;
    this.#format = declared.format;
  }

  /** @throws {ConnectError} DATA_INVALID when the bytes are not of the format and schema. */
  read(source: Buffer, start: number, end: number): SchemaAndValue {
    if (start < 0) return nullSchemaAndValue;
    return { schema: this.schema, value: this.#readValue(source, start, end) };
  }

  #readValue(source: Buffer, start: number, end: number): ConnectValue {
    if (this.#avro !== null) return this.#avro.read(source, start, end);
    if (isRaw(this.#format)) return source.subarray(start, end);
    const text = source.toString('utf8', start, end);
    if (this.#format === 'UTF8') return text;
    const reader = new JsonReader(text);
    const node = reader.readValue();
    if (!reader.isAtEnd()) throw new ConnectError('DATA_INVALID', 'A JSON value is followed by more text');
    return valueFromJson(this.schema, node, defaultJsonOptions);
  }
}

/** Formats whose name alone tells what data is; AVRO needs a schema beside it: see `PluginAvroEncoder`. */
export type PlainPluginFormat = Exclude<PluginFormat, 'AVRO'>;

/**
 * The value in a plugin's format; a text, or bytes. Null stays null.
 *
 * @throws {ConnectError} DATA_INVALID when the value has no such form.
 */
export function writePluginData(format: PlainPluginFormat, data: SchemaAndValue): string | Uint8Array | null {
  if (data.value === null) return null;
  switch (format) {
    case 'FORMAT_UNSPECIFIED':
    case 'RAW':
      return data.value instanceof Uint8Array ? data.value : toJavaText(data.schema, data.value);
    case 'UTF8':
      return toJavaText(data.schema, data.value);
    case 'JSON':
      return writeJson(valueToJson(data.schema, data.value, defaultJsonOptions));
    case 'PRE_ENCODED':
      throw preEncoded();
  }
}

function preEncoded(): ConnectError {
  return new ConnectError('DATA_INVALID', "Data in format PRE_ENCODED is Kafka's; it is neither read nor made");
}

function withName(schema: Schema, declared: DeclaredSchema): Schema {
  if (declared.name === '' && declared.version === 0) return schema;
  return {
    ...schema,
    name: declared.name === '' ? null : declared.name,
    version: declared.version === 0 ? null : declared.version,
  };
}

function parseDefinition(definition: Uint8Array): Schema {
  const reader = new JsonReader(Buffer.from(definition).toString('utf8'));
  try {
    return schemaFromJson(reader.readValue(), defaultJsonOptions);
  } catch (error) {
    throw new ConnectError('SCHEMA_INVALID', `A declared JSON schema is not valid: ${String(error)}`, { cause: error });
  }
}
