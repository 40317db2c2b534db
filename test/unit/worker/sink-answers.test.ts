import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import type { Failure } from '../../../src/wire/data-messages.ts';
import { SinkAnswers } from '../../../src/worker/sink-answers.ts';
import { SinkDeliveries, type Delivery } from '../../../src/worker/sink-deliveries.ts';
import { encodeBatch } from '../../support/record-batches.ts';
import { makeRecordErrors } from '../../support/record-errors.ts';
import { writeSinkBatch } from '../../support/sink-batch.ts';

const queued = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dlq' };
const signal = new AbortController().signal;
const why: Failure = { category: 'DATA', code: 'NO', message: 'not this', detail: '', retryAfterMs: 0 };

/** A batch that was sent as it was consumed. */
function deliveryOf(seq: number, values: readonly string[]): Delivery {
  const bytes = encodeBatch({ baseOffset: 0, records: values.map(value => ({ key: 'k', value: `raw ${value}` })) });
  const fetched = { source: 't-0', buffer: bytes, start: 0, end: bytes.length, wantedOffset: 0 };
  const reread = () => new RecordCursor({ ...fetched, abortedTransactions: null }, { checksCrcs: false });
  return {
    seq,
    recordCount: values.length,
    bytes: writeSinkBatch(seq, values),
    sources: [{ topic: 't', partition: 0, recordCount: values.length, reread }],
    positions: [{ topic: 't', partition: 0, offset: values.length }],
  };
}

async function answersWith(keys: Readonly<Record<string, string>> = {}) {
  const made = makeRecordErrors(keys);
  const deliveries = new SinkDeliveries(8);
  const flushes: number[] = [];
  const resent: number[] = [];
  const failures: ConnectError[] = [];
  const answers = new SinkAnswers({
    deliveries,
    errors: made.errors,
    clock: made.clock,
    originsOf: topic => [topic],
    resend: ({ seq }) => resent.push(seq),
    onDurable: flushId => flushes.push(flushId),
    onProgress: () => undefined,
    fail: error => failures.push(error),
  });
  await made.errors.open(signal);
  const partial = (seq: number, count: number, ...indexes: readonly number[]) =>
    answers.result({
      seq,
      r: { kind: 'partial', partial: { count, failed: indexes.map(index => ({ index, why })) } },
    });
  return { ...made, answers, deliveries, flushes, resent, failures, partial };
}

