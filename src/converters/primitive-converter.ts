/** Converters of single numbers and booleans: big-endian, one value per record. */
import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import { plainTraits, type PrimitiveType, type Schema } from '../data/schema.ts';
import { checkValue } from '../data/value-check.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { connectSchemaOf, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/** How one type is written. */
export interface PrimitiveCodec {
  /** Simple name of the Java class, such as `LongConverter`. */
  readonly simpleName: string;
  readonly type: PrimitiveType;
  readonly byteLength: number;
  write(value: ConnectValue, target: Buffer): void;
  read(source: Buffer): ConnectValue;
}

/** The codecs, one per Java class. */
export const primitiveCodecs: readonly PrimitiveCodec[] = [
  {
    simpleName: 'BooleanConverter',
    type: 'BOOLEAN',
    byteLength: 1,
    write: (value, target) => target.writeUInt8(value === true ? 1 : 0),
    read: readBoolean,
  },
  {
    simpleName: 'ShortConverter',
    type: 'INT16',
    byteLength: 2,
    write: (value, target) => target.writeInt16BE(Number(value)),
    read: source => source.readInt16BE(),
  },
  {
    simpleName: 'IntegerConverter',
    type: 'INT32',
    byteLength: 4,
    write: (value, target) => target.writeInt32BE(Number(value)),
    read: source => source.readInt32BE(),
  },
  {
    simpleName: 'LongConverter',
    type: 'INT64',
    byteLength: 8,
    write: (value, target) => target.writeBigInt64BE(typeof value === 'bigint' ? value : 0n),
    read: source => source.readBigInt64BE(),
  },
  {
    simpleName: 'FloatConverter',
    type: 'FLOAT32',
    byteLength: 4,
    write: (value, target) => target.writeFloatBE(Number(value)),
    read: source => source.readFloatBE(),
  },
  {
    simpleName: 'DoubleConverter',
    type: 'FLOAT64',
    byteLength: 8,
    write: (value, target) => target.writeDoubleBE(Number(value)),
    read: source => source.readDoubleBE(),
  },
];

/**
 * A number or boolean; writes nothing but values of exactly its type, reads an optional one.
 *
 * @see `org.apache.kafka.connect.converters.LongConverter` and its siblings.
 */
export class PrimitiveConverter implements Converter {
  readonly className: string;
  readonly #codec: PrimitiveCodec;
  readonly #schema: Schema;

  constructor(codec: PrimitiveCodec) {
    this.className = `org.apache.kafka.connect.converters.${codec.simpleName}`;
    this.#codec = codec;
    this.#schema = { ...plainTraits, type: codec.type, isOptional: true };
  }

  toKafka(schema: DeclaredSchema): SideConversion {
    if (schema.format === 'PRE_ENCODED') return 'as-is';
    this.#checkSchema(connectSchemaOf(schema));
    return new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    return format === 'UTF8' || format === 'JSON' || format === 'AVRO' ? new DataToPlugin(this, format) : 'as-is';
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    this.#checkSchema(schema);
    if (value === null) return null;
    checkValue(this.#schema, value);
    const target = Buffer.alloc(this.#codec.byteLength);
    this.#codec.write(value, target);
    return target;
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: this.#schema, value: null };
    if (bytes.length !== this.#codec.byteLength) {
      const reason = `${bytes.length} bytes instead of ${this.#codec.byteLength}`;
      throw new ConnectError('DATA_INVALID', `${this.#codec.simpleName} failed to deserialize: ${reason}`);
    }
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { schema: this.#schema, value: this.#codec.read(source) };
  }

  #checkSchema(schema: Schema | null): void {
    if (schema === null || schema.type === this.#codec.type) return;
    throw new ConnectError('DATA_INVALID', `Invalid schema type for ${this.#codec.simpleName}: ${schema.type}`);
  }
}

function readBoolean(source: Buffer): boolean {
  const byte = source.readUInt8();
  if (byte <= 1) return byte === 1;
  throw new ConnectError('DATA_INVALID', `BooleanConverter failed to deserialize: unexpected byte ${byte}`);
}
