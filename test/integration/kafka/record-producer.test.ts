import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createRecordProducer, type KafkaRecordProducer } from '../../../src/kafka/record-producer.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { CompletionCount } from '../../support/completion-count.ts';
import { createTopic, readTopic } from '../../support/read-topic.ts';
import { recordOf, type PlainRecord } from '../../support/record-views.ts';

const signal = (): AbortSignal => AbortSignal.timeout(30_000);

function startProducer(t: TestContext, keys: Record<string, string> = {}): KafkaRecordProducer {
  const config = new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), ...keys }));
  const producer = createRecordProducer({ config, clock: new SystemClock(), log: createSilentLogger() });
  t.after(() => producer.close(1000));
  return producer;
}

const samples: readonly PlainRecord[] = [
  { key: 'k', value: 'v', timestampMs: 1_760_000_000_000, headers: [] },
  { key: null, value: 'no key', timestampMs: 1_760_000_000_001, headers: [] },
  { key: 'tombstone', value: null, timestampMs: 1_760_000_000_002, headers: [] },
  { key: '', value: '', timestampMs: 1_759_999_000_000, headers: [{ key: 'h', value: Buffer.from('1') }] },
  {
    key: 'größe',
    value: 'x'.repeat(5000),
    timestampMs: 1_760_000_000_003,
    headers: [{ key: 'e', value: Buffer.alloc(0) }],
  },
];

