import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { appendLines, awaitLines, readLines, writeLines } from '../../support/line-files.ts';
import { createTopic } from '../../support/read-topic.ts';
import { roguePluginPath, StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

const tolerant: Settings = { 'errors.tolerance': 'all' };
const json: Settings = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
};
const cast: Settings = {
  transforms: 'cast',
  'transforms.cast.type': 'org.apache.kafka.connect.transforms.Cast$Value',
  'transforms.cast.spec': 'int32',
};

/** Settings for a dead letter queue on one broker. */
const queueAt = (topic: string): Settings => ({
  'errors.deadletterqueue.topic.name': topic,
  'errors.deadletterqueue.topic.replication.factor': '1',
  'errors.deadletterqueue.context.headers.enable': 'true',
});

describe('records that fail in a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  let producer: Producer;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({ settings: { 'plugin.path': roguePluginPath } });
    producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await kafka.close();
    await fixture.close();
  });

  /** A topic with these values, and the file and dead letter queue of a sink that reads it. */
  async function prepare(values: readonly string[]) {
    const topic = uniqueName('errors');
    await kafka.create(topic, 1);
    await producer.send({
      topic,
      messages: values.map((value, index) => ({ key: `k${index}`, value, headers: { h: 'x' } })),
    });
    return { topic, file: fixture.folder.file(topic), queue: `${topic}-dlq` };
  }

  /** Waits until the sink has committed all of a topic. */
  function awaitCommitted(topic: string, count: number): Promise<void> {
    return kafka.awaitCommitted(`connect-${topic}`, topic, count);
  }

  test('are skipped by a tolerant sink: what goes in comes out, or is in the dead letter queue', async () => {
    const values = Array.from({ length: 300 }, (_, index) => (index % 3 === 1 ? `bad {${index}` : `"good ${index}"`));
    const { topic, file, queue } = await prepare(values);

    const config = {
      'connector.class': 'FileStreamSink',
      file,
      topics: topic,
      ...json,
      ...tolerant,
      ...queueAt(queue),
    };
    await worker.create(topic, config);
    const lines = await awaitLines(file, 200);
    await awaitCommitted(topic, 300);
    const dead = await kafka.read(queue);
    const { tasks } = await worker.status(topic);

    assert.deepEqual(
      lines,
      values.filter(value => value.startsWith('"')).map(value => value.slice(1, -1)),
    );
    assert.deepEqual(
      dead.map(({ message }) => message.value?.toString()),
      values.filter(value => value.startsWith('bad')),
    );
    const first = dead[0]?.message;
    assert.deepEqual([first?.key?.toString(), first?.headers?.['h']?.toString()], ['k1', 'x']);
    assert.equal(first?.headers?.['__connect.errors.offset']?.toString(), '1');
    const { last_error: lastError, ...counts } = tasks[0]?.errors ?? {};
    assert.ok(lastError !== undefined);
    assert.deepEqual(
      Object.entries(counts).filter(([, count]) => count !== '0'),
      [
        ['total_record_failures', '100'],
        ['total_record_errors', '100'],
        ['total_records_skipped', '100'],
        ['deadletterqueue_produce_requests', '100'],
      ],
    );
  });

  test('fail a sink that tolerates none, and are in the dead letter queue all the same', async () => {
    const { topic, file, queue } = await prepare(['"good"', 'bad {', '"behind"']);

    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file,
      topics: topic,
      ...json,
      ...queueAt(queue),
    });
    const trace = await worker.awaitFailed(topic);

    assert.match(trace, /Tolerance exceeded in error handler: the record at offset 1 .* VALUE_CONVERTER/);
    assert.deepEqual(await kafka.values(queue), ['bad {']);
    assert.equal(await kafka.committed(`connect-${topic}`, topic), 0);
  });

  test('are skipped where a transform of a tolerant sink cannot take them', async () => {
    const { topic, file, queue } = await prepare(['1', 'x', '3']);

    const config = {
      'connector.class': 'FileStreamSink',
      file,
      topics: topic,
      ...cast,
      ...tolerant,
      ...queueAt(queue),
    };
    await worker.create(topic, config);
    await awaitLines(file, 2);
    await awaitCommitted(topic, 3);
    const [dead] = await kafka.read(queue);

    assert.deepEqual(await readLines(file), ['1', '3']);
    assert.deepEqual(
      ['stage', 'class.name'].map(key => dead?.message.headers?.[`__connect.errors.${key}`]?.toString()),
      ['TRANSFORMATION', 'org.apache.kafka.connect.transforms.Cast$Value'],
    );
  });

  test('are dropped by a tolerant source, whose offsets pass them', async () => {
    const topic = uniqueName('errors-source');
    const file = fixture.folder.file(topic);
    await writeLines(file, ['1', 'x', '3', 'y', '5']);
    const config = { 'connector.class': 'FileStreamSource', file, topic, ...cast, ...tolerant };

    await worker.create(topic, { ...config, 'errors.log.enable': 'true' });
    const values = await kafka.awaitValues(topic, '5');
    await worker.call('Connectors/RestartTask', { name: topic, task: 0 });
    await worker.awaitRunning(topic);
    // Added, not written anew: a file that is empty for a moment counts as another one.
    await appendLines(file, ['6']);

    assert.deepEqual(values, ['1', '3', '5']);
    assert.deepEqual(await kafka.awaitValues(topic, '6'), ['1', '3', '5', '6']);
    const logged = worker.lines.filter(line => line.includes(`Error encountered in task ${topic}-0`));
    assert.equal(logged.length, 2);
    assert.match(
      logged[0] ?? '',
      /Executing stage 'TRANSFORMATION' with class 'org.apache.kafka.connect.transforms.Cast\$Value'/,
    );
  });

  test('are dropped by a tolerant source when Kafka refuses them long after they were sent', async () => {
    const topic = uniqueName('errors-source');
    const file = fixture.folder.file(topic);
    await createTopic(testBootstrap(), { topic, partitions: 1, configs: { 'max.message.bytes': '1000' } });
    await writeLines(file, ['first', 'x'.repeat(5000), 'last']);

    await worker.create(topic, { 'connector.class': 'FileStreamSource', file, topic, ...tolerant });
    const values = await kafka.awaitValues(topic, 'last');
    const { tasks } = await worker.status(topic);

    assert.deepEqual(values, ['first', 'last']);
    assert.equal(tasks[0]?.state, 'RUNNING');
    assert.equal(tasks[0].errors?.['total_record_failures'], '1');
  });

  test('fail a source that tolerates none', async () => {
    const topic = uniqueName('errors-source');
    const file = fixture.folder.file(topic);
    await writeLines(file, ['1', 'x']);

    await worker.create(topic, { 'connector.class': 'FileStreamSource', file, topic, ...cast });

    assert.match(
      await worker.awaitFailed(topic),
      /Tolerance exceeded in error handler: the record 1 of batch 1 failed/,
    );
  });

  test('wait for a dead letter queue whose broker is away: no offset passes them before (I5)', async t => {
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const { topic, file, queue } = await prepare(['"first"']);
    const overrides = { 'producer.override.bootstrap.servers': proxy.bootstrapServers };
    const config = {
      'connector.class': 'FileStreamSink',
      file,
      topics: topic,
      ...json,
      ...tolerant,
      ...queueAt(queue),
    };
    await worker.create(topic, { ...config, ...overrides });
    await awaitCommitted(topic, 1);

    proxy.refuses = true;
    proxy.cutAll();
    await producer.send({ topic, messages: [{ value: 'bad {' }, { value: '"second"' }] });
    await awaitLines(file, 2);
    await worker.call('Connectors/Pause', { name: topic });
    await worker.call('Connectors/Resume', { name: topic });
    const whileAway = await kafka.committed(`connect-${topic}`, topic);
    proxy.refuses = false;
    await awaitCommitted(topic, 3);

    assert.equal(whileAway, 1);
    assert.deepEqual(await kafka.values(queue), ['bad {']);
    assert.deepEqual(await readLines(file), ['first', 'second']);
  });

  test('go to the dead letter queue when the sink reports them', async () => {
    const values = ['a', 'errant 1', 'b', 'errant 2', 'c'];
    const { topic, file, queue } = await prepare(values);

    const config = {
      'connector.class': 'test.PickySinkConnector',
      file,
      topics: topic,
      ...tolerant,
      ...queueAt(queue),
    };
    await worker.create(topic, config);
    await awaitLines(file, 3);
    await awaitCommitted(topic, 5);
    const dead = await kafka.read(queue);

    assert.deepEqual(await readLines(file), ['a', 'b', 'c']);
    assert.deepEqual(
      dead.map(({ message: { key, value, headers } }) => [
        key?.toString(),
        value?.toString(),
        headers?.['h']?.toString(),
        headers?.['__connect.errors.offset']?.toString(),
        headers?.['__connect.errors.stage']?.toString(),
        headers?.['__connect.errors.exception.message']?.toString(),
      ]),
      [
        ['k1', 'errant 1', 'x', '1', 'TASK_PUT', "The sink does not take 'errant 1'"],
        ['k3', 'errant 2', 'x', '3', 'TASK_PUT', "The sink does not take 'errant 2'"],
      ],
    );
  });

  test('fail a sink that reports them where none is tolerated; the first is in the dead letter queue', async () => {
    const { topic, file, queue } = await prepare(['errant 1', 'errant 2']);

    const config = { 'connector.class': 'test.PickySinkConnector', file, topics: topic, ...queueAt(queue) };
    await worker.create(topic, config);
    const trace = await worker.awaitFailed(topic);

    assert.match(trace, /the record at offset 0 .* failed at stage TASK_PUT .*The sink does not take 'errant 1'/);
    assert.deepEqual(await kafka.values(queue), ['errant 1']);
    assert.equal(await kafka.committed(`connect-${topic}`, topic), 0);
  });

  test('go to the dead letter queue when they are larger than the sink takes, and those behind them go on', async () => {
    const topic = uniqueName('errors-large');
    const queue = `${topic}-dlq`;
    const configs = { 'max.message.bytes': '8000000' };
    for (const each of [topic, queue]) await createTopic(testBootstrap(), { topic: each, partitions: 1, configs });
    const large = 'x'.repeat(5_000_000);
    for (const value of ['a', large, 'b']) await producer.send({ topic, messages: [{ value }] });

    const config = {
      'connector.class': 'org.example.plain-sink',
      topic,
      topics: topic,
      ...tolerant,
      ...queueAt(queue),
    };
    await worker.create(topic, { ...config, 'producer.override.max.request.size': '8000000' });
    await awaitCommitted(topic, 3);
    const [dead] = await kafka.read(queue);

    assert.equal(dead?.message.value?.toString(), large);
    assert.match(
      dead.message.headers?.[`__connect.errors.exception.message`]?.toString() ?? '',
      /larger than the \d+ bytes that the plugin takes/,
    );
  });

  test('fail a sink that is never ready for them once errors.retry.timeout is over', async () => {
    const { topic, file } = await prepare(['again']);

    const config = { 'connector.class': 'test.PickySinkConnector', file, topics: topic, ...tolerant };
    await worker.create(topic, { ...config, 'errors.retry.timeout': '200' });

    assert.match(
      await worker.awaitFailed(topic),
      /has asked for batch 1 again for \d+ ms, longer than errors.retry.timeout/,
    );
  });

  test('fail the task at its start when the dead letter queue cannot be created', async () => {
    const { topic, file, queue } = await prepare(['a']);
    const wanted = { ...queueAt(queue), 'errors.deadletterqueue.topic.replication.factor': '3' };

    await worker.create(topic, { 'connector.class': 'FileStreamSink', file, topics: topic, ...wanted });
    const trace = await worker.awaitFailed(topic);

    assert.match(trace, new RegExp(`Could not initialize dead letter queue with topic=${queue}: .*[Rr]eplication`));
    assert.match(trace, /errors\.deadletterqueue\.topic\.replication\.factor, which is 3/);
    assert.deepEqual(await readLines(file), []);
  });
});
