import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { ConfigError, ConnectError } from '../../../src/errors/connect-error.ts';
import { testBootstrap } from '../../support/broker.ts';
import { testCompactedLog } from '../../support/compacted-log-contract.ts';
import { createTestLog, patience, RecordKeeper } from '../../support/compacted-logs.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { createTopic } from '../../support/read-topic.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

testCompactedLog('compacted log', async t => {
  const topic = { name: uniqueName('log'), partitions: 5 };
  return () => createTestLog(t, { bootstrapServers: testBootstrap(), topic });
});

describe('compacted log', () => {
  test('creates its topic, compacted and with the settings asked for', async t => {
    const bootstrapServers = testBootstrap();
    const name = uniqueName('log');
    const settings = new Map([
      ['cleanup.policy', 'delete'],
      ['segment.bytes', '1048576'],
    ]);
    const log = createTestLog(t, { bootstrapServers, topic: { name, partitions: 3, settings } });

    await log.start(() => undefined, patience());

    const admin = new kafkajs.Kafka({ brokers: [bootstrapServers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    t.after(() => admin.disconnect());
    const { resources } = await admin.describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
      includeSynonyms: false,
    });
    const found = new Map(resources[0]?.configEntries.map(one => [one.configName, one.configValue]));
    assert.deepEqual(
      [log.partitionCount, found.get('cleanup.policy'), found.get('segment.bytes')],
      [3, 'compact', '1048576'],
    );
  });

  test('shows nothing of a transaction before its end, and waits for that, when it reads what is committed', async t => {
    const bootstrapServers = testBootstrap();
    const name = uniqueName('log');
    const log = createTestLog(t, { bootstrapServers, topic: { name }, isReadCommitted: true });
    const keeper = new RecordKeeper();
    await log.start(keeper.listener, patience());
    const producer = new kafkajs.Kafka({ brokers: [bootstrapServers], logLevel: kafkajs.logLevel.NOTHING }).producer({
      transactionalId: name,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    t.after(() => producer.disconnect());
    const aborted = await producer.transaction();
    await aborted.send({ topic: name, messages: [{ key: 'a', value: 'aborted' }] });
    await aborted.abort();
    const open = await producer.transaction();
    await open.send({ topic: name, messages: [{ key: 'a', value: 'committed' }] });

    let isRead = false;
    const read = log.readToEnd(patience()).then(() => (isRead = true));
    await assert.rejects(log.readToEnd(AbortSignal.timeout(500)));
    const before = [isRead, [...keeper.lines]];
    await open.commit();
    await read;

    assert.deepEqual(before, [false, []]);
    assert.deepEqual(keeper.lines, ['0 a=committed']);
  });

  test('refuses a topic that is not compacted, and one with another number of partitions than it must have', async t => {
    const bootstrapServers = testBootstrap();
    const deleted = uniqueName('log');
    await createTopic(bootstrapServers, {
      topic: deleted,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact,delete' },
    });
    const wide = uniqueName('log');
    await createTopic(bootstrapServers, { topic: wide, partitions: 2, configs: { 'cleanup.policy': 'compact' } });
    const required = { requiredPartitions: 1, configKey: 'config.storage.topic', purpose: 'connector configurations' };

    const start = (name: string): Promise<void> =>
      createTestLog(t, { bootstrapServers, topic: { name, ...required } }).start(() => undefined, patience());

    await assert.rejects(start(deleted), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /config\.storage\.topic.*cleanup\.policy=compact.*=compact,delete.*Set /);
      return true;
    });
    await assert.rejects(start(wide), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /config\.storage\.topic.*must have 1 partition .*but has 2\. Set /);
      return true;
    });
  });

  test('tries for a while to create a topic that wants more brokers than there are', async t => {
    const startedMs = performance.now();
    const log = createTestLog(t, {
      bootstrapServers: testBootstrap(),
      topic: { name: uniqueName('log'), replicationFactor: 3 },
      keys: { 'default.api.timeout.ms': '1500' },
    });

    await assert.rejects(
      log.start(() => undefined, patience()),
      (error: unknown) => {
        assert.ok(error instanceof ConnectError);
        assert.match(
          error.message,
          /'offset\.storage\.replication\.factor' is 3; start as many brokers, or set it lower/,
        );
        return true;
      },
    );
    assert.ok(performance.now() - startedMs > 900);
  });

  test('goes on after the broker was stopped and after it was killed', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const log = createTestLog(t, {
      bootstrapServers: broker.bootstrapServers,
      topic: { name: uniqueName('log'), partitions: 3 },
    });
    const keeper = new RecordKeeper();
    await log.start(keeper.listener, patience());

    await log.send(bytes('a'), bytes('1'));
    await broker.stop();
    const sent = log.send(bytes('b'), bytes('2'));
    const read = log.readToEnd(patience());
    await broker.restart();
    await Promise.all([sent, read]);
    await broker.kill();
    await broker.restart();
    await log.send(bytes('c'), bytes('3'));
    await log.readToEnd(patience());

    assert.deepEqual(keeper.lines.map(line => line.slice(2)).toSorted(), ['a=1', 'b=2', 'c=3']);
  });
});
