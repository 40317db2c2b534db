/** A record of a log. Its bytes belong to whoever receives it. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: number;
  /** When it was written, milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  /** Null for a tombstone. */
  readonly value: Uint8Array | null;
}

/** Receives every record of a log, those of one partition in their order. Must not throw. */
export type LogListener = (record: LogRecord) => void;

/**
 * One compacted topic that is read whole from its beginning and then followed for ever, by every worker on its own: no group, no
 * committed offsets. What a worker knows is what it has read; whoever writes and wants to see the effect reads to the end after.
 *
 * @see `KafkaBasedLog` in Kafka Connect.
 */
export interface CompactedLog {
  /** Partitions of the topic; 0 before {@link start} is done. */
  readonly partitionCount: number;
  /**
   * Creates the topic if it is missing, or checks it, and resolves when all that it held has been handed to the listener. Call once;
   * after a failure only {@link close} is left.
   *
   * @throws {ConfigError} the topic is not fit; {ConnectError} as the broker says; the signal's reason.
   */
  start(listener: LogListener, signal: AbortSignal): Promise<void>;
  /**
   * Writes a record to the partition that Kafka's default partitioner gives its key (murmur2). Of two writes of one key the later
   * call is later in the log. Resolves when all in-sync replicas have it.
   *
   * @throws {ConnectError} QUEUE_FULL while too many writes wait; else as the producer gives it up, and then it may still have been
   * written.
   */
  send(key: Uint8Array, value: Uint8Array | null): Promise<void>;
  /** Resolves when all sends so far are acknowledged or given up. */
  flush(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the listener has had every record that the log held at the time of the call, own sends included. Where only
   * committed records are read, that waits for transactions that are open. Failures that pass are retried until the signal aborts.
   *
   * @throws {ConnectError} what does not pass; SHUTTING_DOWN; the signal's reason.
   */
  readToEnd(signal: AbortSignal): Promise<void>;
  /** Stops reading, gives unsent records a short while, and closes the connections. Idempotent. */
  close(): Promise<void>;
}
