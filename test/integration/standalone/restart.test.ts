import assert from 'node:assert/strict';
import { mkdir, rmdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { writeLines } from '../../support/line-files.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { ConnectorStatusMessage, StandaloneWorker } from '../../support/standalone-worker.ts';

/** Processes of a connector: the instance's and its tasks'. */
function pidsOf(status: ConnectorStatusMessage): { connector: number | undefined; tasks: (number | undefined)[] } {
  return { connector: status.connector.pid, tasks: status.tasks.map(task => task.pid) };
}

describe('restart of a connector', () => {
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

  async function createDatagen(): Promise<{ readonly name: string; readonly before: ConnectorStatusMessage }> {
    const name = uniqueName('restart');
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '50', 'tasks.max': '2' });
    return { name, before: await worker.awaitRunning(name, 2) };
  }

  /** A file source whose file is a folder, so that its task has failed. */
  async function createFailed(): Promise<{
    readonly name: string;
    readonly file: string;
    readonly before: ConnectorStatusMessage;
  }> {
    const name = uniqueName('restart-failed');
    const file = fixture.folder.file(name);
    await mkdir(file);
    await worker.create(name, { 'connector.class': 'FileStreamSource', topic: name, file });
    await worker.awaitFailed(name);
    return { name, file, before: await worker.status(name) };
  }

  test('without parameters takes a new process for the instance and leaves the tasks alone', async () => {
    const { name, before } = await createDatagen();

    await worker.call('Connectors/Restart', { name });
    const after = await worker.awaitRunning(name, 2);

    assert.notEqual(after.connector.pid, before.connector.pid);
    assert.deepEqual(pidsOf(after).tasks, pidsOf(before).tasks);
  });

  test('with its tasks takes new processes for all, and answers with what restarts', async () => {
    const { name, before } = await createDatagen();

    const answer = await worker.call('Connectors/Restart', { name, include_tasks: true });
    const after = await worker.awaitStatus(name, 'runs anew', ({ tasks, connector }) => {
      const pids = [connector.pid, ...tasks.map(task => task.pid)];
      const old = [before.connector.pid, ...before.tasks.map(task => task.pid)];
      return pids.length === 3 && pids.every(pid => pid !== undefined && !old.includes(pid));
    });

    assert.equal(JSON.stringify(answer).match(/"RESTARTING"/g)?.length, 3);
    assert.equal(after.connector.restarts ?? 0, 0);
  });

  test('of what has failed leaves alone what runs', async () => {
    const { name, before } = await createDatagen();

    const answer = await worker.call('Connectors/Restart', { name, include_tasks: true, only_failed: true });
    const after = await worker.awaitRunning(name, 2);

    assert.doesNotMatch(JSON.stringify(answer), /RESTARTING/);
    assert.deepEqual(pidsOf(after), pidsOf(before));
  });

  test('of what has failed starts a failed task and not the instance', async () => {
    const { name, file, before } = await createFailed();
    await rmdir(file);
    await writeLines(file, ['now']);

    await worker.call('Connectors/Restart', { name, include_tasks: true, only_failed: true });
    const after = await worker.awaitRunning(name);
    await kafka.awaitCount(name, 1);

    assert.equal(after.connector.pid, before.connector.pid);
    assert.equal(after.tasks[0]?.trace ?? '', '');
  });

  test('of a task starts it again, what has failed too', async () => {
    const { name, file } = await createFailed();
    await rmdir(file);
    await writeLines(file, ['now']);

    await worker.call('Connectors/RestartTask', { name, task: 0 });
    await worker.awaitRunning(name);
    await kafka.awaitCount(name, 1);

    assert.deepEqual(await kafka.values(name), ['now']);
  });

  test('of a task leaves its fellows alone and loses and repeats nothing', async () => {
    const name = uniqueName('restart-task');
    await worker.create(name, {
      'connector.class': 'Datagen',
      topic: name,
      rate: '200',
      count: '400',
      'tasks.max': '2',
    });
    const before = await worker.awaitRunning(name, 2);
    await kafka.awaitCount(name, 20);

    await worker.call('Connectors/RestartTask', { name, task: 1 });
    const after = await worker.awaitRunning(name, 2);
    await kafka.awaitCount(name, 400);

    assert.equal(after.tasks[0]?.pid, before.tasks[0]?.pid);
    assert.notEqual(after.tasks[1]?.pid, before.tasks[1]?.pid);
    const made = [0, 1].flatMap(task => Array.from({ length: 200 }, (_, n) => `${task}-${n}`));
    assert.deepEqual((await kafka.values(name)).toSorted(), made.toSorted());
  });

  test('of a paused connector leaves it paused', async () => {
    const { name } = await createDatagen();
    await worker.call('Connectors/Pause', { name });

    await worker.call('Connectors/Restart', { name, include_tasks: true });
    const after = await worker.awaitStatus(name, 'is paused', ({ connector, tasks }) =>
      [connector, ...tasks].every(({ state }) => state === 'PAUSED'),
    );
    await worker.call('Connectors/Resume', { name });
    await worker.awaitRunning(name, 2);

    assert.equal(after.target_state, 'PAUSED');
  });

  test('of what is not there is refused', async () => {
    const { name } = await createDatagen();

    const noConnector = await refusalOf(worker.call('Connectors/Restart', { name: 'nobody' }));
    const noTask = await refusalOf(worker.call('Connectors/RestartTask', { name, task: 2 }));

    assert.deepEqual([noConnector.status, noConnector.code], ['NOT_FOUND', 'CONNECTOR_NOT_FOUND']);
    assert.deepEqual([noTask.status, noTask.code], ['NOT_FOUND', 'TASK_NOT_FOUND']);
  });
});
