import { noHeaders, type RecordHeader, type RecordView } from '../data/record-view.ts';
import { BatchWriter, type HeaderToWrite, type RecordPlace } from '../wire/batch-writer.ts';
import type { Declarations } from './declarations.ts';
import { ConnectorError } from './failure.ts';
import { encodeJsonObject, type JsonObject } from './json-object.ts';
import type { PollBudget, SourceBatch, SourceRecord } from './source-task.ts';

/** A batch ready to be sent. */
export interface FinishedBatch {
  readonly seq: number;
  readonly recordCount: number;
  readonly message: Buffer;
}

/** Upper bound of what a record takes beside its key, value and headers. */
const recordOverheadBytes = 64;

/**
 * Gathers the records of one poll into one batch, or into several where they do not fit the worker's limits: only the last then
 * carries the offsets, for they are true once the whole poll is done.
 */
export class SourceBatchBuilder implements SourceBatch {
  readonly #declarations: Declarations;
  readonly #writer = new BatchWriter();
  #finished: FinishedBatch[] = [];
  #offsets = new Map<string, Buffer | null>();
  #budget: PollBudget = { maxRecords: 0, maxBytes: 0, maxWaitMs: 0 };
  #maxRecordBytes = 0;
  #keySchema = 0;
  #valueSchema = 0;
  #lastRecordBytes = 0;
  /** Room to leave for offsets: what they took at most so far. */
  #offsetBytes = 256;
  #seq = 0;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  /** Schemas of records that name no others, from the next batch on. */
  useSchemas(schemas: { readonly key?: number; readonly value?: number }): void {
    this.#keySchema = schemas.key ?? 0;
    this.#valueSchema = schemas.value ?? 0;
  }

  /** Starts the batch of a poll. `maxRecordBytes`: largest record, and largest batch, that may be sent at all. */
  begin(budget: PollBudget, maxRecordBytes: number): void {
    this.#maxRecordBytes = maxRecordBytes;
    this.#budget = { ...budget, maxBytes: Math.min(budget.maxBytes, maxRecordBytes) };
    this.#finished = [];
    this.#offsets = new Map();
    this.#beginNext();
  }

  /** The batches of this poll, at least one, in the order in which they have to be sent. */
  finish(): readonly FinishedBatch[] {
    const offsets = [...this.#offsets].map(([partition, offset]) => ({ partition: Buffer.from(partition), offset }));
    const offsetBytes = offsets.reduce((sum, { partition, offset }) => sum + offsetSize(partition, offset), 0);
    this.#offsetBytes = Math.max(this.#offsetBytes, offsetBytes);
    if (this.#writer.recordCount > 0 && this.#writer.byteLength + offsetBytes > this.#budget.maxBytes) {
      this.#finishOne();
      this.#beginNext();
    }
    for (const { partition, offset } of offsets) this.#writer.addOffset(partition, offset);
    this.#finishOne();
    return this.#finished;
  }

  get seq(): number {
    return this.#seq;
  }

  get recordCount(): number {
    return this.#finished.reduce((sum, batch) => sum + batch.recordCount, this.#writer.recordCount);
  }

  get isFull(): boolean {
    return (
      this.#finished.length > 0 ||
      this.#writer.recordCount >= this.#budget.maxRecords ||
      this.#writer.byteLength + this.#lastRecordBytes + this.#offsetBytes > this.#budget.maxBytes
    );
  }

  append(view: RecordView, place: RecordPlace): void {
    let bytes = recordOverheadBytes + (view.valueEnd - view.valueStart);
    if (view.keyStart >= 0) bytes += view.keyEnd - view.keyStart;
    if (view.headers.length > 0) bytes += headersBytes(view.headers);
    const writer = this.#writer;
    if (
      writer.recordCount > 0 &&
      (writer.recordCount >= this.#budget.maxRecords || writer.byteLength + bytes > this.#budget.maxBytes)
    ) {
      this.#finishOne();
      this.#beginNext();
    }
    if (bytes > this.#maxRecordBytes) throw tooLarge(bytes, this.#maxRecordBytes);
    writer.append(view, place);
    this.#lastRecordBytes = bytes;
  }

  record(record: SourceRecord): void {
    const key = this.#encode(record.key);
    const value = this.#encode(record.value);
    this.append(
      {
        keyBuffer: key.bytes ?? emptyBuffer,
        keyStart: key.bytes === null ? -1 : 0,
        keyEnd: key.bytes?.length ?? -1,
        valueBuffer: value.bytes ?? emptyBuffer,
        valueStart: value.bytes === null ? -1 : 0,
        valueEnd: value.bytes?.length ?? -1,
        timestampMs: record.timestampMs ?? -1,
        headers: record.headers?.map(header => this.#encodeHeader(header)) ?? noHeaders,
      },
      {
        topicId: this.#declarations.topicId(record.topic),
        partition: record.partition ?? -1,
        offset: -1,
        keySchema: key.schemaId,
        valueSchema: value.schemaId,
      },
    );
    if (record.sourcePartition !== undefined) this.offset(record.sourcePartition, record.sourceOffset ?? null);
  }

  offset(partition: JsonObject, offset: JsonObject | null): void {
    this.#offsets.set(JSON.stringify(partition), offset === null ? null : encodeJsonObject(offset));
  }

  #beginNext(): void {
    this.#seq += 1;
    this.#writer.begin({ seq: this.#seq, keySchema: this.#keySchema, valueSchema: this.#valueSchema });
  }

  #finishOne(): void {
    const { recordCount } = this.#writer;
    this.#finished.push({ seq: this.#seq, recordCount, message: this.#writer.finishSourceUp() });
  }

  #encode(value: unknown): { readonly bytes: Buffer | null; readonly schemaId: number } {
    if (value === null || value === undefined) return { bytes: null, schemaId: 0 };
    if (value instanceof Uint8Array) return { bytes: asBuffer(value), schemaId: 0 };
    if (typeof value === 'string') {
      return { bytes: Buffer.from(value), schemaId: this.#declarations.schemaId({ format: 'UTF8' }) };
    }
    return {
      bytes: Buffer.from(JSON.stringify(value)),
      schemaId: this.#declarations.schemaId({ format: 'JSON' }),
    };
  }

  #encodeHeader(header: { readonly key: string; readonly value: string | Uint8Array | null }): HeaderToWrite {
    const { bytes, schemaId } = this.#encode(header.value);
    return { key: header.key, value: bytes, schemaId };
  }
}

const emptyBuffer = Buffer.alloc(0);

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function offsetSize(partition: Buffer, offset: Buffer | null): number {
  return 16 + partition.length + (offset?.length ?? 0);
}

function headersBytes(headers: readonly RecordHeader[]): number {
  return headers.reduce((sum, { key, value }) => sum + 24 + Buffer.byteLength(key) + (value?.length ?? 0), 0);
}

function tooLarge(bytes: number, limit: number): ConnectorError {
  return new ConnectorError(
    { category: 'DATA', code: 'RECORD_TOO_LARGE' },
    `A record of about ${bytes} bytes is larger than the ${limit} bytes that the worker takes in one message`,
  );
}
