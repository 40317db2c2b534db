import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { Cluster } from './cluster.ts';
import { fromKafkaErrorCode } from './error-map.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';
import { initProducerIdApi, type ProducerIdentity } from './producer-identity.ts';

/**
 * The producer id that new sequences begin under. Asked for when it is first needed, and again when a partition can no longer use
 * it; the other partitions then keep theirs until they need another one too.
 */
export class ProducerIdentities {
  readonly #cluster: Cluster;
  readonly #config: KafkaClientConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onArrival: () => void;
  readonly #closing = new AbortController();
  #current: ProducerIdentity | null = null;
  #isAsking = false;

  /** @param options `onArrival`: called when {@link otherThan} may answer something else. */
  constructor(options: {
    readonly cluster: Cluster;
    readonly config: KafkaClientConfig;
    readonly clock: Clock;
    readonly log: Logger;
    readonly onArrival: () => void;
  }) {
    this.#cluster = options.cluster;
    this.#config = options.config;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onArrival = options.onArrival;
  }

  /** An identity that is not `old`; null while it is being asked for. */
  otherThan(old: ProducerIdentity | null): ProducerIdentity | null {
    if (this.#current !== null && this.#current !== old) return this.#current;
    if (!this.#isAsking) void this.#askUntilAnswered();
    return null;
  }

  close(): void {
    this.#closing.abort();
  }

  async #askUntilAnswered(): Promise<void> {
    this.#isAsking = true;
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#config;
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      try {
        this.#current = await this.#ask();
        break;
      } catch (error) {
        this.#log.debug({ err: toConnectError(error) }, 'No producer id yet; will retry');
        await this.#clock.sleep(backoffMs({ initialMs, maxMs }, attempt), this.#closing.signal).catch(() => {
          // Closed meanwhile: the loop ends.
        });
      }
    }
    this.#isAsking = false;
    this.#onArrival();
  }

  async #ask(): Promise<ProducerIdentity> {
    const connection = await this.#cluster.anyConnection();
    const { errorCode, producerId, producerEpoch } = await this.#cluster.send(connection, initProducerIdApi);
    if (errorCode !== 0) throw fromKafkaErrorCode(errorCode, 'Asking for a producer id');
    this.#log.debug({ producerId: String(producerId), producerEpoch }, 'Producer has an id');
    return { producerId, producerEpoch };
  }
}
