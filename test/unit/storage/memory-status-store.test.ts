import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';
import type { InstanceState, InstanceStatus, TaskStatus } from '../../../src/storage/states.ts';

const instance = (state: InstanceState): InstanceStatus => ({
  state,
  workerId: 'localhost:8083',
  trace: '',
  version: '1.0',
  lastExit: null,
  restarts: 0,
  pid: null,
});
const task = (number: number, state: InstanceState): TaskStatus => ({
  id: { connector: 'c', task: number },
  ...instance(state),
});

describe('the memory status store', () => {
  test('answers the last status of each task, by number', async () => {
    const store = new MemoryStatusStore();

    for (const status of [task(10, 'RUNNING'), task(2, 'RUNNING'), task(2, 'FAILED')])
      await store.putTaskStatus(status);

    assert.deepEqual(store.taskStatuses('c'), [task(2, 'FAILED'), task(10, 'RUNNING')]);
    assert.deepEqual(store.taskStatus({ connector: 'c', task: 2 }), task(2, 'FAILED'));
  });

  test('knows nothing of what was never put', () => {
    const store = new MemoryStatusStore();

    assert.deepEqual(
      [store.connectorStatus('c'), store.taskStatus({ connector: 'c', task: 0 }), store.taskStatuses('c')],
      [null, null, []],
    );
  });

  test('forgets one task', async () => {
    const store = new MemoryStatusStore();
    await store.putTaskStatus(task(0, 'RUNNING'));
    await store.putTaskStatus(task(1, 'RUNNING'));

    await store.removeTask({ connector: 'c', task: 0 });

    assert.deepEqual(store.taskStatuses('c'), [task(1, 'RUNNING')]);
  });

  test('forgets a connector with its tasks', async () => {
    const store = new MemoryStatusStore();
    await store.putConnectorStatus('c', instance('RUNNING'));
    await store.putTaskStatus(task(0, 'RUNNING'));

    await store.removeConnector('c');

    assert.deepEqual([store.connectorStatus('c'), store.taskStatuses('c')], [null, []]);
  });
});
