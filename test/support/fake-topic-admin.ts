import type { TopicCreator } from '../../src/worker/errors/dead-letter-queue.ts';
import type { NewTopic, TopicDescription } from '../../src/kafka/topic-admin.ts';

/** Topics in memory. */
export class FakeTopicAdmin implements TopicCreator {
  readonly topics = new Map<string, NewTopic>();
  /** Thrown instead of creating anything. */
  refusal: Error | null = null;
  isClosed = false;

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    if (this.refusal !== null) throw this.refusal;
    const created = topics.filter(({ name }) => !this.topics.has(name));
    for (const topic of created) this.topics.set(topic.name, topic);
    return created.map(({ name }) => name);
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    return names.map((name): TopicDescription => {
      const topic = this.topics.get(name);
      if (topic === undefined) return { kind: 'missing', name };
      const { partitions: partitionCount, replicationFactor } = topic;
      return { kind: 'found', name, isInternal: false, partitionCount, replicationFactor };
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
