import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import { optionalBytesSchema, type Schema } from '../data/schema.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { connectSchemaOf, isRaw, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/**
 * Bytes as they are. A sink of format UTF8 gets them unchecked, where Kafka Connect would hand it a byte array.
 *
 * @see `org.apache.kafka.connect.converters.ByteArrayConverter`.
 */
export class ByteArrayConverter implements Converter {
  readonly className = 'org.apache.kafka.connect.converters.ByteArrayConverter';

  toKafka(schema: DeclaredSchema): SideConversion {
    if (schema.format === 'PRE_ENCODED' || isRaw(schema.format)) return 'as-is';
    const connectSchema = connectSchemaOf(schema);
    if (connectSchema === null) {
      throw new ConnectError('DATA_INVALID', 'ByteArrayConverter cannot write data of format JSON without a schema');
    }
    this.#checkSchema(connectSchema);
    return new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    return format === 'JSON' || format === 'AVRO' ? new DataToPlugin(this, format) : 'as-is';
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    if (schema !== null) this.#checkSchema(schema);
    if (value === null || value instanceof Uint8Array) return value;
    throw new ConnectError('DATA_INVALID', `ByteArrayConverter is not compatible with values of type ${typeof value}`);
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    return { schema: optionalBytesSchema, value: bytes };
  }

  #checkSchema(schema: Schema): void {
    if (schema.type === 'BYTES') return;
    throw new ConnectError('DATA_INVALID', `Invalid schema type for ByteArrayConverter: ${schema.type}`);
  }
}
