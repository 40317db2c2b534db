import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SystemClock } from '../../../src/async/clock.ts';
import {
  createRecordProducer,
  type KafkaRecordProducer,
  type ProducerTopic,
} from '../../../src/kafka/record-producer.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { CompletionCount } from '../../support/completion-count.ts';
import { FlakyProxy, type ProxyVerdict } from '../../support/flaky-proxy.ts';
import { createRandom } from '../../support/random.ts';
import { createTopic, readTopic } from '../../support/read-topic.ts';
import { recordOf } from '../../support/record-views.ts';

const partitions = 3;
const signal = (): AbortSignal => AbortSignal.timeout(60_000);

interface Flow {
  readonly proxy: FlakyProxy;
  readonly producer: KafkaRecordProducer;
  readonly topic: ProducerTopic;
  readonly completion: CompletionCount;
}

async function startFlow(t: TestContext, keys: Record<string, string> = {}): Promise<Flow> {
  const name = `faults-${randomUUID()}`;
  await createTopic(testBootstrap(), { topic: name, partitions });
  const proxy = await FlakyProxy.start(testBootstrap());
  const config = new Map(
    Object.entries({
      'bootstrap.servers': proxy.bootstrapServers,
      'linger.ms': '0',
      'batch.size': '2000',
      'retry.backoff.ms': '5',
      'retry.backoff.max.ms': '20',
      'reconnect.backoff.ms': '5',
      'reconnect.backoff.max.ms': '20',
      ...keys,
    }),
  );
  const producer = createRecordProducer({ config, clock: new SystemClock(), log: createSilentLogger() });
  t.after(async () => {
    await producer.close(0);
    await proxy.close();
  });
  return { proxy, producer, topic: await producer.topic(name, signal()), completion: new CompletionCount() };
}

/** Appends records 0, 1, 2… in turn to all partitions, giving the network a turn after each hundred. */
async function appendNumbers(flow: Flow, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const record = recordOf({ key: null, value: String(number).padEnd(80) });
    flow.producer.append(flow.topic, number % partitions, record, flow.completion);
    if (number % 100 === 99) await turn();
    if (flow.producer.isFull) await flow.producer.waitForSpace(signal());
  }
}

async function readNumbers(topic: string): Promise<readonly (readonly number[])[]> {
  const numbers: number[][] = Array.from({ length: partitions }, () => []);
  for (const { partition, message } of await readTopic(testBootstrap(), topic)) {
    numbers[partition]?.push(Number(message.value));
  }
  return numbers;
}

/** What each partition holds when nothing is lost, doubled or out of order. */
function allNumbers(count: number): readonly (readonly number[])[] {
  return Array.from({ length: partitions }, (_, partition) =>
    Array.from(
      { length: Math.ceil((count - partition) / partitions) },
      (_unused, index) => index * partitions + partition,
    ),
  );
}

/** Cuts a connection at about every fifth response, often without passing the response on. */
function judgeAtRandom(seed: number): () => ProxyVerdict {
  const random = createRandom(seed);
  return () => {
    const drawn = random(15);
    if (drawn === 0) return 'cut-after';
    return drawn <= 2 ? 'cut-instead' : 'pass';
  };
}

describe('record producer before a flaky network', () => {
  for (const [name, keys] of [
    ['with five requests in flight', {}],
    ['with one request in flight', { 'max.in.flight.requests.per.connection': '1' }],
    ['with compression', { 'compression.type': 'lz4' }],
  ] as const) {
    test(`writes each record once and in order ${name}`, async t => {
      const count = 20_000;
      const flow = await startFlow(t, keys);
      flow.proxy.judge = judgeAtRandom(11);

      await appendNumbers(flow, count);
      await flow.producer.flush();

      flow.proxy.judge = () => 'pass';
      assert.ok(flow.proxy.cuts > 5, `${flow.proxy.cuts} connections were cut`);
      assert.deepEqual([flow.completion.ackedCount, flow.completion.failedCount], [count, 0]);
      assert.deepEqual(await readNumbers(flow.topic.name), allNumbers(count));
    });
  }

  test('gives up what could not be written within delivery.timeout.ms, and says why', async t => {
    const flow = await startFlow(t, { 'request.timeout.ms': '500', 'delivery.timeout.ms': '600' });
    flow.proxy.refuses = true;
    flow.proxy.cutAll();

    await appendNumbers(flow, 3);
    await flow.producer.flush();

    assert.equal(flow.completion.failedCount, 3);
    const [error] = flow.completion.errors;
    assert.equal(error?.code, 'KAFKA_DELIVERY_TIMEOUT');
    assert.match(
      error.message,
      /^1 records for 'faults-.*-\d' were not acknowledged within delivery\.timeout\.ms, 600 ms; last failure: /,
    );
  });

  test('goes on in order after it gave records up whose fate is not known', async t => {
    const flow = await startFlow(t, { 'request.timeout.ms': '300', 'delivery.timeout.ms': '400' });
    await appendNumbers(flow, 300);
    await flow.producer.flush();
    flow.proxy.judge = () => 'cut-instead';
    await appendNumbers(flow, 300);
    await flow.producer.flush();
    const failedCount = flow.completion.failedCount;
    flow.proxy.judge = () => 'pass';

    await appendNumbers(flow, 3000);
    await flow.producer.flush();

    assert.deepEqual([failedCount, flow.completion.failedCount, flow.completion.ackedCount], [300, 300, 3300]);
    // What was given up may have been written, but at most once; what came after it is there once and in order.
    const read = await readNumbers(flow.topic.name);
    const expected = allNumbers(3000);
    assert.deepEqual(
      read.map((numbers, partition) => numbers.slice(-(expected[partition]?.length ?? 0))),
      expected,
    );
    for (const numbers of read) assert.ok(numbers.length <= 100 + 100 + 1000, `${numbers.length} records`);
  });

  test('waits for a broker that is away, then writes', async t => {
    const flow = await startFlow(t);
    flow.proxy.refuses = true;
    flow.proxy.cutAll();
    await appendNumbers(flow, 3000);
    const flushed = flow.producer.flush();
    const cutsBefore = flow.proxy.cuts;
    while (flow.proxy.cuts < cutsBefore + 5) await turn();

    flow.proxy.refuses = false;
    await flushed;

    assert.deepEqual([flow.completion.ackedCount, flow.completion.failedCount], [3000, 0]);
    assert.deepEqual(await readNumbers(flow.topic.name), allNumbers(3000));
  });
});
