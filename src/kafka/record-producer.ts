import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { Cluster } from './cluster.ts';
import { ProduceSender } from './produce-sender.ts';
import type { Completion } from './produce-batch.ts';
import { ProducerIdentities } from './producer-identities.ts';
import { ProducerMetadata } from './producer-metadata.ts';
import { parseProducerConfig, type ProducerConfig } from './producer-config.ts';
import { AccumulatorTopic, RecordAccumulator } from './record-accumulator.ts';
import type { RecordView } from '../data/record-view.ts';
import type { WriteFence } from './write-fence.ts';

export type { Completion } from './produce-batch.ts';

/** A topic that a {@link RecordProducer} can write to; only good for the producer that gave it. */
export interface ProducerTopic {
  readonly name: string;
  /** May grow while the producer runs. */
  readonly partitionCount: number;
}

/**
 * Writes records to Kafka. Appending copies and returns at once; sending happens behind it. The order of appends is the order in each
 * partition. With idempotence, which is the default, each record is written exactly once unless it is reported failed.
 */
export interface RecordProducer {
  /**
   * The topic, created by the broker if it is missing and the broker's configuration allows that.
   *
   * Waits up to `max.block.ms`.
   *
   * @throws {ConnectError} KAFKA_TOPIC_MISSING, KAFKA_UNAVAILABLE, KAFKA_AUTHORIZATION, KAFKA_REQUEST_FAILED; the signal's reason.
   */
  topic(name: string, signal: AbortSignal): Promise<ProducerTopic>;
  /**
   * Takes a record. Its bytes are copied before this returns. Does not look at {@link isFull}: callers stop appending when that is
   * true, at latest after the source batch in hand (I7).
   *
   * @param partition -1 to have it chosen: by the key's hash, without key one partition for some time and then another.
   * @param completion is told what becomes of the record, in batches.
   * @throws {ConnectError} MESSAGE_TOO_LARGE, REQUEST_INVALID (no such partition), SHUTTING_DOWN; `completion` is not told then.
   */
  append(topic: ProducerTopic, partition: number, record: RecordView, completion: Completion): void;
  /** Batches take `buffer.memory` or more. */
  readonly isFull: boolean;
  /** Resolves when {@link isFull} is false. Rejects with the signal's reason. */
  waitForSpace(signal: AbortSignal): Promise<void>;
  /** Sends without lingering. Resolves when all that was appended so far is acked or failed, at latest after `delivery.timeout.ms`. */
  flush(): Promise<void>;
  /**
   * Flushes for at most `timeoutMs`, fails what is left with SHUTTING_DOWN, and closes the connections. Idempotent.
   */
  close(timeoutMs: number): Promise<void>;
}

/** A {@link RecordProducer} on a real cluster. */
export class KafkaRecordProducer implements RecordProducer {
  readonly #clock: Clock;
  readonly #cluster: Cluster;
  readonly #accumulator: RecordAccumulator;
  readonly #metadata: ProducerMetadata;
  readonly #identities: ProducerIdentities;
  readonly #sender: ProduceSender;
  #closed: Promise<void> | null = null;

  constructor(options: {
    readonly config: ProducerConfig;
    readonly fence?: WriteFence | undefined;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    const { config, fence, clock, log } = options;
    const wake = (): void => this.#sender.wake();
    this.#clock = clock;
    this.#cluster = new Cluster({ config: config.client, clock, log });
    this.#accumulator = new RecordAccumulator({
      config,
      clock,
      listener: { batchOpened: batch => this.#sender.batchOpened(batch), batchFull: wake },
    });
    const shared = { config, cluster: this.#cluster, accumulator: this.#accumulator, clock, log };
    this.#metadata = new ProducerMetadata({ ...shared, onArrival: wake });
    this.#identities = new ProducerIdentities({ ...shared, config: config.client, onArrival: wake });
    this.#sender = new ProduceSender({ ...shared, fence, metadata: this.#metadata, identities: this.#identities });
  }

  async topic(name: string, signal: AbortSignal): Promise<ProducerTopic> {
    if (this.#closed !== null) throw closedError();
    return this.#metadata.awaitTopic(name, signal);
  }

  append(topic: ProducerTopic, partition: number, record: RecordView, completion: Completion): void {
    if (this.#closed !== null) throw closedError();
    if (!(topic instanceof AccumulatorTopic)) throw new TypeError(`'${topic.name}' is no topic of this producer`);
    this.#accumulator.append(topic, partition, record, completion);
  }

  get isFull(): boolean {
    return this.#accumulator.isFull;
  }

  async waitForSpace(signal: AbortSignal): Promise<void> {
    return this.#accumulator.waitForSpace(signal);
  }

  async flush(): Promise<void> {
    this.#accumulator.closeAll();
    this.#sender.wake();
    await Promise.all([...this.#accumulator.incomplete].map(batch => new Promise<void>(done => batch.whenDone(done))));
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    let reason = closedError();
    try {
      await withDeadline(this.#clock, { timeoutMs, onTimeout: closedError }, this.flush());
    } catch (error) {
      reason = toConnectError(error);
    }
    this.#sender.close();
    this.#metadata.close();
    this.#identities.close();
    for (const batch of [...this.#accumulator.incomplete]) this.#accumulator.finish(batch, reason);
    await this.#cluster.close();
  }
}

/**
 * Makes a producer. Connects to nobody before it is used.
 *
 * @param options `config`: Kafka's producer keys, `bootstrap.servers` among them; `fence`: asked before each batch is sent, or sent again.
 * @throws {ConfigError} with every wrong key.
 */
export function createRecordProducer(options: {
  readonly config: ReadonlyMap<string, string>;
  readonly fence?: WriteFence | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}): KafkaRecordProducer {
  const config = parseProducerConfig(options.config);
  if (config.ignoredKeys.length > 0) {
    options.log.debug({ keys: config.ignoredKeys }, 'Producer keys without effect here are ignored');
  }
  return new KafkaRecordProducer({ ...options, config });
}

function closedError(): ConnectError {
  return new ConnectError('SHUTTING_DOWN', 'The producer is closed');
}
