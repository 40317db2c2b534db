import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { appendLines, awaitLines, writeLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

describe('connectors of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start();
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  /** A datagen connector that goes on for ever, once it runs. */
  async function createDatagen(name: string, settings: Settings = {}): Promise<void> {
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '100', ...settings });
    await worker.awaitRunning(name, Number(settings['tasks.max'] ?? 1));
    await kafka.awaitCount(name, 1);
  }

  /** Waits until another connector, made for this, has moved so many records: a while in which records could have come. */
  async function letTimePass(records: number): Promise<void> {
    const clockTopic = uniqueName('lifecycle-clock');
    await createDatagen(clockTopic);
    await kafka.awaitCount(clockTopic, (await kafka.count(clockTopic)) + records);
    await worker.call('Connectors/Delete', { name: clockTopic });
  }

  test('are created, listed and told of as they were submitted', async () => {
    const name = uniqueName('lifecycle-create');
    const config = { 'connector.class': 'Datagen', topic: name, 'tasks.max': '2' };

    const created = await worker.create(name, config);
    await worker.awaitRunning(name, 2);
    const got = await worker.call('Connectors/Get', { name });

    const connector = { name, type: 'SOURCE', config: { ...config, name }, tasks: [0, 1] };
    assert.deepEqual(created, { connector });
    assert.deepEqual(got, { connector });
    assert.deepEqual(await worker.call('Connectors/GetConfig', { name }), { config: connector.config });
    assert.ok(JSON.stringify(await worker.call('Connectors/List', {})).includes(`"${name}"`));
    assert.deepEqual(await worker.call('Connectors/ListTasks', { name }), {
      tasks: [0, 1].map(task => ({
        task,
        config: {
          ...connector.config,
          generator: String(task),
          generators: '2',
          'task.class': 'millrace.datagen.DatagenSourceTask',
        },
      })),
    });
  });

  test('tell their state, worker, version and processes', async () => {
    const name = uniqueName('lifecycle-status');
    await createDatagen(name, { 'tasks.max': '2' });

    const { connector, tasks, target_state: target } = await worker.status(name);

    const pids = [connector, ...tasks].map(({ pid }) => pid ?? 0);
    assert.ok(pids.every(isAlive), 'every process lives');
    assert.equal(new Set(pids).size, 3);
    assert.equal(target, 'STARTED');
    assert.deepEqual(
      [connector, ...tasks].map(({ state, version }) => ({ state, version })),
      Array(3).fill({ state: 'RUNNING', version: '1.0.0' }),
    );
    assert.match(connector.worker_id ?? '', /:8083$/);
  });

  // Regression: batches that were demanded before the pause went on to Kafka for seconds after it.
  test('stop the flow of a source when paused, keep its process, and go on when resumed', async () => {
    const name = uniqueName('lifecycle-pause');
    await createDatagen(name, { rate: '2', count: '8' });
    const before = await worker.status(name);

    await worker.call('Connectors/Pause', { name });
    const paused = await worker.status(name);
    const count = await kafka.count(name);
    await letTimePass(150);
    const later = await kafka.count(name);
    await worker.call('Connectors/Resume', { name });
    await kafka.awaitCount(name, 8);

    assert.deepEqual([paused.connector.state, paused.tasks[0]?.state], ['PAUSED', 'PAUSED']);
    assert.equal(paused.tasks[0]?.pid, before.tasks[0]?.pid);
    assert.equal(later, count);
    assert.deepEqual(
      await kafka.values(name),
      Array.from({ length: 8 }, (_, n) => `0-${n}`),
    );
    assert.equal((await worker.awaitRunning(name)).tasks[0]?.pid, before.tasks[0]?.pid);
  });

  test('keep a paused sink in its group, and deliver after the resume what came meanwhile', async () => {
    const name = uniqueName('lifecycle-pause-sink');
    const [input, output] = [fixture.folder.file(`${name}.in`), fixture.folder.file(`${name}.out`)];
    await writeLines(input, ['one']);
    await worker.create(`${name}-source`, { 'connector.class': 'FileStreamSource', file: input, topic: name });
    await worker.create(name, { 'connector.class': 'FileStreamSink', file: output, topics: name });
    await awaitLines(output, 1);
    const members = await kafka.awaitMembers(`connect-${name}`, 1);

    await worker.call('Connectors/Pause', { name });
    await appendLines(input, ['two']);
    await kafka.awaitCount(name, 2);
    await letTimePass(100);
    const whilePaused = await awaitLines(output, 1);
    const membersWhilePaused = await kafka.members(`connect-${name}`);
    await worker.call('Connectors/Resume', { name });
    const after = await awaitLines(output, 2);

    assert.deepEqual(whilePaused, ['one']);
    assert.deepEqual(membersWhilePaused, members);
    assert.deepEqual(after, ['one', 'two']);
    assert.deepEqual(await kafka.members(`connect-${name}`), members);
  });

  test('have no tasks and no processes when stopped, and go on where they were when resumed', async () => {
    const name = uniqueName('lifecycle-stop');
    await createDatagen(name, { count: '200' });
    const before = await worker.status(name);

    await worker.call('Connectors/Stop', { name });
    const stopped = await worker.status(name);
    const isAnyAlive = [before.connector, ...before.tasks].some(({ pid }) => isAlive(pid ?? 0));
    const tasks = await worker.call('Connectors/ListTasks', { name });
    await worker.call('Connectors/Resume', { name });
    await kafka.awaitCount(name, 200);

    assert.deepEqual(
      { target: stopped.target_state, state: stopped.connector.state, tasks: stopped.tasks },
      { target: 'STOPPED', state: 'STOPPED', tasks: [] },
    );
    assert.equal(isAnyAlive, false);
    assert.deepEqual(tasks, {});
    assert.deepEqual(
      await kafka.values(name),
      Array.from({ length: 200 }, (_, n) => `0-${n}`),
    );
  });

  test('start again under a new configuration', async () => {
    const name = uniqueName('lifecycle-put');
    await createDatagen(name);
    const config = { 'connector.class': 'Datagen', topic: `${name}-new`, rate: '100', 'tasks.max': '2' };

    const put = await worker.call('Connectors/PutConfig', { name, config });
    await worker.awaitRunning(name, 2);
    await kafka.awaitCount(`${name}-new`, 1);

    assert.deepEqual(put, {
      created: false,
      connector: { name, type: 'SOURCE', config: { ...config, name }, tasks: [0, 1] },
    });
  });

  test('take single keys of a configuration', async () => {
    const name = uniqueName('lifecycle-patch');
    await createDatagen(name, { shape: 'bytes', 'tasks.max': '2' });

    await worker.call('Connectors/PatchConfig', {
      name,
      set: { topic: `${name}-new` },
      remove: ['shape', 'tasks.max'],
    });
    await worker.awaitRunning(name, 1);
    await kafka.awaitCount(`${name}-new`, 1);

    assert.deepEqual(await worker.call('Connectors/GetConfig', { name }), {
      config: { 'connector.class': 'Datagen', topic: `${name}-new`, rate: '100', name },
    });
    assert.match((await kafka.values(`${name}-new`))[0] ?? '', /^0-\d+$/);
  });

  test('keep their offsets when deleted, for one that is created under the same name', async () => {
    const name = uniqueName('lifecycle-delete');
    await createDatagen(name, { count: '200' });
    const before = await worker.status(name);

    await worker.call('Connectors/Delete', { name });
    const isAnyAlive = [before.connector, ...before.tasks].some(({ pid }) => isAlive(pid ?? 0));
    const gone = await refusalOf(worker.status(name));
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '0', count: '200' });
    await kafka.awaitCount(name, 200);

    assert.equal(isAnyAlive, false);
    assert.equal(gone.status, 'NOT_FOUND');
    assert.deepEqual(
      await kafka.values(name),
      Array.from({ length: 200 }, (_, n) => `0-${n}`),
    );
  });

  test('leave their group when deleted', async () => {
    const name = uniqueName('lifecycle-delete-sink');
    await worker.create(name, { 'connector.class': 'FileStreamSink', file: fixture.folder.file(name), topics: name });
    await kafka.awaitMembers(`connect-${name}`, 1);

    await worker.call('Connectors/Delete', { name });

    await untilTrue('the group is empty', async () => (await kafka.members(`connect-${name}`)).length === 0, 3000);
  });
});
