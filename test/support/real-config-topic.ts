import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import kafkajs, { type Consumer, type Kafka } from 'kafkajs';
import type { ConfigSnapshot, ConfigSnapshotSource } from '../../src/group/config-snapshot-source.ts';

/** Reads of Kafka Connect's config topic what sharing out needs, and follows it. Knows no more than complete commits. */
export class RealConfigTopic implements ConfigSnapshotSource {
  /** Called when connectors or their tasks changed. */
  onChange: () => void = () => undefined;
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #taskCounts = new Map<string, number>();
  #configOffset = -1;

  private constructor(bootstrap: string, topic: string) {
    this.#kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
    this.#consumer = this.#kafka.consumer({ groupId: `follow-${randomUUID()}` });
    this.#topic = topic;
  }

  static async follow(bootstrap: string, topic: string): Promise<RealConfigTopic> {
    const followed = new RealConfigTopic(bootstrap, topic);
    await followed.#consumer.connect();
    await followed.#consumer.subscribe({ topic, fromBeginning: true });
    await followed.#consumer.run({
      eachMessage: async ({ message }) => followed.#take(message),
    });
    return followed;
  }

  snapshot(): ConfigSnapshot {
    return { configOffset: this.#configOffset, taskCounts: new Map(this.#taskCounts) };
  }

  async readToEnd({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    const [end] = await admin.fetchTopicOffsets(this.#topic);
    await admin.disconnect();
    while (this.#configOffset < Number(end?.high ?? 0)) {
      signal.throwIfAborted();
      await turn();
    }
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }

  #take(message: { readonly key: Buffer | null; readonly value: Buffer | null; readonly offset: string }): void {
    const key = message.key?.toString() ?? '';
    const value: unknown = message.value === null ? null : JSON.parse(message.value.toString());
    this.#configOffset = Number(message.offset) + 1;
    const connector = key.slice(key.indexOf('-') + 1);
    if (key.startsWith('connector-') && value === null) this.#taskCounts.delete(connector);
    else if (key.startsWith('connector-')) this.#taskCounts.set(connector, this.#taskCounts.get(connector) ?? 0);
    else if (key.startsWith('commit-') && typeof value === 'object' && value !== null && 'tasks' in value)
      this.#taskCounts.set(connector, Number(value.tasks));
    else return;
    this.onChange();
  }
}
