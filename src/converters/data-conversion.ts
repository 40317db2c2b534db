/** Conversions that build Connect data on the way, for pairs of plugin format and converter that have no shorter one. */
import type { SchemaAndValue } from '../data/connect-value.ts';
import { OutputBuffer, type ByteConversion, type ConvertedBytes } from './byte-conversion.ts';
import { PluginAvroEncoder } from './avro/plugin-avro.ts';
import type { Converter } from './converter.ts';
import { PluginDataReader, writePluginData, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/** Plugin's bytes → data → Kafka's bytes. */
export class DataToKafka implements ByteConversion {
  readonly #reader: PluginDataReader;
  readonly #converter: Converter;
  readonly #output = new OutputBuffer();

  /** @throws {ConnectError} when data of that schema cannot be decoded. */
  constructor(converter: Converter, schema: DeclaredSchema) {
    this.#converter = converter;
    this.#reader = new PluginDataReader(schema);
  }

  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const { schema, value } = this.#reader.read(source, start, end);
    return this.#output.finishBytes(this.#converter.fromConnectData(schema, value, topic));
  }
}

/** Kafka's bytes → data → plugin's bytes. */
export class DataToPlugin implements ByteConversion {
  readonly #converter: Converter;
  readonly #writer: PluginDataWriter;
  readonly #output = new OutputBuffer();

  constructor(converter: Converter, format: PluginFormat) {
    this.#converter = converter;
    this.#writer = createPluginDataWriter(format);
  }

  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const data = this.#converter.toConnectData(source.subarray(start, end), topic);
    return this.#writer(this.#output, data);
  }
}

/** Puts data out in a plugin's format. @throws {ConnectError} DATA_INVALID */
export type PluginDataWriter = (output: OutputBuffer, data: SchemaAndValue) => ConvertedBytes;

/** How data is put out in a format. */
export function createPluginDataWriter(format: PluginFormat): PluginDataWriter {
  if (format === 'AVRO') {
    const encoder = new PluginAvroEncoder();
    return (output, data) => {
      if (data.value === null) return output.finishNull();
      const { bytes, schema } = encoder.encode(data);
      return output.finishBytes(bytes, schema);
    };
  }
  return (output, data) => {
    const written = writePluginData(format, data);
    return typeof written === 'string' ? output.finishText(written) : output.finishBytes(written);
  };
}
