/**
 * Zstandard. The frames that Kafka's Java clients write do not tell the length of their content, so decompressing guesses and grows.
 */

import { compress, decompress, init } from '@bokuweb/zstd-wasm';

// WebAssembly is instantiated asynchronously, while batches are decompressed in the middle of synchronous code.
await init();

/** `ZSTD_error_dstSize_tooSmall`, as the library words it. */
const tooSmall = /code -70$/;

/** Compresses into one frame. `level`: -131072 to 22. */
export function compressZstd(bytes: Buffer, level: number): Buffer {
  return asBuffer(compress(bytes, level));
}

/**
 * Decompresses one frame.
 *
 * @param maxBytes what the result may have at most.
 * @throws {Error} when the bytes are no frame, or too many.
 */
export function decompressZstd(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length < 5 || bytes.readUInt32LE(0) !== 0xfd2fb528) throw new RangeError('it is no zstd frame');
  let roomBytes = Math.min(maxBytes, Math.max(256 * 1024, bytes.length * 8));
  for (;;) {
    try {
      return asBuffer(decompress(bytes, { defaultHeapSize: roomBytes }));
    } catch (error) {
      if (!(error instanceof Error) || !tooSmall.test(error.message) || roomBytes >= maxBytes) throw error;
      roomBytes = Math.min(maxBytes, roomBytes * 4);
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
