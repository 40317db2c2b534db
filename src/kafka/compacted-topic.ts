import { ConfigError, ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Clock } from '../async/clock.ts';
import type { Logger } from '../logging/logger.ts';
import type { TopicAdmin } from './topic-admin.ts';

/** One of a worker's internal topics, as its configuration wants it. */
export interface CompactedTopic {
  readonly name: string;
  /** For its creation; -1: the broker's default. */
  readonly partitions: number;
  /** For its creation; -1: the broker's default. */
  readonly replicationFactor: number;
  /** More topic settings for its creation. `cleanup.policy` among them is of no effect: it is always `compact`. */
  readonly settings: ReadonlyMap<string, string>;
  /** How many partitions it must have to be of use; null when any number will do. */
  readonly requiredPartitions: number | null;
  /** Worker key that names the topic, for messages: `config.storage.topic`. */
  readonly configKey: string;
  /** What it keeps, for messages: `connector configurations`. */
  readonly purpose: string;
}

/** What looking after a topic needs. */
export interface CompactedTopicContext {
  readonly admin: TopicAdmin;
  /** `default.api.timeout.ms`: how long its creation is tried while there are too few brokers. */
  readonly creationTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Wait between two tries to create a topic, while brokers may still be starting. */
const retryMs = 500;

/**
 * Creates the topic if it is missing. One that exists must be compacted and nothing else, for what was deleted by age would be lost
 * from the cluster's memory, and have the partitions that it needs.
 *
 * @returns the number of its partitions.
 * @throws {ConfigError} it exists and is not fit; {ConnectError} it can neither be found nor created; the signal's reason.
 * @see `KafkaTopicBasedBackingStore#topicInitializer` in Kafka Connect.
 */
export async function ensureCompactedTopic(
  topic: CompactedTopic,
  context: CompactedTopicContext,
  signal: AbortSignal,
): Promise<number> {
  const known = await findPartitionCount(topic, context.admin);
  const isCreated = known === null && (await createTopic(topic, context, signal));
  const partitionCount = known ?? (await awaitPartitionCount(topic, context, signal));
  if (!isCreated) await checkPolicy(topic, context);
  checkPartitionCount(topic, partitionCount);
  return partitionCount;
}

/** Null when there is no such topic. */
async function findPartitionCount(topic: CompactedTopic, admin: TopicAdmin): Promise<number | null> {
  const [description] = await admin.describeTopics([topic.name]);
  if (description?.kind === 'found') return description.partitionCount;
  if (description?.kind !== 'forbidden') return null;
  throw new ConnectError(
    'KAFKA_AUTHORIZATION',
    `The worker's principal may not describe topic '${topic.name}' of '${topic.configKey}', which keeps ${topic.purpose}: ` +
      'allow it to describe, read and write that topic',
    { details: { topic: topic.name } },
  );
}

/** Brokers hear of a new topic one after the other, be it ours or another worker's. */
async function awaitPartitionCount(
  topic: CompactedTopic,
  { admin, creationTimeoutMs, clock }: CompactedTopicContext,
  signal: AbortSignal,
): Promise<number> {
  const deadlineMs = clock.monotonicMs() + creationTimeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const partitionCount = await findPartitionCount(topic, admin);
    if (partitionCount !== null) return partitionCount;
    if (clock.monotonicMs() + retryMs > deadlineMs) {
      throw new ConnectError('KAFKA_TOPIC_MISSING', `Topic '${topic.name}' was created and is missing`);
    }
    await clock.sleep(retryMs, signal);
  }
}

/** False when another worker was faster. */
async function createTopic(
  topic: CompactedTopic,
  { admin, creationTimeoutMs, clock, log }: CompactedTopicContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, partitions, replicationFactor } = topic;
  const settings = new Map(topic.settings).set('cleanup.policy', 'compact');
  const deadlineMs = clock.monotonicMs() + creationTimeoutMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      const created = await admin.createTopics([{ name, partitions, replicationFactor, settings }]);
      if (created.length > 0) log.info({ topic: name, partitions, replicationFactor }, 'Internal topic created');
      return created.length > 0;
    } catch (error) {
      const failure = toConnectError(error);
      // Two workers that create a topic at once: to the broker asked next it may not exist yet.
      const isNew = failure.code === 'KAFKA_TOPIC_MISSING';
      const mayPass = failure.isRetriable || isNew || hasTooFewBrokers(failure);
      if (!mayPass || clock.monotonicMs() + retryMs > deadlineMs) throw notCreated(topic, failure);
      log.warn({ topic: name, err: failure }, 'Internal topic could not be created; trying again');
      await clock.sleep(retryMs, signal);
    }
  }
}

function hasTooFewBrokers(error: ConnectError): boolean {
  return error.details['kafka_error'] === 'INVALID_REPLICATION_FACTOR';
}

function notCreated(topic: CompactedTopic, failure: ConnectError): ConnectError {
  const factorKey = topic.configKey.replace(/topic$/, 'replication.factor');
  const remedy = hasTooFewBrokers(failure)
    ? `: '${factorKey}' is ${topic.replicationFactor}; start as many brokers, or set it lower`
    : '';
  return new ConnectError(
    failure.code,
    `Topic '${topic.name}' of '${topic.configKey}', which is to keep ${topic.purpose}, cannot be created${remedy}. ` +
      failure.message,
    { cause: failure, details: { ...failure.details, topic: topic.name, key: topic.configKey } },
  );
}

async function checkPolicy(topic: CompactedTopic, { admin, log }: CompactedTopicContext): Promise<void> {
  const policy = await readPolicy(topic, admin);
  if (policy === null) {
    log.warn(
      { topic: topic.name, key: topic.configKey },
      "The broker does not tell the topic's settings; see to it that its cleanup.policy is 'compact'",
    );
    return;
  }
  const policies = new Set(policy.split(',').map(one => one.trim()));
  if (policies.size === 1 && policies.has('compact')) return;
  throw unfit(
    topic,
    `must have cleanup.policy=compact, but has cleanup.policy=${policy}, with which ${topic.purpose} would be lost in time. ` +
      `Set the topic's cleanup.policy to compact, or '${topic.configKey}' to another topic`,
  );
}

/** Null when the broker does not tell it to this principal. */
async function readPolicy(topic: CompactedTopic, admin: TopicAdmin): Promise<string | null> {
  try {
    return (await admin.topicSettings(topic.name)).get('cleanup.policy') ?? null;
  } catch (error) {
    if (error instanceof ConnectError && error.code === 'KAFKA_AUTHORIZATION') return null;
    throw error;
  }
}

function checkPartitionCount(topic: CompactedTopic, partitionCount: number): void {
  const { requiredPartitions } = topic;
  if (requiredPartitions === null || partitionCount === requiredPartitions) return;
  throw unfit(
    topic,
    `must have ${requiredPartitions} partition${requiredPartitions === 1 ? '' : 's'} to keep ${topic.purpose} consistent, but has ` +
      `${partitionCount}. Set '${topic.configKey}' to another topic, or to none that exists: it is then created`,
  );
}

function unfit(topic: CompactedTopic, what: string): ConfigError {
  const message = `Topic '${topic.name}', which '${topic.configKey}' names, ${what}`;
  return new ConfigError(message, [{ key: topic.configKey, message }], { details: { topic: topic.name } });
}
