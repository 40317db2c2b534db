import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, readLines } from '../../support/line-files.ts';
import { rangeAssigner } from '../../support/range-assigner.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

const kafkaClient = (): kafkajs.Kafka =>
  new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING });

/** Values `0` … of each of the partitions that {@link fillTopic} fills, sorted. */
function filled(partitions: number, recordsEach: number): readonly string[] {
  return Array.from({ length: recordsEach }, (_, n) => Array<string>(partitions).fill(String(n)))
    .flat()
    .sort();
}

describe('sink of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  let producer: Producer;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({ settings: { 'consumer.heartbeat.interval.ms': '200' } });
    producer = kafkaClient().producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await kafka.close();
    await fixture.close();
  });

  test('reads every topic that topics.regex matches, one that comes later too, and no other', async () => {
    const prefix = uniqueName('regex');
    const output = fixture.folder.file(prefix);
    for (const topic of [`${prefix}-a`, `${prefix}-b`, `x${prefix}-a`]) {
      await kafka.create(topic, 1);
      await producer.send({ topic, messages: [{ value: topic }] });
    }

    await worker.create(prefix, {
      'connector.class': 'FileStreamSink',
      file: output,
      'topics.regex': `${prefix}-[a-c]`,
      'consumer.override.metadata.max.age.ms': '200',
    });
    await awaitLines(output, 2);
    await kafka.create(`${prefix}-c`, 1);
    await producer.send({ topic: `${prefix}-c`, messages: [{ value: `${prefix}-c` }] });
    const lines = await awaitLines(output, 3);

    assert.deepEqual(lines.toSorted(), [`${prefix}-a`, `${prefix}-b`, `${prefix}-c`]);
  });

  test('shares the partitions among its tasks', async () => {
    const topic = uniqueName('share');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 4);
    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      'tasks.max': '2',
    });
    await worker.awaitRunning(topic, 2);
    await kafka.awaitMembers(`connect-${topic}`, 2);

    await worker.create(`${topic}-source`, {
      'connector.class': 'Datagen',
      topic,
      rate: '0',
      count: '5000',
      key: 'true',
    });
    const lines = await awaitLines(output, 5000);
    await untilTrue('all is committed', async () => (await kafka.committed(`connect-${topic}`, topic)) === 5000);

    const made = Array.from({ length: 5000 }, (_, n) => `0-${n}`);
    assert.deepEqual(lines.toSorted(), made.toSorted());
    assert.ok(
      (await kafka.counts(topic)).every(count => count > 1000),
      'keys spread over all partitions',
    );
  });

  test('loses nothing to a foreign consumer that joins its group and leaves it again', async () => {
    const topic = uniqueName('foreign');
    const output = fixture.folder.file(topic);
    const group = `connect-${topic}`;
    await kafka.create(topic, 4);
    await worker.create(topic, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    await kafka.awaitMembers(group, 1);
    const filling = { topic, partitions: 4 };
    await fillTopic(testBootstrap(), { ...filling, recordsEach: 500 });
    await awaitLines(output, 2000);

    const foreign: string[] = [];
    const consumer = kafkaClient().consumer({
      groupId: group,
      partitionAssigners: [rangeAssigner],
      heartbeatInterval: 200,
      maxWaitTimeInMs: 200,
    });
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ message }) => {
        foreign.push(message.value?.toString() ?? '');
      },
    });
    await kafka.awaitMembers(group, 2);
    await fillTopic(testBootstrap(), { ...filling, recordsEach: 500, first: 500 });
    await untilTrue('both have read', async () => foreign.length + (await readLines(output)).length >= 4000);
    await consumer.disconnect();
    await kafka.awaitMembers(group, 1);
    await fillTopic(testBootstrap(), { ...filling, recordsEach: 500, first: 1000 });
    await untilTrue('all is committed', async () => (await kafka.committed(group, topic)) === 6000);

    const own = (await readFile(output, 'utf8')).trimEnd().split('\n');
    assert.deepEqual([...own, ...foreign].sort(), filled(4, 1500));
    assert.equal(foreign.length, 1000);
  });
});
