import type { Logger } from '../logging/logger.ts';
import type { Cluster } from './cluster.ts';
import type { TopicSelection } from './consumer-group.ts';
import { compareText } from './partition-assignor.ts';

/** Kafka's own topics, which a pattern does not match unless `exclude.internal.topics=false`. */
const internalTopics: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** What a {@link TopicSubscription} is made of. */
export interface TopicSubscriptionOptions {
  readonly cluster: Cluster;
  readonly selection: TopicSelection;
  readonly excludesInternalTopics: boolean;
  readonly allowsAutoCreate: boolean;
  readonly log: Logger;
}

/** Topics that a group member wants, and how many partitions topics have. Each question makes one attempt at a broker. */
export class TopicSubscription {
  readonly #options: TopicSubscriptionOptions;
  #missing: readonly string[] = [];

  constructor(options: TopicSubscriptionOptions) {
    this.#options = options;
  }

  /** The last {@link countPartitions} missed a topic, so that it is worth looking again soon. */
  get hasMissingTopics(): boolean {
    return this.#missing.length > 0;
  }

  /**
   * Names of the wanted topics, sorted: as they were given, or those that match at present.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE.
   */
  async topics(): Promise<readonly string[]> {
    const { cluster, selection, excludesInternalTopics } = this.#options;
    if (selection.kind === 'topics') return [...new Set(selection.topics)].sort(compareText);
    const all = await cluster.allTopics();
    return all
      .filter(topic => !(excludesInternalTopics && internalTopics.has(topic)) && selection.matches(topic))
      .sort(compareText);
  }

  /**
   * How many partitions topics have; those that do not exist are left out, and created if that is allowed.
   *
   * @throws {ConnectError} KAFKA_UNAVAILABLE.
   */
  async countPartitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { cluster, allowsAutoCreate: allowAutoCreate, log } = this.#options;
    const counts = new Map<string, number>();
    // With no name given, a broker would tell of all topics.
    if (topics.length === 0) return counts;
    const metadata = await cluster.metadata(topics, { refresh: true, allowAutoCreate });
    for (const topic of topics) {
      const count = metadata.topics.get(topic)?.partitions.length ?? 0;
      if (count > 0) counts.set(topic, count);
    }
    const missing = topics.filter(topic => !counts.has(topic));
    if (missing.join() !== this.#missing.join() && missing.length > 0) {
      log.warn({ topics: missing }, 'Topics of the subscription do not exist or may not be read; waiting for them');
    }
    this.#missing = missing;
    return counts;
  }
}
