import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { readProcessTree } from '../../../scripts/process-tree.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { ReflectionClient } from '../../support/reflection-client.ts';
import { StandaloneFixture, until, untilTrue } from '../../support/standalone-fixture.ts';

async function open(t: TestContext): Promise<{ readonly fixture: StandaloneFixture; readonly kafka: KafkaProbe }> {
  const fixture = await StandaloneFixture.open(t);
  return { fixture, kafka: await KafkaProbe.open(t, fixture.bootstrap) };
}

describe('standalone worker process', () => {
  test('tells what it is, and which plugins it has', async t => {
    const { fixture } = await open(t);
    const worker = await fixture.start({
      settings: { 'rest.advertised.host.name': 'here', 'rest.advertised.port': '99' },
    });
    const name = uniqueName('life-info');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, 'tasks.max': '2' });

    const info = JSON.stringify(await worker.call('Cluster/GetWorker', {}));
    const plugins = JSON.stringify(await worker.call('Plugins/List', {}));

    for (const part of ['"worker_id":"here:99"', '"mode":"STANDALONE"', `"pid":${worker.pid}`, '"ready":true'])
      assert.ok(info.includes(part), `${part} in ${info}`);
    assert.match(info, /"kafka_cluster_id":"[^"]+".*"connector_count":1,"task_count":2/);
    for (const part of [
      'FileStreamSourceConnector',
      'FileStreamSinkConnector',
      'DatagenSourceConnector',
      'JsonConverter',
    ])
      assert.ok(plugins.includes(part), `${part} in ${plugins}`);
  });

  test('answers for unknown connectors and doubled names by status', async t => {
    const { fixture } = await open(t);
    const worker = await fixture.start();
    const name = uniqueName('life-refuse');
    const config = { 'connector.class': 'Datagen', topic: name };
    await worker.create(name, config);

    const again = await refusalOf(worker.create(name, config));
    const calls = ['Get', 'GetConfig', 'GetStatus', 'ListTasks', 'Pause', 'Resume', 'Stop', 'Restart', 'Delete'];
    const unknown = await Promise.all(
      calls.map(async call => (await refusalOf(worker.call(`Connectors/${call}`, { name: 'nobody' }))).status),
    );

    assert.deepEqual([again.status, again.code], ['ALREADY_EXISTS', 'CONNECTOR_EXISTS']);
    assert.match(again.message, new RegExp(name));
    assert.deepEqual(unknown, Array<string>(calls.length).fill('NOT_FOUND'));
  });

  test('creates a connector once when two ask for the same name at the same time', async t => {
    const { fixture } = await open(t);
    const worker = await fixture.start();
    const name = uniqueName('life-race');
    const create = async (): Promise<string> => {
      const call = worker.create(name, { 'connector.class': 'Datagen', topic: name });
      return refusalOf(call).then(
        refusal => refusal.status,
        () => 'created',
      );
    };

    const answers = await Promise.all([create(), create(), create()]);

    assert.deepEqual(answers.sort(), ['ALREADY_EXISTS', 'ALREADY_EXISTS', 'created']);
    assert.equal((await worker.awaitRunning(name)).tasks.length, 1);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`leaves no process behind at ${signal}, with its offsets written and its groups left`, async t => {
      const { fixture, kafka } = await open(t);
      const topic = uniqueName('life-stop');
      const output = fixture.folder.file('out');
      const sinkConfig = { 'connector.class': 'FileStreamSink', file: output, topics: topic };
      const settings = { 'offset.flush.interval.ms': '600000' };
      const sourceConfig = { 'connector.class': 'Datagen', topic, rate: '1000', 'tasks.max': '2' };
      const worker = await fixture.start({ settings });
      await worker.create(`${topic}-source`, sourceConfig);
      await worker.create(`${topic}-sink`, sinkConfig);
      await awaitLines(output, 300);
      const tree = await readProcessTree(worker.pid);

      worker.kill(signal);
      const exit = await worker.exited;
      const left = tree.filter(({ pid }) => isAlive(pid));
      const members = await kafka.members(`connect-${topic}-sink`);
      const again = await fixture.start({ settings });
      await again.create(`${topic}-source`, { ...sourceConfig, rate: '0', count: '20000' });
      await again.create(`${topic}-sink`, sinkConfig);
      const lines = await awaitLines(output, 20_000);
      await again.stop();

      assert.deepEqual(exit, { code: 0, signal: null });
      assert.ok(tree.length >= 6, 'a worker, two instances and three tasks had run');
      assert.deepEqual(left, []);
      assert.deepEqual(members, []);
      const made = [0, 1].flatMap(task => Array.from({ length: 10_000 }, (_, n) => `${task}-${n}`));
      assert.deepEqual(lines.toSorted(), made.toSorted());
      assert.equal(await kafka.committed(`connect-${topic}-sink`, topic), 20_000);
    });
  }

  // Regression: it ended with exit code 1 and DEADLINE_EXCEEDED.
  test('stops in order while its connectors are being created', async t => {
    const { fixture } = await open(t);
    const connector = await fixture.folder.properties('slow.properties', {
      name: uniqueName('life-health'),
      'connector.class': 'Datagen',
      topic: 'never',
    });
    const worker = await fixture.spawn({ connectors: [connector] });
    await untilTrue('the admin API listens', () => worker.lines.some(line => line.includes('gRPC admin API listens')));

    worker.kill('SIGTERM');

    assert.deepEqual(await worker.exited, { code: 0, signal: null });
    assert.deepEqual(await readProcessTree(worker.pid), []);
  });

  test('serves reflection and health beside its own services', async t => {
    const { fixture } = await open(t);
    const worker = await fixture.start();
    const line = worker.lines.find(each => each.includes('gRPC admin API listens')) ?? '';
    const client = new ReflectionClient(/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '');
    t.after(() => client.close());

    const services = await client.listServices();
    const health = await until('the worker is healthy', async () => {
      const { status } = (await client.call('grpc.health.v1.Health/Check', {})) as { readonly status: string };
      return status === 'NOT_SERVING' ? undefined : status;
    });

    for (const service of ['millrace.admin.v1.Connectors', 'millrace.admin.v1.Plugins', 'millrace.admin.v1.Cluster'])
      assert.ok(services.includes(service), service);
    assert.equal(health, 'SERVING');
  });
});
