/** Kafka Connect's own logical types: schemas whose name gives values of a basic type another meaning. */
import { ConnectError } from '../errors/connect-error.ts';
import { dayMs } from './calendar.ts';
import { Decimal } from './decimal.ts';
import { Instant } from './instant.ts';
import { plainTraits, type PrimitiveSchema, type Schema } from './schema.ts';

/** Name of the type of {@link Decimal}s, whose basic type is BYTES. */
export const decimalName = 'org.apache.kafka.connect.data.Decimal';
/** Name of the type of days, INT32: days since 1970-01-01. */
export const dateName = 'org.apache.kafka.connect.data.Date';
/** Name of the type of times of a day, INT32: milliseconds since midnight. */
export const timeName = 'org.apache.kafka.connect.data.Time';
/** Name of the type of points in time, INT64: milliseconds since the epoch. */
export const timestampName = 'org.apache.kafka.connect.data.Timestamp';

/** A day. */
export const dateSchema: PrimitiveSchema = { ...plainTraits, type: 'INT32', name: dateName, version: 1 };
/** A time of a day. */
export const timeSchema: PrimitiveSchema = { ...plainTraits, type: 'INT32', name: timeName, version: 1 };
/** A point in time. */
export const timestampSchema: PrimitiveSchema = { ...plainTraits, type: 'INT64', name: timestampName, version: 1 };

/** Decimals with that many digits behind the point. */
export function decimalSchema(scale: number): PrimitiveSchema {
  const parameters = new Map([['scale', String(scale)]]);
  return { ...plainTraits, type: 'BYTES', name: decimalName, version: 1, parameters };
}

/** Which kind of value the schema's name asks for; null if it is no logical type. */
export function logicalKind(schema: Schema): 'decimal' | 'instant' | null {
  switch (schema.name) {
    case decimalName:
      return 'decimal';
    case dateName:
    case timeName:
    case timestampName:
      return 'instant';
    default:
      return null;
  }
}

/**
 * The unscaled value of a decimal.
 *
 * @throws {ConnectError} DATA_INVALID when its scale is not the schema's: nothing is rounded.
 */
export function decimalToBytes(schema: Schema, value: Decimal): Uint8Array {
  const scale = scaleOf(schema);
  if (value.scale === scale) return value.toBytes();
  const text = `Schema has scale ${scale}, value has scale ${value.scale}.`;
  throw invalid(`Decimal value has mismatching scale for given Decimal schema. ${text}`);
}

/** The decimal of that unscaled value. @throws {ConnectError} DATA_INVALID */
export function decimalFromBytes(schema: Schema, bytes: Uint8Array): Decimal {
  return Decimal.fromBytes(bytes, scaleOf(schema));
}

/** Days of a Date. @throws {ConnectError} DATA_INVALID unless it is midnight. */
export function instantToDays(value: Instant): number {
  if (value.epochMs % dayMs === 0n) return Number(BigInt.asIntN(32, value.epochMs / dayMs));
  throw invalid('Kafka Connect Date type should not have any time fields set to non-zero values.');
}

/** The Date of that day. */
export function instantOfDays(days: number): Instant {
  return new Instant(BigInt(days) * dayMs);
}

/** Milliseconds of a Time. @throws {ConnectError} DATA_INVALID unless it is a time of the first day. */
export function instantToTimeMs(value: Instant): number {
  if (value.epochMs >= 0n && value.epochMs <= dayMs) return Number(value.epochMs);
  throw invalid('Kafka Connect Time type should not have any date fields set to non-zero values.');
}

/** The Time of those milliseconds. @throws {ConnectError} DATA_INVALID beyond a day. */
export function instantOfTimeMs(timeMs: number): Instant {
  if (timeMs >= 0 && timeMs <= Number(dayMs)) return new Instant(BigInt(timeMs));
  throw invalid('Time values must use number of milliseconds greater than 0 and less than 86400000');
}

/**
 * A value of one of the three types of time as its basic type has it.
 *
 * @throws {ConnectError} DATA_INVALID when it is out of the type's bounds.
 */
export function instantToBasic(schema: Schema, value: Instant): number | bigint {
  if (schema.name === dateName) return instantToDays(value);
  return schema.name === timeName ? instantToTimeMs(value) : value.epochMs;
}

function scaleOf(schema: Schema): number {
  const text = schema.parameters?.get('scale');
  if (text === undefined) throw invalid('Invalid Decimal schema: scale parameter not found.');
  const scale = Number(text);
  if (!/^[+-]?[0-9]+$/.test(text) || scale !== (scale | 0))
    throw invalid('Invalid scale parameter found in Decimal schema: ');
  return scale;
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