describe('record producer', () => {
  for (const type of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    test(`writes keys, values, nulls, headers and timestamps with compression ${type}`, async t => {
      const topicName = `produce-${type}-${randomUUID()}`;
      await createTopic(testBootstrap(), { topic: topicName, partitions: 1 });
      const producer = startProducer(t, { 'compression.type': type });
      const topic = await producer.topic(topicName, signal());
      const completion = new CompletionCount();
      const records = Array.from({ length: 200 }, () => samples).flat();

      for (const record of records) producer.append(topic, 0, recordOf(record), completion);
      await producer.flush();

      assert.deepEqual([completion.ackedCount, completion.errors], [1000, []]);
      const read = (await readTopic(testBootstrap(), topicName)).map(({ message }) => ({
        key: message.key === null ? null : message.key.toString(),
        value: message.value === null ? null : message.value.toString(),
        timestampMs: Number(message.timestamp),
        headers: Object.entries(message.headers ?? {}).map(([key, value]) => ({ key, value })),
      }));
      assert.deepEqual(read, records);
    });
  }

  test('creates a missing topic where the broker allows it', async t => {
    const producer = startProducer(t);

    const topic = await producer.topic(`created-${randomUUID()}`, signal());

    assert.equal(topic.partitionCount, 1);
  });

  test('refuses a topic name that Kafka does not allow, at once', async t => {
    const producer = startProducer(t);

    await assert.rejects(producer.topic('no/such name', signal()), {
      code: 'KAFKA_REQUEST_FAILED',
      message: /INVALID_TOPIC/,
    });
  });

  test('says that no broker can be reached after max.block.ms', async t => {
    const producer = startProducer(t, { 'bootstrap.servers': '127.0.0.1:1', 'max.block.ms': '300' });

    await assert.rejects(producer.topic('t', signal()), { code: 'KAFKA_UNAVAILABLE', message: /127\.0\.0\.1:1 / });
  });

  test('stops waiting for a topic when its signal aborts', async t => {
    const producer = startProducer(t, { 'bootstrap.servers': '127.0.0.1:1' });

    await assert.rejects(producer.topic('t', AbortSignal.timeout(100)), { name: 'TimeoutError' });
  });

  test('refuses a record larger than max.request.size and goes on', async t => {
    const producer = startProducer(t, { 'max.request.size': '1000' });
    const topic = await producer.topic(`large-${randomUUID()}`, signal());
    const completion = new CompletionCount();

    assert.throws(() => producer.append(topic, 0, recordOf({ key: null, value: 'x'.repeat(1000) }), completion), {
      code: 'MESSAGE_TOO_LARGE',
      message: /more than max\.request\.size allows: 1000$/,
    });

    producer.append(topic, 0, recordOf({ key: null, value: 'small' }), completion);
    await producer.flush();
    assert.deepEqual([completion.ackedCount, completion.failedCount], [1, 0]);
  });

  test('takes batches apart that are larger than the topic allows, in order', async t => {
    const topicName = `split-${randomUUID()}`;
    await createTopic(testBootstrap(), { topic: topicName, partitions: 1, configs: { 'max.message.bytes': '2000' } });
    const producer = startProducer(t);
    const topic = await producer.topic(topicName, signal());
    const completions = [new CompletionCount(), new CompletionCount()];

    for (let index = 0; index < 1000; index += 1) {
      const completion = completions[index < 300 ? 0 : 1];
      assert.ok(completion);
      producer.append(topic, 0, recordOf({ key: null, value: String(index).padEnd(100) }), completion);
    }
    await producer.flush();

    assert.deepEqual(
      completions.map(({ ackedCount, failedCount }) => [ackedCount, failedCount]),
      [
        [300, 0],
        [700, 0],
      ],
    );
    const values = (await readTopic(testBootstrap(), topicName)).map(({ message }) => Number(message.value));
    assert.deepEqual(
      values,
      Array.from({ length: 1000 }, (_, index) => index),
    );
  });

  test('fails a record that alone is larger than the topic allows, and writes the others', async t => {
    const topicName = `refused-${randomUUID()}`;
    await createTopic(testBootstrap(), { topic: topicName, partitions: 1, configs: { 'max.message.bytes': '2000' } });
    const producer = startProducer(t);
    const topic = await producer.topic(topicName, signal());
    const completion = new CompletionCount();

    for (const value of ['a', 'x'.repeat(3000), 'b', 'c']) {
      producer.append(topic, 0, recordOf({ key: null, value }), completion);
    }
    await producer.flush();

    assert.deepEqual([completion.ackedCount, completion.errors.map(error => error.code)], [3, ['MESSAGE_TOO_LARGE']]);
    const values = (await readTopic(testBootstrap(), topicName)).map(({ message }) => String(message.value));
    assert.deepEqual(values, ['a', 'b', 'c']);
  });

  test('writes to many partitions in few requests, each key to its partition', async t => {
    const topicName = `keys-${randomUUID()}`;
    await createTopic(testBootstrap(), { topic: topicName, partitions: 7 });
    const producer = startProducer(t);
    const topic = await producer.topic(topicName, signal());
    const completion = new CompletionCount();

    for (let index = 0; index < 5000; index += 1) {
      producer.append(topic, -1, recordOf({ key: `key ${index % 50}`, value: String(index) }), completion);
    }
    await producer.flush();

    const read = await readTopic(testBootstrap(), topicName);
    assert.equal(read.length, 5000);
    const partitionsByKey = new Map<string, Set<number>>();
    for (const { partition, message } of read) {
      const key = String(message.key);
      partitionsByKey.set(key, (partitionsByKey.get(key) ?? new Set()).add(partition));
    }
    assert.deepEqual([partitionsByKey.size, [...partitionsByKey.values()].every(set => set.size === 1)], [50, true]);
  });

  test('is full at buffer.memory and has room again when batches are acked', async t => {
    const producer = startProducer(t, { 'buffer.memory': '100000' });
    const topic = await producer.topic(`full-${randomUUID()}`, signal());
    const completion = new CompletionCount();

    let appended = 0;
    for (; !producer.isFull; appended += 1) {
      producer.append(topic, 0, recordOf({ key: null, value: 'x'.repeat(1000) }), completion);
    }
    await producer.waitForSpace(signal());

    assert.ok(appended > 10 && appended <= 200, `${appended} records of 1000 bytes`);
    assert.equal(producer.isFull, false);
  });

  test('acks without an answer of the broker with acks=0', async t => {
    const topicName = `acks-0-${randomUUID()}`;
    const producer = startProducer(t, { acks: '0' });
    const topic = await producer.topic(topicName, signal());
    const completion = new CompletionCount();

    producer.append(topic, 0, recordOf({ key: null, value: 'v' }), completion);
    await producer.flush();

    assert.equal(completion.ackedCount, 1);
  });

  test('fails what is left when it is closed, and takes nothing more', async t => {
    const producer = startProducer(t, { 'linger.ms': '60000', 'delivery.timeout.ms': '120000' });
    const topic = await producer.topic(`close-${randomUUID()}`, signal());
    const completion = new CompletionCount();
    producer.append(topic, 0, recordOf({ key: null, value: 'v' }), completion);

    await producer.close(0);

    assert.equal(completion.ackedCount + completion.failedCount, 1);
    assert.throws(() => producer.append(topic, 0, recordOf({ key: null, value: 'w' }), completion), {
      code: 'SHUTTING_DOWN',
    });
  });
});
