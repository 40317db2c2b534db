import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { createFilledTopic, fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';

const bootstrap = testBootstrap();

/** Waits until a worker names these topics. */
const awaitTopics = (worker: ClusterWorker, name: string, topics: readonly string[]): Promise<void> =>
  untilTrue(`'${name}' has topics '${topics.join()}'`, async () => {
    const answer = await worker.call('Connectors/GetTopics', { name });
    return JSON.stringify(answer) === JSON.stringify(topics.length === 0 ? {} : { topics });
  });

describe('topic tracking in a cluster', () => {
  test('is seen by every worker, and written as Kafka Connect does', async t => {
    const cluster = await ClusterFixture.open(t);
    const kafka = await KafkaProbe.open(t, bootstrap);
    const [one, other] = await cluster.startAll(2);
    assert.ok(one !== undefined && other !== undefined);
    const [topic, name] = [uniqueName('tracked'), uniqueName('sink:x')];
    await createFilledTopic(bootstrap, { topic, partitions: 2, recordsEach: 10 });
    const config = {
      'connector.class': 'FileStreamSink',
      file: cluster.folder.file('out'),
      topics: topic,
      'tasks.max': '2',
    };

    await one.create(name, config);
    for (const worker of [one, other]) await awaitTopics(worker, name, [topic]);
    await one.call('Connectors/Stop', { name });
    await other.call('Connectors/ResetTopics', { name });
    for (const worker of [one, other]) await awaitTopics(worker, name, []);
    await fillTopic(bootstrap, { topic, partitions: 2, recordsEach: 5, first: 10 });
    await one.call('Connectors/Resume', { name });
    for (const worker of [one, other]) await awaitTopics(worker, name, [topic]);
    await other.call('Connectors/Delete', { name });
    for (const worker of [one, other]) await awaitTopics(worker, name, []);

    const key = `status-topic-${topic}:connector-${name}`;
    const records = (await kafka.read(`${cluster.name}-statuses`)).filter(({ message }) => String(message.key) === key);
    const values = records.map(({ message }) => message.value?.toString() ?? null);
    const shape = new RegExp(
      `^\\{"topic":\\{"name":"${topic}","connector":"${name}","task":[01],"discoverTimestamp":[0-9]+\\}\\}$`,
    );
    // Both tasks may have found it first, each before it read the other's record.
    assert.ok(
      values.filter(value => value !== null).every(value => shape.test(value)),
      values.join(),
    );
    assert.equal(values.filter(value => value === null).length, 2);
    assert.equal(values.at(-1), null);
  });
});
