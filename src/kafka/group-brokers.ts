import type { KafkajsCluster } from './kafkajs-calls.ts';
import { kafkajsErrorCode } from './kafkajs-error-map.ts';

/** Kafka's own topic of groups and their offsets, `org.apache.kafka.common.internals.Topic`. */
const groupsTopic = '__consumer_offsets';

/** Codes of `org.apache.kafka.common.protocol.Errors` for a topic that is not there, or not for us to see. */
const hiddenCodes: ReadonlySet<number | null> = new Set([3, 29]);

/**
 * Has kafkajs learn which brokers there are, as it must before it can find the coordinator of a group.
 *
 * kafkajs learns that with the topics, of all of them unless it has some to look at, and fails if any has no leader. So it is given
 * the one that coordinators need: some other topic whose brokers are away keeps no worker from its group.
 *
 * @throws what kafkajs throws; a later call may succeed.
 */
export async function learnBrokers(cluster: Pick<KafkajsCluster, 'addTargetTopic' | 'refreshMetadata'>): Promise<void> {
  try {
    await cluster.addTargetTopic(groupsTopic);
  } catch (error) {
    // Kafka makes it for its first group. kafkajs has dropped it from what it looks at.
    if (!hiddenCodes.has(kafkajsErrorCode(error))) throw error;
    await cluster.refreshMetadata();
  }
}
