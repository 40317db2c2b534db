import type { RecordHeader, RecordView } from '../data/record-view.ts';
import type { BatchTxn } from './data-messages.ts';
import { batchField } from './stream-codec.ts';

/** What a batch says about all of its records. */
export interface BatchHead {
  readonly seq: number;
  /** Schema ids of keys and values that do not name their own; 0 = RAW. */
  readonly keySchema: number;
  readonly valueSchema: number;
}

/** Where a record goes to or comes from; one object may be reused for all records. */
export interface RecordPlace {
  readonly topicId: number;
  /** -1: none. */
  readonly partition: number;
  /** Kafka offset; -1: none (sources). */
  readonly offset: number;
  /** Schema ids where they differ from the batch's. */
  readonly keySchema?: number | undefined;
  readonly valueSchema?: number | undefined;
}

/** A header that is not RAW names its schema. */
export interface HeaderToWrite extends RecordHeader {
  readonly schemaId?: number;
}

/** Room kept free in front of the batch for the tag and length of the message around it. */
const prefixRoom = 8;
const initialBytes = 64 * 1024;
const two28 = 0x1000_0000;
const two32 = 0x1_0000_0000;
const two53 = Number.MAX_SAFE_INTEGER;

/**
 * Writes a `Batch` record by record into one buffer, with no object per record. `finish…` hands that buffer over, and the next
 * batch gets a new one of the size that the last one needed: the gRPC library reads a message after `write` has returned.
 */
export class BatchWriter {
  #buffer: Buffer = Buffer.allocUnsafe(0);
  #position = 0;
  #recordCount = 0;
  #capacityHint = initialBytes;

