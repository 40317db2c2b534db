/**
 * Conversions between types that lose or guess what they must: texts are parsed, numbers cut, times taken for their numbers. Values are
 * those of data without schema, before and after.
 *
 * @see `Values#convertTo…` in Kafka Connect.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { dayMs } from './calendar.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { Decimal } from './decimal.ts';
import { Instant } from './instant.ts';
import { floatToInt64, lowBits } from './java-numbers.ts';
import {
  dateName,
  decimalFromBytes,
  decimalName,
  decimalToBytes,
  instantOfDays,
  instantOfTimeMs,
  instantToBasic,
  logicalKind,
  timeName,
  timestampName,
} from './logical-types.ts';
import { NarrowNumber } from './narrow-number.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';
import { describeValue, valueToText } from './value-literal-text.ts';
import { parseUntyped } from './value-parser.ts';

/**
 * The value as one of `to`.
 *
 * @param from schema of the value if that is known: it tells what kind of time an {@link Instant} is.
 * @throws {ConnectError} DATA_INVALID when there is no such value.
 */
export function convertValue(to: Schema, from: Schema | null, value: ConnectValue): ConnectValue {
  if (value === null) {
    if (to.isOptional) return null;
    throw new ConnectError('DATA_INVALID', 'Unable to convert a null value to a schema that requires a value');
  }
  if (to.type === 'INT32' || to.type === 'INT64') {
    if (logicalKind(to) === 'instant') return toInstant(to, from, value);
  }
  switch (to.type) {
    case 'INT8':
      return new NarrowNumber('INT8', lowBits(toInt64(value, from), 8));
    case 'INT16':
      return new NarrowNumber('INT16', lowBits(toInt64(value, from), 16));
    case 'INT32':
      return new NarrowNumber('INT32', lowBits(toInt64(value, from), 32));
    case 'INT64':
      return toInt64(value, from);
    case 'FLOAT32':
      return new NarrowNumber('FLOAT32', Math.fround(toFloat64(value, from)));
    case 'FLOAT64':
      return toFloat64(value, from);
    case 'BOOLEAN':
      return toBoolean(value, from);
    case 'STRING':
      return valueToText(from, value);
    case 'BYTES':
      return to.name === decimalName ? toDecimal(to, value) : toBytes(to, value);
    default:
      return toContainer(to, value);
  }
}

/** The value as a `long`: texts are read, fractions cut off. @throws {ConnectError} DATA_INVALID */
export function toInt64(value: ConnectValue, from: Schema | null): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return floatToInt64(value);
  if (value instanceof NarrowNumber) return floatToInt64(value.value);
  const decimal = value instanceof Decimal ? value : typeof value === 'string' ? Decimal.parse(value) : undefined;
  if (decimal !== undefined) return decimal.toInt64();
  if (value instanceof Instant && from !== null && logicalKind(from) === 'instant') {
    return BigInt(instantToBasic(from, value));
  }
  throw unable(value, 'a number');
}

/** The value as a `double`. @throws {ConnectError} DATA_INVALID */
export function toFloat64(value: ConnectValue, from: Schema | null): number {
  if (typeof value === 'number') return value;
  if (value instanceof NarrowNumber) return value.value;
  const decimal = value instanceof Decimal ? value : typeof value === 'string' ? Decimal.parse(value) : undefined;
  return decimal?.toNumber() ?? Number(toInt64(value, from));
}

function toBoolean(value: ConnectValue, from: Schema | null): boolean {
  if (typeof value === 'boolean') return value;
  const parsed = typeof value === 'string' ? parseUntyped(value).value : null;
  return typeof parsed === 'boolean' ? parsed : toInt64(value, from) !== 0n;
}

function toDecimal(to: Schema, value: ConnectValue): Decimal {
  if (value instanceof Uint8Array) return decimalFromBytes(to, value);
  if (value instanceof Decimal) return value;
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof NarrowNumber;
  // `BigDecimal.valueOf` goes by the text of the double, which has one digit behind the point at least.
  const text = isNumber ? doubleDecimalText(toFloat64(value, null)) : value;
  const decimal = typeof text === 'string' ? Decimal.parse(text) : undefined;
  if (decimal === undefined) throw unable(value, 'a decimal');
  return decimal;
}

function doubleDecimalText(value: number): string {
  const text = String(value);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

function toBytes(to: Schema, value: ConnectValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Decimal) return decimalToBytes(to, value);
  throw unable(value, 'bytes');
}

function toContainer(to: Schema, value: ConnectValue): ConnectValue {
  const parsed = typeof value === 'string' && to.type !== 'STRUCT' ? parseUntyped(value).value : value;
  if (to.type === 'ARRAY' && isConnectList(parsed)) return parsed;
  if (to.type === 'MAP' && isConnectMap(parsed)) return parsed;
  if (to.type === 'STRUCT' && parsed instanceof Struct) return parsed;
  throw unable(value, to.type);
}

function toInstant(to: Schema, from: Schema | null, value: ConnectValue): Instant {
  const parsed = typeof value === 'string' ? parseUntyped(value).value : value;
  if (parsed instanceof Instant) {
    const known = from === null || from.name === to.name ? parsed : translateInstant(to, from, parsed);
    if (known !== undefined) return known;
  }
  const basic = toInt64(parsed, from);
  if (to.name === dateName) return instantOfDays(lowBits(basic, 32));
  return to.name === timeName ? instantOfTimeMs(lowBits(basic, 32)) : new Instant(basic);
}

/** One kind of time as another, where that is more than its number. */
function translateInstant(to: Schema, from: Schema, value: Instant): Instant | undefined {
  if (to.name === timestampName && from.name === dateName) {
    instantToBasic(from, value);
    return value;
  }
  if (from.name !== timestampName) return undefined;
  if (to.name === dateName) return instantOfDays(lowBits(value.epochMs / dayMs, 32));
  return new Instant(((value.epochMs % dayMs) + dayMs) % dayMs);
}

function unable(value: ConnectValue, target: string): ConnectError {
  return new ConnectError('DATA_INVALID', `Unable to convert a ${describeValue(value)} to ${target}`);
}
