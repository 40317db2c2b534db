import { crc32c as platformaticCrc32c, Writer } from '@platformatic/kafka';

/**
 * CRC-32C (Castagnoli) of bytes, as Kafka's record batches carry it.
 *
 * The client library takes a native implementation (7 GB/s here) where npm has one for the platform and WebAssembly (2 GB/s) where not.
 * Given a plain buffer it copies it first; given one of its own it does not, which is the reason for the detour.
 *
 * @returns an unsigned 32-bit number.
 */
export function crc32c(bytes: Buffer): number {
  return platformaticCrc32c(Writer.create().append(bytes).dynamicBuffer);
}
