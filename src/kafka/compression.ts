/**
 * Kafka's five compressions, both ways, numbered as in the low three bits of a record batch's attributes. What is compressed is the
 * records of a batch, never its header.
 */

import { gunzipSync, gzipSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** Names of the compressions under `compression.type`; the index is the number on the wire. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** One of {@link compressionTypes}. */
export type CompressionType = (typeof compressionTypes)[number];

/** What a batch may have when decompressed; a bound against a batch that was made to exhaust memory (I7). */
export const maxDecompressedBytes = 512 * 1024 * 1024;

/** Levels, each meaning something else per compression, as `compression.<type>.level` gives them. */
export interface CompressionLevels {
  readonly gzip: number;
  readonly zstd: number;
}

/** Levels that Kafka takes when none are configured. */
export const defaultCompressionLevels: CompressionLevels = { gzip: -1, zstd: 3 };

/** Number of a compression on the wire. */
export function compressionCode(type: CompressionType): number {
  return compressionTypes.indexOf(type);
}

/** Compresses the records of a batch. With `none` the result is the argument itself. */
export function compress(type: CompressionType, bytes: Buffer, levels: CompressionLevels): Buffer {
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzipSync(bytes, { level: levels.gzip });
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressionsAlgorithms.lz4.compressSync(bytes);
    case 'zstd':
      return compressZstd(bytes, levels.zstd);
  }
}

/**
 * Decompresses the records of a batch.
 *
 * @param code number on the wire, 0 to 4.
 * @throws {Error} when the bytes are not of that compression, or would grow beyond {@link maxDecompressedBytes}; {@link RangeError}
 *   for a number that Kafka does not define.
 */
export function decompress(code: number, bytes: Buffer): Buffer {
  const type = compressionTypes[code];
  if (type === undefined) throw new RangeError(`compression ${code} is not one that Kafka defines`);
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return gunzipSync(bytes, { maxOutputLength: maxDecompressedBytes });
    case 'snappy':
      return decompressSnappy(bytes, maxDecompressedBytes);
    case 'lz4':
      return decompressLz4(bytes, maxDecompressedBytes);
    case 'zstd':
      return decompressZstd(bytes, maxDecompressedBytes);
  }
}
