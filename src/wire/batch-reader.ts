import type { RecordHeader, RecordView } from '../data/record-view.ts';
import type { BatchTxn, SourceOffset } from './data-messages.ts';
import { decodeMessage } from './message-codec.ts';
import { WireCursor, wireMalformed, wireType } from './wire-cursor.ts';

/** A header as it crosses the wire. */
export interface WireHeader extends RecordHeader {
  /** Schema id of the value; 0 = RAW bytes. */
  readonly schemaId: number;
}

const emptyBuffer = Buffer.alloc(0);
const noWireHeaders: readonly WireHeader[] = [];

// Tags: field number and wire type, as data.proto has them.
const { varint, bytes } = wireType;
const batchTag = {
  seq: (1 << 3) | varint,
  keySchema: (2 << 3) | varint,
  valueSchema: (3 << 3) | varint,
  record: (4 << 3) | bytes,
  offset: (5 << 3) | bytes,
  txn: (6 << 3) | varint,
  traceparent: (7 << 3) | bytes,
} as const;
const recordTag = {
  key: (1 << 3) | bytes,
  value: (2 << 3) | bytes,
  topic: (3 << 3) | varint,
  partition: (4 << 3) | varint,
  timestampMs: (5 << 3) | varint,
  header: (6 << 3) | bytes,
  keySchema: (7 << 3) | varint,
  valueSchema: (8 << 3) | varint,
  offset: (9 << 3) | varint,
} as const;
const headerTag = { key: (1 << 3) | bytes, value: (2 << 3) | bytes, schema: (3 << 3) | varint } as const;

/** Highest field number of each message that this version knows; a known field of another wire type is malformed. */
const lastField = { batch: 7, record: 9, header: 3 } as const;

/**
 * Walks a `Batch` in place (D2): no object per record, no copy of keys and values. One reader is reused for all batches of a
 * task. Field order is free, unknown fields are skipped, and bytes of any content give records or WIRE_MALFORMED.
 *
 * ```ts
 * reader.reset(range.buffer, range.start, range.end);
 * while (reader.next()) append(reader);
 * ```
 */
export class BatchReader implements RecordView {
  /** Sequence number of the batch. */
  seq = 0;
  /** Schema ids of keys and values that do not name their own; 0 = RAW. */
  keySchema = 0;
  valueSchema = 0;
  txn: BatchTxn = 'NONE';
  /** Number of records in the batch. */
  recordCount = 0;
  /** Number of source offsets; {@link readOffsets} decodes them. */
  offsetCount = 0;

  /** Position of the current record in the batch, from 0; -1 before the first {@link next}. */
  index = -1;
  keyBuffer: Buffer = emptyBuffer;
  keyStart = -1;
  keyEnd = -1;
  valueBuffer: Buffer = emptyBuffer;
  valueStart = -1;
  valueEnd = -1;
  timestampMs = -1;
  headers: readonly WireHeader[] = noWireHeaders;
  topicId = 0;
  /** Partition; -1 for none. */
  partition = -1;
  /** The record's schema ids, the batch's where it names none. */
  keySchemaId = 0;
  valueSchemaId = 0;
  /** Kafka offset; -1 for none. */
  offset = -1;

  #buffer: Buffer = emptyBuffer;
  #start = 0;
  #end = 0;
  readonly #cursor = new WireCursor(emptyBuffer, 0, 0);

  /**
   * Turns to the batch between `start` and `end` of `buffer`, which must stay as it is while the reader is on it.
   *
   * @throws {ConnectError} WIRE_MALFORMED when the batch's own fields are; its records are checked by {@link next}.
   */
  reset(buffer: Buffer, start: number, end: number): void {
    if (start < 0 || end > buffer.length || start > end) throw wireMalformed('Batch outside of its message', start);
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
    this.keyBuffer = buffer;
    this.valueBuffer = buffer;
    this.seq = 0;
    this.keySchema = 0;
    this.valueSchema = 0;
    this.txn = 'NONE';
    this.recordCount = 0;
    this.offsetCount = 0;
    this.#cursor.reset(buffer, start, end);
    this.#readBatchFields();
    this.rewind();
  }

  /** Goes back before the first record. */
  rewind(): void {
    this.index = -1;
    this.#cursor.reset(this.#buffer, this.#start, this.#end);
  }

  /**
   * Moves to the next record.
   *
   * @returns false after the last one.
   * @throws {ConnectError} WIRE_MALFORMED.
   */
  next(): boolean {
    const cursor = this.#cursor;
    while (!cursor.atEnd) {
      const tag = cursor.readUint32();
      if (tag === batchTag.record) {
        const end = cursor.readLengthEnd();
        this.index += 1;
        this.#readRecord(end);
        return true;
      }
      cursor.skip(tag);
    }
    return false;
  }

