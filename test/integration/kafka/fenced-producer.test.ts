import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createRecordProducer, type RecordProducer } from '../../../src/kafka/record-producer.ts';
import type { FenceVerdict } from '../../../src/kafka/write-fence.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { createTopic, readTopic } from '../../support/read-topic.ts';
import { recordOf } from '../../support/record-views.ts';

/** A producer behind a fence that the test sets, and what became of records, by their values. */
async function startFenced(t: TestContext, keys: Readonly<Record<string, string>> = {}) {
  /** `next` are answered once each, before `verdict`. */
  const fence: { verdict: FenceVerdict; asked: number; next: FenceVerdict[] } = { verdict: 'send', asked: 0, next: [] };
  const outcomes = new Map<string, string>();
  const producer: RecordProducer = createRecordProducer({
    config: new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), 'linger.ms': '0', ...keys })),
    fence: {
      judge: () => {
        fence.asked += 1;
        return fence.next.shift() ?? fence.verdict;
      },
    },
    clock: new SystemClock(),
    log: createSilentLogger(),
  });
  t.after(() => producer.close(0));
  const name = uniqueName('fenced');
  await createTopic(testBootstrap(), { topic: name, partitions: 1 });
  const topic = await producer.topic(name, AbortSignal.timeout(30_000));
  const append = (value: string): void =>
    producer.append(topic, 0, recordOf({ key: null, value }), {
      acked: () => outcomes.set(value, 'acked'),
      failed: (_count, error) => outcomes.set(value, error.code),
    });
  const read = async (): Promise<readonly string[]> =>
    (await readTopic(testBootstrap(), name)).map(({ message }) => String(message.value));
  return { fence, outcomes, producer, append, read };
}

describe('a producer with a fence', () => {
  for (const [name, keys] of [
    ['idempotent', {}],
    ['not idempotent', { 'enable.idempotence': 'false' }],
  ] as const) {
    test(`sends nothing that is dropped, and goes on with what comes later, ${name}`, async t => {
      const { fence, outcomes, producer, append, read } = await startFenced(t, keys);
      append('before');
      await producer.flush();

      fence.verdict = 'drop';
      append('dropped');
      await producer.flush();
      fence.verdict = 'send';
      append('after');
      await producer.flush();

      assert.deepEqual(
        [...outcomes],
        [
          ['before', 'acked'],
          ['dropped', 'GROUP_REBALANCE'],
          ['after', 'acked'],
        ],
      );
      assert.deepEqual(await read(), ['before', 'after']);
    });
  }

  for (const [last, idempotence] of [
    ['drop', 'true'],
    ['drop', 'false'],
    ['wait', 'true'],
  ] as const) {
    test(`looks once more when a request is complete: ${last}, idempotence ${idempotence}`, async t => {
      const { fence, outcomes, producer, append, read } = await startFenced(t, { 'enable.idempotence': idempotence });
      append('before');
      await producer.flush();

      // The request is made, looked at again, not sent; its batch is judged anew.
      fence.next = ['send', last, last];
      append('late');
      await producer.flush();
      const unasked = [...fence.next];
      append('after');
      await producer.flush();

      assert.deepEqual(unasked, []);
      assert.deepEqual(
        [...outcomes],
        [
          ['before', 'acked'],
          ['late', last === 'drop' ? 'GROUP_REBALANCE' : 'acked'],
          ['after', 'acked'],
        ],
      );
      assert.deepEqual(await read(), last === 'drop' ? ['before', 'after'] : ['before', 'late', 'after']);
    });
  }

  test('says of records that were sent before they were dropped that they may be written', async t => {
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const { fence, outcomes, producer, append, read } = await startFenced(t, {
      'bootstrap.servers': proxy.bootstrapServers,
    });
    append('before');
    await producer.flush();

    proxy.judge = () => {
      fence.verdict = 'drop';
      return 'cut-instead';
    };
    append('sent');
    await producer.flush();

    assert.deepEqual(
      [...outcomes],
      [
        ['before', 'acked'],
        ['sent', 'KAFKA_OUTCOME_UNKNOWN'],
      ],
    );
    assert.deepEqual(await read(), ['before', 'sent']);
  });

  test('holds records back while it is told to wait, and sends them when it may', async t => {
    const { fence, outcomes, producer, append, read } = await startFenced(t);
    fence.verdict = 'wait';
    append('waits');
    const flushed = producer.flush();
    while (fence.asked < 3) await new SystemClock().sleep(10);
    const meanwhile = [...outcomes];

    fence.verdict = 'send';
    await flushed;

    assert.deepEqual(meanwhile, []);
    assert.deepEqual([...outcomes], [['waits', 'acked']]);
    assert.deepEqual(await read(), ['waits']);
  });
});
