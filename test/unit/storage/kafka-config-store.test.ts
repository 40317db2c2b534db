import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { ConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import type { ConfigUpdate } from '../../../src/storage/config-store.ts';
import { KafkaConfigStore } from '../../../src/storage/kafka-config-store.ts';
import { configOf, properties } from '../../support/cluster-configs.ts';
import { testConfigStore } from '../../support/config-store-contract.ts';
import { FakeCompactedLog, FakeTopic } from '../../support/fake-compacted-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function createStore(topic = new FakeTopic()) {
  const log = new FakeCompactedLog(topic);
  const clock = new ManualClock();
  const store = new KafkaConfigStore({ topic: log, clock, log: createSilentLogger() });
  return { store, log, clock, topic };
}

testConfigStore('the Kafka config store on a log in memory', async () => createStore().store);

describe('the Kafka config store', () => {
  test('writes an initial state before the connector, so that nobody sees one without the other', async () => {
    const { store, topic } = createStore();
    await store.start();

    await store.putConnectorConfig('c', configOf('1'), 'STOPPED');

    assert.deepEqual(topic.lines(), [
      ['target-state-c', '{"state":"PAUSED","state.v2":"STOPPED"}'],
      ['connector-c', properties('1')],
    ]);
  });

  test('deletes a connector and its target state, and leaves the rest', async () => {
    const { store, topic } = createStore();
    await store.start();
    await store.putConnectorConfig('c', configOf('1'));
    await store.putTaskConfigs('c', [configOf('t')]);

    await store.removeConnectorConfig('c');

    assert.deepEqual(topic.lines().slice(3), [
      ['connector-c', null],
      ['target-state-c', null],
    ]);
  });

  test('reads to the end before, between and after task records and their commit', async () => {
    const { store, log, topic } = createStore();
    await store.start();
    await store.putConnectorConfig('c', configOf('1'));
    const readsBefore = log.readCount;
    const readsAt: (readonly [string, number])[] = [];
    log.outcomeOf = key => {
      readsAt.push([key, log.readCount - readsBefore]);
      return null;
    };

    await store.putTaskConfigs('c', [configOf('t0'), configOf('t1')]);
    const readsAfter = log.readCount - readsBefore;

    assert.deepEqual(readsAt, [
      ['task-c-0', 1],
      ['task-c-1', 1],
      ['commit-c', 2],
    ]);
    assert.equal(readsAfter, 3);
    assert.equal(topic.lines().length, 4);
  });

  test('commits no tasks without writing any', async () => {
    const { store, log, topic } = createStore();
    await store.start();
    await store.putConnectorConfig('c', configOf('1'));
    const readsBefore = log.readCount;

    await store.putTaskConfigs('c', []);

    assert.deepEqual(topic.lines().slice(1), [['commit-c', '{"tasks":0}']]);
    assert.equal(log.readCount - readsBefore, 2);
  });

  test('writes nothing of a connector that does not exist', async () => {
    const { store, topic } = createStore();
    await store.start();

    await store.putTaskConfigs('c', [configOf('t')]);
    await store.putTargetState('c', 'PAUSED');
    await store.removeConnectorConfig('c');

    assert.deepEqual(topic.lines(), []);
  });

  test('writes no commit when a task record could not be written', async () => {
    const { store, log, topic } = createStore();
    await store.start();
    await store.putConnectorConfig('c', configOf('1'));
    log.outcomeOf = key => (key === 'task-c-1' ? new ConnectError('KAFKA_UNAVAILABLE', 'away') : null);

    await assert.rejects(store.putTaskConfigs('c', [configOf('t0'), configOf('t1')]), /away/);

    assert.deepEqual(
      topic.lines().map(([key]) => key),
      ['connector-c', 'task-c-0'],
    );
    assert.deepEqual(store.taskConfigs('c'), []);
  });

  test('gives a write up after 30 s, and begins no further step of it', async () => {
    const { store, log, clock, topic } = createStore();
    await store.start();
    await store.putConnectorConfig('c', configOf('1'));
    log.outcomeOf = key => (key.startsWith('task-') ? 'held' : null);

    const put = store.putTaskConfigs('c', [configOf('t0')]);
    await turn();
    clock.advance(30_000);

    await assert.rejects(put, (error: unknown) => {
      assert.ok(error instanceof ConnectError);
      assert.deepEqual([error.code, error.definition.http], ['DEADLINE_EXCEEDED', 500]);
      assert.match(error.message, /task configurations of connector 'c'.*30000 ms/);
      return true;
    });
    await store.close();
    assert.equal(topic.lines().length, 1);
  });

  test('sees a connector that another worker made just now before it says that there is none', async () => {
    const topic = new FakeTopic();
    const [leader, other] = [createStore(topic).store, createStore(topic).store];
    await Promise.all([leader.start(), other.start()]);
    await leader.putConnectorConfig('c', configOf('1'));

    await other.putTargetState('c', 'PAUSED');

    await leader.refresh(AbortSignal.timeout(1000));
    assert.deepEqual([other.targetState('c'), leader.targetState('c')], ['PAUSED', 'PAUSED']);
  });

  test('tells nothing of what was there before its start', async () => {
    const topic = new FakeTopic();
    topic.append('connector-c', properties('1'));
    topic.append('restart-connector-c', '{"include-tasks":true,"only-failed":true}');
    topic.append('logger-cluster-root', '{"level":"DEBUG"}');
    const { store, log } = createStore(topic);
    const updates: ConfigUpdate[] = [];

    await store.start({ listener: update => updates.push(update) });
    topic.append('connector-c', null);
    log.follow();

    assert.deepEqual(updates, [{ kind: 'connector-removed', connector: 'c' }]);
  });

  test('goes on behind a record that it does not understand', async () => {
    const topic = new FakeTopic();
    topic.append('connector-c', 'garbage');
    topic.append('connector-d', properties('1'));
    topic.append('connector-d', 'garbage');
    const { store, log } = createStore(topic);

    await store.start();
    const offsets = [store.snapshot().offset];
    topic.append('of no known kind', '{}');
    log.follow();
    offsets.push(store.snapshot().offset);

    // What cannot be decoded does not count for the config offset; what can be, and means nothing, does.
    assert.deepEqual([store.connectorNames(), offsets], [['d'], [2, 4]]);
  });
});
