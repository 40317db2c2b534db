import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { learnBrokers } from './group-brokers.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';
import { createKafkajs, openKafkajsCluster, quietTimers, type KafkajsBroker } from './kafkajs-calls.ts';
import { fromKafkajsError, isPassing, kafkajsErrorCode } from './kafkajs-error-map.ts';

/** Kafka's error codes that mean something to a member of a group (`org.apache.kafka.common.protocol.Errors`). */
export const GroupErrorCode = {
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
} as const;

/** A call to a group coordinator that failed. */
export class CoordinatorError extends ConnectError {
  override readonly name: string = 'CoordinatorError';
  /** Kafka's error code; null when there was no answer. */
  readonly kafkaCode: number | null;
  /** The same call may succeed later. */
  readonly isPassing: boolean;

  constructor(error: unknown, doing: string) {
    const mapped = fromKafkajsError(error, doing);
    super(mapped.code, mapped.message, { details: mapped.details, cause: error });
    this.kafkaCode = kafkajsErrorCode(error);
    this.isPassing = isPassing(mapped, this.kafkaCode);
  }
}

/** The broker that looks after a group, found when it is first needed and again after it moved or went away. */
export class GroupCoordinator {
  readonly #client: KafkaClientConfig;
  readonly #groupId: string;
  readonly #log: Logger;
  /** Ends all connections, with the requests on them. */
  #disconnect: () => void = () => undefined;
  #broker: Promise<KafkajsBroker> | null = null;
  #isClosed = false;

  constructor(options: { readonly client: KafkaClientConfig; readonly groupId: string; readonly log: Logger }) {
    this.#client = options.client;
    this.#groupId = options.groupId;
    this.#log = options.log;
  }

  /**
   * Makes one attempt at a call. When it shows that the coordinator is elsewhere or gone, the next call looks for it anew.
   *
   * @param doing what is being done, as the start of a sentence: `Joining group 'connect-a'`.
   * @throws {CoordinatorError}
   * @throws {ConnectError} SHUTTING_DOWN after {@link close}.
   */
  async call<T>(doing: string, work: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new ConnectError('SHUTTING_DOWN', `The client of group '${this.#groupId}' is closed`);
    const finding = (this.#broker ??= this.#find());
    let isFound = false;
    try {
      const broker = await finding;
      isFound = true;
      return await work(broker);
    } catch (error) {
      const failure = new CoordinatorError(error, doing);
      if (this.#broker === finding && (!isFound || hasLostCoordinator(failure))) this.#forget();
      throw failure;
    }
  }

  /** Breaks the connections, so that calls under way fail; the next call makes new ones. */
  breakOff(): void {
    this.#forget();
  }

  /** Closes the connections; calls under way fail. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  async #find(): Promise<KafkajsBroker> {
    const client = createKafkajs(this.#client, this.#log);
    const cluster = openKafkajsCluster(client.kafka);
    this.#disconnect = () => {
      client.breakConnections();
      // Only stops its timers now; nobody needs to know when that is done.
      cluster.disconnect().catch((err: unknown) => this.#log.debug({ err }, 'Disconnecting from brokers failed'));
    };
    await cluster.connect();
    await learnBrokers(cluster);
    const broker = await cluster.findGroupCoordinator({ groupId: this.#groupId });
    quietTimers(cluster);
    this.#log.debug({ broker: broker.nodeId }, 'Found group coordinator');
    return broker;
  }

  /** Starts over from the bootstrap servers: kafkajs keeps broken connections and old addresses. */
  #forget(): void {
    const disconnect = this.#disconnect;
    this.#disconnect = () => undefined;
    this.#broker = null;
    disconnect();
  }
}

function hasLostCoordinator({ kafkaCode }: CoordinatorError): boolean {
  return (
    kafkaCode === null ||
    kafkaCode === GroupErrorCode.COORDINATOR_NOT_AVAILABLE ||
    kafkaCode === GroupErrorCode.NOT_COORDINATOR
  );
}
