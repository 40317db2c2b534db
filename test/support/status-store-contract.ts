import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { InstanceState, InstanceStatus, TaskStatus } from '../../src/storage/states.ts';
import type { StatusStore } from '../../src/storage/status-store.ts';

/** A status of one worker. */
export const instanceOf = (state: InstanceState, workerId = 'localhost:8083'): InstanceStatus => ({
  state,
  workerId,
  trace: '',
  version: '1.0',
  lastExit: null,
  restarts: 0,
  pid: null,
});

/** A status of a task of connector `c`. */
export const taskOf = (task: number, state: InstanceState, workerId?: string): TaskStatus => ({
  id: { connector: 'c', task },
  ...instanceOf(state, workerId),
});

/** What every status store does, whatever it keeps its records in. */
export function testStatusStore(name: string, createStore: (t: TestContext) => Promise<StatusStore>): void {
  async function start(t: TestContext): Promise<StatusStore> {
    const store = await createStore(t);
    await store.start();
    t.after(() => store.close());
    return store;
  }

  describe(name, () => {
    test('answers the last status of each task, by number', async t => {
      const store = await start(t);

      for (const status of [taskOf(10, 'RUNNING'), taskOf(2, 'RUNNING'), taskOf(2, 'FAILED')])
        await store.putTaskStatus(status);

      assert.deepEqual(store.taskStatuses('c'), [taskOf(2, 'FAILED'), taskOf(10, 'RUNNING')]);
      assert.deepEqual(store.taskStatus({ connector: 'c', task: 2 }), taskOf(2, 'FAILED'));
    });

    test('knows nothing of what was never put', async t => {
      const store = await start(t);

      assert.deepEqual(
        [
          store.connectorStatus('c'),
          store.taskStatus({ connector: 'c', task: 0 }),
          store.taskStatuses('c'),
          store.activeTopics('c'),
        ],
        [null, null, [], []],
      );
    });

    test('forgets one task', async t => {
      const store = await start(t);
      await store.putTaskStatus(taskOf(0, 'RUNNING'));
      await store.putTaskStatus(taskOf(1, 'RUNNING'));

      await store.removeTask({ connector: 'c', task: 0 });

      assert.deepEqual(store.taskStatuses('c'), [taskOf(1, 'RUNNING')]);
    });

    test('forgets a connector with its tasks, and takes new ones of that name', async t => {
      const store = await start(t);
      await store.putConnectorStatus('c', instanceOf('RUNNING'));
      await store.putTaskStatus(taskOf(0, 'RUNNING'));

      await store.removeConnector('c');
      const after = [store.connectorStatus('c'), store.taskStatuses('c')];
      await store.putTaskStatus(taskOf(0, 'PAUSED'));

      assert.deepEqual(after, [null, []]);
      assert.deepEqual(store.taskStatuses('c'), [taskOf(0, 'PAUSED')]);
    });

    test('keeps what this worker alone knows of its plugin processes', async t => {
      const store = await start(t);
      const exit = { code: null, signal: 'SIGKILL', isOutOfMemory: true, lastLines: ['bye'], atMs: 7 };
      const status = { ...taskOf(0, 'RUNNING'), lastExit: exit, restarts: 2, pid: 77 };

      await store.putTaskStatus(status);

      assert.deepEqual(store.taskStatuses('c'), [status]);
    });

    test('keeps a trace with all its characters', async t => {
      const store = await start(t);
      const status = { ...instanceOf('FAILED'), trace: 'Error: "ü"\n\tat \u0001 😀\\', version: '' };

      await store.putConnectorStatus('c', status);

      assert.deepEqual(store.connectorStatus('c'), status);
    });

    test('counts how often active topics were forgotten, and names their connectors until then', async t => {
      const store = await start(t);
      const before = store.topicResets;

      await store.putActiveTopic({ topic: 't', connector: 'only-topics', task: 0, discoveredAtMs: 1 });
      const [named, unchanged] = [store.connectors(), store.topicResets];
      await store.resetActiveTopics('none');
      await store.resetActiveTopics('only-topics');

      assert.deepEqual([named, unchanged], [['only-topics'], before]);
      assert.equal(store.topicResets, before + 1);
      assert.deepEqual(store.connectors(), []);
    });

    test('has each active topic once, as it was first seen, until they are reset', async t => {
      const store = await start(t);
      const seen = (topic: string, task: number) => ({ topic, connector: 'c:d', task, discoveredAtMs: 1000 + task });

      await Promise.all([store.putActiveTopic(seen('b', 0)), store.putActiveTopic(seen('b', 1))]);
      await store.putActiveTopic(seen('a', 2));
      await store.putActiveTopic(seen('a', 3));
      const before = store.activeTopics('c:d');
      await store.resetActiveTopics('c:d');

      assert.deepEqual(before, [seen('a', 2), seen('b', 0)]);
      assert.deepEqual(store.activeTopics('c:d'), []);
    });
  });
}
