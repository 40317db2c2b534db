/**
 * Snappy in the framing of snappy-java's `SnappyOutputStream`, which Kafka's Java clients write:
 *
 * ```
 * stream => magic(82 53 4e 41 50 50 59 00) version(int32 = 1) compatible(int32 = 1) block…
 * block  => length(int32) bytes            // raw Snappy of at most 32 KiB of input
 * ```
 *
 * Some other clients write one raw Snappy block without a frame; as snappy-java does, reading takes that too.
 */

import { compressionsAlgorithms } from '@platformatic/kafka';

const frameHeader = Buffer.from('82534e415050590000000001' + '00000001', 'hex');
const magicLength = 8;
const blockBytes = 32 * 1024;

/** Most that a byte of raw Snappy becomes: a copy of 64 bytes takes three. */
const growthMax = 64 / 3;

/** Compresses into a framed stream. */
export function compressSnappy(bytes: Buffer): Buffer {
  const parts: Buffer[] = [frameHeader];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = compressionsAlgorithms.snappy.compressSync(bytes.subarray(start, start + blockBytes));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/**
 * Reverses {@link compressSnappy}, or decompresses a raw block.
 *
 * @param maxBytes what the result may have at most.
 * @throws {RangeError} when the bytes are no Snappy, or too many.
 */
export function decompressSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, magicLength).equals(frameHeader.subarray(0, magicLength))) {
    return decompressBlock(bytes, maxBytes);
  }
  const parts: Buffer[] = [];
  let total = 0;
  let position = frameHeader.length;
  while (position < bytes.length) {
    const length = position + 4 <= bytes.length ? bytes.readInt32BE(position) : -1;
    position += 4;
    if (length < 0 || position + length > bytes.length) throw new RangeError('a Snappy block is cut short');
    const block = decompressBlock(bytes.subarray(position, position + length), maxBytes - total);
    parts.push(block);
    total += block.length;
    position += length;
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function decompressBlock(block: Buffer, maxBytes: number): Buffer {
  const length = readUncompressedLength(block);
  if (length > maxBytes) throw new RangeError(`it would grow beyond ${maxBytes} bytes`);
  // The library makes room for what a block promises before it looks at the rest.
  if (length > block.length * growthMax) throw new RangeError(`${block.length} bytes promise ${length}`);
  return compressionsAlgorithms.snappy.decompressSync(block);
}

/** A raw block begins with the length of its output as an unsigned varint of at most 32 bits. */
function readUncompressedLength(block: Buffer): number {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length;
  }
  throw new RangeError('a Snappy block has no length');
}
