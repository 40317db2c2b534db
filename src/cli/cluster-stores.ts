/** The stores of a cluster: one log per internal topic. */
import { workerClientConfig } from '../config/client-configs.ts';
import type { CompactedLog } from '../kafka/compacted-log.ts';
import { createCompactedLog } from '../kafka/create-compacted-log.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import type { WriteFence } from '../kafka/write-fence.ts';
import { readInternalTopics, type InternalTopic } from '../storage/internal-topics.ts';
import { KafkaConfigStore } from '../storage/kafka-config-store.ts';
import { KafkaOffsetStore } from '../storage/kafka-offset-store.ts';
import { KafkaStatusStore } from '../storage/kafka-status-store.ts';
import type { WorkerParts } from './worker-parts.ts';

/** How long a read of offsets waits for a broker. */
const offsetReadTimeoutMs = 60_000;

/** Makes the stores, not started; each becomes the owner of its log. */
export function createClusterStores(
  { config, clock, loggers }: WorkerParts,
  options: {
    readonly topics: TopicAdmin;
    /** The group's generation as this worker sees it now. */
    readonly generation: () => number;
    readonly fence: WriteFence;
  },
): { readonly configs: KafkaConfigStore; readonly offsets: KafkaOffsetStore; readonly statuses: KafkaStatusStore } {
  const log = loggers.get('millrace.storage');
  const topics = readInternalTopics(config.originals);
  for (const key of topics.ignoredKeys) log.warn({ key }, 'A setting has no effect');
  const settings = workerClientConfig(config);
  const open = (topic: InternalTopic): CompactedLog =>
    createCompactedLog({
      ...topic,
      config: settings,
      admin: options.topics,
      fence: options.fence,
      clock,
      log: loggers.get('millrace.kafka'),
    });
  return {
    configs: new KafkaConfigStore({ topic: open(topics.config), clock, log }),
    offsets: new KafkaOffsetStore({
      topic: open(topics.offset),
      readTimeoutMs: offsetReadTimeoutMs,
      clock,
      log,
    }),
    statuses: new KafkaStatusStore({
      topic: open(topics.status),
      generation: options.generation,
      clock,
      log,
    }),
  };
}
