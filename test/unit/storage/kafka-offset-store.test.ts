import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { ConnectError, toConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { KafkaOffsetStore } from '../../../src/storage/kafka-offset-store.ts';
import { FakeCompactedLog, FakeTopic } from '../../support/fake-compacted-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { offsetsOf, testOffsetStore, writeOf } from '../../support/offset-store-contract.ts';

function createStore(topic = new FakeTopic()) {
  const log = new FakeCompactedLog(topic);
  const clock = new ManualClock();
  const store = new KafkaOffsetStore({ topic: log, readTimeoutMs: 1000, clock, log: createSilentLogger() });
  return { store, log, topic, clock };
}

testOffsetStore('the Kafka offset store on a log in memory', async () => {
  const topic = new FakeTopic();
  return async () => {
    const { store } = createStore(topic);
    await store.load();
    return store;
  };
});

describe('the Kafka offset store', () => {
  test('reads to the end before it answers, for another worker may have written', async () => {
    const topic = new FakeTopic();
    const { store } = createStore(topic);
    await store.load();

    topic.append('["c",{"p":1}]', '{"o":1}');

    assert.deepEqual(await store.connectors(), ['c']);
    topic.append('["c",{"p":2}]', '{"o":2}');
    assert.deepEqual((await store.lookup('c', [Buffer.from('{"p":2}')])).map(String), ['{"o":2}']);
    topic.append('["c",{"p":1}]', null);
    assert.deepEqual(await offsetsOf(store, 'c'), ['{"p":2} {"o":2}']);
  });

  test('fails a put of which one record could not be written', async () => {
    const { store, log } = createStore();
    await store.load();
    log.outcomeOf = key => (key.includes('"p":2') ? new ConnectError('KAFKA_UNAVAILABLE', 'away') : null);

    await assert.rejects(
      store.put('c', [writeOf('{"p":1}', '{}'), writeOf('{"p":2}', '{}'), writeOf('{"p":3}', '{}')]),
      /away/,
    );
  });

  test('gives a read up that has not reached the end of the topic in its time', async () => {
    const { store, log, clock } = createStore();
    await store.load();
    log.holdsReads = true;
    const failures: string[] = [];
    const note = (error: unknown): void => {
      const { code, message } = toConnectError(error);
      failures.push(`${code}: ${message}`);
    };
    const reads = [store.connectors(), store.get('c'), store.lookup('c', [])].map(read => read.catch(note));

    clock.advance(999);
    await turn();
    const early = [...failures];
    clock.advance(1);
    await Promise.all(reads);

    const late = 'DEADLINE_EXCEEDED: The end of the offset topic was not reached within 1000 ms';
    assert.deepEqual([early, failures], [[], [late, late, late]]);
  });

  test('lets go of a put and of a read that wait when it is closed', async () => {
    const { store, log } = createStore();
    await store.load();
    log.outcomeOf = () => 'held';
    log.holdsReads = true;
    const waiting = [store.put('c', [writeOf('{"p":1}', '{}')]), store.get('c')];

    const outcomes = waiting.map(each => assert.rejects(each, { code: 'SHUTTING_DOWN' }));
    await store.close();

    await Promise.all(outcomes);
    await assert.rejects(store.get('c'), { code: 'SHUTTING_DOWN' });
  });
});
