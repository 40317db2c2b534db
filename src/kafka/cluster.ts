import { type API, type Connection } from '@platformatic/kafka';
import type { Clock } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { BrokerLink } from './broker-link.ts';
import { fromKafkaClientError, isConnectionLoss, kafkaErrorInfo } from './error-map.ts';
import type { BrokerAddress, KafkaClientConfig } from './kafka-client-config.ts';
import { metadataApi, type BrokerNode, type MetadataAnswer, type TopicMetadata } from './metadata-api.ts';

export type { BrokerNode, PartitionMetadata, TopicMetadata } from './metadata-api.ts';

/** What is known of the cluster and of the topics that were asked for. */
export interface ClusterMetadata {
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly brokers: readonly BrokerNode[];
  /** One entry per topic asked for; look at its `errorCode`. */
  readonly topics: ReadonlyMap<string, TopicMetadata>;
}

/** How {@link Cluster.metadata} asks. */
export interface MetadataOptions {
  /** Lets the broker create the topics that are missing, if its configuration allows it. */
  readonly allowAutoCreate?: boolean;
  /** Asks a broker even when the answer is remembered. */
  readonly refresh?: boolean;
}

/** A topic's metadata and when it came. */
interface RememberedTopic {
  readonly topic: TopicMetadata;
  readonly atMs: number;
}

/**
 * The connections to a Kafka cluster's brokers, one per broker, and its metadata. Each producer, fetcher or group has a cluster of
 * its own, so that a slow response to one never holds back the others.
 *
 * No call retries: a failed one throws, and its caller decides; but attempts to connect to a failing broker are spaced by
 * `reconnect.backoff.ms`. A connection that broke is made again by the next call that wants it.
 */
export class Cluster {
  readonly #config: KafkaClientConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #bootstrap: readonly BrokerLink[];
  readonly #links = new Map<number, BrokerLink>();
  readonly #topics = new Map<string, RememberedTopic>();
  #answer: MetadataAnswer | null = null;
  #nextBootstrap = 0;
  #isClosed = false;

  constructor(options: { readonly config: KafkaClientConfig; readonly clock: Clock; readonly log: Logger }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#bootstrap = options.config.bootstrapServers.map(address => this.#newLink(address));
  }

  /**
   * The connection to a broker, made when it is first wanted. Waits at most the reconnect backoff and the connection setup timeout.
   * Whoever sees one of its requests time out must {@link discard} it; {@link send} does so itself.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE; SHUTTING_DOWN after {@link close}.
   */
  async connection(nodeId: number): Promise<Connection> {
    this.#throwIfClosed();
    let link = this.#links.get(nodeId);
    if (link === undefined) {
      await this.#ask([], false);
      link = this.#links.get(nodeId);
    }
    if (link === undefined) {
      throw new ConnectError('KAFKA_UNAVAILABLE', `Broker ${nodeId} is not part of the cluster at present`);
    }
    return link.connect();
  }

