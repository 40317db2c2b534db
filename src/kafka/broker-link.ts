import { Connection } from '@platformatic/kafka';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { fromKafkaClientError } from './error-map.ts';
import type { BrokerAddress } from './kafka-client-config.ts';

/** Settings of every {@link BrokerLink} of a cluster. */
export interface BrokerLinkOptions {
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The library queues requests beyond this number of unanswered ones per connection. Callers hold limits of their own
 * (`max.in.flight.requests.per.connection`), so this must never be the one that is met.
 */
const maxUnansweredRequests = 1000;

/**
 * One connection to one broker, made when it is first wanted and again after it broke. After a failure the next attempt waits,
 * longer each time; a success resets that.
 */
export class BrokerLink {
  readonly address: BrokerAddress;
  readonly #options: BrokerLinkOptions;
  #connection: Connection | null = null;
  #connecting: Promise<Connection> | null = null;
  #failures = 0;
  #notBeforeMs = 0;
  readonly #closing = new AbortController();

  constructor(address: BrokerAddress, options: BrokerLinkOptions) {
    this.address = address;
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#connection?.isConnected() === true;
  }

  /** How long the next attempt to connect would wait, ms; 0 when connected. */
  get waitMs(): number {
    return this.isConnected ? 0 : Math.max(0, this.#notBeforeMs - this.#options.clock.monotonicMs());
  }

  /**
   * The open connection, or a new one. Makes one attempt, after the wait that earlier failures call for; callers at the same time
   * share it.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE; SHUTTING_DOWN after {@link close}.
   */
  async connect(): Promise<Connection> {
    if (this.#connection?.isConnected() === true) return this.#connection;
    if (this.#closing.signal.aborted) throw closedError();
    this.#connecting ??= this.#open().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  /** Drops a connection that must not be used any more: all its unanswered requests fail. */
  discard(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null;
    connection.socket.destroy();
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError());
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  async #open(): Promise<Connection> {
    const { clock, log } = this.#options;
    const { host, port } = this.address;
    if (this.waitMs > 0) await clock.sleep(this.waitMs, this.#closing.signal);
    const connection = new Connection(this.#options.clientId, {
      connectTimeout: this.#options.connectTimeoutMs,
      requestTimeout: this.#options.requestTimeoutMs,
      maxInflights: maxUnansweredRequests,
    });
    // A failed connection also fails its requests, which is where it is handled; an 'error' event without a listener would end
    // the process.
    connection.on('error', err => log.debug({ broker: `${host}:${port}`, err }, 'Connection to broker failed'));
    try {
      await connection.connect(host, port);
    } catch (error) {
      this.#failures += 1;
      const { reconnectBackoffMs: initialMs, reconnectBackoffMaxMs: maxMs } = this.#options;
      this.#notBeforeMs = clock.monotonicMs() + backoffMs({ initialMs, maxMs }, this.#failures);
      throw fromKafkaClientError(error, `Connecting to broker ${host}:${port}`);
    }
    if (this.#closing.signal.aborted) {
      await connection.close();
      throw closedError();
    }
    this.#failures = 0;
    this.#connection = connection;
    connection.once('close', () => {
      if (this.#connection === connection) this.#connection = null;
    });
    return connection;
  }
}

function closedError(): ConnectError {
  return new ConnectError('SHUTTING_DOWN', 'The Kafka client is closed');
}
