import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyPatch, connectorExists, ConnectorView, withName } from '../../../src/herder/connector-view.ts';
import { MemoryConfigStore } from '../../../src/storage/memory-config-store.ts';
import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';
import type { InstanceStatus } from '../../../src/storage/states.ts';

const config = new Map([['connector.class', 'Source']]);
const running: InstanceStatus = {
  state: 'RUNNING',
  workerId: 'other:1',
  trace: '',
  version: '1.0',
  lastExit: null,
  restarts: 0,
  pid: 7,
};
const unassigned = { ...running, state: 'UNASSIGNED', workerId: 'w:1', version: '', pid: null };
const notFound = { code: 'CONNECTOR_NOT_FOUND', message: 'Connector d not found' };

/** A view of connector `c`, a source with two tasks; this worker has seen errors of task 1. */
async function viewOfC() {
  const configs = new MemoryConfigStore();
  await configs.putConnectorConfig('c', config);
  await configs.putTaskConfigs('c', [new Map([['t', '0']]), new Map([['t', '1']])]);
  const statuses = new MemoryStatusStore();
  const counts = {
    recordErrors: 3,
    recordFailures: 2,
    recordsSkipped: 1,
    retries: 0,
    errorsLogged: 3,
    deadLetterQueueRequests: 0,
    deadLetterQueueFailures: 0,
    lastErrorMs: 5,
  };
  const worker = {
    workerId: 'w:1',
    typeOf: () => 'source' as const,
    errorCounts: ({ task }: { readonly task: number }) => (task === 1 ? counts : null),
  };
  return { view: new ConnectorView({ worker, configs, statuses }), configs, statuses, counts };
}

describe('what a herder answers about a connector', () => {
  test('is its configuration, its type and its tasks', async () => {
    const { view } = await viewOfC();

    const tasks = [
      { connector: 'c', task: 0 },
      { connector: 'c', task: 1 },
    ];
    assert.deepEqual(view.info('c'), { name: 'c', config, tasks, type: 'source' });
    assert.deepEqual(view.taskConfigs('c'), [
      { id: tasks[0], config: new Map([['t', '0']]) },
      { id: tasks[1], config: new Map([['t', '1']]) },
    ]);
  });

  test('is UNASSIGNED on this worker before the instance told a status', async () => {
    const { view, configs } = await viewOfC();
    await configs.putTargetState('c', 'PAUSED');

    assert.deepEqual(view.status('c'), {
      name: 'c',
      type: 'source',
      targetState: 'PAUSED',
      connector: unassigned,
      tasks: [],
      taskErrors: new Map(),
      unreachedWorkers: [],
      outage: null,
    });
  });

  test('is what instance and tasks told, with the error counts of tasks that run here', async () => {
    const { view, statuses, counts } = await viewOfC();
    const tasks = [0, 1].map(task => ({ ...running, id: { connector: 'c', task } }));
    await statuses.putConnectorStatus('c', running);
    for (const task of tasks) await statuses.putTaskStatus(task);

    const status = view.status('c');

    assert.deepEqual(
      [status.connector, status.tasks, status.taskErrors, status.targetState],
      [running, tasks, new Map([[1, counts]]), 'STARTED'],
    );
  });

  test('is that it does not exist, or that a task does not', async () => {
    const { view } = await viewOfC();

    for (const ask of ['info', 'status', 'taskConfigs', 'config', 'configOfStopped'] as const)
      assert.throws(() => view[ask]('d'), notFound);
    assert.throws(() => view.requireTask({ connector: 'd', task: 0 }), notFound);
    assert.throws(() => view.requireTask({ connector: 'c', task: 2 }), {
      code: 'TASK_NOT_FOUND',
      message: 'Unknown task: c-2',
    });
    view.requireTask({ connector: 'c', task: 1 });
  });

  test('is refused for offsets until it is STOPPED and has no tasks', async () => {
    const { view, configs } = await viewOfC();
    const notStopped = {
      code: 'CONNECTOR_NOT_STOPPED',
      message:
        'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified ' +
        "connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint",
    };

    await configs.putTargetState('c', 'STOPPED');
    assert.throws(() => view.configOfStopped('c'), notStopped);
    await configs.putTaskConfigs('c', []);
    assert.deepEqual(view.configOfStopped('c'), config);
    await configs.putTargetState('c', 'PAUSED');
    assert.throws(() => view.configOfStopped('c'), notStopped);
  });
});

describe('the configuration of a request', () => {
  test('gets the name of the connector, and may have no other', () => {
    const named = new Map([...config, ['name', 'c']]);

    assert.deepEqual(withName('c', config), named);
    assert.equal(withName('c', named), named);
    assert.throws(() => withName('d', named), {
      code: 'REQUEST_INVALID',
      message: "Connector name configuration (c) doesn't match connector name in the URL (d)",
    });
  });

  test('is merged by a patch, in which null removes a key', () => {
    const patched = applyPatch(
      new Map([
        ['kept', '1'],
        ['changed', '1'],
        ['removed', '1'],
      ]),
      new Map([
        ['changed', '2'],
        ['removed', null],
        ['unknown', null],
        ['added', ''],
      ]),
    );

    assert.deepEqual(Object.fromEntries(patched), { kept: '1', changed: '2', added: '' });
  });

  test('of a connector that exists already is refused in the words of Kafka Connect', () => {
    const { code, message } = connectorExists('c');

    assert.deepEqual([code, message], ['CONNECTOR_EXISTS', 'Connector c already exists']);
  });
});
