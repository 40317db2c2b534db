import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import kafkajs from 'kafkajs';
import { SystemClock } from '../../../src/async/clock.ts';
import type { CompactedLog } from '../../../src/kafka/compacted-log.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { KafkaConfigStore } from '../../../src/storage/kafka-config-store.ts';
import { KafkaOffsetStore } from '../../../src/storage/kafka-offset-store.ts';
import { KafkaStatusStore } from '../../../src/storage/kafka-status-store.ts';
import { testBootstrap } from '../../support/broker.ts';
import { configOf, properties, toPlain } from '../../support/cluster-configs.ts';
import { createTestLog, patience } from '../../support/compacted-logs.ts';
import { testConfigStore } from '../../support/config-store-contract.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { testOffsetStore } from '../../support/offset-store-contract.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { createTopic } from '../../support/read-topic.ts';
import { instanceOf, taskOf, testStatusStore } from '../../support/status-store-contract.ts';

const clock = new SystemClock();
const log = createSilentLogger();

/** The log of a topic, which it creates. */
function openLog(
  t: TestContext,
  name: string,
  options: { partitions: number; bootstrapServers?: string },
): CompactedLog {
  const { partitions, bootstrapServers = testBootstrap() } = options;
  const requiredPartitions = partitions === 1 ? 1 : null;
  return createTestLog(t, {
    bootstrapServers,
    topic: { name, partitions, requiredPartitions, configKey: 'config.storage.topic' },
  });
}

function createConfigStore(t: TestContext, name: string, bootstrapServers?: string): KafkaConfigStore {
  const topic = openLog(t, name, { partitions: 1, ...(bootstrapServers !== undefined && { bootstrapServers }) });
  return new KafkaConfigStore({ topic, clock, log });
}

function createStatusStore(t: TestContext, name: string): KafkaStatusStore {
  return new KafkaStatusStore({ topic: openLog(t, name, { partitions: 5 }), generation: () => 1, clock, log });
}

testConfigStore('the Kafka config store', async t => createConfigStore(t, uniqueName('configs')));

testStatusStore('the Kafka status store', async t => createStatusStore(t, uniqueName('statuses')));

testOffsetStore('the Kafka offset store', async t => {
  const name = uniqueName('offsets');
  return async () => {
    const topic = openLog(t, name, { partitions: 25 });
    const store = new KafkaOffsetStore({ topic, readTimeoutMs: 30_000, clock, log });
    await store.load();
    return store;
  };
});

describe('the config topic', () => {
  test('makes the same snapshot for a worker that was there and for one that starts later', async t => {
    const name = uniqueName('configs');
    const [leader, follower, late] = [0, 1, 2].map(() => createConfigStore(t, name));
    assert.ok(leader !== undefined && follower !== undefined && late !== undefined);
    await leader.start();
    await follower.start();
    for (let index = 0; index < 10; index += 1) {
      const connector = `connector-${index}`;
      await leader.putConnectorConfig(connector, configOf(connector), index % 2 === 0 ? 'PAUSED' : 'STARTED');
      await leader.putTaskConfigs(connector, [configOf('t0'), configOf('t1'), configOf('t2')]);
      if (index % 3 === 0) await leader.putTaskConfigs(connector, [configOf('t0')]);
      if (index % 4 === 0) await leader.removeConnectorConfig(connector);
    }

    await follower.refresh(patience());
    await late.start();

    const expected = toPlain(leader.snapshot());
    assert.equal(leader.snapshot().connectors().length, 7);
    assert.deepEqual(toPlain(follower.snapshot()), expected);
    assert.deepEqual(toPlain(late.snapshot()), expected);
  });

  test('has a config offset that does not count transaction markers', async t => {
    const name = uniqueName('configs');
    const topic = createTestLog(t, { bootstrapServers: testBootstrap(), topic: { name }, isReadCommitted: true });
    const store = new KafkaConfigStore({ topic, clock, log });
    await store.start();
    const producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer({
      transactionalId: name,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    t.after(() => producer.disconnect());
    const messages = [{ key: 'connector-a', value: properties('1') }];
    const aborted = await producer.transaction();
    await aborted.send({ topic: name, messages });
    await aborted.abort();
    const transaction = await producer.transaction();
    await transaction.send({ topic: name, messages });
    await transaction.commit();

    await store.refresh(patience());
    const offsets = [store.snapshot().offset];
    await store.putConnectorConfig('a', configOf('2'));
    offsets.push(store.snapshot().offset);

    // Record 0 aborted, marker 1, record 2, marker 3, record 4.
    assert.deepEqual(offsets, [3, 5]);
  });

  test('is refused when it has more than one partition', async t => {
    const name = uniqueName('configs');
    await createTopic(testBootstrap(), { topic: name, partitions: 2, configs: { 'cleanup.policy': 'compact' } });

    await assert.rejects(createConfigStore(t, name).start(), /config\.storage\.topic.*must have 1 partition/);
  });

  test('is written and read on after the broker was killed and came back', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const name = uniqueName('configs');
    const [store, reader] = [0, 1].map(() => createConfigStore(t, name, broker.bootstrapServers));
    assert.ok(store !== undefined && reader !== undefined);
    await Promise.all([store.start(), reader.start()]);
    await store.putConnectorConfig('a', configOf('1'));

    await broker.kill();
    const put = store.putConnectorConfig('a', configOf('2'));
    await broker.restart();
    await put;
    await reader.refresh(patience());

    assert.deepEqual(reader.connectorConfig('a'), configOf('2'));
    assert.deepEqual(toPlain(reader.snapshot()), toPlain(store.snapshot()));
  });
});

describe('the status topic', () => {
  test('shows one worker what another one wrote', async t => {
    const name = uniqueName('statuses');
    const [writer, reader] = [createStatusStore(t, name), createStatusStore(t, name)];
    await Promise.all([writer.start(), reader.start()]);

    await writer.putConnectorStatus('c', instanceOf('RUNNING'));
    await writer.putTaskStatus({ ...taskOf(0, 'FAILED'), trace: 'Error: x\n\tat y', pid: 5 });
    await writer.putActiveTopic({ topic: 'orders', connector: 'c', task: 0, discoveredAtMs: 5 });
    const late = createStatusStore(t, name);
    await late.start();

    assert.deepEqual(
      [late.connectorStatus('c'), late.taskStatuses('c'), late.activeTopics('c')],
      [
        instanceOf('RUNNING'),
        [{ ...taskOf(0, 'FAILED'), trace: 'Error: x\n\tat y' }],
        [{ topic: 'orders', connector: 'c', task: 0, discoveredAtMs: 5 }],
      ],
    );
  });

  test('takes the statuses of 400 tasks at once', async t => {
    const store = createStatusStore(t, uniqueName('statuses'));
    await store.start();

    await Promise.all(Array.from({ length: 400 }, (_, task) => store.putTaskStatus(taskOf(task, 'RUNNING'))));

    assert.equal(store.taskStatuses('c').length, 400);
  });
});
