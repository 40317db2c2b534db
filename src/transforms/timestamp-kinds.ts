/** The forms in which TimestampConverter knows a point in time. */
import { dayMs } from '../data/calendar.ts';
import type { ConnectValue } from '../data/connect-value.ts';
import type { DatePattern } from '../data/date-pattern.ts';
import { Instant } from '../data/instant.ts';
import { dateName, dateSchema, timeName, timeSchema, timestampName, timestampSchema } from '../data/logical-types.ts';
import { plainTraits, stringSchema, type Schema } from '../data/schema.ts';
import { describeValue } from '../data/value-literal-text.ts';
import { unfit } from './requirements.ts';

/** A text, a number, or a value of a logical type. */
export const timestampKinds = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const;

/** One of {@link timestampKinds}. */
export type TimestampKind = (typeof timestampKinds)[number];

/** Units of numbers. */
export const unixPrecisions = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const;

/** One of {@link unixPrecisions}. */
export type UnixPrecision = (typeof unixPrecisions)[number];

/** The form of values of a schema. @throws {ConnectError} DATA_INVALID if they are no timestamps. */
export function kindOfSchema(schema: Schema): TimestampKind {
  if (schema.name === timestampName) return 'Timestamp';
  if (schema.name === dateName) return 'Date';
  if (schema.name === timeName) return 'Time';
  if (schema.type === 'STRING') return 'string';
  if (schema.type === 'INT64') return 'unix';
  throw unfit(`Schema of type ${schema.type} does not correspond to a known timestamp type format`);
}

/** The form of a value without schema. @throws {ConnectError} DATA_INVALID if it is no timestamp. */
export function kindOfValue(value: ConnectValue): TimestampKind {
  if (value instanceof Instant) return 'Timestamp';
  if (typeof value === 'bigint') return 'unix';
  if (typeof value === 'string') return 'string';
  throw unfit(`TimestampConverter does not support a ${describeValue(value)} as timestamp`);
}

/** The schema of timestamps of a form. */
export function schemaOfKind(kind: TimestampKind, isOptional: boolean): Schema {
  return isOptional ? optionalSchemas[kind] : requiredSchemas[kind];
}

const requiredSchemas: Readonly<Record<TimestampKind, Schema>> = {
  string: stringSchema,
  unix: { ...plainTraits, type: 'INT64' },
  Date: dateSchema,
  Time: timeSchema,
  Timestamp: timestampSchema,
};

const optionalSchemas: Readonly<Record<TimestampKind, Schema>> = {
  string: { ...requiredSchemas.string, isOptional: true },
  unix: { ...requiredSchemas.unix, isOptional: true },
  Date: { ...dateSchema, isOptional: true },
  Time: { ...timeSchema, isOptional: true },
  Timestamp: { ...timestampSchema, isOptional: true },
};

/** Units in a millisecond, or milliseconds in a unit. */
const unitsPerMs: Readonly<Record<'nanoseconds' | 'microseconds', bigint>> = {
  nanoseconds: 1_000_000n,
  microseconds: 1000n,
};

/** Turns timestamps of any form into those of one. */
export class TimestampTranslator {
  readonly #target: TimestampKind;
  readonly #pattern: DatePattern | null;
  readonly #precision: UnixPrecision;

  /** @param options pattern: null if texts are neither read nor written. */
  constructor(options: {
    readonly target: TimestampKind;
    readonly pattern: DatePattern | null;
    readonly precision: UnixPrecision;
  }) {
    this.#target = options.target;
    this.#pattern = options.pattern;
    this.#precision = options.precision;
  }

  /** @throws {ConnectError} DATA_INVALID when the value is not of the form `from`. */
  translate(from: TimestampKind, value: ConnectValue): ConnectValue {
    return this.#write(this.#read(from, value));
  }

  #read(kind: TimestampKind, value: ConnectValue): Instant {
    if (kind === 'string' && typeof value === 'string') return this.#parse(value);
    if (kind === 'unix' && typeof value === 'bigint') return new Instant(toMs(value, this.#precision));
    if (kind !== 'string' && kind !== 'unix' && value instanceof Instant) return value;
    throw unfit(`Expected a timestamp of form ${kind}, but found a ${describeValue(value)}`);
  }

  #parse(text: string): Instant {
    if (this.#pattern === null) throw unfit('Texts can be parsed as timestamps only if `format` is set');
    const instant = this.#pattern.parse(text);
    if (instant !== undefined) return instant;
    throw unfit(`Could not parse timestamp: value does not match pattern (${this.#pattern.source})`);
  }

  #write(instant: Instant): ConnectValue {
    const ofDay = ((instant.epochMs % dayMs) + dayMs) % dayMs;
    switch (this.#target) {
      case 'string':
        return this.#pattern?.format(instant) ?? null;
      case 'unix':
        return fromMs(instant.epochMs, this.#precision);
      case 'Date':
        return new Instant(instant.epochMs - ofDay);
      case 'Time':
        return new Instant(ofDay);
      case 'Timestamp':
        return instant;
    }
  }
}

function toMs(value: bigint, precision: UnixPrecision): bigint {
  if (precision === 'milliseconds') return value;
  return precision === 'seconds' ? hold(value * 1000n) : value / unitsPerMs[precision];
}

function fromMs(epochMs: bigint, precision: UnixPrecision): bigint {
  if (precision === 'milliseconds') return epochMs;
  return precision === 'seconds' ? epochMs / 1000n : hold(epochMs * unitsPerMs[precision]);
}

/** Keeps a number within 64 bits, as Java's `TimeUnit` does. */
function hold(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  return value < 0n ? -(2n ** 63n) : 2n ** 63n - 1n;
}
