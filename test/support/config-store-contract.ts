import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { ConfigStore, ConfigUpdate } from '../../src/storage/config-store.ts';
import { configOf, toPlain } from './cluster-configs.ts';

/** What every config store does, whatever it keeps its records in. */
export function testConfigStore(name: string, createStore: (t: TestContext) => Promise<ConfigStore>): void {
  async function start(t: TestContext): Promise<{ readonly store: ConfigStore; readonly updates: ConfigUpdate[] }> {
    const store = await createStore(t);
    const updates: ConfigUpdate[] = [];
    await store.start({ listener: update => updates.push(update) });
    t.after(() => store.close());
    return { store, updates };
  }

  describe(name, () => {
    test('shows a connector with its initial state', async t => {
      const { store } = await start(t);

      await store.putConnectorConfig('b', configOf('1'), 'PAUSED');
      await store.putConnectorConfig('a', configOf('2'));

      assert.deepEqual(
        store
          .connectorNames()
          .map(each => [each, store.connectorConfig(each), store.targetState(each), store.taskConfigs(each)]),
        [
          ['a', configOf('2'), 'STARTED', []],
          ['b', configOf('1'), 'PAUSED', []],
        ],
      );
    });

    test('keeps target state and tasks when a configuration is replaced', async t => {
      const { store } = await start(t);
      await store.putConnectorConfig('a', configOf('1'), 'STOPPED');
      await store.putTaskConfigs('a', [configOf('t')]);

      await store.putConnectorConfig('a', configOf('2'));

      assert.deepEqual([store.targetState('a'), store.taskConfigs('a')], ['STOPPED', [configOf('t')]]);
    });

    test('is not changed by what the caller does to a map afterwards', async t => {
      const { store } = await start(t);
      const mutable = new Map([['key', '1']]);
      await store.putConnectorConfig('a', mutable);

      mutable.set('key', '2');

      assert.deepEqual(store.connectorConfig('a'), configOf('1'));
    });

    test('forgets all of a removed connector', async t => {
      const { store } = await start(t);
      await store.putConnectorConfig('a', configOf('1'), 'PAUSED');
      await store.putTaskConfigs('a', [configOf('t')]);

      await store.removeConnectorConfig('a');

      assert.deepEqual(
        [store.connectorNames(), store.connectorConfig('a'), store.targetState('a'), store.taskConfigs('a')],
        [[], null, 'STARTED', []],
      );
    });

    test('keeps nothing for a connector that does not exist', async t => {
      const { store, updates } = await start(t);

      await store.putTaskConfigs('a', [configOf('t')]);
      await store.putTargetState('a', 'PAUSED');
      await store.removeConnectorConfig('a');

      assert.deepEqual([store.taskConfigs('a'), store.targetState('a'), updates], [[], 'STARTED', []]);
    });

    test('tells of each change after its reads show it', async t => {
      const { store, updates } = await start(t);
      const request = { connector: 'a', includeTasks: true, onlyFailed: false };
      const sessionKey = { key: Buffer.from('key'), algorithm: 'HmacSHA256', createdAtMs: 5 };

      await store.putConnectorConfig('a', configOf('1'), 'PAUSED');
      await store.putConnectorConfig('a', configOf('2'));
      await store.putTaskConfigs('a', [configOf('t0'), configOf('t1')]);
      await store.putTargetState('a', 'STARTED');
      await store.putTargetState('a', 'STARTED');
      await store.putTaskCountRecord('a', 2);
      await store.putSessionKey(sessionKey);
      await store.putRestartRequest(request);
      await store.putLoggerLevel('root', 'DEBUG');
      await store.removeConnectorConfig('a');

      assert.deepEqual(updates, [
        { kind: 'connector-config', connector: 'a', isNew: true },
        { kind: 'connector-config', connector: 'a', isNew: false },
        { kind: 'task-configs', connector: 'a', tasks: [0, 1] },
        { kind: 'target-state', connector: 'a', state: 'STARTED' },
        { kind: 'session-key', sessionKey },
        { kind: 'restart', request },
        { kind: 'logger-level', namespace: 'root', level: 'DEBUG' },
        { kind: 'connector-removed', connector: 'a' },
      ]);
    });

    test('has all it knows in a snapshot', async t => {
      const { store } = await start(t);
      const before = store.snapshot();
      await store.putConnectorConfig('a', configOf('1'));
      await store.putTaskConfigs('a', [configOf('t0'), configOf('t1')]);
      await store.putTaskConfigs('a', [configOf('t2')]);
      await store.putTaskCountRecord('a', 1);

      await store.refresh(AbortSignal.timeout(30_000));

      assert.equal(before.offset, -1);
      assert.deepEqual(toPlain(store.snapshot()), {
        offset: 7,
        sessionKey: null,
        connectors: ['a'],
        inconsistent: [],
        of: {
          a: {
            config: { key: '1' },
            applied: { key: '1' },
            targetState: 'STARTED',
            taskCount: 1,
            tasks: [{ key: 't2' }],
            taskCountRecord: 1,
            generation: 1,
            isPendingFencing: false,
          },
        },
      });
    });

    test('keeps writes apart that are made at once', async t => {
      const { store } = await start(t);
      await Promise.all(['a', 'b'].map(each => store.putConnectorConfig(each, configOf(each))));

      await Promise.all([
        store.putTaskConfigs('a', [configOf('1'), configOf('1')]),
        store.putTaskConfigs('b', [configOf('2')]),
        store.putTaskConfigs('a', [configOf('3'), configOf('3'), configOf('3')]),
      ]);

      assert.deepEqual(
        [store.taskConfigs('a'), store.taskConfigs('b')],
        [[configOf('3'), configOf('3'), configOf('3')], [configOf('2')]],
      );
    });
  });
}
