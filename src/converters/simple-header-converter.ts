import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import { isConnectList, isConnectMap } from '../data/connect-value.ts';
import { toJavaText } from '../data/value-text.ts';
import { plainTraits, stringSchema, type PrimitiveType, type Schema } from '../data/schema.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { isRaw, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/**
 * Header values as text whose type is guessed when it is read: `true`, `false`, `null` and numbers become what they look like,
 * as small as they fit; all else stays text. Lists, maps, dates and numbers too large for INT64 and FLOAT64 are text here as
 * well, where Kafka Connect gives them their types. Between Kafka and a plugin text goes as it is, unguessed.
 *
 * @see `org.apache.kafka.connect.storage.SimpleHeaderConverter`.
 */
export class SimpleHeaderConverter implements Converter {
  readonly className = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

  toKafka(schema: DeclaredSchema): SideConversion {
    return schema.format === 'UTF8' || schema.format === 'PRE_ENCODED' ? 'as-is' : new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    if (format === 'AVRO') throw new ConnectError('DATA_INVALID', 'SimpleHeaderConverter cannot give format AVRO');
    return isRaw(format) || format === 'UTF8' || format === 'PRE_ENCODED' ? 'as-is' : new DataToPlugin(this, format);
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    return value === null ? null : Buffer.from(toHeaderText(schema, value, false));
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    return guessType(Buffer.from(bytes).toString('utf8'));
  }
}

/** The value as header text: texts within lists and maps in quotes, bytes in base64. */
function toHeaderText(schema: Schema | null, value: ConnectValue, isNested: boolean): string {
  if (typeof value === 'string') return isNested ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (isConnectList(value)) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return `[${value.map(item => toHeaderText(items, item, true)).join(',')}]`;
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema?.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    const entries = [...value].map(
      ([key, item]) => `${toHeaderText(keys, key, true)}:${toHeaderText(values, item, true)}`,
    );
    return `{${entries.join(',')}}`;
  }
  return toJavaText(schema, value);
}

function guessType(text: string): SchemaAndValue {
  const trimmed = text.trim();
  if (trimmed === 'null') return { schema: null, value: null };
  if (trimmed === 'true' || trimmed === 'false') return typed('BOOLEAN', trimmed === 'true');
  return guessNumber(trimmed) ?? { schema: stringSchema, value: text };
}

function guessNumber(text: string): SchemaAndValue | undefined {
  if (!/^[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  const integer = Number.isInteger(value) ? guessInteger(text, value) : undefined;
  if (integer !== undefined) return integer;
  // Kafka Connect makes decimals of these.
  if (!Number.isFinite(value) || /^[+-]?[0-9]+$/.test(text)) return undefined;
  const float = Math.fround(value);
  return Number.isFinite(float) ? typed('FLOAT32', float) : typed('FLOAT64', value);
}

function guessInteger(text: string, value: number): SchemaAndValue | undefined {
  if (value >= -0x80 && value < 0x80) return typed('INT8', value);
  if (value >= -0x8000 && value < 0x8000) return typed('INT16', value);
  if (value >= -0x80000000 && value < 0x80000000) return typed('INT32', value);
  const exact = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : BigInt(value);
  return BigInt.asIntN(64, exact) === exact ? typed('INT64', exact) : undefined;
}

function typed(type: PrimitiveType, value: ConnectValue): SchemaAndValue {
  return { schema: { ...plainTraits, type }, value };
}
