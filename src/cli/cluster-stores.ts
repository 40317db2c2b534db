/** The stores of a cluster: one log per internal topic. */
import { workerClientConfig } from '../config/client-configs.ts';
import type { CompactedLog } from '../kafka/compacted-log.ts';
import { createCompactedLog } from '../kafka/create-compacted-log.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import { KafkaConfigStore } from '../storage/kafka-config-store.ts';
import { KafkaOffsetStore } from '../storage/kafka-offset-store.ts';
import { KafkaStatusStore } from '../storage/kafka-status-store.ts';
import type { WorkerParts } from './worker-parts.ts';

/** How long a read of offsets waits for a broker. */
const offsetReadTimeoutMs = 60_000;

/** What is special about each topic. */
const topicKinds = {
  config: { purpose: 'connector configurations', requiredPartitions: 1, suffix: 'configs', retriesSends: true },
  offset: { purpose: 'source offsets', requiredPartitions: null, suffix: 'offsets', retriesSends: true },
  // A status that could not be written is looked at again before it is sent again.
  status: { purpose: 'connector and task states', requiredPartitions: null, suffix: 'statuses', retriesSends: false },
} as const;

/** Makes the stores, not started; each becomes the owner of its log. */
export function createClusterStores(
  parts: WorkerParts,
  options: {
    readonly topics: TopicAdmin;
    /** The group's generation as this worker sees it now. */
    readonly generation: () => number;
  },
): { readonly configs: KafkaConfigStore; readonly offsets: KafkaOffsetStore; readonly statuses: KafkaStatusStore } {
  const { clock, log } = parts;
  const { topics, generation } = options;
  return {
    configs: new KafkaConfigStore({ topic: createLog(parts, 'config', topics), clock, log }),
    offsets: new KafkaOffsetStore({
      topic: createLog(parts, 'offset', topics),
      readTimeoutMs: offsetReadTimeoutMs,
      clock,
      log,
    }),
    statuses: new KafkaStatusStore({ topic: createLog(parts, 'status', topics), generation, clock, log }),
  };
}

function createLog(
  { config, clock, log }: WorkerParts,
  kind: keyof typeof topicKinds,
  admin: TopicAdmin,
): CompactedLog {
  const { purpose, requiredPartitions, suffix, retriesSends } = topicKinds[kind];
  const prefix = `${kind}.storage.`;
  const settings = new Map(config.withPrefix(prefix));
  for (const own of ['topic', 'partitions', 'replication.factor']) settings.delete(own);
  const clientId = config.string('client.id');
  return createCompactedLog({
    topic: {
      name: config.string(`${prefix}topic`),
      partitions: kind === 'config' ? 1 : config.int(`${prefix}partitions`),
      replicationFactor: config.int(`${prefix}replication.factor`),
      settings,
      requiredPartitions,
      configKey: `${prefix}topic`,
      purpose,
    },
    config: workerClientConfig(config),
    clientId: [config.string('group.id'), ...(clientId === '' ? [] : [clientId]), suffix].join('-'),
    isReadCommitted: true,
    retriesSends,
    admin,
    clock,
    log,
  });
}
