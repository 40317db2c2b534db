/**
 * LZ4 frames, which the library decompresses into memory that only grows. So what might become too large is counted first, from the
 * lengths that stand in it:
 *
 * ```
 * frame    => magic(04 22 4d 18) flags(int8) blockSize(int8) [contentSize int64] [dictionary int32] checksum(int8) block… end(int32 = 0)
 *             [checksum int32]
 * block    => length(int32, top bit: bytes as they are) sequence… [checksum int32]
 * sequence => token(int8: literals 4 bits, match 4 bits) [more…] literals [distance int16] [more…]   // 15 bits: more bytes, up to one below 255
 * ```
 * Numbers are little-endian.
 */
import { compressionsAlgorithms } from '@platformatic/kafka';

const magic = 0x184d2204;
const flag = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 } as const;
const shortestMatch = 4;

/** Most that a byte becomes: one of a length that goes on. */
const growthMax = 255;

/**
 * Decompresses frames.
 *
 * @param maxBytes what the result may have at most.
 * @throws {RangeError} when it would have more, or the lengths do not fit; {@link Error} when the bytes are no frame.
 */
export function decompressLz4(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length * growthMax > maxBytes && new FrameWalk(bytes).countBytes(maxBytes) > maxBytes) {
    throw new RangeError(`it would grow beyond ${maxBytes} bytes`);
  }
  return compressionsAlgorithms.lz4.decompressSync(bytes);
}

class FrameWalk {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes of all frames when decompressed; once beyond `enough` they are no longer counted. */
  countBytes(enough: number): number {
    let total = 0;
    while (this.#at < this.#bytes.length && total <= enough) total += this.#countFrame(enough - total);
    return total;
  }

  #countFrame(enough: number): number {
    if (this.#take(4).readUInt32LE() !== magic) throw new RangeError('it is no LZ4 frame');
    const flags = this.#byte();
    this.#take(2 + (flags & flag.contentSize ? 8 : 0) + (flags & flag.dictionary ? 4 : 0));
    let total = 0;
    for (;;) {
      const length = this.#take(4).readUInt32LE();
      if (length === 0) break;
      const end = this.#at + (length & 0x7fffffff);
      if (end > this.#bytes.length) throw new RangeError('an LZ4 block is cut short');
      total += length > 0x7fffffff ? end - this.#at : this.#countBlock(end);
      if (total > enough) return total;
      this.#at = end;
      if (flags & flag.blockChecksum) this.#take(4);
    }
    if (flags & flag.contentChecksum) this.#take(4);
    return total;
  }

  #countBlock(end: number): number {
    let total = 0;
    while (this.#at < end) {
      const token = this.#byte();
      const literals = this.#length(token >> 4);
      total += literals;
      this.#at += literals;
      // The last sequence of a block has literals alone.
      if (this.#at >= end) break;
      this.#take(2);
      total += this.#length(token & 0x0f) + shortestMatch;
    }
    return total;
  }

  #length(bits: number): number {
    if (bits < 15) return bits;
    let length = bits;
    let more = 255;
    while (more === 255) {
      more = this.#byte();
      length += more;
    }
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('an LZ4 frame is cut short');
    this.#at += 1;
    return byte;
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at = start + length;
    if (this.#at > this.#bytes.length) throw new RangeError('an LZ4 frame is cut short');
    return this.#bytes.subarray(start, this.#at);
  }
}
