/** Numbers and times as they are guessed from text. Numbers are those of data without schema. */
import type { SchemaAndValue } from './connect-value.ts';
import { DatePattern } from './date-pattern.ts';
import { dayMs } from './calendar.ts';
import { Decimal } from './decimal.ts';
import type { Instant } from './instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from './logical-types.ts';
import { NarrowNumber, type NarrowType } from './narrow-number.ts';
import { plainTraits, type PrimitiveType, type Schema } from './schema.ts';

/** Most digits before or behind the point of a number whose integral value is looked at (I7). */
const maxShift = 400;

const datePattern = new DatePattern('yyyy-MM-dd');
const timePattern = new DatePattern("HH:mm:ss.SSS'Z'");
const timestampPattern = new DatePattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");

/** Forms of times, by the length that a text must have. */
const forms: ReadonlyMap<number, { readonly pattern: DatePattern; readonly schema: Schema }> = new Map([
  [10, { pattern: datePattern, schema: dateSchema }],
  [13, { pattern: timePattern, schema: timeSchema }],
  [24, { pattern: timestampPattern, schema: timestampSchema }],
]);

/** The time that the text is, colons being escaped or not; undefined if it is none. */
export function parseTemporal(text: string): SchemaAndValue | undefined {
  const plain = text.replaceAll('\\:', ':');
  const form = forms.get(plain.length);
  const value = form?.pattern.parse(plain);
  return form === undefined || value === undefined ? undefined : { schema: form.schema, value };
}

/** The time in the form that fits it: of the first day or before a time, at midnight a day, else both. */
export function temporalText(value: Instant): string {
  if (value.epochMs < dayMs) return timePattern.format(value);
  return (value.epochMs % dayMs === 0n ? datePattern : timestampPattern).format(value);
}

/** The number that the text is, in the smallest type that holds it; undefined if it is none. */
export function parseNumber(text: string): SchemaAndValue | undefined {
  const decimal = Decimal.parse(text);
  if (decimal === undefined) return undefined;
  const integer = toInteger(decimal);
  if (integer !== undefined) return integer;
  const value = Number(text);
  if (decimal.scale !== 0) {
    const float = Math.fround(value);
    if (Number.isFinite(float)) return { schema: plain('FLOAT32'), value: new NarrowNumber('FLOAT32', float) };
    if (Number.isFinite(value)) return { schema: plain('FLOAT64'), value };
  }
  return { schema: decimalSchema(decimal.scale), value: decimal };
}

function toInteger(decimal: Decimal): SchemaAndValue | undefined {
  const value = integralValue(decimal);
  if (value === undefined || BigInt.asIntN(64, value) !== value) return undefined;
  for (const [type, bits] of narrowIntegers) {
    if (BigInt.asIntN(bits, value) === value) {
      return { schema: plain(type), value: new NarrowNumber(type, Number(value)) };
    }
  }
  return { schema: plain('INT64'), value };
}

/** The number as an integer; undefined if it has a fraction or is too large for 64 bits by far. */
function integralValue({ unscaled, scale }: Decimal): bigint | undefined {
  if (unscaled === 0n) return 0n;
  if (Math.abs(scale) > maxShift) return undefined;
  if (scale <= 0) return unscaled * 10n ** BigInt(-scale);
  const unit = 10n ** BigInt(scale);
  return unscaled % unit === 0n ? unscaled / unit : undefined;
}

const narrowIntegers: readonly (readonly [NarrowType, number])[] = [
  ['INT8', 8],
  ['INT16', 16],
  ['INT32', 32],
];

function plain(type: PrimitiveType): Schema {
  return { ...plainTraits, type };
}
