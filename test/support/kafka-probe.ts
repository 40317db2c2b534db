import type { TestContext } from 'node:test';
import kafkajs, { type Admin } from 'kafkajs';
import { createTopic, readTopic, type ReadRecord } from './read-topic.ts';
import { until, untilTrue } from './standalone-fixture.ts';

const { Kafka, KafkaJSError, logLevel, Partitioners } = kafkajs;

/** Looks at topics and groups from outside, with kafkajs. */
export class KafkaProbe {
  readonly bootstrap: string;
  readonly #admin: Admin;

  private constructor(bootstrap: string, admin: Admin) {
    this.bootstrap = bootstrap;
    this.#admin = admin;
  }

  static async connect(bootstrap: string): Promise<KafkaProbe> {
    const admin = new Kafka({ brokers: [bootstrap], clientId: 'probe', logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new KafkaProbe(bootstrap, admin);
  }

  /** For one test: disconnected when it has ended. */
  static async open(t: TestContext, bootstrap: string): Promise<KafkaProbe> {
    const probe = await KafkaProbe.connect(bootstrap);
    t.after(() => probe.close());
    return probe;
  }

  create(topic: string, partitions: number): Promise<void> {
    return createTopic(this.bootstrap, { topic, partitions });
  }

  /** Adds a record to the partition that its key belongs to. */
  async send(topic: string, record: { readonly key: string; readonly value: string | null }): Promise<void> {
    const kafka = new Kafka({ brokers: [this.bootstrap], clientId: 'probe', logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, messages: [{ ...record }] });
    } finally {
      await producer.disconnect();
    }
  }

  /** Number of records in a topic; 0 if there is no such topic. */
  async count(topic: string): Promise<number> {
    if (!(await this.#admin.listTopics()).includes(topic)) return 0;
    const offsets = await this.#offsets(topic);
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  }

  /** Number of records in each partition. */
  async counts(topic: string): Promise<readonly number[]> {
    const offsets = await this.#offsets(topic);
    return offsets.toSorted((a, b) => a.partition - b.partition).map(({ high, low }) => Number(high) - Number(low));
  }

  /** Waits until a topic has at least as many records. */
  awaitCount(topic: string, count: number): Promise<void> {
    return untilTrue(`${count} records in '${topic}'`, async () => (await this.count(topic)) >= count);
  }

  /** All records of a topic. */
  read(topic: string): Promise<readonly ReadRecord[]> {
    return readTopic(this.bootstrap, topic);
  }

  /** Values of all records of a topic, as text. */
  async values(topic: string): Promise<readonly string[]> {
    return (await this.read(topic)).map(({ message }) => message.value?.toString('utf8') ?? 'null');
  }

  /** Values of all records of a topic, once one of them is `last`. */
  async awaitValues(topic: string, last: string): Promise<readonly string[]> {
    return until(`'${last}' in '${topic}'`, async () => {
      const values = await this.values(topic);
      return values.includes(last) ? values : undefined;
    });
  }

  /** Offset that a group has committed, all partitions together; -1 per partition without one counts as 0. */
  async committed(group: string, topic: string): Promise<number> {
    const [found] = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] });
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Waits until a group has committed just that offset, all partitions together. @throws {Error} with the last one. */
  async awaitCommitted(group: string, topic: string, offset: number): Promise<void> {
    let committed = 0;
    await untilTrue(`offset ${offset} committed by '${group}'`, async () => {
      committed = await this.committed(group, topic);
      return committed === offset;
    }).catch((error: unknown) => {
      throw new Error(`'${group}' has committed ${committed} of '${topic}', not ${offset}`, { cause: error });
    });
  }

  /** Ids of the members of a group, sorted. */
  async members(group: string): Promise<readonly string[]> {
    const { groups } = await this.#admin.describeGroups([group]);
    return (groups[0]?.members ?? []).map(({ memberId }) => memberId).sort();
  }

  /** Waits until a group has as many members and is stable. */
  awaitMembers(group: string, count: number): Promise<readonly string[]> {
    return until(`${count} members in group '${group}'`, async () => {
      const { groups } = await this.#admin.describeGroups([group]);
      const [found] = groups;
      if (found?.members.length !== count || (count > 0 && found.state !== 'Stable')) return undefined;
      return found.members.map(({ memberId }) => memberId).sort();
    });
  }

  /** Moves all partitions of a topic to one broker; resolves when it leads them. */
  async move(topic: string, nodeId: number): Promise<void> {
    const partitions = (await this.#offsets(topic)).map(({ partition }) => partition);
    const partitionAssignment = partitions.map(partition => ({ partition, replicas: [nodeId] }));
    await this.#admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
    await untilTrue(`broker ${nodeId} leads '${topic}'`, async () => {
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
      return topics.every(({ partitions: all }) => all.every(({ leader }) => leader === nodeId));
    });
  }

  close(): Promise<void> {
    return this.#admin.disconnect();
  }

  /** First and last offsets of a topic; a topic that was made just now may not have its leaders yet. */
  #offsets(topic: string): ReturnType<Admin['fetchTopicOffsets']> {
    return until(`offsets of '${topic}'`, async () => {
      try {
        return await this.#admin.fetchTopicOffsets(topic);
      } catch (error) {
        if (error instanceof KafkaJSError && error.retriable) return undefined;
        throw error;
      }
    });
  }
}
