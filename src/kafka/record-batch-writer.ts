/**
 * Writes records into Kafka's record batch format, version 2 (magic 2). All numbers of the header are big-endian:
 *
 * ```
 * offset bytes  field
 *      0     8  baseOffset             0; the broker sets it
 *      8     4  batchLength            bytes after this field
 *     12     4  partitionLeaderEpoch   -1
 *     16     1  magic                  2
 *     17     4  crc                    CRC-32C of all that follows this field
 *     21     2  attributes             low three bits: compression
 *     23     4  lastOffsetDelta
 *     27     8  baseTimestamp          that of the first record
 *     35     8  maxTimestamp
 *     43     8  producerId             -1 without idempotence
 *     51     2  producerEpoch
 *     53     4  baseSequence
 *     57     4  recordCount
 *     61        records, compressed as a whole if the attributes say so
 * record => length attributes(int8 = 0) timestampDelta offsetDelta keyLength key valueLength value headerCount [header…]
 * header => keyLength key valueLength value        // lengths, deltas and counts are varints; length -1 is null
 * ```
 */

import type { BufferPool } from './buffer-pool.ts';
import { compress, compressionCode, type CompressionLevels, type CompressionType } from './compression.ts';
import { crc32c } from './crc32c.ts';
import type { RecordHeader, RecordView } from '../data/record-view.ts';
import { varintSize, writeVarint } from './varint.ts';

/** Bytes before the first record. */
export const batchHeaderBytes = 61;

/** Below this many bytes a loop copies faster than a call into native code. */
const loopCopyMaxBytes = 40;

const crcStart = 21;

/** Who writes a batch and where it stands in that producer's sequence for the partition. */
export interface BatchStamp {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** The stamp of a producer without idempotence. */
export const noStamp: BatchStamp = { producerId: -1n, producerEpoch: -1, baseSequence: -1 };

/**
 * One record batch in the making. Order of use: {@link append} any number of times, {@link close}, {@link stamp}, then read
 * {@link bytes}; {@link stamp} may be called again. {@link release} ends it.
 */
export class RecordBatchWriter {
  readonly #pool: BufferPool;
  #buffer: Buffer;
  #end = batchHeaderBytes;
  #recordCount = 0;
  #baseTimestampMs = 0;
  #maxTimestampMs = 0;

