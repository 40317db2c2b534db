import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { Cluster } from './cluster.ts';
import { fromKafkaErrorCode, KafkaError, kafkaErrorInfo } from './error-map.ts';
import type { ProducerConfig } from './producer-config.ts';
import type { AccumulatorTopic, RecordAccumulator } from './record-accumulator.ts';

/** Attempts to find a topic before it is told that it takes long: a broker that creates topics needs a moment. */
const firstWarning = 5;
/** Attempts between two such warnings, about a minute. */
const attemptsPerWarning = 60;

/** What the producer knows of its topics: found when they are first wanted, asked for again when it proves to be old. */
export class ProducerMetadata {
  readonly #cluster: Cluster;
  readonly #config: ProducerConfig;
  readonly #accumulator: RecordAccumulator;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onArrival: () => void;
  readonly #closing = new AbortController();
  #isRefreshing = false;
  #refreshedAtMs: number;

  /** @param options `onArrival`: called after each answer, and after each failure to get one. */
  constructor(options: {
    readonly cluster: Cluster;
    readonly config: ProducerConfig;
    readonly accumulator: RecordAccumulator;
    readonly clock: Clock;
    readonly log: Logger;
    readonly onArrival: () => void;
  }) {
    this.#cluster = options.cluster;
    this.#config = options.config;
    this.#accumulator = options.accumulator;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onArrival = options.onArrival;
    this.#refreshedAtMs = options.clock.monotonicMs();
  }

  /**
   * Waits until a topic can be written to, at most `max.block.ms`.
   *
   * @throws {ConnectError} KAFKA_TOPIC_MISSING, KAFKA_UNAVAILABLE, KAFKA_AUTHORIZATION, KAFKA_REQUEST_FAILED (such as a name that Kafka
   *   does not allow), or the signal's reason.
   */
  async awaitTopic(name: string, signal: AbortSignal): Promise<AccumulatorTopic> {
    const known = this.#accumulator.topics.get(name);
    if (known !== undefined) return known;
    const deadlineMs = this.#clock.monotonicMs() + this.#config.maxBlockMs;
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#config.client;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const found = await this.#findTopic(name);
      if (found instanceof Error) {
        const leftMs = deadlineMs - this.#clock.monotonicMs();
        if (!isPassing(found) || leftMs <= 0) throw found;
        if (attempt % attemptsPerWarning === firstWarning) {
          this.#log.warn({ topic: name, cause: found.message }, 'Topic cannot be written to yet; will keep trying');
        }
        await this.#clock.sleep(Math.min(leftMs, backoffMs({ initialMs, maxMs }, attempt)), signal);
      } else {
        return found;
      }
    }
  }

  /** Asks for all topics again in the background, spaced by the retry backoff, until there is an answer. */
  refresh(): void {
    if (!this.#isRefreshing && !this.#closing.signal.aborted) void this.#refreshUntilAnswered();
  }

  /** {@link refresh} when the last answer is older than `metadata.max.age.ms`. */
  refreshIfOld(): void {
    if (this.#clock.monotonicMs() - this.#refreshedAtMs > this.#config.client.metadataMaxAgeMs) this.refresh();
  }

  close(): void {
    this.#closing.abort();
  }

  async #findTopic(name: string): Promise<AccumulatorTopic | ConnectError> {
    try {
      const { topics } = await this.#cluster.metadata([name], { allowAutoCreate: true });
      const topic = topics.get(name);
      const errorCode = topic?.errorCode ?? KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
      if (topic !== undefined && errorCode === 0 && topic.partitions.length > 0) {
        return this.#accumulator.registerTopic(name, topic.partitions.length);
      }
      return errorCode === KafkaError.UNKNOWN_TOPIC_OR_PARTITION
        ? topicMissing(name)
        : fromKafkaErrorCode(
            errorCode === 0 ? KafkaError.LEADER_NOT_AVAILABLE : errorCode,
            `Looking for topic '${name}'`,
          );
    } catch (error) {
      return toConnectError(error);
    }
  }

  async #refreshUntilAnswered(): Promise<void> {
    this.#isRefreshing = true;
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#config.client;
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      const isAnswered = await this.#refreshOnce();
      // Also after an answer, which may still be the old one: else a partition without leader would be asked for without pause.
      await this.#clock.sleep(backoffMs({ initialMs, maxMs }, attempt), this.#closing.signal).catch(() => {
        // Closed meanwhile: the loop ends.
      });
      if (isAnswered) break;
    }
    this.#isRefreshing = false;
    this.#onArrival();
  }

  async #refreshOnce(): Promise<boolean> {
    try {
      const names = [...this.#accumulator.topics.keys()];
      const { topics } = await this.#cluster.metadata(names, { refresh: true, allowAutoCreate: true });
      this.#refreshedAtMs = this.#clock.monotonicMs();
      for (const { name, errorCode, partitions } of topics.values()) {
        if (errorCode === 0) this.#accumulator.registerTopic(name, partitions.length);
        else this.#log.debug({ topic: name, error: kafkaErrorInfo(errorCode).name }, 'Topic has no metadata');
      }
      this.#onArrival();
      return true;
    } catch (error) {
      this.#log.debug({ err: toConnectError(error) }, 'Metadata cannot be refreshed; will retry');
      return false;
    }
  }
}

/** Whether a topic that cannot be had now may be there in a moment. */
function isPassing(error: ConnectError): boolean {
  return error.isRetriable ? error.code !== 'SHUTTING_DOWN' : error.code === 'KAFKA_TOPIC_MISSING';
}

function topicMissing(name: string): ConnectError {
  return new ConnectError(
    'KAFKA_TOPIC_MISSING',
    `Topic '${name}' does not exist and the broker does not create it: create it ` +
      `(kafka-topics.sh --create --topic ${name} --bootstrap-server …) or set auto.create.topics.enable=true on the broker`,
    { details: { topic: name } },
  );
}
