import assert from 'node:assert/strict';
import { withPrefix, type ConfigMap } from '../config/parsed-config.ts';
import type { CompactedTopic } from '../kafka/compacted-topic.ts';

/** One internal topic, and how its log is made (`CompactedLogSettings`). */
export interface InternalTopic {
  readonly topic: CompactedTopic;
  readonly clientId: string;
  readonly isReadCommitted: boolean;
  readonly retriesSends: boolean;
}

/** The internal topics of a cluster, as its workers' configuration names them. */
export interface InternalTopics {
  readonly config: InternalTopic;
  readonly offset: InternalTopic;
  readonly status: InternalTopic;
  /** Keys that were given and have no effect; worth a warning. */
  readonly ignoredKeys: readonly string[];
}

/** Default of `{offset,status}.storage.partitions`; the config topic has one, always, so that all workers see one order. */
const defaultPartitions = { config: 1, offset: 25, status: 5 } as const;

/** Default of `{config,offset,status}.storage.replication.factor`. */
const defaultReplicationFactor = 3;

/**
 * Reads `{config,offset,status}.storage.*` of a distributed worker: `topic`, `partitions`, `replication.factor`; what else begins so is
 * a setting of the topic for its creation.
 *
 * @param worker a distributed worker's keys and values, already validated.
 * @see `DistributedConfig#configStorageTopicSettings`, `ConnectUtils#clientIdBase` in Kafka Connect.
 */
export function readInternalTopics(worker: ConfigMap): InternalTopics {
  const isExactlyOnce = worker.get('exactly.once.source.support')?.toLowerCase() === 'enabled';
  const read = (
    kind: keyof typeof defaultPartitions,
    options: { purpose: string; idSuffix: string },
  ): InternalTopic => ({
    topic: readTopic(worker, kind, options.purpose),
    clientId: `${clientIdBase(worker)}-${options.idSuffix}`,
    // Statuses are never written in transactions.
    isReadCommitted: isExactlyOnce && kind !== 'status',
    // The status store repeats sends by its own rules.
    retriesSends: kind !== 'status',
  });
  const ignored = ['config.storage.partitions', ...kinds.map(kind => `${kind}.storage.cleanup.policy`)];
  return {
    config: read('config', { purpose: 'connector configurations', idSuffix: 'configs' }),
    offset: read('offset', { purpose: 'source connector offsets', idSuffix: 'offsets' }),
    status: read('status', { purpose: 'connector and task statuses', idSuffix: 'statuses' }),
    ignoredKeys: ignored.filter(key => worker.has(key)),
  };
}

const kinds = ['config', 'offset', 'status'] as const;

function readTopic(worker: ConfigMap, kind: keyof typeof defaultPartitions, purpose: string): CompactedTopic {
  const settings = withPrefix(worker, `${kind}.storage.`);
  const take = (name: string): string | undefined => {
    const text = settings.get(name)?.trim();
    settings.delete(name);
    return text;
  };
  const name = take('topic');
  assert(name !== undefined, `'${kind}.storage.topic' has no default`);
  const partitions = take('partitions') ?? String(defaultPartitions[kind]);
  const replicationFactor = take('replication.factor') ?? String(defaultReplicationFactor);
  settings.delete('cleanup.policy');
  return {
    name,
    partitions: kind === 'config' ? 1 : Number(partitions),
    replicationFactor: Number(replicationFactor),
    settings,
    requiredPartitions: kind === 'config' ? 1 : null,
    configKey: `${kind}.storage.topic`,
    purpose,
  };
}

function clientIdBase(worker: ConfigMap): string {
  const clientId = worker.get('client.id')?.trim() ?? '';
  return `${worker.get('group.id') ?? 'connect'}${clientId === '' ? '' : `-${clientId}`}`;
}
