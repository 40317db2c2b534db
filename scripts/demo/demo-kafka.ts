import { Kafka, logLevel, type Admin } from 'kafkajs';

/** What the demo has in Kafka, seen by a client that knows nothing of Millrace. */
export class DemoKafka {
  readonly bootstrapServers: string;
  /** Beginning of the names of all topics and groups of this run. */
  readonly name: string;
  readonly #admin: Admin;

  private constructor(bootstrapServers: string, name: string) {
    this.bootstrapServers = bootstrapServers;
    this.name = name;
    const kafka = new Kafka({ clientId: name, brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
    this.#admin = kafka.admin();
  }

  /** The topic of the lines. */
  get topic(): string {
    return `${this.name}-lines`;
  }

  static async connect(bootstrapServers: string, name: string): Promise<DemoKafka> {
    const kafka = new DemoKafka(bootstrapServers, name);
    await kafka.#admin.connect();
    return kafka;
  }

  async createTopic(partitions: number): Promise<void> {
    const topics = [{ topic: this.topic, numPartitions: partitions, replicationFactor: 1 }];
    await this.#admin.createTopics({ topics, waitForLeaders: true });
  }

  /** Records in the topic of the lines. */
  async countRecords(): Promise<number> {
    const partitions = await this.#admin.fetchTopicOffsets(this.topic);
    return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  }

  /** Deletes every topic and group of this run; no worker may run any more. */
  async deleteAll(): Promise<void> {
    const isOwn = (name: string): boolean => name.startsWith(this.name) || name.startsWith(`connect-${this.name}`);
    const topics = (await this.#admin.listTopics()).filter(isOwn);
    if (topics.length > 0) await this.#admin.deleteTopics({ topics });
    const { groups } = await this.#admin.listGroups();
    const own = groups.map(group => group.groupId).filter(isOwn);
    if (own.length > 0) await this.#admin.deleteGroups(own);
  }

  disconnect(): Promise<void> {
    return this.#admin.disconnect();
  }
}