  /** A connection to any broker: one that is open, else to one that is known, else to a bootstrap server. */
  async anyConnection(): Promise<Connection> {
    this.#throwIfClosed();
    const known = [...this.#links.values()];
    const open = known.find(link => link.isConnected);
    if (open !== undefined) return open.connect();
    this.#nextBootstrap += 1;
    const first = this.#nextBootstrap % this.#bootstrap.length;
    const links = [...known, ...this.#bootstrap.slice(first), ...this.#bootstrap.slice(0, first)];
    // Those whose turn it is come first; the sort is stable, so known brokers stay before bootstrap servers.
    links.sort((a, b) => a.waitMs - b.waitMs);
    let failure: unknown;
    for (const link of links) {
      try {
        return await link.connect();
      } catch (error) {
        this.#throwIfClosed();
        failure = error;
      }
    }
    const addresses = links.map(link => `${link.address.host}:${link.address.port}`);
    throw new ConnectError(
      'KAFKA_UNAVAILABLE',
      `None of the brokers ${[...new Set(addresses)].join(', ')} can be reached: ${toConnectError(failure).message}`,
      { cause: failure },
    );
  }

  /**
   * Sends one request and awaits its response. A request that is not answered in `request.timeout.ms` costs its connection, and with
   * it all other requests on it: what the library does with the late response is not safe.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE when the connection failed: whether the broker acted is then unknown.
   */
  async send<Request extends unknown[], Response>(
    connection: Connection,
    api: API<Request, Response>,
    ...request: Request
  ): Promise<Response> {
    try {
      return await api.async(connection, ...request);
    } catch (error) {
      if (isConnectionLoss(error)) this.discard(connection);
      throw fromKafkaClientError(
        error,
        `Request ${api.key} to broker ${connection.host ?? ''}:${connection.port ?? ''}`,
      );
    }
  }

  /** Drops a connection that must not be used any more; the next call that wants one makes a new one. */
  discard(connection: Connection): void {
    for (const link of [...this.#links.values(), ...this.#bootstrap]) link.discard(connection);
  }

  /**
   * Metadata of topics, remembered for `metadata.max.age.ms` unless a topic has an error. Makes one attempt.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE. A topic's own error does not throw; see {@link TopicMetadata.errorCode}.
   */
  async metadata(topics: readonly string[], options: MetadataOptions = {}): Promise<ClusterMetadata> {
    const oldestMs = this.#clock.monotonicMs() - this.#config.metadataMaxAgeMs;
    const isKnown = (name: string): boolean => {
      const known = this.#topics.get(name);
      return known !== undefined && known.atMs > oldestMs && isHealthy(known.topic);
    };
    const remembered = this.#answer;
    const answer =
      options.refresh === true || remembered === null || !topics.every(isKnown)
        ? await this.#ask(topics, options.allowAutoCreate === true)
        : remembered;
    const found = new Map<string, TopicMetadata>();
    for (const name of topics) {
      const known = this.#topics.get(name);
      if (known !== undefined) found.set(name, known.topic);
    }
    return { clusterId: answer.clusterId, controllerId: answer.controllerId, brokers: answer.brokers, topics: found };
  }

  /** The leader of a partition as last heard; undefined when unknown or none. Asks nobody. */
  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.#topics.get(topic)?.topic.partitions[partition]?.leader;
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** Names of all topics of the cluster, Kafka's internal ones included. */
  async allTopics(): Promise<readonly string[]> {
    const answer = await this.#ask(null, false);
    return answer.topics.filter(topic => topic.errorCode === 0).map(topic => topic.name);
  }

  /** Closes every connection; requests under way fail. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#links.values(), ...this.#bootstrap].map(link => link.close()));
  }

  async #ask(topics: readonly string[] | null, allowAutoCreate: boolean): Promise<MetadataAnswer> {
    const connection = await this.anyConnection();
    const answer = await this.send(connection, metadataApi, topics, allowAutoCreate);
    this.#throwIfClosed();
    this.#answer = answer;
    const atMs = this.#clock.monotonicMs();
    for (const topic of answer.topics) {
      this.#topics.set(topic.name, { topic, atMs });
      if (topic.errorCode === 0) continue;
      this.#log.debug({ topic: topic.name, error: kafkaErrorInfo(topic.errorCode).name }, 'Topic has no metadata');
    }
    await this.#follow(answer.brokers);
    return answer;
  }

  /** Makes links for new brokers and closes those of brokers that left or moved. */
  async #follow(brokers: readonly BrokerNode[]): Promise<void> {
    const gone: BrokerLink[] = [];
    // A broker that is starting may answer with no brokers at all: keep what is known then.
    if (brokers.length === 0) return;
    for (const [nodeId, link] of this.#links) {
      const broker = brokers.find(one => one.nodeId === nodeId);
      if (broker !== undefined && broker.host === link.address.host && broker.port === link.address.port) continue;
      this.#links.delete(nodeId);
      gone.push(link);
    }
    for (const { nodeId, host, port } of brokers) {
      if (!this.#links.has(nodeId)) this.#links.set(nodeId, this.#newLink({ host, port }));
    }
    await Promise.all(gone.map(link => link.close()));
  }

  #newLink(address: BrokerAddress): BrokerLink {
    return new BrokerLink(address, { ...this.#config, clock: this.#clock, log: this.#log });
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw new ConnectError('SHUTTING_DOWN', 'The Kafka client is closed');
  }
}

function isHealthy(topic: TopicMetadata): boolean {
  return topic.errorCode === 0 && topic.partitions.every(partition => partition.leader >= 0);
}
