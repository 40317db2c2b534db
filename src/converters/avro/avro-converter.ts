import type { Clock } from '../../async/clock.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from '../../data/connect-value.ts';
import type { Schema } from '../../data/schema.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { SideConversion } from '../byte-conversion.ts';
import type { Converter } from '../converter.ts';
import { DataToKafka, DataToPlugin } from '../data-conversion.ts';
import type { DeclaredSchema, PluginFormat } from '../plugin-format.ts';
import { frameBytes, readFrame, writeFrame } from '../registry/framing.ts';
import { TypedRegistry, type ReaderSchema, type WriterSchema, type WriteTarget } from '../registry/typed-registry.ts';
import { parseAvroConverterConfig, type AvroConverterConfig } from './avro-converter-config.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { AvroDataReader, AvroDataWriter, toAvroSchema } from './avro-data.ts';
import { AvroFramer, AvroUnframer } from './avro-framing.ts';
import { avroLanguage } from './avro-language.ts';
import type { AvroSchema } from './avro-schema.ts';
import { isUnionStruct } from './connect-kinds.ts';
import { parseAvroSchema } from './parse-avro-schema.ts';
import { declareAvro } from './plugin-avro.ts';
import { toBuffer } from './wire-values.ts';

/** How data of one Connect schema is written. */
interface Writing {
  readonly schema: WriterSchema<AvroSchema>;
  /** What it was last written with, and how. */
  target: WriteTarget<AvroSchema> | null;
  writer: AvroDataWriter | null;
}

/** How data of one registered schema is read. */
interface Reading {
  readonly declared: DeclaredSchema;
  readonly byVersion: Map<number | null, AvroDataReader>;
}

/**
 * Avro, with schemas in a schema registry: a zero, the schema's id, the data. Data of format AVRO goes as it is but for these five
 * bytes (D3), unless the settings say that it is written with another schema than its own.
 *
 * @see `io.confluent.connect.avro.AvroConverter`.
 */
export class AvroConverter implements Converter {
  readonly className = 'io.confluent.connect.avro.AvroConverter';
  readonly #config: AvroConverterConfig;
  readonly #registry: TypedRegistry<AvroSchema>;
  readonly #writings = new WeakMap<Schema, Writing>();
  #schemaless: Writing | null = null;
  readonly #readings = new Map<number, Reading>();

  /** @throws {ConfigError} */
  constructor(options: { readonly settings: ConfigMap; readonly role: 'key' | 'value'; readonly clock: Clock }) {
    const { settings, role, clock } = options;
    const config = parseAvroConverterConfig(settings, role);
    this.#config = config;
    this.#registry = new TypedRegistry({ config, clock, language: avroLanguage });
  }

  toKafka(schema: DeclaredSchema): SideConversion {
    if (schema.format === 'PRE_ENCODED') return 'as-is';
    const { kind } = this.#config.choice;
    if (schema.format !== 'AVRO' || kind === 'latest' || kind === 'id') return new DataToKafka(this, schema);
    const avro = parseAvroSchema(toBuffer(schema.definition).toString('utf8'));
    // Bytes alone stand after the frame without their length.
    if (avro.type === 'bytes') return new DataToKafka(this, schema);
    return new AvroFramer(this.#registry.writerSchema(avro));
  }

  toPlugin(format: PluginFormat): SideConversion {
    if (format === 'PRE_ENCODED') return 'as-is';
    if (format !== 'AVRO') return new DataToPlugin(this, format);
    return new AvroUnframer({
      declarationOf: id => {
        const known = this.#registry.readerSchema(id);
        return known.schema.type === 'bytes' ? null : this.#reading(known).declared;
      },
      otherwise: new DataToPlugin(this, format),
    });
  }

  fromConnectData(schema: Schema | null, value: ConnectValue, topic: string): Uint8Array | null {
    if (value === null || isUnset(schema, value, this.#config.data)) {
      if (schema === null || schema.isOptional) return null;
      throw new ConnectError('DATA_INVALID', 'Found null value for non-optional schema');
    }
    const writing = this.#writing(schema);
    const target = writing.schema.target(topic);
    const writer = target.schema === writing.target?.schema ? writing.writer : null;
    writing.writer = writer ?? new AvroDataWriter(schema, target.schema, this.#config.data);
    writing.target = target;
    const data = target.schema.type === 'bytes' ? writing.writer.writeBare(value) : writing.writer.write(value);
    return framed(target.id, data);
  }

  toConnectData(bytes: Uint8Array | null, topic: string): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    const source = toBuffer(bytes);
    const known = this.#registry.readerSchema(readFrame(source, 0, source.length));
    const reader = this.#reader(known, topic);
    const value =
      known.schema.type === 'bytes'
        ? reader.readBare(source.subarray(frameBytes))
        : reader.read(source, frameBytes, source.length);
    return { schema: reader.schema, value };
  }

  #writing(schema: Schema | null): Writing {
    const known = schema === null ? this.#schemaless : this.#writings.get(schema);
    if (known !== null && known !== undefined) return known;
    const writing: Writing = {
      schema: this.#registry.writerSchema(toAvroSchema(schema, this.#config.data)),
      target: null,
      writer: null,
    };
    if (schema === null) this.#schemaless = writing;
    else this.#writings.set(schema, writing);
    return writing;
  }

  #reading({ id, schema }: ReaderSchema<AvroSchema>): Reading {
    const known = this.#readings.get(id);
    if (known !== undefined) return known;
    for (const oldest of this.#readings.keys()) {
      if (this.#readings.size < this.#config.cacheSize) break;
      this.#readings.delete(oldest);
    }
    const reading: Reading = { declared: declareAvro(schema), byVersion: new Map() };
    this.#readings.set(id, reading);
    return reading;
  }

  #reader(known: ReaderSchema<AvroSchema>, topic: string): AvroDataReader {
    const version = known.version(topic);
    const { byVersion } = this.#reading(known);
    let reader = byVersion.get(version);
    if (reader === undefined) {
      reader = new AvroDataReader(known.schema, { config: this.#config.data, version });
      // One schema has few versions under the subjects of one task's topics.
      if (byVersion.size >= this.#config.cacheSize) byVersion.clear();
      byVersion.set(version, reader);
    }
    return reader;
  }
}

/** Whether the value stands for a union, and for none of its branches: that is null, as Confluent's converter has it. */
function isUnset(schema: Schema | null, value: ConnectValue, { ignoresDefaults }: AvroDataConfig): boolean {
  if (schema === null || !(value instanceof Struct) || !isUnionStruct(schema)) return false;
  return value.schema.fields.every(
    ({ name }) => (ignoresDefaults ? value.getWithoutDefault(name) : value.get(name)) === null,
  );
}

function framed(id: number, data: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(frameBytes + data.length);
  writeFrame(bytes, id);
  bytes.set(data, frameBytes);
  return bytes;
}
