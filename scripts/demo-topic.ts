import { Kafka, logLevel, type Admin } from 'kafkajs';

/** One record as it is shown. */
export interface ShownRecord {
  readonly offset: string;
  readonly value: string;
}

/** The demo's own topic, of one partition so that lines keep their order, seen by a client that knows nothing of Millrace. */
export class DemoTopic {
  readonly bootstrapServers: string;
  readonly name: string;
  readonly #kafka: Kafka;
  readonly #admin: Admin;

  private constructor(bootstrapServers: string, name: string) {
    this.bootstrapServers = bootstrapServers;
    this.name = name;
    this.#kafka = new Kafka({ clientId: 'millrace-demo', brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
    this.#admin = this.#kafka.admin();
  }

  static async create(bootstrapServers: string, name: string): Promise<DemoTopic> {
    const topic = new DemoTopic(bootstrapServers, name);
    await topic.#admin.connect();
    const topics = [{ topic: name, numPartitions: 1, replicationFactor: 1 }];
    await topic.#admin.createTopics({ topics, waitForLeaders: true });
    return topic;
  }

  /** The first `count` records. */
  async read(count: number): Promise<readonly ShownRecord[]> {
    const groupId = `${this.name}-reader`;
    const consumer = this.#kafka.consumer({ groupId });
    const found: ShownRecord[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: this.name, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { offset: string; value: Buffer | null } }): Promise<void> => {
        if (found.length < count) found.push({ offset: message.offset, value: String(message.value) });
        if (found.length === count) resolve();
      };
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    await this.#admin.deleteGroups([groupId]);
    return found;
  }

  /** Deletes the topic and the group that the demo's sink read it with. */
  async delete(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] });
    const { groups } = await this.#admin.listGroups();
    const own = groups.map(group => group.groupId).filter(groupId => groupId === `connect-${this.name}-sink`);
    if (own.length > 0) await this.#admin.deleteGroups(own);
    await this.#admin.disconnect();
  }
}
