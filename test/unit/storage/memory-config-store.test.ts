import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { MemoryConfigStore } from '../../../src/storage/memory-config-store.ts';

const config = (value: string): ReadonlyMap<string, string> => new Map([['key', value]]);

describe('the memory config store', () => {
  test('shows a connector with its initial state', async () => {
    const store = new MemoryConfigStore();

    await store.putConnectorConfig('b', config('1'), 'PAUSED');
    await store.putConnectorConfig('a', config('2'));

    assert.deepEqual(
      store
        .connectorNames()
        .map(name => [name, store.connectorConfig(name), store.targetState(name), store.taskConfigs(name)]),
      [
        ['a', config('2'), 'STARTED', []],
        ['b', config('1'), 'PAUSED', []],
      ],
    );
  });

  test('keeps target state and tasks when a configuration is replaced', async () => {
    const store = new MemoryConfigStore();
    await store.putConnectorConfig('a', config('1'), 'STOPPED');
    await store.putTaskConfigs('a', [config('t')]);

    await store.putConnectorConfig('a', config('2'));

    assert.deepEqual([store.targetState('a'), store.taskConfigs('a')], ['STOPPED', [config('t')]]);
  });

  test('is not changed by what the caller does to a map afterwards', async () => {
    const store = new MemoryConfigStore();
    const mutable = new Map([['key', '1']]);
    await store.putConnectorConfig('a', mutable);

    mutable.set('key', '2');

    assert.deepEqual(store.connectorConfig('a'), config('1'));
  });

  test('forgets all of a removed connector', async () => {
    const store = new MemoryConfigStore();
    await store.putConnectorConfig('a', config('1'), 'PAUSED');
    await store.putTaskConfigs('a', [config('t')]);

    await store.removeConnectorConfig('a');

    assert.deepEqual(
      [store.connectorNames(), store.connectorConfig('a'), store.targetState('a'), store.taskConfigs('a')],
      [[], null, 'STARTED', []],
    );
  });

  test('keeps nothing for a connector that does not exist', async () => {
    const store = new MemoryConfigStore();

    await store.putTaskConfigs('a', [config('t')]);
    await store.putTargetState('a', 'PAUSED');

    assert.deepEqual([store.taskConfigs('a'), store.targetState('a')], [[], 'STARTED']);
  });
});
