import { OutputBuffer } from '../converters/byte-conversion.ts';
import type { Converter } from '../converters/converter.ts';
import { createPluginDataWriter } from '../converters/data-conversion.ts';
import type { PluginFormat } from '../converters/plugin-format.ts';
import type { RecordCursor } from '../kafka/record-cursor.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import { conversion, type Operation } from './errors/stage.ts';
import { RecordTransforms, type SideCodec, type TransformedRecord } from './record-transforms.ts';
import type { TaskConverters } from './task-converters.ts';

/** Takes Kafka's records through the transforms of a sink, and makes what its plugin takes of them. */
export class SinkTransforms {
  readonly #transforms: RecordTransforms;
  readonly #key: SideCodec;
  readonly #value: SideCodec;

  /** @throws {ConnectError} DATA_INVALID if a converter cannot give the format that the sink wants. */
  constructor(options: {
    readonly chain: TransformChain;
    readonly converters: TaskConverters;
    readonly formats: { readonly key: PluginFormat; readonly value: PluginFormat };
  }) {
    const { chain, converters, formats } = options;
    this.#key = codecOf('key', converters.key, formats.key);
    this.#value = codecOf('value', converters.value, formats.value);
    this.#transforms = new RecordTransforms({
      chain,
      headers: {
        operation: conversion('header', converters.header),
        // As Kafka has them: what the plugin wants is made of that.
        convert: headers => headers,
        decode: (header, topic) => converters.header.toConnectData(header.value, topic),
        encode: (header, topic) => converters.header.fromConnectData(header.schema, header.value, topic),
      },
    });
  }

  /** What was done last, and failed if {@link apply} threw. */
  get operation(): Operation {
    return this.#transforms.operation;
  }

  /**
   * The record on which the cursor stands after its transforms; null when it is dropped.
   *
   * @throws {ConnectError} DATA_INVALID or SCHEMA_INVALID
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  apply(cursor: RecordCursor, from: { readonly topic: string; readonly partition: number }): TransformedRecord | null {
    const { topic, partition } = from;
    return this.#transforms.apply(cursor, {
      topic,
      partition,
      origin: { kind: 'sink', topic, partition, offset: BigInt(cursor.offset) },
      key: this.#key,
      value: this.#value,
    });
  }
}

function codecOf(role: 'key' | 'value', converter: Converter, format: PluginFormat): SideCodec {
  const output = new OutputBuffer();
  const write = createPluginDataWriter(format);
  return {
    operation: conversion(role, converter),
    conversion: converter.toPlugin(format),
    decode: (bytes, topic) => converter.toConnectData(bytes, topic),
    encode: data => write(output, data),
  };
}
