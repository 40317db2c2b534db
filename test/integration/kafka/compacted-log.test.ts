import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { ConfigError, ConnectError } from '../../../src/errors/connect-error.ts';
import { testBootstrap } from '../../support/broker.ts';
import { createTestLog, patience, RecordKeeper } from '../../support/compacted-logs.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { createTopic } from '../../support/read-topic.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

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

  test('hands on all that was there at its start, then all that is written by anyone', async t => {
    const bootstrapServers = testBootstrap();
    const topic = { name: uniqueName('log'), partitions: 5 };
    const first = createTestLog(t, { bootstrapServers, topic });
    await first.start(() => undefined, patience());
    await Promise.all(Array.from({ length: 50 }, (_, index) => first.send(bytes(`k${index % 7}`), bytes(`v${index}`))));
    const second = createTestLog(t, { bootstrapServers, topic });
    const [early, late] = [new RecordKeeper(), new RecordKeeper()];

    await second.start(early.listener, patience());
    const atStart = [...early.lines];
    await first.send(bytes('k1'), null);
    await second.readToEnd(patience());
    const third = createTestLog(t, { bootstrapServers, topic });
    await third.start(late.listener, patience());

    assert.equal(atStart.length, 50);
    assert.equal(early.lines.length, 51);
    assert.match(early.lines.at(-1) ?? '', /^\d k1=null$/);
    assert.deepEqual(late.lines.toSorted(), early.lines.toSorted());
  });

  test('shows own sends, acknowledged or not, after a read to the end', async t => {
    const log = createTestLog(t, {
      bootstrapServers: testBootstrap(),
      topic: { name: uniqueName('log'), partitions: 3 },
    });
    const keeper = new RecordKeeper();
    await log.start(keeper.listener, patience());

    const counts: number[] = [];
    const reads: Promise<void>[] = [];
    for (let index = 1; index <= 20; index += 1) {
      void log.send(bytes(`k${index}`), bytes('v'));
      reads.push(log.readToEnd(patience()).then(() => void counts.push(keeper.lines.length - index)));
      if (index % 3 === 0) await reads.at(-1);
    }
    await Promise.all(reads);

    assert.deepEqual(
      counts.filter(missing => missing < 0),
      [],
    );
    assert.equal(keeper.lines.length, 20);
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

    const [unfit, tooWide] = [deleted, wide].map(name =>
      createTestLog(t, { bootstrapServers, topic: { name, ...required } }).start(() => undefined, patience()),
    );

    await assert.rejects(unfit ?? Promise.resolve(), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(
        error.message,
        /config\.storage\.topic.*cleanup\.policy=compact.*cleanup\.policy=compact,delete.*Set /,
      );
      return true;
    });
    await assert.rejects(tooWide ?? Promise.resolve(), (error: unknown) => {
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
