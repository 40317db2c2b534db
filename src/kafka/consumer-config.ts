/**
 * Kafka's own keys of a consumer (`ConsumerConfig`), as far as they mean something here.
 */

import { maxInt32, readKafkaClientConfig, type KafkaClientConfig } from './kafka-client-config.ts';
import { KafkaConfigReader } from './kafka-config-reader.ts';

/** What to do where no offset is committed, or the committed one is gone. */
export const offsetResets = ['earliest', 'latest', 'none'] as const;

/** One of {@link offsetResets}. */
export type OffsetReset = (typeof offsetResets)[number];

/** Names of assignors in the group protocol, by the simple name of their class in Kafka. */
const assignorByClass = new Map([
  ['RangeAssignor', 'range'],
  ['RoundRobinAssignor', 'roundrobin'],
  ['CooperativeStickyAssignor', 'cooperative-sticky'],
] as const);

/** Name of an assignor in the group protocol. */
export type AssignorName = 'range' | 'roundrobin' | 'cooperative-sticky';

/** How records are fetched. Sizes are bytes, times milliseconds. */
export interface FetchConfig {
  /** `fetch.min.bytes`, `fetch.max.wait.ms`: the broker answers when it has so much, or so much time has passed. */
  readonly minBytes: number;
  readonly maxWaitMs: number;
  /** `fetch.max.bytes`, `max.partition.fetch.bytes`: of one answer, and of one partition in it; one batch may be larger. */
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  /** `isolation.level` is `read_committed`. */
  readonly isReadCommitted: boolean;
  /** `check.crcs`. */
  readonly checksCrcs: boolean;
  /** `auto.offset.reset`. */
  readonly offsetReset: OffsetReset;
  /** `allow.auto.create.topics`: a topic that is asked for and missing is created, if the broker allows it. */
  readonly allowsAutoCreate: boolean;
}

/** How a group is joined. Times are milliseconds. */
export interface GroupConfig {
  /** `group.id`. */
  readonly groupId: string;
  /** `session.timeout.ms`, `heartbeat.interval.ms`. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** `max.poll.interval.ms`: how long the group waits in a rebalance for a member to give up what it has. */
  readonly rebalanceTimeoutMs: number;
  /** `default.api.timeout.ms`: how long a commit is tried. */
  readonly apiTimeoutMs: number;
  /** `partition.assignment.strategy`, the preferred one first. */
  readonly assignors: readonly AssignorName[];
  /** `exclude.internal.topics`: a pattern does not match the topics of Kafka itself. */
  readonly excludesInternalTopics: boolean;
}

/** All of a consumer's settings. */
export interface ConsumerConfig {
  readonly client: KafkaClientConfig;
  readonly fetch: FetchConfig;
  readonly group: GroupConfig;
}

/**
 * Reads a consumer's settings.
 *
 * @param config Kafka's consumer keys.
 * @param options `offsetReset`: the default of `auto.offset.reset`; Kafka's consumer has `latest`, a sink task `earliest`.
 * @returns also the keys that mean nothing here, which are worth a line in the log.
 * @throws {ConfigError} with every wrong key.
 */
export function parseConsumerConfig(
  config: ReadonlyMap<string, string>,
  options: { readonly offsetReset: OffsetReset; readonly defaultClientId: string },
): { readonly config: ConsumerConfig; readonly ignoredKeys: readonly string[] } {
  const reader = new KafkaConfigReader(config);
  const client = readKafkaClientConfig(reader, { defaultClientId: options.defaultClientId });
  const fetch = readFetchConfig(reader, options.offsetReset);
  const group = readGroupConfig(reader);
  if (fetch.maxWaitMs >= client.requestTimeoutMs) {
    reader.reject(
      'fetch.max.wait.ms',
      String(fetch.maxWaitMs),
      `must be less than request.timeout.ms, which is ${client.requestTimeoutMs}`,
    );
  }
  reader.throwIfInvalid('consumer');
  return { config: { client, fetch, group }, ignoredKeys: reader.unreadKeys() };
}

function readFetchConfig(reader: KafkaConfigReader, offsetReset: OffsetReset): FetchConfig {
  return {
    minBytes: reader.integer('fetch.min.bytes', { fallback: 1, min: 0, max: maxInt32 }),
    maxWaitMs: reader.integer('fetch.max.wait.ms', { fallback: 500, min: 0, max: maxInt32 }),
    maxBytes: reader.integer('fetch.max.bytes', { fallback: 50 * 1024 * 1024, min: 1, max: maxInt32 }),
    partitionMaxBytes: reader.integer('max.partition.fetch.bytes', { fallback: 1024 * 1024, min: 1, max: maxInt32 }),
    isReadCommitted:
      reader.oneOf('isolation.level', ['read_uncommitted', 'read_committed'], 'read_uncommitted') === 'read_committed',
    checksCrcs: reader.boolean('check.crcs', true),
    offsetReset: reader.oneOf('auto.offset.reset', offsetResets, offsetReset),
    allowsAutoCreate: reader.boolean('allow.auto.create.topics', true),
  };
}

function readGroupConfig(reader: KafkaConfigReader): GroupConfig {
  rejectUnsupportedMembership(reader);
  const sessionTimeoutMs = reader.integer('session.timeout.ms', { fallback: 45_000, min: 1, max: maxInt32 });
  const heartbeatIntervalMs = reader.integer('heartbeat.interval.ms', { fallback: 3000, min: 1, max: maxInt32 });
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    reader.reject(
      'heartbeat.interval.ms',
      String(heartbeatIntervalMs),
      `must be less than session.timeout.ms, which is ${sessionTimeoutMs}; a third of it is usual`,
    );
  }
  return {
    groupId: reader.text('group.id') ?? '',
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs: reader.integer('max.poll.interval.ms', { fallback: 300_000, min: 1, max: maxInt32 }),
    apiTimeoutMs: reader.integer('default.api.timeout.ms', { fallback: 60_000, min: 0, max: maxInt32 }),
    assignors: readAssignors(reader),
    excludesInternalTopics: reader.boolean('exclude.internal.topics', true),
  };
}

function readAssignors(reader: KafkaConfigReader): readonly AssignorName[] {
  const key = 'partition.assignment.strategy';
  const assignors: AssignorName[] = [];
  for (const className of reader.list(key)) {
    const simpleName = className
      .replace(/^class /, '')
      .split('.')
      .at(-1);
    const found = [...assignorByClass].find(([name]) => name === simpleName)?.[1];
    if (found !== undefined) {
      assignors.push(found);
      continue;
    }
    reader.reject(key, className, `is not supported; use one or more of ${[...assignorByClass.keys()].join(', ')}`);
  }
  return assignors.length > 0 ? assignors : ['range', 'cooperative-sticky'];
}

function rejectUnsupportedMembership(reader: KafkaConfigReader): void {
  const protocol = reader.text('group.protocol')?.toLowerCase();
  if (protocol !== undefined && protocol !== 'classic') {
    reader.reject('group.protocol', protocol, "is not supported: leave it out, or set it to 'classic'");
  }
  const instanceId = reader.text('group.instance.id');
  if (instanceId !== undefined && instanceId !== '') {
    // A static member that joins as a dynamic one would be rebalanced at each restart, which is what it was set against.
    reader.reject('group.instance.id', instanceId, 'is not supported: leave it out to join as a dynamic member');
  }
}
