/** Values as the text that `value-parser.ts` reads again: JSON-like, but with texts bare at the top. */
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { Decimal } from './decimal.ts';
import { Instant } from './instant.ts';
import { NarrowNumber } from './narrow-number.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';
import { temporalText } from './value-literals.ts';
import { toJavaText } from './value-text.ts';

/**
 * The value as text: numbers as Java writes them, bytes in base64, times in the ISO form that fits them; within lists, maps and structs
 * texts and bytes in quotes.
 *
 * @see `Values#convertToString` in Kafka Connect.
 */
export function valueToText(schema: Schema | null, value: ConnectValue): string {
  return toText(schema, value, false);
}

/** What kind of value it is, for messages that must not show it (I9). */
export function describeValue(value: ConnectValue): string {
  if (value === null) return 'null';
  if (isConnectList(value)) return 'list';
  if (isConnectMap(value)) return 'map';
  if (value instanceof Uint8Array) return 'byte array';
  if (value instanceof Struct) return 'struct';
  if (value instanceof Decimal) return 'decimal';
  if (value instanceof Instant) return 'time';
  if (value instanceof NarrowNumber) return value.type;
  if (typeof value === 'bigint') return 'INT64';
  return typeof value === 'number' ? 'FLOAT64' : typeof value;
}

function toText(schema: Schema | null, value: ConnectValue, isNested: boolean): string {
  if (typeof value === 'string') return isNested ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
  if (value instanceof Uint8Array) {
    const base64 = Buffer.from(value).toString('base64');
    return isNested ? `"${base64}"` : base64;
  }
  if (value instanceof Instant) return temporalText(value);
  if (isConnectList(value)) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return `[${value.map(item => toText(items, item, true)).join(',')}]`;
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema?.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    return toEntries([...value].map(([key, item]) => [toText(keys, key, true), toText(values, item, true)]));
  }
  if (value instanceof Struct) {
    const fields = value.schema.fields;
    return toEntries(
      fields.map(({ name, schema: of }) => [toText(null, name, true), toText(of, value.get(name), true)]),
    );
  }
  return toJavaText(schema, value);
}

function toEntries(entries: readonly (readonly string[])[]): string {
  return `{${entries.map(entry => entry.join(':')).join(',')}}`;
}