describe('answers of a sink', () => {
  test('send records that the sink refused to the dead letter queue, as they were consumed', async () => {
    const { deliveries, partial, producer, metrics, failures } = await answersWith(queued);
    deliveries.add(deliveryOf(1, ['a', 'b', 'c']));

    partial(1, 3, 2, 0);

    assert.deepEqual(
      producer.produced.map(({ topic, key, value }) => [topic, key, value]),
      [
        ['dlq', 'k', 'raw a'],
        ['dlq', 'k', 'raw c'],
      ],
    );
    assert.deepEqual([metrics.counts.recordFailures, failures], [2, []]);
  });

  test('tell of each record why it was refused, in whatever order the sink names them', async () => {
    const headers = { ...queued, 'errors.deadletterqueue.context.headers.enable': 'true' };
    const { answers, deliveries, producer } = await answersWith(headers);
    deliveries.add(deliveryOf(1, ['a', 'b', 'c']));
    const failed = [
      { index: 2, why: null },
      { index: 1, why: { ...why, category: 'TRANSIENT', message: 'not b' } as const },
      { index: 0, why: { ...why, message: 'not a' } },
    ];

    answers.result({ seq: 1, r: { kind: 'partial', partial: { count: 3, failed } } });

    const told = producer.extras.map(extra => {
      const texts = new Map(extra.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]));
      return ['offset', 'exception.class.name', 'exception.message'].map(name => texts.get(`__connect.errors.${name}`));
    });
    assert.deepEqual(told, [
      ['0', 'org.apache.kafka.connect.errors.DataException', 'not a'],
      ['1', 'org.apache.kafka.connect.errors.RetriableException', 'not b'],
      ['2', 'org.apache.kafka.connect.errors.ConnectException', 'The sink refused the record and gave no reason'],
    ]);
  });

  test('are against the protocol where they say nothing', async () => {
    const { answers, deliveries } = await answersWith();
    deliveries.add(deliveryOf(1, ['a']));

    assert.throws(() => answers.result({ seq: 1, r: null }), {
      code: 'PROTOCOL_VIOLATION',
      message: 'The result of batch 1 says neither ok, retry nor partial',
    });
  });

  test('let nothing be committed before these reports are durable (I5)', async () => {
    const { answers, deliveries, partial, producer, flushes } = await answersWith(queued);
    deliveries.add(deliveryOf(1, ['a', 'b']));
    partial(1, 2, 1);

    answers.durable({ upToSeq: 1, offsets: [], flushId: 9 });
    await turn();
    const early = [...deliveries.committable(), ...flushes];
    producer.finish(completion => completion.acked(1));
    await turn();

    assert.deepEqual(early, []);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 2 }]);
    assert.deepEqual(flushes, [9]);
  });

  test('fail the task when a report cannot be written, and leave the offset', async () => {
    const { answers, deliveries, partial, producer, failures } = await answersWith(queued);
    deliveries.add(deliveryOf(1, ['a']));
    partial(1, 1, 0);
    answers.durable({ upToSeq: 1, offsets: [], flushId: 0 });

    producer.finish(completion => completion.failed(1, new ConnectError('KAFKA_AUTHORIZATION', 'no')));
    await turn();

    assert.deepEqual(
      failures.map(({ code }) => code),
      ['KAFKA_AUTHORIZATION'],
    );
    assert.deepEqual(deliveries.committable(), []);
  });

  test('fail the task at the first record where none is tolerated, once that is reported', async () => {
    const { deliveries, partial, producer, failures, metrics } = await answersWith({
      ...queued,
      'errors.tolerance': 'none',
    });
    deliveries.add(deliveryOf(1, ['a', 'b', 'c']));

    partial(1, 3, 1, 2);
    await turn();
    const early = failures.length;
    producer.finish(completion => completion.acked(1));
    await turn();

    assert.equal(early, 0);
    assert.deepEqual(
      producer.produced.map(({ value }) => value),
      ['raw b'],
    );
    assert.match(
      failures[0]?.message ?? '',
      /the record at offset 1 of 't-0' failed at stage TASK_PUT in .*SinkTask: not this$/,
    );
    assert.equal(metrics.counts.recordErrors, 1);
  });

  test('pass on without log or dead letter queue where errors are tolerated', async () => {
    const { answers, deliveries, partial, failures, metrics } = await answersWith({ 'errors.tolerance': 'all' });
    deliveries.add(deliveryOf(1, ['a']));

    partial(1, 1, 0);
    answers.durable({ upToSeq: 1, offsets: [], flushId: 0 });

    assert.deepEqual([failures.length, metrics.counts.recordFailures], [0, 1]);
    assert.equal(deliveries.committable()[0]?.offset, 1);
  });

  for (const [what, count, indexes] of [
    ['another count than the batch has', 2, [0]],
    ['a count of nothing', 0, []],
    ['a record that the batch does not have', 3, [3]],
    ['one record twice', 3, [1, 1]],
  ] as const) {
    test(`are against the protocol with ${what}`, async () => {
      const { deliveries, partial } = await answersWith(queued);
      deliveries.add(deliveryOf(1, ['a', 'b', 'c']));

      assert.throws(() => partial(1, count, ...indexes), { code: 'PROTOCOL_VIOLATION' });
    });
  }

  test('have a batch sent again after the time that the sink asks for, and count that', async () => {
    const { answers, deliveries, clock, resent, metrics } = await answersWith();
    deliveries.add(deliveryOf(1, ['a']));

    answers.result({ seq: 1, r: { kind: 'retryAfterMs', retryAfterMs: 500 } });
    clock.advance(499);
    const early = [...resent];
    clock.advance(1);

    assert.deepEqual([early, resent, metrics.counts.retries], [[], [1], 1]);
  });

  test('have a batch sent again without end where errors.retry.timeout is not set', async () => {
    const { answers, deliveries, clock, resent } = await answersWith();
    deliveries.add(deliveryOf(1, ['a']));

    for (let day = 0; day < 30; day += 1) {
      answers.result({ seq: 1, r: { kind: 'retryAfterMs', retryAfterMs: 86_400_000 } });
      clock.advance(86_400_000);
    }

    assert.equal(resent.length, 30);
  });

  test('fail the task when the sink asks for one batch again for longer than errors.retry.timeout', async () => {
    const { answers, deliveries, clock, resent } = await answersWith({ ...queued, 'errors.retry.timeout': '1000' });
    deliveries.add(deliveryOf(1, ['a']));
    const again = () => answers.result({ seq: 1, r: { kind: 'retryAfterMs', retryAfterMs: 501 } });
    again();
    clock.advance(501);
    again();
    clock.advance(501);

    assert.throws(again, {
      code: 'TASK_FAILED',
      message: 'The sink has asked for batch 1 again for 1002 ms, longer than errors.retry.timeout allows: 1000 ms',
    });
    assert.equal(resent.length, 2);
  });
});
