import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { KafkaOffsetStore } from '../../../src/storage/kafka-offset-store.ts';
import { FakeCompactedLog, FakeTopic } from '../../support/fake-compacted-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { offsetsOf, testOffsetStore, writeOf } from '../../support/offset-store-contract.ts';

function createStore(topic = new FakeTopic()) {
  const log = new FakeCompactedLog(topic);
  const store = new KafkaOffsetStore({
    topic: log,
    readTimeoutMs: 1000,
    clock: new ManualClock(),
    log: createSilentLogger(),
  });
  return { store, log, topic };
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
});
