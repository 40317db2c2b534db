import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { createFilledTopic, uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { JavaConnectWorker } from '../../support/java-connect-worker.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { offsetsOf } from '../../support/offsets-calls.ts';

const bootstrap = testBootstrap();

/** A cluster of ours and one of Kafka Connect, on one offset topic, with the same stopped connectors. */
describe('offsets that both we and Kafka Connect alter', () => {
  const [source, sink] = [uniqueName('source'), uniqueName('sink')];
  let cluster: ClusterFixture;
  let worker: ClusterWorker;
  let java: JavaConnectWorker;
  let kafka: KafkaProbe;

  before(async () => {
    cluster = await ClusterFixture.create();
    kafka = await KafkaProbe.connect(bootstrap);
    [worker, java] = await Promise.all([
      cluster.start(),
      JavaConnectWorker.start({
        'bootstrap.servers': bootstrap,
        'group.id': `java-${cluster.name}`,
        'config.storage.topic': `java-${cluster.name}-configs`,
        'offset.storage.topic': `${cluster.name}-offsets`,
        'status.storage.topic': `java-${cluster.name}-statuses`,
        'offset.storage.partitions': '2',
      }),
    ]);
    await createFilledTopic(bootstrap, { topic: sink, partitions: 2, recordsEach: 5 });
    const file = 'org.apache.kafka.connect.file.FileStream';
    await createBoth(source, { 'connector.class': `${file}SourceConnector`, file: '/none', topic: source });
    await createBoth(sink, { 'connector.class': `${file}SinkConnector`, file: '/none', topics: sink });
  });
  after(async () => {
    await java.stop();
    await kafka.close();
    await cluster.close();
  });

  async function createBoth(name: string, config: Record<string, string>): Promise<void> {
    await java.ask('POST', '/connectors', JSON.stringify({ name, config, initial_state: 'STOPPED' }));
    await worker.call('Connectors/Create', { name, config, initial_state: 'STOPPED' });
  }

  /** Keys of the source's records in the offset topic, in order. */
  async function keysInTopic(): Promise<readonly string[]> {
    const records = await kafka.read(`${cluster.name}-offsets`);
    return records.map(({ message }) => String(message.key)).filter(key => key.includes(source));
  }

  const filename = '/a "ü"\u0001';

  test('of a source are read by the other, and altered under the same key', async () => {
    const partition = { zebra: true, filename, n: 7, ratio: 0.5 };
    const path = `/connectors/${source}/offsets`;
    const changes = `{"offsets":[{"partition":${JSON.stringify(partition)},"offset":{"position":9007199254740993}}]}`;

    const altered = await java.ask('PATCH', path, changes);
    const { source: read = [] } = await offsetsOf(worker, source);
    const [entry] = read;
    assert.ok(entry !== undefined);
    const answer = await worker.call('Offsets/Alter', {
      name: source,
      source: [{ partition_json: JSON.stringify(partition), offset_json: '{"position":3}' }],
    });
    const seenByJava = await java.get(path);
    const keys = await keysInTopic();
    await worker.call('Offsets/Reset', { name: source });
    const forgotten = await java.get(path);

    assert.deepEqual(JSON.parse(entry.partition_json), partition);
    assert.equal(entry.offset_json, '{"position":9007199254740993}');
    assert.deepEqual(answer, { handled: true, ...altered });
    assert.deepEqual(seenByJava, { offsets: [{ partition, offset: { position: 3 } }] });
    assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
    assert.deepEqual(forgotten, { offsets: [] });
  });

  test('of a source that we wrote first are altered by Kafka Connect under our key', async () => {
    const partition = { filename, b: 1, a: 'x' };
    const [before, path] = [(await keysInTopic()).length, `/connectors/${source}/offsets`];

    await worker.call('Offsets/Alter', {
      name: source,
      source: [{ partition_json: JSON.stringify(partition), offset_json: '{"position":1}' }],
    });
    await java.ask('PATCH', path, JSON.stringify({ offsets: [{ partition, offset: { position: 2 } }] }));
    const keys = (await keysInTopic()).slice(before);
    const { source: read } = await offsetsOf(worker, source);
    await java.ask('DELETE', path);

    assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
    assert.deepEqual(
      read?.map(({ offset_json }) => offset_json),
      ['{"position":2}'],
    );
    assert.deepEqual(await offsetsOf(worker, source), { name: source });
  });

  test('of a sink are read and altered by either, with the same words', async () => {
    const path = `/connectors/${sink}/offsets`;
    const at = (partition: number, offset: number | null): object => ({
      partition: { kafka_topic: sink, kafka_partition: partition },
      offset: offset === null ? null : { kafka_offset: offset },
    });

    const altered = await java.ask('PATCH', path, JSON.stringify({ offsets: [at(0, 3), at(1, 4)] }));
    const read = await offsetsOf(worker, sink);
    const answer = await worker.call('Offsets/Alter', {
      name: sink,
      sink: [
        { topic: sink, partition: 0, offset: 1 },
        { topic: sink, partition: 1 },
      ],
    });
    const seenByJava = await java.get(path);
    const reset = await java.ask('DELETE', path);
    const again = await worker.call('Offsets/Reset', { name: sink });

    assert.deepEqual(read.sink, [
      { topic: sink, partition: 0, offset: '3' },
      { topic: sink, partition: 1, offset: '4' },
    ]);
    assert.deepEqual(answer, { handled: true, ...altered });
    assert.deepEqual(seenByJava, { offsets: [at(0, 1)] });
    assert.deepEqual(again, { handled: true, ...reset });
    assert.deepEqual(await offsetsOf(worker, sink), { name: sink });
  });

  test('of a connector that runs are refused with the same words', async () => {
    const path = `/connectors/${source}`;
    await java.ask('PUT', `${path}/resume`);
    await worker.call('Connectors/Resume', { name: source });

    const theirs = await java.refusal('DELETE', `${path}/offsets`);
    const ours = await refusalOf(worker.call('Offsets/Reset', { name: source }));

    assert.equal(ours.message, theirs);
  });
});