  /** @param initialBytes room to begin with; it doubles as needed. */
  constructor(pool: BufferPool, initialBytes: number) {
    this.#pool = pool;
    this.#buffer = pool.take(Math.max(initialBytes, batchHeaderBytes));
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Bytes of the batch so far, header included. */
  get byteLength(): number {
    return this.#end;
  }

  /** Bytes of memory that it holds. */
  get capacityBytes(): number {
    return this.#buffer.length;
  }

  /**
   * Copies a record in.
   *
   * @param timestampMs the record's timestamp; that of the view is not looked at.
   * @param maxBytes what the batch may have with this record in it, before compression.
   * @returns false, with nothing changed, when it would have more.
   */
  append(record: RecordView, timestampMs: number, maxBytes: number): boolean {
    const { keyStart, valueStart } = record;
    const keyLength = keyStart < 0 ? -1 : record.keyEnd - keyStart;
    const valueLength = valueStart < 0 ? -1 : record.valueEnd - valueStart;
    const timestampDelta = this.#recordCount === 0 ? 0 : timestampMs - this.#baseTimestampMs;
    const bodyBytes =
      1 +
      varintSize(timestampDelta) +
      varintSize(this.#recordCount) +
      lengthAndBytesSize(keyLength) +
      lengthAndBytesSize(valueLength) +
      (record.headers.length === 0 ? 1 : headersSize(record.headers));
    const end = this.#end + varintSize(bodyBytes) + bodyBytes;
    if (end > maxBytes) return false;
    if (end > this.#buffer.length) this.#grow(end, maxBytes);

    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#end, bodyBytes);
    buffer[at] = 0;
    at = writeVarint(buffer, at + 1, timestampDelta);
    at = writeVarint(buffer, at, this.#recordCount);
    at = writeVarint(buffer, at, keyLength);
    if (keyLength > 0) at = copyBytes(record.keyBuffer, keyStart, record.keyEnd, buffer, at);
    at = writeVarint(buffer, at, valueLength);
    if (valueLength > 0) at = copyBytes(record.valueBuffer, valueStart, record.valueEnd, buffer, at);
    if (record.headers.length === 0) buffer[at] = 0;
    else writeHeaders(buffer, at, record.headers);

    if (this.#recordCount === 0) {
      this.#baseTimestampMs = timestampMs;
      this.#maxTimestampMs = timestampMs;
    } else if (timestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = timestampMs;
    }
    this.#recordCount += 1;
    this.#end = end;
    return true;
  }

  /** Compresses the records and writes the header but for the stamp. No record can be appended afterwards. */
  close(type: CompressionType, levels: CompressionLevels): void {
    if (type !== 'none')
      this.#replaceRecords(compress(type, this.#buffer.subarray(batchHeaderBytes, this.#end), levels));
    const buffer = this.#buffer;
    buffer.fill(0, 0, 8);
    buffer.writeInt32BE(this.#end - 12, 8);
    buffer.writeInt32BE(-1, 12);
    buffer[16] = 2;
    buffer.writeInt16BE(compressionCode(type), crcStart);
    buffer.writeInt32BE(this.#recordCount - 1, 23);
    buffer.writeBigInt64BE(BigInt(this.#baseTimestampMs), 27);
    buffer.writeBigInt64BE(BigInt(this.#maxTimestampMs), 35);
    buffer.writeInt32BE(this.#recordCount, 57);
  }

  /** Writes producer id, epoch, sequence and the checksum. Between {@link close} and {@link bytes}. */
  stamp(stamp: BatchStamp): void {
    const buffer = this.#buffer;
    buffer.writeBigInt64BE(stamp.producerId, 43);
    buffer.writeInt16BE(stamp.producerEpoch, 51);
    buffer.writeInt32BE(stamp.baseSequence, 53);
    buffer.writeUInt32BE(crc32c(buffer.subarray(crcStart, this.#end)), 17);
  }

  /** The finished batch. Shared, and valid until {@link release}. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Hands the memory back to the pool. */
  release(): void {
    this.#pool.give(this.#buffer);
    this.#buffer = emptyBuffer;
    this.#end = 0;
  }

  #grow(neededBytes: number, maxBytes: number): void {
    const doubled = Math.min(this.#buffer.length * 2, maxBytes);
    this.#moveTo(this.#pool.take(Math.max(neededBytes, doubled)), this.#end);
  }

  #replaceRecords(records: Buffer): void {
    const end = batchHeaderBytes + records.length;
    // Data that cannot be compressed may grow a little.
    if (end > this.#buffer.length) this.#moveTo(this.#pool.take(end), 0);
    records.copy(this.#buffer, batchHeaderBytes);
    this.#end = end;
  }

  #moveTo(buffer: Buffer, usedBytes: number): void {
    this.#buffer.copy(buffer, 0, 0, usedBytes);
    this.#pool.give(this.#buffer);
    this.#buffer = buffer;
  }
}

const emptyBuffer = Buffer.alloc(0);

function lengthAndBytesSize(length: number): number {
  return length <= 0 ? 1 : varintSize(length) + length;
}

function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > loopCopyMaxBytes) {
    source.copy(target, at, start, end);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from += 1) {
    target[to] = source[from] ?? 0;
    to += 1;
  }
  return to;
}

function headersSize(headers: readonly RecordHeader[]): number {
  let size = varintSize(headers.length);
  for (const { key, value } of headers) {
    size += lengthAndBytesSize(Buffer.byteLength(key)) + lengthAndBytesSize(value === null ? -1 : value.length);
  }
  return size;
}

function writeHeaders(buffer: Buffer, position: number, headers: readonly RecordHeader[]): void {
  let at = writeVarint(buffer, position, headers.length);
  for (const { key, value } of headers) {
    at = writeVarint(buffer, at, Buffer.byteLength(key));
    at += buffer.write(key, at, 'utf8');
    at = writeVarint(buffer, at, value === null ? -1 : value.length);
    if (value === null) continue;
    buffer.set(value, at);
    at += value.length;
  }
}
