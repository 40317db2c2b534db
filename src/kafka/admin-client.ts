import type { Admin } from 'kafkajs';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { KafkaError } from './error-map.ts';
import { maxInt32, readKafkaClientConfig, type KafkaClientConfig } from './kafka-client-config.ts';
import { KafkaConfigReader } from './kafka-config-reader.ts';
import { createKafkajs } from './kafkajs-calls.ts';
import { fromKafkajsError, isPassing, kafkajsErrorCode } from './kafkajs-error-map.ts';

/** What admin clients are made of. */
export interface AdminClientOptions {
  readonly client: KafkaClientConfig;
  /** `default.api.timeout.ms` */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Reads Kafka's admin keys.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function readAdminClient(config: ReadonlyMap<string, string>): Pick<AdminClientOptions, 'client' | 'timeoutMs'> {
  const reader = new KafkaConfigReader(config);
  const client = readKafkaClientConfig(reader, { defaultClientId: 'millrace-admin' });
  const timeoutMs = reader.integer('default.api.timeout.ms', { fallback: 60_000, min: 0, max: maxInt32 });
  reader.throwIfInvalid('admin client');
  return { client, timeoutMs };
}

/** Makes calls, again and again where that can help, within `default.api.timeout.ms`. */
export class AdminClient {
  readonly #options: AdminClientOptions;
  readonly #closing = new AbortController();

  constructor(options: AdminClientOptions) {
    this.#options = options;
  }

  /** Runs a call on kafkajs's admin client. Calls are rare, so each has connections of its own: no broken or idle ones to look after. */
  onKafkajs<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    const { client: config, log } = this.#options;
    return this.retry(doing, async () => {
      const client = createKafkajs(config, log);
      const admin = client.kafka.admin();
      try {
        await admin.connect();
        return await work(admin);
      } catch (error) {
        const code = kafkajsErrorCode(error);
        const failure = fromKafkajsError(error, doing);
        if (code === KafkaError.UNKNOWN_TOPIC_OR_PARTITION) {
          throw new ConnectError('KAFKA_TOPIC_MISSING', failure.message, { details: failure.details, cause: error });
        }
        throw isPassing(failure, code) && !failure.isRetriable ? asRetriable(failure) : failure;
      } finally {
        client.breakConnections();
        admin.disconnect().catch((err: unknown) => log.debug({ err }, 'Disconnecting from brokers failed'));
      }
    });
  }

  /** Runs a call that fails with errors of its own. @param doing as the start of a sentence, for its error. */
  async retry<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { clock, log, timeoutMs } = this.#options;
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#options.client;
    const { signal } = this.#closing;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        const failure = fromKafkajsError(error, doing);
        const delayMs = backoffMs({ initialMs, maxMs }, attempt);
        if (!failure.isRetriable || clock.monotonicMs() + delayMs > deadlineMs) throw failure;
        log.debug({ err: failure, attempt }, 'Trying again');
        await clock.sleep(delayMs, signal);
      }
    }
  }

  /** Ends calls that wait to be made again. Idempotent. */
  close(): void {
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', 'The admin client is closed'));
  }
}

function asRetriable(error: ConnectError): ConnectError {
  return new ConnectError('KAFKA_REQUEST_RETRIABLE', error.message, { details: error.details, cause: error });
}
