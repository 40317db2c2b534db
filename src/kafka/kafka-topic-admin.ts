import kafkajs from 'kafkajs';
import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { AdminClient, readAdminClient, type AdminClientOptions } from './admin-client.ts';
import { Cluster } from './cluster.ts';
import { fromKafkaErrorCode, KafkaError } from './error-map.ts';
import { OffsetTimestamp } from './list-offsets-api.ts';
import { lookUpOffsets } from './offset-lookup.ts';
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts';

/** Kafka's error codes for what is not allowed to this principal: topic, cluster. */
const forbiddenCodes: ReadonlySet<number> = new Set([29, 31]);

/**
 * Makes an admin client from Kafka's admin keys.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function createTopicAdmin(options: {
  readonly config: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Logger;
}): KafkaTopicAdmin {
  const { clock, log } = options;
  return new KafkaTopicAdmin({ ...readAdminClient(options.config), clock, log });
}

/** {@link TopicAdmin} on kafkajs's admin client, and on {@link Cluster} for what that tells better. */
export class KafkaTopicAdmin implements TopicAdmin {
  readonly #cluster: Cluster;
  readonly #client: AdminClient;
  readonly #requestTimeoutMs: number;

  constructor(options: AdminClientOptions) {
    const { client, clock, log } = options;
    this.#client = new AdminClient(options);
    this.#cluster = new Cluster({ config: client, clock, log });
    this.#requestTimeoutMs = client.requestTimeoutMs;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    const created: string[] = [];
    for (const { name, partitions, replicationFactor, settings } of topics) {
      const topic = {
        topic: name,
        numPartitions: partitions,
        replicationFactor,
        configEntries: [...settings].map(([key, value]) => ({ name: key, value })),
      };
      const isNew = await this.#client.onKafkajs(`Creating topic '${name}'`, admin =>
        admin.createTopics({ topics: [topic], timeout: this.#requestTimeoutMs, waitForLeaders: true }),
      );
      if (isNew) created.push(name);
    }
    return created;
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return [];
    return this.#client.retry('Describing topics', async () => {
      const { topics } = await this.#cluster.metadata(names, { refresh: true });
      return names.map((name): TopicDescription => {
        const topic = topics.get(name);
        const errorCode = topic?.errorCode ?? KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
        if (errorCode === KafkaError.UNKNOWN_TOPIC_OR_PARTITION) return { kind: 'missing', name };
        if (forbiddenCodes.has(errorCode)) return { kind: 'forbidden', name };
        if (topic === undefined || errorCode !== KafkaError.NONE) {
          throw fromKafkaErrorCode(errorCode, `Describing topic '${name}'`);
        }
        return {
          kind: 'found',
          name,
          isInternal: topic.isInternal,
          partitionCount: topic.partitions.length,
          replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
        };
      });
    });
  }

  async topicSettings(name: string): Promise<ReadonlyMap<string, string>> {
    return this.#client.onKafkajs(`Reading settings of topic '${name}'`, async admin => {
      const { resources } = await admin.describeConfigs({
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
        includeSynonyms: false,
      });
      const settings = new Map<string, string>();
      for (const { configName, configValue } of resources[0]?.configEntries ?? [])
        settings.set(configName, configValue);
      return settings;
    });
  }

  partitionOffsets(name: string, edge: 'earliest' | 'latest'): Promise<ReadonlyMap<number, number>> {
    const doing = `Looking up offsets of topic '${name}'`;
    const timestampMs = OffsetTimestamp[edge === 'earliest' ? 'EARLIEST' : 'LATEST'];
    let isRetry = false;
    return this.#client.retry(doing, async () => {
      const { topics } = await this.#cluster.metadata([name], { refresh: isRetry });
      isRetry = true;
      const topic = topics.get(name);
      if (topic?.errorCode === KafkaError.UNKNOWN_TOPIC_OR_PARTITION) {
        throw new ConnectError('KAFKA_TOPIC_MISSING', `${doing} failed: there is no such topic`);
      }
      if (topic === undefined || topic.errorCode !== KafkaError.NONE) {
        throw fromKafkaErrorCode(topic?.errorCode ?? KafkaError.LEADER_NOT_AVAILABLE, doing);
      }
      const queries = topic.partitions.map((_, partition) => ({ topic: name, partition, timestampMs }));
      const offsets = new Map<number, number>();
      for (const outcome of await lookUpOffsets(this.#cluster, queries, { isReadCommitted: false })) {
        if (outcome.kind === 'failed') throw outcome.error;
        offsets.set(outcome.query.partition, outcome.offset);
      }
      return offsets;
    });
  }

  listTopics(): Promise<readonly string[]> {
    return this.#client.retry('Listing topics', () => this.#cluster.allTopics());
  }

  clusterId(): Promise<string | null> {
    return this.#client.retry('Asking for the cluster id', async () => (await this.#cluster.metadata([])).clusterId);
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#cluster.close();
  }
}
