/**
 * Kafka's variable-length integers: zigzag, then seven bits per byte, least significant first. Whole numbers up to 2^52 in either
 * direction; those that fit 31 bits take the quick way.
 */

const maxQuick = 0x3fffffff;

/** How many bytes {@link writeVarint} takes. */
export function varintSize(value: number): number {
  if (value > maxQuick || value < -maxQuick) return slowSize(zigzag(value));
  const bits = (value << 1) ^ (value >> 31);
  if (bits < 0x80) return 1;
  if (bits < 0x4000) return 2;
  if (bits < 0x200000) return 3;
  return bits < 0x10000000 ? 4 : 5;
}

/** Writes a number at `position`. Returns the position after it. */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  if (value > maxQuick || value < -maxQuick) return writeSlowly(target, position, zigzag(value));
  let bits = (value << 1) ^ (value >> 31);
  let at = position;
  while (bits >= 0x80) {
    target[at] = (bits & 0x7f) | 0x80;
    at += 1;
    bits >>>= 7;
  }
  target[at] = bits;
  return at + 1;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function slowSize(bits: number): number {
  let size = 1;
  for (let rest = bits; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeSlowly(target: Uint8Array, position: number, bits: number): number {
  let rest = bits;
  let at = position;
  while (rest >= 0x80) {
    target[at] = (rest % 0x80) | 0x80;
    at += 1;
    rest = Math.floor(rest / 0x80);
  }
  target[at] = rest;
  return at + 1;
}
