import type { RecordCursor } from './record-cursor.ts';

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Records of one partition that follow each other, as one fetch brought them. */
export interface FetchedRecords extends TopicPartition {
  /** Stands before the first record. It may have none: transaction markers and aborted records are left out. */
  readonly cursor: RecordCursor;
  /** A new cursor before the first record, to walk them once more. It keeps the fetched bytes in memory as long as it is there. */
  readonly reread: () => RecordCursor;
  /** Where reading goes on after all of these; what to commit once all of them are done. */
  readonly nextOffset: number;
  /** Offset after the partition's last replicated record; `highWatermark - nextOffset` is the lag. */
  readonly highWatermark: number;
  /** Bytes on the wire. */
  readonly byteLength: number;
}

/**
 * Reads records of partitions that it is told, from offsets that it is told. It knows nothing of groups. One poller only.
 *
 * While its user works on what {@link poll} returned, one request per broker is under way, and no more than its answer is held
 * (I7): a broker is asked again only when what it sent was taken. Failures that pass, such as brokers that go or partitions that
 * move, are retried for ever and show in the log only.
 */
export interface RecordFetcher {
  /** Starts with a partition, or starts again with one it has. An offset of null means `auto.offset.reset`. */
  add(start: TopicPartition & { readonly offset: number | null }): void;
  /** Forgets a partition. Nothing of it is returned any more. */
  remove(topic: string, partition: number): void;
  /** Goes on at `offset`; what was fetched ahead is dropped. Ignored for a partition that it does not have. */
  seek(topic: string, partition: number, offset: number): void;
  /** Returns nothing of the partition until {@link resume}; what was fetched ahead of it is kept for then. */
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  /** Offset of the next record that {@link poll} will return; null while it is not known yet. */
  position(topic: string, partition: number): number | null;
  /**
   * All that was fetched, at once if there is something, else as soon as something comes. Empty after `maxWaitMs`, and when the
   * signal aborts or the fetcher is closed.
   *
   * @throws {ConnectError} KAFKA_BATCH_MALFORMED, KAFKA_OFFSET_OUT_OF_RANGE, KAFKA_AUTHORIZATION or KAFKA_REQUEST_FAILED: of one
   * partition, which is tried again by the next poll. The others are not touched.
   */
  poll(maxWaitMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]>;
  /** Drops everything and closes the connections. Idempotent. */
  close(): Promise<void>;
}

/** `topic-partition`, Kafka's way to write one. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
