import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { CompactedLog, LogRecord } from '../kafka/compacted-log.ts';
import type { Logger } from '../logging/logger.ts';
import { OffsetIndex } from './offset-index.ts';
import type { OffsetStore, OffsetWrite, StoredOffset } from './offset-store.ts';

/** What a {@link KafkaOffsetStore} is made of. */
export interface KafkaOffsetStoreOptions {
  /** The log of the offset topic, not started. It becomes the store's own. */
  readonly topic: CompactedLog;
  /** How long a read waits for the end of the topic. */
  readonly readTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The source offsets of a cluster in their topic. Every read first reads to the topic's end, for the task that wrote last may have run
 * on another worker.
 *
 * @see `KafkaOffsetBackingStore` in Kafka Connect.
 */
export class KafkaOffsetStore implements OffsetStore {
  readonly #options: KafkaOffsetStoreOptions;
  readonly #index = new OffsetIndex();

  constructor(options: KafkaOffsetStoreOptions) {
    this.#options = options;
  }

  /** @throws {ConfigError} the topic is not compacted. */
  async load(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#options.topic.start(record => this.#take(record), signal);
  }

  async connectors(): Promise<readonly string[]> {
    await this.#readToEnd();
    return this.#index.connectors();
  }

  async get(connector: string): Promise<readonly StoredOffset[]> {
    await this.#readToEnd();
    return this.#index.get(connector);
  }

  async lookup(connector: string, partitions: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    await this.#readToEnd();
    return this.#index.lookup(connector, partitions);
  }

  async put(connector: string, writes: readonly OffsetWrite[]): Promise<void> {
    const sends = this.#index
      .recordsFor(connector, writes)
      .map(({ key, value }) => this.#options.topic.send(key, value));
    await Promise.all(sends);
  }

  async close(): Promise<void> {
    await this.#options.topic.close();
  }

  #take({ key, value, timestampMs, partition, offset }: LogRecord): void {
    if (this.#index.apply({ key, value, timestampMs })) return;
    this.#options.log.debug({ partition, offset }, 'A record of the offset topic is of no connector');
  }

  async #readToEnd(): Promise<void> {
    const { topic, readTimeoutMs, clock } = this.#options;
    const message = `The end of the offset topic was not reached within ${readTimeoutMs} ms`;
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', message);
    await withTimeLimit(clock, { timeoutMs: readTimeoutMs, onTimeout }, signal => topic.readToEnd(signal));
  }
}
