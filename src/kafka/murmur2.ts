const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/**
 * 32-bit murmur2 of a range of bytes, as Kafka's default partitioner hashes keys.
 *
 * @returns a signed 32-bit number.
 * @see `org.apache.kafka.common.utils.Utils#murmur2`.
 */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = seed ^ length;
  let position = start;
  const lastWord = end - 4;
  for (; position <= lastWord; position += 4) {
    let word = byteAt(bytes, position) | (byteAt(bytes, position + 1) << 8);
    word |= (byteAt(bytes, position + 2) << 16) | (byteAt(bytes, position + 3) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = end - position;
  if (rest === 3) hash ^= byteAt(bytes, position + 2) << 16;
  if (rest >= 2) hash ^= byteAt(bytes, position + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byteAt(bytes, position), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
