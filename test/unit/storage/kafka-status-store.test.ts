import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { ConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import type { InstanceState } from '../../../src/storage/states.ts';
import { KafkaStatusStore } from '../../../src/storage/kafka-status-store.ts';
import { FakeCompactedLog, FakeTopic } from '../../support/fake-compacted-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { instanceOf, taskOf, testStatusStore } from '../../support/status-store-contract.ts';

function createStore(topic = new FakeTopic()) {
  const group = { generation: 1 };
  const log = new FakeCompactedLog(topic);
  const clock = new ManualClock();
  const store = new KafkaStatusStore({
    topic: log,
    generation: () => group.generation,
    clock,
    log: createSilentLogger(),
  });
  return { store, log, clock, topic, group };
}

/** A status of task 0 of connector `c` as another worker writes it. */
const foreign = (state: string, generation: number): readonly [string, string] => [
  'status-task-c-0',
  JSON.stringify({ state, trace: null, worker_id: 'other:8083', generation }),
];

const retriable = new ConnectError('KAFKA_UNAVAILABLE', 'away');

testStatusStore('the Kafka status store on a log in memory', async () => createStore().store);

describe('the Kafka status store', () => {
  test('shows a status when it was read from the topic, not before', async () => {
    const { store, log } = createStore();
    await store.start();
    log.outcomeOf = () => 'held';

    const put = store.putConnectorStatus('c', instanceOf('RUNNING'));

    assert.equal(store.connectorStatus('c'), null);
    await store.close();
    await assert.rejects(put, /closed/);
  });

  for (const late of ['UNASSIGNED', 'FAILED'] as const) {
    test(`does not write ${late} over what another worker wrote in a later generation`, async () => {
      const { store, topic, group, log } = createStore();
      await store.start();
      topic.append(...foreign('PAUSED', 2));
      log.follow();

      await store.putTaskStatus(taskOf(0, late));
      const inEarlier = topic.lines().length;
      group.generation = 2;
      await store.putTaskStatus(taskOf(0, late));

      assert.deepEqual([inEarlier, topic.lines().length], [1, 2]);
    });

    test(`writes ${late} over its own status of a later generation`, async () => {
      const { store, topic, group } = createStore();
      await store.start();
      group.generation = 5;
      await store.putTaskStatus(taskOf(0, 'PAUSED'));

      group.generation = 1;
      await store.putTaskStatus(taskOf(0, late));

      assert.equal(topic.lines().length, 2);
    });
  }

  for (const sure of ['RUNNING', 'PAUSED', 'RESTARTING'] as const) {
    test(`writes ${sure} over anything`, async () => {
      const { store, topic, log } = createStore();
      await store.start();
      topic.append(...foreign('RUNNING', 9));
      log.follow();

      await store.putTaskStatus(taskOf(0, sure));

      assert.equal(store.taskStatus({ connector: 'c', task: 0 })?.state, sure);
    });
  }

  test('drops UNASSIGNED of a task after RUNNING of the same or a later generation', async () => {
    const states = [];
    for (const [running, unassigned] of [
      [2, 1],
      [2, 2],
      [2, 3],
    ] as const) {
      const { store, topic } = createStore();
      topic.append(...foreign('RUNNING', running));
      topic.append(...foreign('UNASSIGNED', unassigned));

      await store.start();

      states.push(store.taskStatus({ connector: 'c', task: 0 })?.state);
    }
    assert.deepEqual(states, ['RUNNING', 'RUNNING', 'UNASSIGNED']);
  });

  test('takes UNASSIGNED of a task after anything but RUNNING', async () => {
    const { store, topic } = createStore();
    topic.append(...foreign('PAUSED', 2));
    topic.append(...foreign('UNASSIGNED', 1));

    await store.start();

    assert.equal(store.taskStatus({ connector: 'c', task: 0 })?.state, 'UNASSIGNED');
  });

  test('knows more of a plugin process than the topic as long as its own status is the last', async () => {
    const { store, topic, log } = createStore();
    await store.start();
    const lastExit = { code: 1, signal: null, isOutOfMemory: false, lastLines: [], atMs: 5 };
    const own = { ...taskOf(0, 'RUNNING'), lastExit, restarts: 2, pid: 7 };
    const written = { state: 'RUNNING', trace: null, worker_id: own.workerId, generation: 1 };
    const shown = (): unknown => {
      const status = store.taskStatus(own.id);
      return [status?.lastExit, status?.restarts, status?.pid];
    };
    const after: unknown[] = [];

    for (const change of [{ state: 'PAUSED' }, { trace: 'broken' }, { worker_id: 'other:8083' }, { generation: 2 }]) {
      await store.putTaskStatus(own);
      const before = shown();
      topic.append('status-task-c-0', JSON.stringify({ ...written, ...change }));
      log.follow();
      after.push([before, shown()]);
    }

    assert.deepEqual(
      after,
      Array(4).fill([
        [lastExit, 2, 7],
        [null, 0, null],
      ]),
    );
  });

  test('takes UNASSIGNED of a connector as it comes', async () => {
    const { store, topic } = createStore();
    topic.append('status-connector-c', '{"state":"RUNNING","worker_id":"a","generation":2}');
    topic.append('status-connector-c', '{"state":"UNASSIGNED","worker_id":"b","generation":1}');

    await store.start();

    assert.equal(store.connectorStatus('c')?.state, 'UNASSIGNED');
  });

  describe('after a send that failed in a way that passes', () => {
    type Made = ReturnType<typeof createStore>;

    async function putOnce(
      meanwhile: (made: Made) => void | Promise<void>,
      state: InstanceState = 'FAILED',
      failure: ConnectError = retriable,
    ) {
      const made = createStore();
      await made.store.start();
      made.log.outcomeOf = () => failure;
      const put = made.store.putTaskStatus(taskOf(0, state));
      await turn();
      made.log.outcomeOf = () => null;
      await meanwhile(made);
      made.clock.advance(1000);
      await put;
      return made.topic.lines().map(([, value]) => /"state":"(\w+)"/.exec(value ?? '')?.[1] ?? null);
    }

    test('sends again', async () => {
      assert.deepEqual(await putOnce(() => undefined), ['FAILED']);
    });

    const moveOn = ({ group }: Made): void => {
      group.generation = 2;
    };

    test('sends again in a later generation what the worker then still has', async () => {
      assert.deepEqual(await putOnce(moveOn, 'FAILED'), ['FAILED']);
    });

    test('does not send UNASSIGNED again in a later generation, when another worker may have the task', async () => {
      assert.deepEqual(await putOnce(moveOn, 'UNASSIGNED'), []);
    });

    test('does not send again what was said under a membership that is over', async () => {
      const over = new ConnectError('GROUP_REBALANCE', 'over');

      assert.deepEqual(await putOnce(() => undefined, 'RUNNING', over), []);
    });

    test('does not send again when a later status was put', async () => {
      assert.deepEqual(await putOnce(({ store }) => store.putTaskStatus(taskOf(0, 'RUNNING'))), ['RUNNING']);
    });

    test('does not send again when another worker has the task in a later generation', async () => {
      const written = await putOnce(({ topic, log }) => {
        topic.append(...foreign('RUNNING', 2));
        log.follow();
      });

      assert.deepEqual(written, ['RUNNING']);
    });

    test('does not send again when the connector was deleted', async () => {
      const written = await putOnce(({ topic, log }) => {
        topic.append('status-connector-c', null);
        log.follow();
      });

      assert.deepEqual(written, [null]);
    });
  });

  test('tells of a send that failed for good', async () => {
    const { store, log } = createStore();
    await store.start();
    log.outcomeOf = () => new ConnectError('MESSAGE_TOO_LARGE', 'too large');

    await assert.rejects(store.putConnectorStatus('c', instanceOf('RUNNING')), /too large/);
  });

  test('flushes sends that are repeated', async () => {
    const { store, log, clock, topic } = createStore();
    await store.start();
    log.outcomeOf = () => retriable;
    const put = store.putConnectorStatus('c', instanceOf('RUNNING'));
    await turn();
    log.outcomeOf = () => null;

    const flushed = store.flush(AbortSignal.timeout(10_000)).then(() => topic.lines().length);
    clock.advance(1000);

    assert.equal(await flushed, 1);
    await put;
  });

  test('is not flushed while a send is under way', async () => {
    const { store, log } = createStore();
    await store.start();
    log.outcomeOf = () => 'held';
    const put = store.putConnectorStatus('c', instanceOf('RUNNING'));
    const gone = new AbortController();

    const flushed = store.flush(gone.signal);
    await turn();
    gone.abort(new Error('gone'));

    await assert.rejects(flushed, /gone/);
    await store.close();
    await assert.rejects(put, /closed/);
  });

  test('reads to the end once more when it has started', async () => {
    const { store, log } = createStore();

    await store.start();

    assert.equal(log.readCount, 1);
  });

  test('tells of changes of statuses, not of active topics', async () => {
    const { store } = createStore();
    await store.start();
    const told: string[] = [];
    store.watch(connector => told.push(connector));

    await store.putActiveTopic({ topic: 't', connector: 'c', task: 0, discoveredAtMs: 1 });
    await store.putTaskStatus(taskOf(0, 'RUNNING'));
    await store.putConnectorStatus('d', instanceOf('RUNNING'));

    assert.deepEqual(told, ['c', 'd']);
  });

  test('removes every task of a connector that it knows, then the connector', async () => {
    const { store, topic } = createStore();
    await store.start();
    await store.putConnectorStatus('c', instanceOf('RUNNING'));
    await Promise.all([0, 1].map(task => store.putTaskStatus(taskOf(task, 'RUNNING'))));

    await store.removeConnector('c');

    assert.deepEqual(topic.lines().slice(3), [
      ['status-task-c-0', null],
      ['status-task-c-1', null],
      ['status-connector-c', null],
    ]);
  });
});
