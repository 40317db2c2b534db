/** What the author of a source implements to move records, and what the worker offers to it. */
import type { ConfigMap } from '../config/parsed-config.ts';
import type { RecordView } from '../data/record-view.ts';
import type { Logger } from '../logging/logger.ts';
import type { RecordPlace } from '../wire/batch-writer.ts';
import type { SchemaSpec } from './declarations.ts';
import type { JsonObject } from './json-object.ts';

/** A source task. Calls never overlap, but for {@link SourceTask.commit}, which may come while a poll waits. */
export interface SourceTask {
  /** Opens what the task needs. Throwing fails the task. */
  start(config: ConfigMap, context: SourceTaskContext): void | Promise<void>;
  /**
   * Adds records to `batch` until it is full, or until there are no more for now. Without any record to add it may wait for
   * `budget.maxWaitMs`, or less; an empty batch is fine. Ends early when `signal` aborts, which is when the task is to stop;
   * what the batch then holds is still sent if it can be. Throwing fails the task.
   */
  poll(batch: SourceBatch, budget: PollBudget, signal: AbortSignal): void | Promise<void>;
  /** Everything of these batches is in Kafka, and their offsets are durable: the outside system may now be pruned (I2). */
  commit?(committed: CommittedBatches): void | Promise<void>;
  /**
   * Records that are not in Kafka and never will be, on purpose: transforms filtered them, or their error is tolerated. The offsets of
   * their batches become durable like others. The default is to do nothing.
   *
   * @see `SourceTask#commitRecord` with null metadata in Kafka Connect.
   */
  dropped?(records: readonly DroppedSourceRecords[]): void | Promise<void>;
  /** Closes what {@link start} opened; called whatever happened before. */
  stop?(): void | Promise<void>;
}

/** Records of one batch that were dropped for one reason. */
export interface DroppedSourceRecords {
  /** {@link SourceBatch.seq} of the batch. */
  readonly seq: number;
  /** Positions in the batch, from 0, as far as they are known. */
  readonly indexes: readonly number[];
  /** How many; more than there are positions when Kafka refused records after they were sent. */
  readonly count: number;
  /** Null when transforms filtered them. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** How much one poll may give. */
export interface PollBudget {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** A batch is due after this time even when it is empty. */
  readonly maxWaitMs: number;
}

/** How far batches are committed. */
export interface CommittedBatches {
  /** All batches up to and with this {@link SourceBatch.seq}. */
  readonly upToSeq: number;
  /** Number of records in these batches since the task started. */
  readonly recordCount: number;
}

/** A record as people write it. */
export interface SourceRecord {
  readonly topic: string;
  /** A string goes as UTF8, bytes as RAW, anything else as schemaless JSON. Null is null; absent too. */
  readonly key?: unknown;
  /** As {@link key}. */
  readonly value?: unknown;
  readonly partition?: number;
  readonly timestampMs?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string | Uint8Array | null }[];
  /** Where the record comes from; both or neither. */
  readonly sourcePartition?: JsonObject;
  /** Where to go on after this record. */
  readonly sourceOffset?: JsonObject;
}

/** Records that one poll gives. */
export interface SourceBatch {
  /** Sequence number of the batch as the worker will acknowledge it. */
  readonly seq: number;
  /** Records so far. */
  readonly recordCount: number;
  /** There is no room for another record like the last one. Adding more is not an error: it goes into a batch that follows. */
  readonly isFull: boolean;
  /** Adds a record in the easy form. @throws {ConnectorError} RECORD_TOO_LARGE. */
  record(record: SourceRecord): void;
  /**
   * Adds a record in the fast form: ranges of buffers, which are copied at once. View and place may be reused.
   * Topic and schema ids come from {@link SourceTaskContext}.
   *
   * @throws {ConnectorError} RECORD_TOO_LARGE.
   */
  append(view: RecordView, place: RecordPlace): void;
  /** Where to go on in `partition` once all of this batch is done; the last call for a partition counts. Null forgets it. */
  offset(partition: JsonObject, offset: JsonObject | null): void;
}

/** The worker, as a running source task sees it. */
export interface SourceTaskContext {
  /** Connector name. */
  readonly connector: string;
  /** Task number, from 0. */
  readonly task: number;
  readonly log: Logger;
  /** Aborts when the task is to stop. */
  readonly signal: AbortSignal;
  /** Largest record that can be sent, in bytes with its key, headers and some tens of bytes around them. */
  readonly maxRecordBytes: number;
  /** Committed offset of a source partition; undefined if there is none. Asks the worker if need be. */
  readOffset(partition: JsonObject): Promise<JsonObject | undefined>;
  /** Creates a topic, with the broker's defaults for what is not given. @throws {ConnectorError} as the worker says. */
  createTopic(topic: {
    readonly name: string;
    readonly partitions?: number;
    readonly replicationFactor?: number;
  }): Promise<void>;
  /** Id of a topic, for {@link SourceBatch.append}. */
  topicId(name: string): number;
  /** Id of a schema, for {@link SourceBatch.append} and {@link useSchemas}. The same schema always has the same id. */
  schemaId(schema: SchemaSpec): number;
  /** Schemas of keys and values of appended records that name no others, from the next batch on; RAW before. */
  useSchemas(schemas: { readonly key?: number; readonly value?: number }): void;
  /** What the next sign of life says about the task. */
  report(status: TaskStatus): void;
}

/** What a task does, for people and metrics. */
export interface TaskStatus {
  /** Such as `snapshot of table x`. */
  readonly phase?: string;
  /** Records known to wait in the outside system. */
  readonly backlog?: number;
  /** Announces that the process will be silent for at most this long, because one call blocks it. */
  readonly quietForMs?: number;
}
