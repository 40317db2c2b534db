/** What the author of a sink implements to move records, and what the worker offers to it. */
import type { ConfigMap } from '../config/parsed-config.ts';
import type { Logger } from '../logging/logger.ts';
import type { BatchReader, WireHeader } from '../wire/batch-reader.ts';
import type { Format, SchemaDeclaration, TopicPartitionOffset } from '../wire/data-messages.ts';
import type { TaskStatus } from './source-task.ts';

/** A sink task. Calls never overlap. */
export interface SinkTask {
  /** Opens what the task needs and says what it wants. Throwing fails the task. */
  start(config: ConfigMap, context: SinkTaskContext): SinkTaskWishes | Promise<SinkTaskWishes>;
  /**
   * Partitions that the task gained, with the offset of their first record.
   *
   * @returns partitions to read from another offset; nothing for none.
   */
  open?(partitions: readonly TopicPartitionOffset[]): Seeks | Promise<Seeks>;
  /** Partitions that the task lost. All that it was given of them was flushed before, if the worker was in time. */
  close?(partitions: readonly TopicPartitionOffset[]): void | Promise<void>;
  /**
   * Takes a batch. What it returned from may still be in memory: only {@link flush} makes it durable. The batch is valid until
   * `put` has returned.
   *
   * @returns records that failed for good, beside those told by {@link SinkBatch.report}; nothing if there are no others.
   * @throws {RetriableError} to get the same batch again later; any other error fails the task.
   */
  put(batch: SinkBatch): PutResult | Promise<PutResult>;
  /**
   * Makes everything that was put durable (I5). `commit`: the worker is about to commit offsets; `window`: the worker waits for
   * room, and it is enough that nothing is lost if this process dies now. Throwing fails the task.
   */
  flush?(reason: 'commit' | 'window'): void | Promise<void>;
  /** Closes what {@link start} opened; called whatever happened before. */
  stop?(): void | Promise<void>;
}

/** What a sink task wants; everything may be left out. */
export interface SinkTaskOptions {
  /** Most batches that are sent but not yet durable; 4 if not given. */
  readonly maxBatches?: number;
  /** Most bytes in a batch; 1 MiB if not given. */
  readonly maxBytes?: number;
  /** Formats of keys and values, or several in order of preference. Absent: as the converter gives them. */
  readonly keyFormat?: Format | readonly Format[];
  readonly valueFormat?: Format | readonly Format[];
  /** The same for header values. Absent: the bytes that Kafka has, of schema 0. */
  readonly headerFormat?: Format | readonly Format[];
  /** The sink keeps offsets itself: nothing is committed to the group, {@link SinkTask.open} says where to resume. */
  readonly ownsOffsets?: boolean;
  /** Flush at least this often while something is not durable, ms; 1000 if not given. */
  readonly flushIntervalMs?: number;
}

/** What {@link SinkTask.start} returns. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- authors may return nothing
export type SinkTaskWishes = SinkTaskOptions | void;

/** What {@link SinkTask.open} returns. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- authors may return nothing
export type Seeks = readonly { readonly topic: string; readonly partition: number; readonly offset: number }[] | void;

/** What {@link SinkTask.put} returns. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- authors may return nothing
export type PutResult = { readonly failed: readonly { readonly index: number; readonly error: unknown }[] } | void;

/** Records that one put takes. */
export interface SinkBatch {
  readonly seq: number;
  readonly recordCount: number;
  /** Fast form: walks the records in place. Its `topicId` and schema ids are told by {@link topic} and {@link schema}. */
  readonly reader: BatchReader;
  /** Name of a topic. */
  topic(topicId: number): string;
  /** A schema; RAW for id 0. */
  schema(schemaId: number): SchemaDeclaration;
  /** Easy form: one object per record. Their bytes share memory with the batch. */
  records(): Generator<SinkRecord, void>;
  /**
   * Says that a record of this batch failed for good, and goes on: the worker logs it and writes it to the dead letter queue as the
   * connector's `errors.*` keys say, and fails the task unless errors are tolerated. All other records count as taken.
   *
   * @param record of {@link records}, or its position in the batch.
   * @param error a {@link ConnectorError} tells its category.
   * @throws {RangeError} when the batch has no record there.
   * @see `ErrantRecordReporter` in Kafka Connect (KIP-610).
   */
  report(record: SinkRecord | number, error: unknown): void;
}

/** A record as people read it. */
export interface SinkRecord {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** -1: none. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly keySchema: SchemaDeclaration;
  readonly valueSchema: SchemaDeclaration;
  readonly headers: readonly WireHeader[];
}

/** The worker, as a running sink task sees it. */
export interface SinkTaskContext {
  /** Connector name. */
  readonly connector: string;
  /** Task number, from 0. */
  readonly task: number;
  /** Rises at every start of this task, cluster-wide: store it and refuse an older writer. */
  readonly epoch: number;
  readonly log: Logger;
  /** Aborts when the task is to stop. */
  readonly signal: AbortSignal;
  /** Asks for no records of these partitions until they are resumed. */
  pause(partitions: readonly { readonly topic: string; readonly partition: number }[]): void;
  resume(partitions: readonly { readonly topic: string; readonly partition: number }[]): void;
  /** Asks for a commit as soon as possible. */
  requestCommit(): void;
  /** What the next sign of life says about the task. */
  report(status: TaskStatus): void;
}
