import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { SystemClock } from '../../../src/async/clock.ts';
import { createRecordFetcher, type KafkaRecordFetcher } from '../../../src/kafka/kafka-record-fetcher.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { fetchRecords, toRecords, type FetchedRecord } from '../../support/fetch-records.ts';
import { createFilledTopic, fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { createTopic } from '../../support/read-topic.ts';

const never = new AbortController().signal;

function startFetcher(t: TestContext, keys: Record<string, string> = {}): KafkaRecordFetcher {
  const config = new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), ...keys }));
  const fetcher = createRecordFetcher({ config, clock: new SystemClock(), log: createSilentLogger() });
  t.after(() => fetcher.close());
  return fetcher;
}

async function startProxy(t: TestContext): Promise<FlakyProxy> {
  const proxy = await FlakyProxy.start(testBootstrap());
  t.after(() => proxy.close());
  return proxy;
}

/** Values per partition, in the order in which they came. */
function valuesByPartition(records: readonly FetchedRecord[]): ReadonlyMap<number, readonly (string | null)[]> {
  const values = new Map<number, (string | null)[]>();
  for (const { partition, value } of records) values.set(partition, [...(values.get(partition) ?? []), value]);
  return values;
}

function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}

function assertComplete(
  records: readonly FetchedRecord[],
  shape: { readonly partitions: number; readonly each: number },
): void {
  const nextByPartition = new Array<number>(shape.partitions).fill(0);
  for (const { partition, offset, value } of records) {
    const next = nextByPartition[partition] ?? -1;
    assert.deepEqual({ offset, value }, { offset: next, value: String(next) });
    nextByPartition[partition] = next + 1;
  }
  assert.deepEqual(nextByPartition, new Array<number>(shape.partitions).fill(shape.each));
}

/** So that a topic of some thousand records takes many fetches, and one is under way while a test acts. */
const smallBatches = { 'batch.size': '1000' };

