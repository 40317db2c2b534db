import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred } from '../../../src/async/deferred.ts';
import { AssignedConnectors } from '../../../src/herder/assigned-connectors.ts';
import { noWork } from '../../../src/herder/reconcile.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { MemoryConfigStore } from '../../../src/storage/memory-config-store.ts';
import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('what a worker runs', () => {
  test('has stopped only when stops that were begun earlier are over too', async () => {
    const configs = new MemoryConfigStore();
    await configs.start();
    await configs.putConnectorConfig('c', new Map([['connector.class', 'X']]));
    await configs.putTaskConfigs('c', [new Map()]);
    const taskStopped = createDeferred<undefined>();
    const started = createDeferred<undefined>();
    const unused = (): never => assert.fail('not to be called');
    const connectors = new AssignedConnectors({
      worker: {
        workerId: 'a:1',
        startConnector: unused,
        stopConnector: unused,
        failConnector: unused,
        isConnectorRunning: () => false,
        setConnectorTarget: unused,
        planTasks: unused,
        startTask: () => started.resolve(undefined),
        stopTasks: () => taskStopped.promise,
        setTasksPaused: unused,
        errorCounts: () => null,
      },
      configs,
      statuses: new MemoryStatusStore(),
      submitTaskConfigs: unused,
      clock: new ManualClock(),
      log: createSilentLogger(),
    });
    const config = configs.snapshot();
    const taskGenerations = new Map([['c', config.taskConfigGeneration('c')]]);
    await connectors.reconcile({ connectors: [], tasks: [{ connector: 'c', task: 0 }], taskGenerations }, config);
    await started.promise;

    const order: string[] = [];
    const first = connectors.reconcile(noWork, config).then(() => order.push('first'));
    await connectors.reconcile(noWork, config);
    const stopped = connectors.stopped(['c', 'unknown']).then(() => order.push('stopped'));
    await turn();
    order.push('the task has stopped');
    taskStopped.resolve(undefined);
    await Promise.all([first, stopped]);

    assert.equal(order[0], 'the task has stopped');
    assert.equal(order.length, 3);
  });
});
