import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, readLines, writeLines } from '../../support/line-files.ts';
import { rangeAssigner } from '../../support/range-assigner.ts';
import { roguePluginPath, StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

const kafkaClient = (): kafkajs.Kafka =>
  new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING });

/** Values `0` … of each of the partitions that {@link fillTopic} fills, sorted. */
function filled(partitions: number, recordsEach: number): readonly string[] {
  return Array.from({ length: recordsEach }, (_, n) => Array<string>(partitions).fill(String(n)))
    .flat()
    .sort();
}

/** Of what the gated sink wrote: the values that it took. */
function putsOf(lines: readonly string[]): readonly string[] {
  return lines.filter(line => line.startsWith('put ')).map(line => line.split(' ')[3] ?? '');
}

/** Of what the gated sink wrote: the partitions that are open at its end. */
function openOf(lines: readonly string[]): ReadonlySet<string> {
  const open = new Set<string>();
  for (const line of lines) {
    const [what = '', partition = ''] = line.split(' ');
    if (what === 'open') open.add(partition);
    if (what === 'close') open.delete(partition);
  }
  return open;
}

/** Of what the gated sink wrote: puts of a partition that was not open, and those that do not follow the one before them. */
function strayPuts(lines: readonly string[]): readonly string[] {
  const next = new Map<string, number>();
  return lines.filter(line => {
    const [what = '', partition = '', offset] = line.split(' ');
    if (what === 'open') next.set(partition, 0);
    if (what === 'close') next.delete(partition);
    if (what !== 'put') return false;
    const expected = next.get(partition);
    if (expected !== undefined) next.set(partition, Number(offset) + 1);
    return expected !== Number(offset);
  });
}

describe('sink of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  let producer: Producer;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({
      settings: { 'consumer.heartbeat.interval.ms': '200', 'plugin.path': roguePluginPath },
    });
    producer = kafkaClient().producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await kafka.close();
    await fixture.close();
  });

  /** Another program's consumer in the group of a topic's sink. */
  async function startForeign(topic: string, { fromBeginning }: { readonly fromBeginning: boolean }) {
    const values: string[] = [];
    const consumer = kafkaClient().consumer({
      groupId: `connect-${topic}`,
      partitionAssigners: [rangeAssigner],
      heartbeatInterval: 200,
      maxWaitTimeInMs: 200,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning });
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ message }) => {
        values.push(message.value?.toString() ?? '');
      },
    });
    return { values, leave: () => consumer.disconnect() };
  }

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
    await kafka.awaitCommitted(`connect-${topic}`, topic, 5000);

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

    const foreign = await startForeign(topic, { fromBeginning: false });
    await kafka.awaitMembers(group, 2);
    await fillTopic(testBootstrap(), { ...filling, recordsEach: 500, first: 500 });
    await untilTrue('both have read', async () => foreign.values.length + (await readLines(output)).length >= 4000);
    await foreign.leave();
    await kafka.awaitMembers(group, 1);
    await fillTopic(testBootstrap(), { ...filling, recordsEach: 500, first: 1000 });
    await kafka.awaitCommitted(group, topic, 6000);

    const own = (await readFile(output, 'utf8')).trimEnd().split('\n');
    assert.deepEqual([...own, ...foreign.values].sort(), filled(4, 1500));
    assert.equal(foreign.values.length, 1000);
  });

  // WorkerSinkTask: records of a partition that was revoked are dropped from the batch at hand, also from one that is put again.
  test('puts no record of a partition that it gave up while its sink was not ready, and leaves out none of one that came back', async () => {
    const topic = uniqueName('gate');
    const [output, gate] = [fixture.folder.file(topic), fixture.folder.file(`${topic}-gate`)];
    await kafka.create(topic, 4);
    await fillTopic(testBootstrap(), { topic, partitions: 4, recordsEach: 50 });
    await worker.create(topic, { 'connector.class': 'test.GatedSinkConnector', file: output, gate, topics: topic });
    await untilTrue('the sink was asked', async () => (await readLines(output)).includes('again'));

    const foreign = await startForeign(topic, { fromBeginning: true });
    await kafka.awaitMembers(`connect-${topic}`, 2);
    await untilTrue('two partitions came back', async () => openOf(await readLines(output)).size === 2);
    await writeLines(gate, []);
    await untilTrue(
      'both have read',
      async () => foreign.values.length + putsOf(await readLines(output)).length >= 200,
    );
    await foreign.leave();

    const lines = await readLines(output);
    assert.deepEqual(strayPuts(lines), []);
    assert.deepEqual([...putsOf(lines), ...foreign.values].sort(), filled(4, 50));
    assert.equal(foreign.values.length, 100);
  });
});
