import { Kafka, logLevel, type Admin } from 'kafkajs';

/** The topics of a benchmark. */
export class BenchTopics {
  readonly #admin: Admin;

  private constructor(admin: Admin) {
    this.#admin = admin;
  }

  static async connect(bootstrapServers: string): Promise<BenchTopics> {
    const kafka = new Kafka({ clientId: 'millrace-bench', brokers: [bootstrapServers], logLevel: logLevel.ERROR });
    const admin = kafka.admin();
    await admin.connect();
    return new BenchTopics(admin);
  }

  async create(topic: string, partitions = 1): Promise<void> {
    await this.#admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
      waitForLeaders: true,
    });
  }

  async delete(topics: readonly string[]): Promise<void> {
    await this.#admin.deleteTopics({ topics: [...topics] });
  }

  /** Records in the topic's one partition. */
  async count(topic: string): Promise<number> {
    const [partition] = await this.#admin.fetchTopicOffsets(topic);
    return partition === undefined ? 0 : Number(partition.high) - Number(partition.low);
  }

  close(): Promise<void> {
    return this.#admin.disconnect();
  }
}
