/**
 * The header of a record batch in format v2 (`DefaultRecordBatch` in Kafka), 61 bytes, big-endian:
 *
 * ```
 *  0 baseOffset int64            21 attributes int16        43 producerId int64
 *  8 batchLength int32 (from 12) 23 lastOffsetDelta int32   51 producerEpoch int16
 * 12 partitionLeaderEpoch int32  27 baseTimestamp int64     53 baseSequence int32
 * 16 magic int8 (2)              35 maxTimestamp int64      57 recordCount int32
 * 17 crc uint32, of 21 to the end                           61 records
 * ```
 * Attributes: bits 0-2 compression, 3 LogAppendTime, 4 transactional, 5 control, 6 delete horizon.
 */

import { ConnectError } from '../errors/connect-error.ts';

/** Which clock a record's timestamp was taken from, in Kafka's words. */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** Bytes of a header, the first record comes after them. */
const headerBytes = 61;

/** Bytes of the two fields that {@link RecordBatchHeader.batchLength} does not count. */
const lengthPrefixBytes = 12;

/** One mutable header, reused for every batch of a fetch. Read it with {@link read}; its fields are then those of that batch. */
export class RecordBatchHeader {
  /** First byte of the batch, and the first byte after it, in the buffer that was read. */
  start = 0;
  end = 0;
  baseOffset = 0;
  lastOffset = 0;
  /** As on the wire: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; others are not defined. */
  compression = 0;
  timestampType: TimestampType = 'CreateTime';
  isTransactional = false;
  isControl = false;
  baseTimestampMs = 0;
  maxTimestampMs = 0;
  /** -1 for a producer that is neither idempotent nor transactional. */
  producerId = -1;
  recordCount = 0;

  readonly #source: string;

  /** @param source whose batches these are, for messages: `orders-3`. */
  constructor(source: string) {
    this.#source = source;
  }

  /** First byte of the records, which are compressed if {@link compression} says so. */
  get recordsStart(): number {
    return this.start + headerBytes;
  }

  /**
   * Reads the header of the batch at `start`.
   *
   * @returns false when the batch is not there in full before `end`: a broker cuts the last batch of a fetch anywhere.
   * @throws {ConnectError} KAFKA_BATCH_MALFORMED.
   */
  read(buffer: Buffer, start: number, end: number): boolean {
    if (end - start < lengthPrefixBytes) return false;
    const batchLength = buffer.readInt32BE(start + 8);
    this.start = start;
    this.baseOffset = readInt64(buffer, start);
    // The magic byte is at the same place in all formats, and what follows it is not.
    if (end - start > 16) this.#checkMagic(buffer.readInt8(start + 16));
    if (batchLength < headerBytes - lengthPrefixBytes) throw this.malformed(`its length is ${batchLength} bytes`);
    this.end = start + lengthPrefixBytes + batchLength;
    if (this.end > end) return false;
    this.#readFields(buffer, start);
    return true;
  }

  /** Checksum that the batch carries. */
  crc(buffer: Buffer): number {
    return buffer.readUInt32BE(this.start + 17);
  }

  /** First of the bytes that the checksum covers; they go to the end of the batch. */
  get checkedStart(): number {
    return this.start + 21;
  }

  /** An error that says what is wrong with this batch. */
  malformed(what: string, cause?: unknown): ConnectError {
    return new ConnectError(
      'KAFKA_BATCH_MALFORMED',
      `The record batch of '${this.#source}' at offset ${this.baseOffset} is not valid: ${what}`,
      { details: { partition: this.#source, offset: String(this.baseOffset) }, cause },
    );
  }

  #checkMagic(magic: number): void {
    if (magic === 2) return;
    if (magic === 0 || magic === 1) {
      throw new ConnectError(
        'KAFKA_BATCH_MALFORMED',
        `'${this.#source}' holds messages in the old format v${magic} at offset ${this.baseOffset}; only v2 (Kafka 0.11 and ` +
          'later) can be read: copy the topic with a consumer and producer of Kafka, or start behind these messages',
        { details: { partition: this.#source, offset: String(this.baseOffset), format: `v${magic}` } },
      );
    }
    throw this.malformed(`its format is ${magic}, which does not exist`);
  }

  #readFields(buffer: Buffer, start: number): void {
    const attributes = buffer.readInt16BE(start + 21);
    const lastOffsetDelta = buffer.readInt32BE(start + 23);
    this.lastOffset = this.baseOffset + lastOffsetDelta;
    this.compression = attributes & 0x07;
    this.timestampType = (attributes & 0x08) === 0 ? 'CreateTime' : 'LogAppendTime';
    this.isTransactional = (attributes & 0x10) !== 0;
    this.isControl = (attributes & 0x20) !== 0;
    this.baseTimestampMs = readInt64(buffer, start + 27);
    this.maxTimestampMs = readInt64(buffer, start + 35);
    this.producerId = readInt64(buffer, start + 43);
    this.recordCount = buffer.readInt32BE(start + 57);
    if (this.baseOffset < 0 || !Number.isSafeInteger(this.lastOffset))
      throw this.malformed('its offset is not possible');
    if (lastOffsetDelta < 0) throw this.malformed(`its last offset delta is ${lastOffsetDelta}`);
    if (this.recordCount < 0) throw this.malformed(`its record count is ${this.recordCount}`);
  }
}

/** Signed 64-bit number as a double: exact up to 2^53, which no offset or timestamp of this era passes. */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * 0x1_0000_0000 + buffer.readUInt32BE(position + 4);
}
