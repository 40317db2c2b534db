import { toRange, type SideConversion } from '../converters/byte-conversion.ts';
import type { Converter } from '../converters/converter.ts';
import { PluginDataReader, type DeclaredSchema } from '../converters/plugin-format.ts';
import { nullSchemaAndValue, type SchemaAndValue } from '../data/connect-value.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import type { BatchReader, WireHeader } from '../wire/batch-reader.ts';
import type { SchemaDeclaration } from '../wire/data-messages.ts';
import { conversion, type Operation } from './errors/stage.ts';
import { HeaderConversion } from './header-conversion.ts';
import { RecordTransforms, type SideCodec, type TransformedRecord } from './record-transforms.ts';
import type { TaskConverters } from './task-converters.ts';

const source = { kind: 'source' } as const;

/** Takes what a source plugin gives through its transforms, and makes Kafka's bytes of it. */
export class SourceTransforms {
  readonly #converters: TaskConverters;
  readonly #transforms: RecordTransforms;
  readonly #schemas = new Map<number, DeclaredCodecs>();
  readonly #headers: HeaderConversion;

  constructor(options: { readonly chain: TransformChain; readonly converters: TaskConverters }) {
    const { converters } = options;
    this.#converters = converters;
    this.#headers = new HeaderConversion(schema => converters.header.toKafka(schema));
    this.#transforms = new RecordTransforms({
      chain: options.chain,
      headers: {
        operation: conversion('header', converters.header),
        convert: (headers: readonly WireHeader[], topic) => this.#headers.convert(headers, topic),
        decode: (header: WireHeader) => this.#codecs(header.schemaId).readHeader(header.value),
        encode: (header, topic) => converters.header.fromConnectData(header.schema, header.value, topic),
      },
    });
    this.declare({ id: 0, format: 'RAW', definition: new Uint8Array(), name: '', version: 0 });
  }

  /** Takes a new schema. */
  declare(schema: SchemaDeclaration): void {
    this.#schemas.set(schema.id, new DeclaredCodecs(schema, this.#converters));
    if (schema.id !== 0) this.#headers.declare(schema);
  }

  /** What was done last, and failed if {@link apply} threw. */
  get operation(): Operation {
    return this.#transforms.operation;
  }

  /**
   * The record on which the reader stands after its transforms; null when it is dropped.
   *
   * @throws {ConnectError} DATA_INVALID, SCHEMA_INVALID; PROTOCOL_VIOLATION for a schema that was not declared.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  apply(reader: BatchReader, topic: string): TransformedRecord | null {
    const key = this.#codecs(reader.keySchemaId).key;
    const value = this.#codecs(reader.valueSchemaId).value;
    return this.#transforms.apply(reader, { topic, partition: reader.partition, origin: source, key, value });
  }

  #codecs(schemaId: number): DeclaredCodecs {
    const codecs = this.#schemas.get(schemaId);
    if (codecs !== undefined) return codecs;
    throw new ConnectError('PROTOCOL_VIOLATION', `A record names schema id ${schemaId}, which was not declared`);
  }
}

/** The ways of data of one declared schema, each found when it is first taken: a schema serves keys and values alike. */
class DeclaredCodecs {
  readonly key: SideCodec;
  readonly value: SideCodec;
  readonly #schema: DeclaredSchema;
  #reader: PluginDataReader | null = null;

  constructor(schema: DeclaredSchema, converters: TaskConverters) {
    this.#schema = schema;
    this.key = this.#codecOf('key', converters.key);
    this.value = this.#codecOf('value', converters.value);
  }

  /** Value of a header. */
  readHeader(bytes: Uint8Array | null): SchemaAndValue {
    return this.#read(bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #codecOf(role: 'key' | 'value', converter: Converter): SideCodec {
    const schema = this.#schema;
    let toKafka: SideConversion | undefined;
    return {
      operation: conversion(role, converter),
      get conversion() {
        return (toKafka ??= converter.toKafka(schema));
      },
      // What the plugin encoded for Kafka already is read as Kafka's.
      decode: (bytes, topic) =>
        schema.format === 'PRE_ENCODED' ? converter.toConnectData(bytes, topic) : this.#read(bytes),
      encode: (data, topic) => toRange(converter.fromConnectData(data.schema, data.value, topic)),
    };
  }

  #read(bytes: Buffer | null): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    this.#reader ??= new PluginDataReader(this.#schema);
    return this.#reader.read(bytes, 0, bytes.length);
  }
}
