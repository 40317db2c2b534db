import { TextDecoder } from 'node:util';
import { ConfigDef } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { validator } from '../config/validators.ts';
import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import { toJavaText } from '../data/value-text.ts';
import { optionalStringSchema, type Schema } from '../data/schema.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { JsonTextWriter } from './json-text.ts';
import { isRaw, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/** Encodings by their Java names. */
const encodings: ReadonlyMap<string, Encoding> = new Map([
  ['UTF-8', 'utf8'],
  ['ISO-8859-1', 'latin1'],
  ['US-ASCII', 'ascii'],
  ['UTF-16LE', 'utf-16le'],
  ['UTF-16BE', 'utf-16be'],
]);

/** Settings of StringConverter. */
export const stringConverterConfigDef = new ConfigDef().define({
  name: 'converter.encoding',
  type: 'STRING',
  default: 'UTF-8',
  validator: validator('name of an encoding', value =>
    typeof value === 'string' && findEncoding(value) === undefined
      ? `Unsupported encoding; use one of ${[...encodings.keys()].join(', ')}`
      : undefined,
  ),
  importance: 'HIGH',
  documentation: 'Encoding of the text, by its Java name.',
});

/**
 * Text: writes the Java `toString` form of any value but bytes, reads an optional text. Between Kafka and a plugin of format UTF8
 * bytes go as they are; bytes that are no valid UTF-8 too, where Kafka Connect puts U+FFFD in their place.
 *
 * @see `org.apache.kafka.connect.storage.StringConverter`.
 */
export class StringConverter implements Converter {
  readonly className = 'org.apache.kafka.connect.storage.StringConverter';
  readonly #encoding: Encoding;

  /** @throws {ConfigError} */
  constructor(settings: ConfigMap) {
    const name = stringConverterConfigDef.parse(settings).string('converter.encoding');
    this.#encoding = findEncoding(name) ?? 'utf8';
  }

  toKafka(schema: DeclaredSchema): SideConversion {
    if (schema.format === 'PRE_ENCODED') return 'as-is';
    if (isRaw(schema.format)) {
      throw new ConnectError('DATA_INVALID', 'StringConverter cannot write data of format RAW; use ByteArrayConverter');
    }
    return schema.format === 'UTF8' && this.#encoding === 'utf8' ? 'as-is' : new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    if (format === 'PRE_ENCODED' || isRaw(format)) return 'as-is';
    if (this.#encoding !== 'utf8' || format === 'AVRO') return new DataToPlugin(this, format);
    return format === 'UTF8' ? 'as-is' : new JsonTextWriter({ before: '', after: '' });
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    if (value === null) return null;
    const text = toJavaText(schema, value);
    if (this.#encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
    // Java writes '?' for a character that the encoding lacks.
    if (this.#encoding === 'latin1') return Buffer.from(text.replace(/[^\x00-\xff]/gu, '?'), 'latin1');
    if (this.#encoding === 'ascii') return Buffer.from(text.replace(/[^\x00-\x7f]/gu, '?'), 'latin1');
    return Buffer.from(text, this.#encoding === 'utf8' ? 'utf8' : 'utf16le');
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    return { schema: optionalStringSchema, value: bytes === null ? null : this.#decode(bytes) };
  }

  #decode(bytes: Uint8Array): string {
    if (this.#encoding === 'utf8' || this.#encoding === 'utf-16le' || this.#encoding === 'utf-16be') {
      return new TextDecoder(this.#encoding, { ignoreBOM: true }).decode(bytes);
    }
    const text = Buffer.from(bytes).toString('latin1');
    return this.#encoding === 'ascii' ? text.replace(/[\x80-\xff]/g, '\ufffd') : text;
  }
}

type Encoding = 'utf8' | 'latin1' | 'ascii' | 'utf-16le' | 'utf-16be';

function findEncoding(name: string): Encoding | undefined {
  const upper = name.toUpperCase();
  return encodings.get(upper === 'UTF8' ? 'UTF-8' : upper === 'ASCII' ? 'US-ASCII' : upper);
}