describe('record fetcher', () => {
  test('reads 100,000 records of five partitions, all of them and in order', async t => {
    const topic = uniqueName('fetch');
    await createFilledTopic(testBootstrap(), { topic, partitions: 5, recordsEach: 20_000 });
    const fetcher = startFetcher(t, { 'max.partition.fetch.bytes': '50000', 'fetch.max.bytes': '120000' });

    for (let partition = 0; partition < 5; partition += 1) fetcher.add({ topic, partition, offset: 0 });
    const records = await fetchRecords(fetcher, 100_000);

    assertComplete(records, { partitions: 5, each: 20_000 });
    assert.equal(fetcher.position(topic, 3), 20_000);
    assert.deepEqual(await fetcher.poll(200, never), []);
  });

  for (const type of ['gzip', 'snappy', 'lz4', 'zstd']) {
    test(`reads records that were compressed with ${type}`, async t => {
      const topic = uniqueName(`fetch-${type}`);
      const keys = { 'compression.type': type };
      await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5000, keys });
      const fetcher = startFetcher(t);

      fetcher.add({ topic, partition: 0, offset: 0 });
      const records = await fetchRecords(fetcher, 5000);

      assertComplete(records, { partitions: 1, each: 5000 });
    });
  }

  test('tells where reading goes on and how far the partition goes', async t => {
    const topic = uniqueName('fetch-positions');
    await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 10 });
    const fetcher = startFetcher(t);

    fetcher.add({ topic, partition: 0, offset: 4 });
    const [fetched, ...others] = await fetcher.poll(10_000, never);

    assert.equal(others.length, 0);
    assert.deepEqual(
      [fetched?.topic, fetched?.partition, fetched?.nextOffset, fetched?.highWatermark],
      [topic, 0, 10, 10],
    );
    assert.deepEqual(
      toRecords(fetched === undefined ? [] : [fetched]).map(one => one.offset),
      [4, 5, 6, 7, 8, 9],
    );
  });

  test('goes on where it was sought to, and drops what it had fetched ahead', async t => {
    const topic = uniqueName('fetch-seek');
    await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5000, keys: smallBatches });
    const fetcher = startFetcher(t, { 'max.partition.fetch.bytes': '2000' });
    fetcher.add({ topic, partition: 0, offset: 0 });
    await fetcher.poll(10_000, never);

    // One request is under way now, from behind what was returned.
    fetcher.seek(topic, 0, 4990);
    const forward = await fetchRecords(fetcher, 10);
    fetcher.seek(topic, 0, 0);
    const back = await fetchRecords(fetcher, 5000);

    assert.deepEqual(
      forward.map(one => one.value),
      numbers(4990, 5000),
    );
    assertComplete(back, { partitions: 1, each: 5000 });
  });

  test('returns nothing of a paused partition, and all of it once resumed', async t => {
    const topic = uniqueName('fetch-pause');
    await createFilledTopic(testBootstrap(), { topic, partitions: 2, recordsEach: 3000, keys: smallBatches });
    const fetcher = startFetcher(t, { 'max.partition.fetch.bytes': '4000' });
    for (const partition of [0, 1]) fetcher.add({ topic, partition, offset: 0 });
    const before = toRecords(await fetcher.poll(10_000, never));

    fetcher.pause(topic, 0);
    const ofOther = valuesByPartition(before).get(1)?.length ?? 0;
    const during = await fetchRecords(fetcher, 3000 - ofOther);
    fetcher.resume(topic, 0);
    const after = await fetchRecords(fetcher, 6000 - before.length - during.length);

    assert.deepEqual([...new Set(during.map(one => one.partition))], [1]);
    assertComplete([...before, ...during, ...after], { partitions: 2, each: 3000 });
  });

  test('returns nothing of a partition that was removed, and starts anew when it is added again', async t => {
    const topic = uniqueName('fetch-remove');
    await createFilledTopic(testBootstrap(), { topic, partitions: 2, recordsEach: 500, keys: smallBatches });
    const fetcher = startFetcher(t, { 'max.partition.fetch.bytes': '1000' });
    for (const partition of [0, 1]) fetcher.add({ topic, partition, offset: 0 });
    const first = toRecords(await fetcher.poll(10_000, never));
    fetcher.remove(topic, 0);

    const ofOther = valuesByPartition(first).get(1)?.length ?? 0;
    const rest = await fetchRecords(fetcher, 500 - ofOther);
    fetcher.add({ topic, partition: 0, offset: 490 });
    const again = await fetchRecords(fetcher, 10);

    assert.deepEqual([...new Set(rest.map(one => one.partition))], [1]);
    assert.deepEqual(
      again.map(one => [one.partition, one.value]),
      numbers(490, 500).map(value => [0, value]),
    );
  });

  test('begins at the earliest or the latest offset when none is known', async t => {
    const topic = uniqueName('fetch-reset');
    await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5 });
    const earliest = startFetcher(t);
    const latest = startFetcher(t, { 'auto.offset.reset': 'latest' });

    earliest.add({ topic, partition: 0, offset: null });
    latest.add({ topic, partition: 0, offset: null });
    const all = await fetchRecords(earliest, 5);
    assert.deepEqual(await latest.poll(300, never), []);
    await fillTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 2, first: 5 });
    const young = await fetchRecords(latest, 2);

    assertComplete(all, { partitions: 1, each: 5 });
    assert.deepEqual(
      young.map(one => one.offset),
      [5, 6],
    );
  });

  test('resets an offset that the partition does not hold, or says so when that is not wanted', async t => {
    const topic = uniqueName('fetch-range');
    await createFilledTopic(testBootstrap(), { topic, partitions: 2, recordsEach: 5 });
    const earliest = startFetcher(t);
    const none = startFetcher(t, { 'auto.offset.reset': 'none' });

    earliest.add({ topic, partition: 0, offset: 1_000_000 });
    assertComplete(await fetchRecords(earliest, 5), { partitions: 1, each: 5 });
    none.add({ topic, partition: 0, offset: 1_000_000 });
    await assert.rejects(none.poll(10_000, never), {
      code: 'KAFKA_OFFSET_OUT_OF_RANGE',
      message: /Offset 1000000 of '.*-0' is not there \(any more\), and auto.offset.reset is 'none'/,
    });
    none.add({ topic, partition: 1, offset: null });
    none.remove(topic, 0);
    await assert.rejects(none.poll(10_000, never), { message: /No offset is committed for '.*-1'/ });
    none.seek(topic, 1, 0);

    assert.deepEqual(
      (await fetchRecords(none, 5)).map(one => one.partition),
      [1, 1, 1, 1, 1],
    );
  });

  test('leaves out aborted transactions when only committed records are wanted', async t => {
    const topic = uniqueName('fetch-transactions');
    await createTopic(testBootstrap(), { topic, partitions: 1 });
    const kafka = new Kafka({ brokers: [testBootstrap()], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    t.after(() => producer.disconnect());
    for (const [index, outcome] of ['commit', 'abort', 'abort', 'commit'].entries()) {
      const transaction = await producer.transaction();
      const messages = [0, 1].map(one => ({ value: `${outcome}-${index}-${one}` }));
      await transaction.send({ topic, messages });
      if (outcome === 'commit') await transaction.commit();
      else await transaction.abort();
    }
    const committed = startFetcher(t, { 'isolation.level': 'read_committed' });
    const all = startFetcher(t);

    committed.add({ topic, partition: 0, offset: 0 });
    all.add({ topic, partition: 0, offset: 0 });
    const ofCommitted = (await fetchRecords(committed, 4)).map(one => one.value);
    const ofAll = (await fetchRecords(all, 8)).map(one => one.value);

    assert.deepEqual(ofCommitted, ['commit-0-0', 'commit-0-1', 'commit-3-0', 'commit-3-1']);
    assert.equal(ofAll.length, 8);
    // Four transactions of two records and a marker each.
    assert.equal(committed.position(topic, 0), 12);
    assert.deepEqual(await committed.poll(200, never), []);
  });

  test('goes on by itself when connections break, and neither loses nor repeats a record', async t => {
    const topic = uniqueName('fetch-cut');
    // Small batches and answers, so that there is much to cut.
    const keys = { 'batch.size': '2000' };
    await createFilledTopic(testBootstrap(), { topic, partitions: 3, recordsEach: 20_000, keys });
    const proxy = await startProxy(t);
    let chunks = 0;
    proxy.judge = () => ((chunks += 1) % 8 === 0 ? 'cut-instead' : 'pass');
    const fetcher = startFetcher(t, {
      'bootstrap.servers': proxy.bootstrapServers,
      'max.partition.fetch.bytes': '4000',
      'reconnect.backoff.ms': '1',
      'reconnect.backoff.max.ms': '5',
      'retry.backoff.ms': '5',
      'retry.backoff.max.ms': '10',
    });

    for (const partition of [0, 1, 2]) fetcher.add({ topic, partition, offset: null });
    const records = await fetchRecords(fetcher, 60_000);

    assertComplete(records, { partitions: 3, each: 20_000 });
    assert.ok(proxy.cuts > 3, `${proxy.cuts} cuts`);
  });

  test('waits for a broker that is down', async t => {
    const topic = uniqueName('fetch-down');
    await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5 });
    const proxy = await startProxy(t);
    proxy.refuses = true;
    const fetcher = startFetcher(t, { 'bootstrap.servers': proxy.bootstrapServers });

    fetcher.add({ topic, partition: 0, offset: 0 });
    assert.deepEqual(await fetcher.poll(500, never), []);
    proxy.refuses = false;

    assertComplete(await fetchRecords(fetcher, 5), { partitions: 1, each: 5 });
  });

  test('waits for a topic that does not exist yet', async t => {
    const topic = uniqueName('fetch-later');
    const fetcher = startFetcher(t, { 'allow.auto.create.topics': 'false' });

    fetcher.add({ topic, partition: 0, offset: null });
    assert.deepEqual(await fetcher.poll(300, never), []);
    await createFilledTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5 });

    assertComplete(await fetchRecords(fetcher, 5), { partitions: 1, each: 5 });
  });

  test('ends a poll when the signal aborts and when it is closed', async t => {
    const topic = uniqueName('fetch-end');
    await createTopic(testBootstrap(), { topic, partitions: 1 });
    const fetcher = startFetcher(t);
    fetcher.add({ topic, partition: 0, offset: 0 });
    const stop = new AbortController();

    const aborted = fetcher.poll(60_000, stop.signal);
    stop.abort();
    assert.deepEqual(await aborted, []);
    const closed = fetcher.poll(60_000, never);
    await fetcher.close();

    assert.deepEqual(await closed, []);
    assert.deepEqual(await fetcher.poll(60_000, never), []);
  });
});
