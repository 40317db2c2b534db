/** Data of one schema between Avro's bytes and Connect, compiled once. */
import type { ConnectValue } from '../../data/connect-value.ts';
import type { Schema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { isAnything } from './anything-schema.ts';
import { AvroCodec } from './avro-codec.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { AvroSchemaBuilder } from './avro-schema-builder.ts';
import type { AvroSchema } from './avro-schema.ts';
import { ConnectSchemaReader } from './connect-schema-reader.ts';
import { ConnectValueReader, type ReadValue } from './connect-value-reader.ts';
import { ConnectValueWriter, type WriteValue } from './connect-value-writer.ts';
import { wireBytes } from './wire-values.ts';

/** Reads data of one Avro schema. */
export class AvroDataReader {
  /** Null for data without schema. */
  readonly schema: Schema | null;
  readonly #codec: AvroCodec;
  readonly #read: ReadValue;

  /**
   * @param version that the schema has under its subject; null for none.
   * @throws {ConnectError} SCHEMA_INVALID
   */
  constructor(avro: AvroSchema, options: { readonly config: AvroDataConfig; readonly version: number | null }) {
    const { config, version } = options;
    this.schema = isAnything(avro) ? null : new ConnectSchemaReader(config).read(avro, version);
    this.#codec = new AvroCodec(avro);
    this.#read = new ConnectValueReader(this.#codec.wire, config).compile(this.schema, avro);
  }

  /** @throws {ConnectError} DATA_INVALID */
  read(bytes: Buffer, start: number, end: number): ConnectValue {
    return this.#read(this.#codec.decode(bytes, start, end));
  }

  /** The value of a schema of bytes alone, which stand without their length. @throws {ConnectError} DATA_INVALID */
  readBare(bytes: Buffer): ConnectValue {
    return this.#read(bytes);
  }
}

/** Writes data of one Connect schema. */
export class AvroDataWriter {
  readonly #codec: AvroCodec;
  readonly #write: WriteValue;

  /**
   * @param schema null for data without schema.
   * @param avro what is written: the schema that {@link toAvroSchema} makes of it, or another that its data fits.
   * @throws {ConnectError} DATA_INVALID when it does not fit.
   */
  constructor(schema: Schema | null, avro: AvroSchema, config: AvroDataConfig) {
    this.#codec = new AvroCodec(avro);
    this.#write = new ConnectValueWriter(this.#codec.wire, config).compile(schema, avro);
  }

  /** The bytes, which are valid until the next call. @throws {ConnectError} DATA_INVALID */
  write(value: ConnectValue): Buffer {
    return this.#codec.encode(this.#write(value));
  }

  /** The bytes of a schema of bytes alone, without their length. @throws {ConnectError} DATA_INVALID */
  writeBare(value: ConnectValue): Uint8Array {
    return wireBytes(this.#write(value));
  }
}

/** The Avro schema that Connect data of that schema is written with. @throws {ConnectError} SCHEMA_INVALID */
export function toAvroSchema(schema: Schema | null, config: AvroDataConfig): AvroSchema {
  try {
    return new AvroSchemaBuilder(config).build(schema);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConnectError('SCHEMA_INVALID', 'A schema is nested too deeply for Avro', { cause: error });
  }
}
