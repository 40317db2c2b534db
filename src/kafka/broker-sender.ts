import type { Connection } from '@platformatic/kafka';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Cluster } from './cluster.ts';
import { produceApi, type ProducePartAnswer } from './produce-api.ts';
import type { ProduceBatch } from './produce-batch.ts';
import type { ProducerConfig } from './producer-config.ts';

/**
 * Outcome of one produce request: an answer per partition, `null` for "no broker answers" (acks=0), or the failure of the whole;
 * `withheld` if it was not sent, because its batches might not go any more when it was complete.
 */
export type ProduceOutcome =
  | { readonly kind: 'answered'; readonly answers: readonly ProducePartAnswer[] | null }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'failed'; readonly error: ConnectError };

/** What a {@link BrokerSender} asks and reports. Reports never come from within its methods. */
export interface BrokerSenderListener {
  /** Whether the batches, each of which might go when it was added, may go now that their request is complete. */
  mayGo(batches: readonly ProduceBatch[]): boolean;
  /** The connection is open now. */
  connected(): void;
  /** The connection could not be made. */
  connectFailed(nodeId: number, error: ConnectError): void;
  /** A request has its outcome. */
  requestDone(batches: readonly ProduceBatch[], outcome: ProduceOutcome): void;
}

/** The produce requests to one broker: collects batches of several partitions into one, and counts those without answer. */
export class BrokerSender {
  readonly nodeId: number;
  readonly #cluster: Cluster;
  readonly #config: ProducerConfig;
  readonly #listener: BrokerSenderListener;
  #connection: Connection | null = null;
  #isConnecting = false;
  #unanswered = 0;
  #draft: ProduceBatch[] = [];
  #draftBytes = 0;

  constructor(options: {
    readonly nodeId: number;
    readonly cluster: Cluster;
    readonly config: ProducerConfig;
    readonly listener: BrokerSenderListener;
  }) {
    this.nodeId = options.nodeId;
    this.#cluster = options.cluster;
    this.#config = options.config;
    this.#listener = options.listener;
  }

  /** Whether a batch of this size can go out now; begins to connect when that is what is missing. */
  accepts(batchBytes: number): boolean {
    if (this.#connection?.isConnected() !== true) {
      this.#connect();
      return false;
    }
    if (this.#draft.length > 0 && this.#draftBytes + batchBytes > this.#config.maxRequestBytes) this.sendDraft();
    return this.#unanswered < this.#config.maxInFlightRequests;
  }

  /** Puts a stamped batch into the next request. Only after {@link accepts}. */
  add(batch: ProduceBatch): void {
    this.#draft.push(batch);
    this.#draftBytes += batch.writer.byteLength;
  }

  /** Sends what was added. The bytes are copied before this returns. */
  sendDraft(): void {
    const connection = this.#connection;
    if (this.#draft.length === 0 || connection === null) return;
    const batches = this.#draft;
    this.#draft = [];
    this.#draftBytes = 0;
    this.#unanswered += 1;
    let isWithheld = false;
    const request = {
      acks: this.#config.acks,
      timeoutMs: this.#config.client.requestTimeoutMs,
      parts: batches.map(({ queue, writer }) => ({
        topic: queue.topic,
        partition: queue.partition,
        bytes: writer.bytes,
      })),
      assertMayGo: () => {
        isWithheld = !this.#listener.mayGo(batches);
        if (isWithheld) throw new ConnectError('GROUP_REBALANCE', 'The request is withheld');
      },
    };
    this.#cluster.send(connection, produceApi, request).then(
      answers => this.#done(batches, { kind: 'answered', answers: typeof answers === 'boolean' ? null : answers }),
      (error: unknown) =>
        this.#done(batches, isWithheld ? { kind: 'withheld' } : { kind: 'failed', error: toConnectError(error) }),
    );
  }

  #done(batches: readonly ProduceBatch[], outcome: ProduceOutcome): void {
    this.#unanswered -= 1;
    this.#listener.requestDone(batches, outcome);
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    this.#cluster.connection(this.nodeId).then(
      connection => {
        this.#isConnecting = false;
        this.#connection = connection;
        this.#listener.connected();
      },
      (error: unknown) => {
        this.#isConnecting = false;
        this.#listener.connectFailed(this.nodeId, toConnectError(error));
      },
    );
  }
}
