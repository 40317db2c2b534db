import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { awaitLeader, ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { createFilledTopic, uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, makeLines, writeLines } from '../../support/line-files.ts';
import { filePosition, offsetsOf } from '../../support/offsets-calls.ts';
import { until } from '../../support/standalone-fixture.ts';

const bootstrap = testBootstrap();

describe('offsets in a cluster', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];
  let leader: ClusterWorker;
  let followers: readonly ClusterWorker[];
  let kafka: KafkaProbe;

  before(async () => {
    cluster = await ClusterFixture.create();
    kafka = await KafkaProbe.connect(bootstrap);
    workers = await cluster.startAll(3);
    ({ leader, followers } = await awaitLeader(workers));
  });
  after(async () => {
    await kafka.close();
    await cluster.close();
  });

  /** A call through one of the followers. */
  const ask = async (method: string, request: object): Promise<unknown> => followers[0]?.call(method, request);

  test('of a source are altered and reset through a follower, right after it was stopped', async () => {
    const name = uniqueName('source');
    const file = cluster.folder.file(name);
    const lines = makeLines(2000);
    await writeLines(file, lines);
    const config = { 'connector.class': 'FileStreamSource', file, topic: name, 'tasks.max': '1' };

    await ask('Connectors/Create', { name, config, initial_state: 'STOPPED' });
    const half = lines.slice(0, 1000).reduce((bytes, line) => bytes + line.length + 1, 0);
    await ask('Offsets/Alter', { name, source: [filePosition(file, half)] });
    const seen = await Promise.all(workers.map(worker => offsetsOf(worker, name)));
    await ask('Connectors/Resume', { name });
    await kafka.awaitCount(name, 1000);
    await ask('Connectors/Stop', { name });
    await ask('Offsets/Reset', { name });
    const forgotten = await offsetsOf(leader, name);
    await ask('Connectors/Resume', { name });
    await kafka.awaitCount(name, 3000);
    const values = await kafka.values(name);

    assert.deepEqual(seen, Array(3).fill({ name, source: [filePosition(file, half)] }));
    assert.deepEqual(forgotten, { name });
    assert.deepEqual(values, [...lines.slice(1000), ...lines]);
    await ask('Connectors/Delete', { name });
  });

  test('of a sink with tasks on all workers are reset through a follower, right after it was stopped', async () => {
    const name = uniqueName('sink');
    const file = cluster.folder.file(name);
    await createFilledTopic(bootstrap, { topic: name, partitions: 3, recordsEach: 10 });
    const config = { 'connector.class': 'FileStreamSink', file, topics: name, 'tasks.max': '3' };
    const at = (partition: number, offset: number): object => ({ topic: name, partition, offset });

    await ask('Connectors/Create', { name, config, initial_state: 'STOPPED' });
    await ask('Offsets/Alter', { name, sink: [at(0, 10), at(1, 10), at(2, 4)] });
    await ask('Connectors/Resume', { name });
    const first = await awaitLines(file, 6);
    await leader.awaitRunning(name, 3);
    await ask('Connectors/Stop', { name });
    await ask('Offsets/Reset', { name });
    await ask('Connectors/Resume', { name });
    const all = await awaitLines(file, 36);
    await kafka.awaitCommitted(`connect-${name}`, name, 30);

    assert.deepEqual(first.toSorted(), ['4', '5', '6', '7', '8', '9']);
    assert.equal(all.length, 36);
    await ask('Connectors/Delete', { name });
  });

  test('are left alone, with the reason, whichever worker is asked', async () => {
    const name = uniqueName('running');
    await leader.create(name, { 'connector.class': 'Datagen', topic: name, rate: '5' });
    await leader.awaitRunning(name);

    for (const worker of [leader, ...followers]) {
      const running = await refusalOf(worker.call('Offsets/Reset', { name }));
      const missing = await refusalOf(worker.call('Offsets/Reset', { name: `${name}-none` }));

      assert.deepEqual([running.status, running.code], ['FAILED_PRECONDITION', 'CONNECTOR_NOT_STOPPED']);
      assert.match(running.message, /^Connectors must be in the STOPPED state before their offsets can be modified/);
      assert.deepEqual([missing.status, missing.code], ['NOT_FOUND', 'CONNECTOR_NOT_FOUND']);
    }
    await leader.call('Connectors/Delete', { name });
  });

  test('are refused field by field through a follower', async () => {
    const name = uniqueName('wrong');
    const config = { 'connector.class': 'FileStreamSource', file: '/none', topic: name };
    await ask('Connectors/Create', { name, config, initial_state: 'STOPPED' });

    const wrong = await refusalOf(ask('Offsets/Alter', { name, source: [{ partition_json: '[]', offset_json: '7' }] }));
    const refused = await refusalOf(ask('Offsets/Alter', { name, source: [filePosition('/none', -1)] }));

    assert.equal(wrong.status, 'INVALID_ARGUMENT');
    assert.deepEqual(
      wrong.violations.map(({ key }) => key),
      ['source[0].partition_json', 'source[0].offset_json'],
    );
    assert.deepEqual([refused.status, refused.code], ['FAILED_PRECONDITION', 'OFFSETS_REFUSED']);
    assert.match(refused.message, /should be a non-negative value/);
    await ask('Connectors/Delete', { name });
  });

  test('keep the bytes of the key that is in the topic', async () => {
    const name = uniqueName('keys');
    // Not the order that a Java HashMap has.
    const key = `["${name}",{"filename":"/none","b":1,"a":2}]`;
    await kafka.send(`${cluster.name}-offsets`, { key, value: '{"position":1}' });
    const config = { 'connector.class': 'FileStreamSource', file: '/none', topic: name };
    await ask('Connectors/Create', { name, config, initial_state: 'STOPPED' });
    const partition = '{"a":2,"b":1,"filename":"/none"}';

    await ask('Offsets/Alter', { name, source: [{ partition_json: partition, offset_json: '{ "position" : 2 }' }] });
    const records = await until('the altered offset', async () => {
      const all = await kafka.read(`${cluster.name}-offsets`);
      const own = all.flatMap(({ message }) => (message.key?.toString().includes(name) === true ? [message] : []));
      return own.length < 2 ? undefined : own.map(message => [String(message.key), String(message.value)]);
    });

    assert.deepEqual(records, [
      [key, '{"position":1}'],
      [key, '{"position":2}'],
    ]);
    await ask('Connectors/Delete', { name });
  });
});
