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

/** White space as `String.trim` takes it away: all characters up to U+0020, and no others. */
export function trimSpace(text: string): string {
  return text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '');
}