  /** Starts a batch; one that was not finished is forgotten. */
  begin(head: BatchHead): void {
    if (this.#buffer.length < this.#capacityHint) this.#buffer = Buffer.allocUnsafeSlow(this.#capacityHint);
    this.#position = prefixRoom;
    this.#recordCount = 0;
    this.#varintField(0x08, head.seq);
    if (head.keySchema !== 0) this.#varintField(0x10, head.keySchema);
    if (head.valueSchema !== 0) this.#varintField(0x18, head.valueSchema);
  }

  /** Bytes of the batch so far. */
  get byteLength(): number {
    return this.#position - prefixRoom;
  }

  /** Records in the batch so far. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /** Appends a record; its key and value are copied at once. */
  append(record: RecordView, place: RecordPlace): void {
    const keyLength = record.keyStart < 0 ? -1 : record.keyEnd - record.keyStart;
    const valueLength = record.valueStart < 0 ? -1 : record.valueEnd - record.valueStart;
    const headersLength = record.headers.length === 0 ? 0 : headersSize(record.headers);
    const { keySchema, valueSchema } = place;
    let size = headersLength;
    if (keyLength >= 0) size += 1 + varintSize(keyLength) + keyLength;
    if (valueLength >= 0) size += 1 + varintSize(valueLength) + valueLength;
    if (place.topicId !== 0) size += 1 + varintSize(place.topicId);
    if (place.partition >= 0) size += 1 + varintSize(place.partition * 2);
    if (record.timestampMs >= 0) size += 1 + varintSize(record.timestampMs * 2);
    if (keySchema !== undefined) size += 1 + varintSize(keySchema);
    if (valueSchema !== undefined) size += 1 + varintSize(valueSchema);
    if (place.offset >= 0) size += 1 + varintSize(place.offset * 2);
    this.#reserve(size + 6);
    this.#varintField(0x22, size);
    if (keyLength >= 0) this.#bytesField(0x0a, record.keyBuffer, record.keyStart, keyLength);
    if (valueLength >= 0) this.#bytesField(0x12, record.valueBuffer, record.valueStart, valueLength);
    if (place.topicId !== 0) this.#varintField(0x18, place.topicId);
    // Doubling is zigzag for numbers from 0 up, exact below 2^53.
    if (place.partition >= 0) this.#varintField(0x20, place.partition * 2);
    if (record.timestampMs >= 0) this.#varintField(0x28, record.timestampMs * 2);
    if (headersLength > 0) this.#writeHeaders(record.headers);
    if (keySchema !== undefined) this.#varintField(0x38, keySchema);
    if (valueSchema !== undefined) this.#varintField(0x40, valueSchema);
    if (place.offset >= 0) this.#varintField(0x48, place.offset * 2);
    this.#recordCount += 1;
  }

  /** Adds the offset of a source partition; true once the whole batch is done. `offsetJson` null: the offset is forgotten. */
  addOffset(partitionJson: Uint8Array, offsetJson: Uint8Array | null): void {
    const offsetLength = offsetJson?.length ?? 0;
    const partitionSize = 1 + varintSize(partitionJson.length) + partitionJson.length;
    const offsetSize = offsetJson === null ? 2 : 1 + varintSize(offsetLength) + offsetLength;
    this.#reserve(partitionSize + offsetSize + 6);
    this.#varintField(0x2a, partitionSize + offsetSize);
    this.#arrayField(0x0a, partitionJson);
    if (offsetJson === null) this.#varintField(0x18, 1);
    else this.#arrayField(0x12, offsetJson);
  }

  /** Marks a transaction boundary after this batch. */
  markTransaction(txn: BatchTxn): void {
    if (txn === 'NONE') return;
    this.#reserve(2);
    this.#varintField(0x30, txn === 'COMMIT_AFTER' ? 1 : 2);
  }

  /** The batch as a `SinkDown` message, which the caller now owns. */
  finishSinkDown(): Buffer {
    return this.#finish(batchField.sinkDown);
  }

  /** The batch as a `SourceUp` message, which the caller now owns. */
  finishSourceUp(): Buffer {
    return this.#finish(batchField.sourceUp);
  }

  #finish(field: number): Buffer {
    const length = this.#position - prefixRoom;
    const start = prefixRoom - 1 - varintSize(length);
    const end = this.#position;
    this.#position = start;
    this.#varintField((field << 3) | 2, length);
    const message = this.#buffer.subarray(start, end);
    // A quarter more than the last batch needed, so that batches of one stream seldom grow while they are written.
    this.#capacityHint = Math.max(initialBytes, Math.ceil((end * 1.25) / 4096) * 4096);
    this.#buffer = Buffer.allocUnsafe(0);
    return message;
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, initialBytes));
    this.#buffer.copy(larger, 0, 0, this.#position);
    this.#buffer = larger;
  }

  #varintField(tag: number, value: number): void {
    const buffer = this.#buffer;
    let position = this.#position;
    buffer[position++] = tag;
    let rest = value;
    if (value >= two32) {
      // One division for the four lowest groups of bits: timestamps come with every record.
      const low = value % two28;
      buffer[position++] = (low & 0x7f) | 0x80;
      buffer[position++] = ((low >>> 7) & 0x7f) | 0x80;
      buffer[position++] = ((low >>> 14) & 0x7f) | 0x80;
      buffer[position++] = (low >>> 21) | 0x80;
      rest = (value - low) / two28;
    }
    rest >>>= 0;
    while (rest > 0x7f) {
      buffer[position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[position++] = rest;
    this.#position = position;
  }

  #bytesField(tag: number, source: Buffer, start: number, length: number): void {
    this.#varintField(tag, length);
    const target = this.#buffer;
    const position = this.#position;
    // Below some tens of bytes a loop beats the call into native code.
    if (length < 24) for (let i = 0; i < length; i += 1) target[position + i] = source[start + i] ?? 0;
    else source.copy(target, position, start, start + length);
    this.#position = position + length;
  }

  #arrayField(tag: number, source: Uint8Array): void {
    this.#varintField(tag, source.length);
    this.#buffer.set(source, this.#position);
    this.#position += source.length;
  }

  #writeHeaders(headers: readonly HeaderToWrite[]): void {
    for (const header of headers) {
      this.#varintField(0x32, headerSize(header));
      const keyLength = Buffer.byteLength(header.key);
      this.#varintField(0x0a, keyLength);
      this.#position += this.#buffer.write(header.key, this.#position, 'utf8');
      if (header.value !== null) this.#arrayField(0x12, header.value);
      if (header.schemaId !== undefined && header.schemaId !== 0) this.#varintField(0x18, header.schemaId);
    }
  }
}

function headersSize(headers: readonly HeaderToWrite[]): number {
  let size = 0;
  for (const header of headers) {
    const bytes = headerSize(header);
    size += 1 + varintSize(bytes) + bytes;
  }
  return size;
}

function headerSize(header: HeaderToWrite): number {
  const keyLength = Buffer.byteLength(header.key);
  let size = 1 + varintSize(keyLength) + keyLength;
  if (header.value !== null) size += 1 + varintSize(header.value.length) + header.value.length;
  if (header.schemaId !== undefined && header.schemaId !== 0) size += 1 + varintSize(header.schemaId);
  return size;
}

/** Bytes of a varint from 0 to 2^53. */
function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  let size = 5;
  for (let limit = 0x8_0000_0000; limit <= value && limit < two53; limit *= 128) size += 1;
  return size;
}
