import { ConnectError } from '../errors/connect-error.ts';
import { BatchReader } from '../wire/batch-reader.ts';
import type { BatchRange, Declare, SchemaDeclaration } from '../wire/data-messages.ts';
import type { SinkBatch, SinkRecord } from './sink-task.ts';

const rawSchema: SchemaDeclaration = { id: 0, format: 'RAW', definition: Buffer.alloc(0), name: '', version: 0 };

/** The batch that a sink task is given; one instance is reused for all batches of a task. */
export class ReceivedBatch implements SinkBatch {
  readonly reader = new BatchReader();
  /** Errors of the present batch by position. */
  readonly #errors = new Map<number, unknown>();
  readonly #topics = new Map<number, string>();
  readonly #schemas = new Map<number, SchemaDeclaration>([[0, rawSchema]]);

  /** Learns topics and schemas. */
  declare(declare: Declare): void {
    for (const { id, name } of declare.topics) this.#topics.set(id, name);
    for (const schema of declare.schemas) this.#schemas.set(schema.id, schema);
  }

  /** Begins with a batch. */
  begin(range: BatchRange): void {
    this.reader.reset(range.buffer, range.start, range.end);
    this.#errors.clear();
  }

  /** What was reported of the batch, by position; the last word on a record counts. */
  get errors(): ReadonlyMap<number, unknown> {
    return this.#errors;
  }

  report(record: SinkRecord | number, error: unknown): void {
    const index = typeof record === 'number' ? record : record.index;
    if (!Number.isInteger(index) || index < 0 || index >= this.recordCount) {
      throw new RangeError(`Batch ${this.seq} has ${this.recordCount} records, and none at position ${index}`);
    }
    this.#errors.set(index, error);
  }

  get seq(): number {
    return this.reader.seq;
  }

  get recordCount(): number {
    return this.reader.recordCount;
  }

  topic(topicId: number): string {
    return this.#topics.get(topicId) ?? undeclared('topic', topicId);
  }

  schema(schemaId: number): SchemaDeclaration {
    return this.#schemas.get(schemaId) ?? undeclared('schema', schemaId);
  }

  *records(): Generator<SinkRecord, void> {
    const { reader } = this;
    reader.rewind();
    while (reader.next()) {
      yield {
        index: reader.index,
        topic: this.topic(reader.topicId),
        partition: reader.partition,
        offset: reader.offset,
        timestampMs: reader.timestampMs,
        key: reader.keyStart < 0 ? null : reader.keyBuffer.subarray(reader.keyStart, reader.keyEnd),
        value: reader.valueStart < 0 ? null : reader.valueBuffer.subarray(reader.valueStart, reader.valueEnd),
        keySchema: this.schema(reader.keySchemaId),
        valueSchema: this.schema(reader.valueSchemaId),
        headers: reader.headers,
      };
    }
  }
}

function undeclared(what: string, id: number): never {
  throw new ConnectError('PROTOCOL_VIOLATION', `A record names ${what} ${id}, which the worker has not declared`);
}
