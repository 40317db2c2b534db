/** Conversions of numbers as Java's primitive casts do them: floats cut off and held at the bounds, integers losing their high bits. */

/** A floating point number as a `long`; NaN is 0. */
export function floatToInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** A floating point number as an `int`; NaN is 0. */
export function floatToInt32(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value))) | 0;
}

/** The low bits of an integer, as a signed number of that many. */
export function lowBits(value: bigint, bits: 8 | 16 | 32): number {
  return Number(BigInt.asIntN(bits, value));
}

/** An integer as a `float`: rounded once, not by way of a `double`. */
export function int64ToFloat32(value: bigint): number {
  if (BigInt(Number(value)) === value) return Math.fround(Number(value));
  // The bits cut off stay visible as one low bit, so that halves are not mistaken.
  const shifted = value >> 11n;
  const sticky = value === shifted << 11n ? 0n : 1n;
  return Math.fround(Number(shifted | sticky) * 2048);
}

/** Java's `Double.parseDouble`, without its hexadecimal form; undefined for what is no number. */
export function parseJavaFloat(text: string): number | undefined {
  const trimmed = trimSpace(text);
  if (/^[+-]?(?:NaN|Infinity)$/.test(trimmed)) return Number(trimmed.replace(/^[+-](?=NaN)/, ''));
  const number = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?$/.exec(trimmed)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** White space as `String.trim` takes it away: all characters up to U+0020, and no others. */
export function trimSpace(text: string): string {
  return text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '');
}
