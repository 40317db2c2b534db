/** Connect's logical types as the messages that stand for them. */
import { dateOfEpochDay, epochDayOf } from '../../data/calendar.ts';
import { Decimal } from '../../data/decimal.ts';
import { Instant } from '../../data/instant.ts';
import {
  dateName,
  decimalName,
  instantOfDays,
  instantToDays,
  instantToTimeMs,
  timeName,
} from '../../data/logical-types.ts';
import type { ConnectValue } from '../../data/connect-value.ts';
import type { Schema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { DynamicMessage, findProtoField, type ProtoMessage, type ProtoScalar } from './proto-types.ts';

/** The message for a value of a logical type. @throws {ConnectError} DATA_INVALID with Confluent's texts. */
export function logicalToMessage(schema: Schema, value: ConnectValue, type: ProtoMessage): DynamicMessage {
  if (schema.name === decimalName) {
    if (!(value instanceof Decimal)) throw invalid('Invalid type for Decimal, expected BigDecimal');
    const precision = String(value.unscaled < 0n ? -value.unscaled : value.unscaled).length;
    return messageOf(type, { value: value.toBytes(), precision, scale: value.scale });
  }
  if (!(value instanceof Instant)) throw invalid(`Invalid type for ${schema.name ?? ''}, expected Date`);
  if (schema.name === dateName) {
    const { year, month, day } = dateOfEpochDay(instantToDays(value));
    // A year before the first is counted back from it, as Java's calendar does.
    return messageOf(type, { year: year > 0 ? year : 1 - year, month, day });
  }
  if (schema.name === timeName) {
    const timeMs = instantToTimeMs(value) % 86_400_000;
    const seconds = Math.floor(timeMs / 1000);
    return messageOf(type, {
      hours: Math.floor(seconds / 3600),
      minutes: Math.floor(seconds / 60) % 60,
      seconds: seconds % 60,
      nanos: (timeMs % 1000) * nanosPerMs,
    });
  }
  const ms = ((value.epochMs % 1000n) + 1000n) % 1000n;
  const seconds = (value.epochMs - ms) / 1000n;
  if (seconds < minSeconds || seconds > maxSeconds)
    throw invalid(`Timestamp is not valid. Seconds (${seconds}) is out of range`);
  return messageOf(type, { seconds, nanos: Number(ms) * nanosPerMs });
}

/** The value of a logical type that a message stands for. @throws {ConnectError} DATA_INVALID */
export function logicalFromMessage(schema: Schema, message: DynamicMessage): ConnectValue {
  const int = (name: string): number => Number(fieldOf(message, name) ?? 0);
  if (schema.name === decimalName) {
    const bytes = fieldOf(message, 'value');
    const decimal = Decimal.fromBytes(bytes instanceof Uint8Array ? bytes : new Uint8Array(), int('scale'));
    return round(decimal, int('precision'));
  }
  if (schema.name === dateName) return dateOf(int('year'), int('month'), int('day'));
  if (schema.name === timeName) {
    const [hours, minutes, seconds, nanos] = [int('hours'), int('minutes'), int('seconds'), int('nanos')];
    const isTime =
      isWithin(hours, 23) && isWithin(minutes, 59) && isWithin(seconds, 59) && isWithin(nanos, 999_999_999);
    if (!isTime) throw invalid(`${hours}:${minutes}:${seconds} with ${nanos} nanoseconds is no time of a day`);
    return new Instant(BigInt(((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(nanos / nanosPerMs)));
  }
  const seconds = asBigint(fieldOf(message, 'seconds'));
  if (seconds < minSeconds || seconds > maxSeconds || !isWithin(int('nanos'), 999_999_999)) {
    throw invalid(`Timestamp is not valid. Seconds (${seconds}) or nanos (${int('nanos')}) is out of range`);
  }
  return new Instant(seconds * 1000n + BigInt(Math.floor(int('nanos') / nanosPerMs)));
}

const nanosPerMs = 1_000_000;
/** From the year 1 to the year 9999, as Protobuf's Timestamp has it. */
const minSeconds = -62_135_596_800n;
const maxSeconds = 253_402_300_799n;

function isWithin(value: number, max: number): boolean {
  return value >= 0 && value <= max;
}

function asBigint(value: ProtoScalar | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

function fieldOf(message: DynamicMessage, name: string): ProtoScalar | undefined {
  const field = findProtoField(message.type, name);
  const value = field === undefined ? undefined : message.values.get(field);
  return isScalar(value) ? value : undefined;
}

function isScalar(value: unknown): value is ProtoScalar {
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof value) || value instanceof Uint8Array;
}

function messageOf(type: ProtoMessage, values: Readonly<Record<string, ProtoScalar>>): DynamicMessage {
  const message = new DynamicMessage(type);
  for (const [name, value] of Object.entries(values)) {
    const field = findProtoField(type, name);
    if (field === undefined) throw invalid(`Message '${type.fullName}' has no field '${name}'`);
    message.set(field, value);
  }
  return message;
}

/** A day that does not exist is refused. */
function dateOf(year: number, month: number, day: number): Instant {
  const epochDay = epochDayOf({ year, month, day });
  const found = dateOfEpochDay(epochDay);
  const isSame = found.year === year && found.month === month && found.day === day;
  if (year < 1 || !isSame) throw invalid(`${year}-${month}-${day} is no day`);
  return instantOfDays(epochDay);
}

/** With so many digits at most, the last one rounded half up; 0 is as many as there are. */
function round(decimal: Decimal, precision: number): Decimal {
  const isNegative = decimal.unscaled < 0n;
  const magnitude = isNegative ? -decimal.unscaled : decimal.unscaled;
  const excess = String(magnitude).length - precision;
  if (precision <= 0 || excess <= 0) return decimal;
  const unit = 10n ** BigInt(excess);
  const rounded = (magnitude + unit / 2n) / unit;
  // All nines become one digit more.
  const carries = String(rounded).length > precision;
  const unscaled = carries ? rounded / 10n : rounded;
  return new Decimal(isNegative ? -unscaled : unscaled, decimal.scale - excess - (carries ? 1 : 0));
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
