import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SystemClock } from '../../../src/async/clock.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { ProduceBatch } from '../../../src/kafka/produce-batch.ts';
import { parseProducerConfig } from '../../../src/kafka/producer-config.ts';
import { RecordAccumulator, type AccumulatorTopic } from '../../../src/kafka/record-accumulator.ts';
import { CompletionCount } from '../../support/completion-count.ts';
import { recordOf } from '../../support/record-views.ts';

interface Fixture {
  readonly accumulator: RecordAccumulator;
  readonly topic: AccumulatorTopic;
  /** What the accumulator told its listener, in order. */
  readonly told: readonly string[];
}

function createFixture(keys: Record<string, string> = {}): Fixture {
  const told: string[] = [];
  const accumulator = new RecordAccumulator({
    config: parseProducerConfig(new Map(Object.entries({ 'bootstrap.servers': 'a:1', ...keys }))),
    clock: new SystemClock(),
    listener: { batchOpened: () => told.push('opened'), batchFull: () => told.push('full') },
  });
  return { accumulator, topic: accumulator.registerTopic('t', 2), told };
}

/** Takes all unsent batches of partition 0, oldest first. */
function takeAll({ accumulator, topic }: Fixture): ProduceBatch[] {
  const taken: ProduceBatch[] = [];
  const queue = topic.queues[0];
  for (let batch = queue?.firstUnsent; queue && batch; batch = queue.firstUnsent) {
    accumulator.takeUnsent(queue, batch);
    taken.push(batch);
  }
  return taken;
}

const small = recordOf({ key: null, value: 'x'.repeat(80) });

describe('record accumulator', () => {
  test('puts the records of a partition into one batch until it is full', () => {
    const fixture = createFixture({ 'batch.size': '500' });

    for (let index = 0; index < 10; index += 1)
      fixture.accumulator.append(fixture.topic, 0, small, new CompletionCount());

    assert.deepEqual(
      takeAll(fixture).map(batch => batch.recordCount),
      [4, 4, 2],
    );
    assert.deepEqual(fixture.told, ['opened', 'full', 'opened', 'full', 'opened']);
  });

  test('lets a batch that is full grow while nobody takes it, when batch.size is left to its default', () => {
    const fixture = createFixture();

    for (let index = 0; index < 1000; index += 1)
      fixture.accumulator.append(fixture.topic, 0, small, new CompletionCount());

    assert.deepEqual(
      takeAll(fixture).map(batch => batch.recordCount),
      [1000],
    );
    assert.deepEqual(fixture.told, ['opened', 'full']);
  });

  test('gives a record larger than batch.size a batch of its own', () => {
    const fixture = createFixture({ 'batch.size': '500' });
    const large = recordOf({ key: null, value: 'y'.repeat(5000) });

    for (const record of [small, large, small])
      fixture.accumulator.append(fixture.topic, 0, record, new CompletionCount());

    assert.deepEqual(
      takeAll(fixture).map(batch => batch.recordCount),
      [1, 1, 1],
    );
  });

  test('refuses a record larger than max.request.size and holds nothing for it', () => {
    const { accumulator, topic } = createFixture({ 'max.request.size': '100' });

    assert.throws(() => accumulator.append(topic, 0, small, new CompletionCount()), {
      code: 'MESSAGE_TOO_LARGE',
      details: { topic: 't', bytes: '141', max_bytes: '100' },
    });
    assert.deepEqual([accumulator.usedBytes, accumulator.incomplete.size, [...accumulator.active]], [0, 0, []]);
  });

  test('tells each completion how many of its records the batch had', () => {
    const fixture = createFixture();
    const [a, b] = [new CompletionCount(), new CompletionCount()];
    for (const completion of [a, a, b, a]) fixture.accumulator.append(fixture.topic, 0, small, completion);
    const [batch] = takeAll(fixture);
    assert.ok(batch);

    fixture.accumulator.finish(batch, null);

    assert.deepEqual([a.ackedCount, b.ackedCount], [3, 1]);
  });

  test('tells a failure to all completions, once', () => {
    const fixture = createFixture();
    const completion = new CompletionCount();
    fixture.accumulator.append(fixture.topic, 0, small, completion);
    const [batch] = takeAll(fixture);
    assert.ok(batch);

    fixture.accumulator.finish(batch, new ConnectError('KAFKA_FENCED', 'gone'));
    fixture.accumulator.finish(batch, null);

    assert.deepEqual(
      [completion.failedCount, completion.ackedCount, completion.errors[0]?.code],
      [1, 0, 'KAFKA_FENCED'],
    );
  });

  test('counts the memory of batches until they are done', () => {
    const fixture = createFixture();
    for (let index = 0; index < 1000; index += 1)
      fixture.accumulator.append(fixture.topic, 0, small, new CompletionCount());
    const whileHeld = fixture.accumulator.usedBytes;

    for (const batch of takeAll(fixture)) fixture.accumulator.finish(batch, null);

    assert.ok(whileHeld >= 80_000, `${whileHeld} bytes`);
    assert.equal(fixture.accumulator.usedBytes, 0);
  });

  test('makes those who wait for space wait until a batch is done, and sends what is there', async () => {
    const fixture = createFixture({ 'buffer.memory': '1000' });
    fixture.accumulator.append(fixture.topic, 0, small, new CompletionCount());
    assert.ok(fixture.accumulator.isFull);
    let hasSpace = false;

    const waiting = fixture.accumulator.waitForSpace(new AbortController().signal).then(() => (hasSpace = true));
    await turn();
    const before = hasSpace;
    for (const batch of takeAll(fixture)) fixture.accumulator.finish(batch, null);
    await waiting;

    assert.deepEqual([before, hasSpace, fixture.told], [false, true, ['opened', 'full']]);
  });

  test('stops waiting for space when the signal aborts', async () => {
    const fixture = createFixture({ 'buffer.memory': '1000' });
    fixture.accumulator.append(fixture.topic, 0, small, new CompletionCount());
    const stop = new AbortController();

    const waiting = fixture.accumulator.waitForSpace(stop.signal);
    stop.abort(new Error('enough'));

    await assert.rejects(waiting, { message: 'enough' });
  });

  test('lets a topic grow, and keeps the queues it has', () => {
    const { accumulator, topic } = createFixture();
    const [first] = topic.queues;

    const again = accumulator.registerTopic('t', 5);

    assert.deepEqual([again === topic, topic.partitionCount, topic.queues[0] === first], [true, 5, true]);
  });
});
