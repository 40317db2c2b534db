import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, makeLines, missingOf, readLines, writeLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

describe('death of a plugin process', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({
      settings: {
        'plugin.heartbeat.ms': '300',
        'plugin.dead.after.ms': '1500',
        'plugin.restart.max.attempts': '2',
      },
    });
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  async function killTask(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const [task] = (await worker.awaitRunning(name)).tasks;
    const pid = task?.pid ?? assert.fail('no process');
    process.kill(pid, signal);
    return pid;
  }

  /** Waits until the task's process is another one. */
  function awaitReplaced(name: string, pid: number): ReturnType<StandaloneWorker['awaitStatus']> {
    return worker.awaitStatus(
      name,
      `has another process than ${pid}`,
      ({ tasks: [task] }) => task?.state === 'RUNNING' && task.pid !== undefined && task.pid !== pid,
    );
  }

  test('loses no record of a source, and its status tells of it', async t => {
    const name = uniqueName('death-source');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '2000', count: '6000' });
    await kafka.awaitCount(name, 500);

    const pid = await killTask(name);
    const { connector, tasks } = await awaitReplaced(name, pid);
    const values = await kafka.awaitValues(name, '0-5999');

    const made = Array.from({ length: 6000 }, (_, n) => `0-${n}`);
    t.diagnostic(`${values.length - made.length} duplicates`);
    assert.deepEqual(missingOf(made, values), []);
    assert.equal(connector.state, 'RUNNING');
    assert.deepEqual([tasks[0]?.restarts, tasks[0]?.last_exit?.signal], [1, 'SIGKILL']);
  });

  test('loses no line of a file that is being read', async t => {
    const name = uniqueName('death-file');
    const file = fixture.folder.file(name);
    const lines = makeLines(60_000);
    await writeLines(file, lines);
    await worker.create(name, { 'connector.class': 'FileStreamSource', topic: name, file, 'batch.size': '10' });
    await kafka.awaitCount(name, 1);

    const pid = await killTask(name);
    assert.ok((await kafka.count(name)) < lines.length, 'killed in mid-flow');
    await awaitReplaced(name, pid);
    const values = await kafka.awaitValues(name, lines.at(-1) ?? '');

    t.diagnostic(`${values.length - lines.length} duplicates`);
    assert.deepEqual(missingOf(lines, values), []);
  });

  test('loses no record of a sink, and makes no rebalance', async t => {
    const name = uniqueName('death-sink');
    const output = fixture.folder.file(name);
    await kafka.create(name, 3);
    await worker.create(name, { 'connector.class': 'FileStreamSink', topics: name, file: output });
    const members = await kafka.awaitMembers(`connect-${name}`, 1);
    await worker.create(`${name}-source`, {
      'connector.class': 'Datagen',
      topic: name,
      rate: '2000',
      count: '6000',
      key: 'true',
    });
    await awaitLines(output, 500);

    const pid = await killTask(name);
    await awaitReplaced(name, pid);
    const made = Array.from({ length: 6000 }, (_, n) => `0-${n}`);
    await untilTrue('every record is there', async () => missingOf(made, await readLines(output)).length === 0);
    await kafka.awaitCommitted(`connect-${name}`, name, 6000);

    t.diagnostic(`${(await readLines(output)).length - made.length} duplicates`);
    assert.deepEqual(await kafka.members(`connect-${name}`), members);
    const generations = worker.lines
      .filter(line => line.includes(`"group":"connect-${name}"`))
      .map(line => /"generation":(\d+)/.exec(line)?.[1])
      .filter(generation => generation !== undefined);
    assert.deepEqual([...new Set(generations)], ['1'], 'the group stays in its first generation');
  });

  test('of a connector instance replaces it and leaves its tasks alone', async () => {
    const name = uniqueName('death-instance');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '100', 'tasks.max': '2' });
    const before = await worker.awaitRunning(name, 2);

    process.kill(before.connector.pid ?? assert.fail('no process'), 'SIGKILL');
    const after = await worker.awaitStatus(
      name,
      'has another instance',
      ({ connector }) => connector.state === 'RUNNING' && connector.pid !== before.connector.pid,
    );
    await kafka.awaitCount(name, (await kafka.count(name)) + 20);

    assert.deepEqual([after.connector.restarts, after.connector.last_exit?.signal], [1, 'SIGKILL']);
    assert.deepEqual(
      after.tasks.map(({ pid, state }) => ({ pid, state })),
      before.tasks.map(({ pid, state }) => ({ pid, state })),
    );
  });

  test('that comes again and again makes the task FAILED with the reason, until it is restarted', async () => {
    const name = uniqueName('death-again');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '100' });

    for (let death = 1; death <= 2; death += 1) await awaitReplaced(name, await killTask(name));
    await killTask(name);
    const trace = await worker.awaitFailed(name);
    const [failed] = (await worker.status(name)).tasks;
    await worker.call('Connectors/RestartTask', { name, task: 0 });
    const [restarted] = (await worker.awaitRunning(name)).tasks;

    assert.match(trace, /died again after 2 restarts in a row \(plugin\.restart\.max\.attempts\): .*SIGKILL/);
    assert.deepEqual([failed?.restarts, failed?.last_exit?.signal, failed?.pid], [2, 'SIGKILL', undefined]);
    assert.equal(restarted?.restarts ?? 0, 0);
  });

  test('is silence beyond plugin.dead.after.ms, too', async () => {
    const name = uniqueName('death-silent');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '100', count: '300' });
    await kafka.awaitCount(name, 10);

    const pid = await killTask(name, 'SIGSTOP');
    await awaitReplaced(name, pid);
    await kafka.awaitCount(name, 300);

    assert.equal(isAlive(pid), false);
    assert.deepEqual(
      missingOf(
        Array.from({ length: 300 }, (_, n) => `0-${n}`),
        await kafka.values(name),
      ),
      [],
    );
    assert.ok(worker.lines.some(line => line.includes(name) && line.includes('and was killed')));
  });

  test('of a paused task leaves it paused, and it goes on when resumed', async () => {
    const name = uniqueName('death-paused');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '500', count: '1000' });
    await kafka.awaitCount(name, 10);
    const pid = (await worker.awaitRunning(name)).tasks[0]?.pid ?? assert.fail('no process');
    await worker.call('Connectors/Pause', { name });

    process.kill(pid, 'SIGKILL');
    await worker.awaitStatus(
      name,
      'is paused anew',
      ({ tasks: [task] }) => task?.state === 'PAUSED' && task.restarts === 1,
    );
    await worker.call('Connectors/Resume', { name });
    const values = await kafka.awaitValues(name, '0-999');

    assert.deepEqual(
      missingOf(
        Array.from({ length: 1000 }, (_, n) => `0-${n}`),
        values,
      ),
      [],
    );
  });
});
