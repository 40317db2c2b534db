import kafkajs, { type Admin } from 'kafkajs';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { Cluster } from './cluster.ts';
import { fromKafkaErrorCode, KafkaError } from './error-map.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { maxInt32, readKafkaClientConfig, type KafkaClientConfig } from './kafka-client-config.ts';
import { KafkaConfigReader } from './kafka-config-reader.ts';
import { createKafkajs } from './kafkajs-calls.ts';
import { fromKafkajsError, isPassing, kafkajsErrorCode } from './kafkajs-error-map.ts';
import { OffsetTimestamp } from './list-offsets-api.ts';
import { lookUpOffsets } from './offset-lookup.ts';
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts';

/** Kafka's error code for a group that does not exist. */
const groupIdNotFound = 69;

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
  const reader = new KafkaConfigReader(options.config);
  const client = readKafkaClientConfig(reader, { defaultClientId: 'millrace-admin' });
  const timeoutMs = reader.integer('default.api.timeout.ms', { fallback: 60_000, min: 0, max: maxInt32 });
  reader.throwIfInvalid('admin client');
  return new KafkaTopicAdmin({ client, timeoutMs, clock: options.clock, log: options.log });
}

/** {@link TopicAdmin} on kafkajs's admin client, and on {@link Cluster} for what that tells better. */
export class KafkaTopicAdmin implements TopicAdmin {
  readonly #cluster: Cluster;
  readonly #client: KafkaClientConfig;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #closing = new AbortController();

  constructor(options: {
    readonly client: KafkaClientConfig;
    readonly timeoutMs: number;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    const { client, clock, log } = options;
    this.#client = client;
    this.#timeoutMs = options.timeoutMs;
    this.#clock = clock;
    this.#log = log;
    this.#cluster = new Cluster({ config: client, clock, log });
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
      const isNew = await this.#retry(`Creating topic '${name}'`, admin =>
        admin.createTopics({ topics: [topic], timeout: this.#client.requestTimeoutMs, waitForLeaders: true }),
      );
      if (isNew) created.push(name);
    }
    return created;
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return [];
    return this.#retryAny('Describing topics', async () => {
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
    return this.#retry(`Reading settings of topic '${name}'`, async admin => {
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
    return this.#retryAny(doing, async () => {
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
    return this.#retryAny('Listing topics', () => this.#cluster.allTopics());
  }

  clusterId(): Promise<string | null> {
    return this.#retryAny('Asking for the cluster id', async () => (await this.#cluster.metadata([])).clusterId);
  }

  async groupOffsets(groupId: string): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    const answers = await this.#retryAny(`Reading offsets of group '${groupId}'`, async () => {
      const coordinator = new GroupCoordinator({ client: this.#client, groupId, log: this.#log });
      try {
        // No topics means all of them.
        return await coordinator.call(`Reading offsets of group '${groupId}'`, broker =>
          broker.offsetFetch({ groupId, topics: [] }),
        );
      } finally {
        coordinator.close();
      }
    });
    const offsets = new Map<string, ReadonlyMap<number, number>>();
    for (const { topic, partitions } of answers.responses) {
      const committed = partitions.filter(one => Number(one.offset) >= 0);
      offsets.set(topic, new Map(committed.map(({ partition, offset }) => [partition, Number(offset)])));
    }
    return offsets;
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#retry(`Deleting group '${groupId}'`, async admin => {
      try {
        await admin.deleteGroups([groupId]);
      } catch (error) {
        if (kafkajsErrorCode(error) !== groupIdNotFound) throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', 'The admin client is closed'));
    await this.#cluster.close();
  }

  /** Runs a call on kafkajs's admin client. Calls are rare, so each has connections of its own: no broken or idle ones to look after. */
  #retry<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#retryAny(doing, async () => {
      const client = createKafkajs(this.#client, this.#log);
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
        admin.disconnect().catch((err: unknown) => this.#log.debug({ err }, 'Disconnecting from brokers failed'));
      }
    });
  }

  async #retryAny<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#client;
    const deadlineMs = this.#clock.monotonicMs() + this.#timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        const failure = fromKafkajsError(error, doing);
        const delayMs = backoffMs({ initialMs, maxMs }, attempt);
        if (!failure.isRetriable || this.#clock.monotonicMs() + delayMs > deadlineMs) throw failure;
        this.#log.debug({ err: failure, attempt }, 'Trying again');
        await this.#clock.sleep(delayMs, signal);
      }
    }
  }
}

function asRetriable(error: ConnectError): ConnectError {
  return new ConnectError('KAFKA_REQUEST_RETRIABLE', error.message, { details: error.details, cause: error });
}