  /** Decodes the batch's source offsets. Their bytes share memory with the batch. Leaves the current record as it is. */
  readOffsets(): readonly SourceOffset[] {
    const offsets: SourceOffset[] = [];
    if (this.offsetCount === 0) return offsets;
    const cursor = new WireCursor(this.#buffer, this.#start, this.#end);
    while (!cursor.atEnd) {
      const tag = cursor.readUint32();
      if (tag === batchTag.offset) {
        const end = cursor.readLengthEnd();
        offsets.push(decodeMessage('SourceOffset', this.#buffer.subarray(cursor.position, end)));
        cursor.position = end;
      } else {
        cursor.skip(tag);
      }
    }
    return offsets;
  }

  /** First pass: the fields of the batch itself, which may stand after its records. */
  #readBatchFields(): void {
    const cursor = this.#cursor;
    while (!cursor.atEnd) {
      const tag = cursor.readUint32();
      switch (tag) {
        case batchTag.record:
          this.recordCount += 1;
          cursor.position = cursor.readLengthEnd();
          break;
        case batchTag.offset:
          this.offsetCount += 1;
          cursor.position = cursor.readLengthEnd();
          break;
        case batchTag.seq:
          this.seq = cursor.readUint64();
          break;
        case batchTag.keySchema:
          this.keySchema = cursor.readUint32();
          break;
        case batchTag.valueSchema:
          this.valueSchema = cursor.readUint32();
          break;
        case batchTag.txn:
          this.txn = txnOf(cursor.readUint32());
          break;
        case batchTag.traceparent:
          cursor.position = cursor.readLengthEnd();
          break;
        default:
          skipUnknown(cursor, tag, lastField.batch);
      }
    }
  }

  #readRecord(end: number): void {
    const cursor = this.#cursor;
    cursor.end = end;
    this.keyStart = -1;
    this.keyEnd = -1;
    this.valueStart = -1;
    this.valueEnd = -1;
    this.timestampMs = -1;
    this.headers = noWireHeaders;
    this.topicId = 0;
    this.partition = -1;
    this.keySchemaId = this.keySchema;
    this.valueSchemaId = this.valueSchema;
    this.offset = -1;
    let headers: WireHeader[] | undefined;
    while (cursor.position < end) {
      const tag = cursor.readUint32();
      switch (tag) {
        case recordTag.key:
          this.keyEnd = cursor.readLengthEnd();
          this.keyStart = cursor.position;
          cursor.position = this.keyEnd;
          break;
        case recordTag.value:
          this.valueEnd = cursor.readLengthEnd();
          this.valueStart = cursor.position;
          cursor.position = this.valueEnd;
          break;
        case recordTag.topic:
          this.topicId = cursor.readUint32();
          break;
        case recordTag.timestampMs:
          this.timestampMs = cursor.readSint64();
          break;
        case recordTag.header:
          (headers ??= []).push(readHeader(cursor, this.#buffer));
          break;
        default:
          this.#readRareField(tag);
      }
    }
    if (headers !== undefined) this.headers = headers;
    cursor.end = this.#end;
  }

  #readRareField(tag: number): void {
    const cursor = this.#cursor;
    switch (tag) {
      case recordTag.partition:
        this.partition = cursor.readSint32();
        break;
      case recordTag.offset:
        this.offset = cursor.readSint64();
        break;
      case recordTag.keySchema:
        this.keySchemaId = cursor.readUint32();
        break;
      case recordTag.valueSchema:
        this.valueSchemaId = cursor.readUint32();
        break;
      default:
        skipUnknown(cursor, tag, lastField.record);
    }
  }
}

function readHeader(cursor: WireCursor, buffer: Buffer): WireHeader {
  const recordEnd = cursor.end;
  const end = cursor.readLengthEnd();
  cursor.end = end;
  let key = '';
  let value: Buffer | null = null;
  let schemaId = 0;
  while (cursor.position < end) {
    const tag = cursor.readUint32();
    if (tag === headerTag.schema) {
      schemaId = cursor.readUint32();
    } else if (tag === headerTag.key || tag === headerTag.value) {
      const fieldEnd = cursor.readLengthEnd();
      if (tag === headerTag.key) key = buffer.toString('utf8', cursor.position, fieldEnd);
      else value = buffer.subarray(cursor.position, fieldEnd);
      cursor.position = fieldEnd;
    } else {
      skipUnknown(cursor, tag, lastField.header);
    }
  }
  cursor.end = recordEnd;
  return { key, value, schemaId };
}

/** A known field only gets here when its wire type is wrong. */
function skipUnknown(cursor: WireCursor, tag: number, last: number): void {
  const field = tag >>> 3;
  if (field >= 1 && field <= last) throw wireMalformed(`Field ${field} with wire type ${tag & 7}`, cursor.position);
  cursor.skip(tag);
}

function txnOf(value: number): BatchTxn {
  return value === 1 ? 'COMMIT_AFTER' : value === 2 ? 'ABORT_AFTER' : 'NONE';
}
