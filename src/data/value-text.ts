import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { dayName, monthName } from './date-names.ts';
import { toDateFields } from './date-pattern.ts';
import { Decimal } from './decimal.ts';
import { Instant } from './instant.ts';
import { doubleToJavaText, floatToJavaText } from './java-number-text.ts';
import { NarrowNumber, numberToJavaText } from './narrow-number.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';

/**
 * The value as Java's `toString` shows it in Kafka Connect, which is what StringConverter writes and FileStreamSink prints:
 * `Struct{a=1,b=x}`, `{k=v}`, `[1, 2]`, `Thu Jan 01 00:00:00 UTC 1970`. Entries of maps keep their own order, where Java's HashMap
 * has one of its own.
 *
 * @param schema null for data without schema.
 * @throws {ConnectError} DATA_INVALID for bytes, which Java shows as a memory address.
 */
export function toJavaText(schema: Schema | null, value: ConnectValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return numberText(schema, value);
  if (value instanceof NarrowNumber) return numberToJavaText(value.type, value.value);
  if (value instanceof Decimal) return value.toJavaText();
  if (value instanceof Instant) return instantText(value);
  if (value instanceof Uint8Array) {
    throw new ConnectError(
      'DATA_INVALID',
      'Bytes have no text form; use ByteArrayConverter, or a sink that takes bytes',
    );
  }
  if (value instanceof Struct) return structText(value);
  if (isConnectList(value)) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return `[${value.map(item => toJavaText(items, item)).join(', ')}]`;
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema?.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    const entries = [...value].map(([key, item]) => `${toJavaText(keys, key)}=${toJavaText(values, item)}`);
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

function numberText(schema: Schema | null, value: number): string {
  switch (schema?.type) {
    case undefined:
    case 'FLOAT64':
      return doubleToJavaText(value);
    case 'FLOAT32':
      return floatToJavaText(value);
    default:
      return String(value);
  }
}

/** Text as `java.util.Date` writes itself in UTC. */
function instantText(value: Instant): string {
  const { date, epochDay, hour, minute, second } = toDateFields(value.epochMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  // Java shows the year within its era, and not which era.
  const year = date.year > 0 ? date.year : 1 - date.year;
  return `${dayName(epochDay, true)} ${monthName(date.month, true)} ${two(date.day)} ${time} UTC ${year}`;
}

function structText(struct: Struct): string {
  const parts: string[] = [];
  for (const [field, value] of struct.entries()) {
    if (value !== null) parts.push(`${field.name}=${toJavaText(field.schema, value)}`);
  }
  return `Struct{${parts.join(',')}}`;
}
