import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { failedConsumedRecord } from '../../../../src/worker/errors/consumed-record.ts';
import { conversion } from '../../../../src/worker/errors/stage.ts';
import { retryDelayMs } from '../../../../src/worker/errors/retry-delay.ts';
import { makeRecordErrors } from '../../../support/record-errors.ts';
import { createMemoryLogger } from '../../../support/memory-logger.ts';

const signal = new AbortController().signal;
const invalid = new ConnectError('DATA_INVALID', 'no JSON');
const passing = new ConnectError('KAFKA_UNAVAILABLE', 'away');
const tolerant = { 'errors.tolerance': 'all' };
const queued = { 'errors.deadletterqueue.topic.name': 'dlq' };
const json = { className: 'org.apache.kafka.connect.json.JsonConverter' };

function record(offset: number, error = invalid) {
  return failedConsumedRecord({
    consumed: {
      topic: 't',
      partition: 2,
      offset,
      timestampMs: 5,
      timestampType: 'CreateTime',
      key: Buffer.from('k'),
      value: Buffer.from(`v${offset}`),
      headers: [{ key: 'h', value: Buffer.from('x') }],
    },
    operation: conversion('value', json),
    error,
  });
}

describe('record errors', () => {
  test('fail the task by default, with the place, the stage, the class and the cause', () => {
    const { errors, metrics, clock } = makeRecordErrors();

    assert.throws(() => errors.failed(record(7)), {
      code: 'DATA_INVALID',
      message:
        "Tolerance exceeded in error handler: the record at offset 7 of 't-2' failed at stage VALUE_CONVERTER in " +
        'org.apache.kafka.connect.json.JsonConverter: no JSON',
      cause: invalid,
    });

    assert.deepEqual(metrics.counts, {
      recordFailures: 1,
      recordErrors: 1,
      recordsSkipped: 0,
      retries: 0,
      errorsLogged: 0,
      deadLetterQueueRequests: 0,
      deadLetterQueueFailures: 0,
      lastErrorMs: clock.nowMs(),
    });
  });

  test('skip the record where errors are tolerated', () => {
    const { errors, metrics } = makeRecordErrors(tolerant);

    const verdict = errors.failed(record(7));

    assert.equal(verdict, null);
    assert.equal(metrics.counts.recordsSkipped, 1);
  });

  test('try again only what may pass, and only until errors.retry.timeout is over', () => {
    const { errors, clock, metrics } = makeRecordErrors({ ...tolerant, 'errors.retry.timeout': '1000' });
    const delays: (number | null)[] = [];

    for (let next: number | null = 0; next !== null;) {
      clock.advance(next);
      next = errors.failed(record(7, passing));
      delays.push(next);
    }

    // 300 and 600 as they are; of the next, only what is left.
    assert.deepEqual(delays, [300, 600, 100, null]);
    assert.equal(errors.failed(record(8)), null);
    assert.deepEqual([metrics.counts.recordFailures, metrics.counts.recordErrors], [5, 2]);
  });

  test('begin anew with the time for another record, and for another stage of the same', () => {
    const { errors, clock } = makeRecordErrors({ ...tolerant, 'errors.retry.timeout': '1000' });
    errors.failed(record(7, passing));
    clock.advance(999);

    const other = errors.failed(record(8, passing));
    const otherStage = errors.failed({ ...record(8, passing), operation: conversion('key', json) });

    assert.deepEqual([other, otherStage], [300, 300]);
  });

  test('try again for ever where the timeout is -1', () => {
    const { errors, clock } = makeRecordErrors({ 'errors.retry.timeout': '-1', 'errors.retry.delay.max.ms': '1000' });

    const delays = [1, 2, 3, 4].map(() => {
      clock.advance(1e9);
      return errors.failed(record(7, passing));
    });

    assert.deepEqual(delays, [300, 600, 500, 500]);
  });

  test('report with tolerance none too: the record that fails the task is in the dead letter queue', async () => {
    const { errors, producer, metrics } = makeRecordErrors(queued);
    await errors.open(signal);

    assert.throws(() => errors.failed(record(7)));

    assert.deepEqual(producer.produced, [{ topic: 'dlq', partition: -1, key: 'k', value: 'v7' }]);
    assert.equal(metrics.counts.deadLetterQueueRequests, 1);
  });

  test('are settled only once every report is durable', async () => {
    const { errors, producer } = makeRecordErrors({ ...tolerant, ...queued });
    await errors.open(signal);
    errors.failed(record(7));
    errors.failed(record(8));
    let isSettled = false;
    const settled = errors.settled(signal).then(() => (isSettled = true));
    await turn();
    const early = [isSettled, errors.isSettled];

    producer.finish(completion => completion.acked(1));
    await settled;

    assert.deepEqual(early, [false, false]);
    assert.equal(errors.isSettled, true);
  });

  test('do not settle when a report fails: its record would be lost', async () => {
    const { errors, producer, metrics } = makeRecordErrors({ ...tolerant, ...queued });
    await errors.open(signal);
    errors.failed(record(7));

    producer.finish(completion => completion.failed(1, new ConnectError('KAFKA_AUTHORIZATION', 'no')));

    assert.equal(errors.isSettled, false);
    await assert.rejects(errors.settled(signal), {
      code: 'KAFKA_AUTHORIZATION',
      message: 'Could not produce message to dead letter queue. topic=dlq: no',
    });
    assert.equal(metrics.counts.deadLetterQueueFailures, 1);
  });

  test('do not settle with a record that is too large for the dead letter queue', async () => {
    const { errors, producer, metrics } = makeRecordErrors({ ...tolerant, ...queued });
    await errors.open(signal);
    producer.refusal = new ConnectError('MESSAGE_TOO_LARGE', 'too large');

    errors.failed(record(7));

    await assert.rejects(errors.settled(signal), { code: 'MESSAGE_TOO_LARGE' });
    assert.equal(metrics.counts.deadLetterQueueFailures, 1);
  });

  test('wait for reports no longer than the signal says', async () => {
    const { errors } = makeRecordErrors({ ...tolerant, ...queued });
    await errors.open(signal);
    errors.failed(record(7));
    const abort = new AbortController();

    const settled = errors.settled(abort.signal);
    abort.abort(new ConnectError('SHUTTING_DOWN', 'end'));

    await assert.rejects(settled, { code: 'SHUTTING_DOWN' });
  });

  test('give up on reports of a task that fails when they take too long', async () => {
    const { errors, clock } = makeRecordErrors({ ...tolerant, ...queued });
    await errors.open(signal);
    errors.failed(record(7));

    const late = errors.settledOrLate();
    clock.advance(1000);

    await late;
    assert.equal(errors.isSettled, false);
  });

  test('log each error in the words of Kafka Connect', () => {
    const { log, lines } = createMemoryLogger();
    const { errors, metrics } = makeRecordErrors({ ...tolerant, 'errors.log.enable': 'true' }, { log });

    errors.failed(record(7));

    const [line] = lines();
    assert.equal(
      line?.['msg'],
      "Error encountered in task c-3. Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.json.JsonConverter'.",
    );
    assert.equal(metrics.counts.errorsLogged, 1);
  });

  test('show in the log where the record is, when that is asked for, and nothing of what is in it', () => {
    const { log, lines } = createMemoryLogger();
    const keys = { ...tolerant, 'errors.log.enable': 'true', 'errors.log.include.messages': 'true' };
    const { errors } = makeRecordErrors(keys, { log });

    errors.failed(record(7));

    assert.match(
      String(lines()[0]?.['msg']),
      /with class '.*', where consumed record is \{topic='t', partition=2, offset=7, timestamp=5, timestampType=CreateTime\}\.$/,
    );
  });

  test('count what others gave up as Kafka Connect does', () => {
    const { errors, metrics } = makeRecordErrors(tolerant);
    errors.gaveUp(record(7), 3);
    const intolerant = makeRecordErrors();

    assert.throws(() => intolerant.errors.gaveUp(record(7)), { code: 'DATA_INVALID' });

    const numbers = [metrics.counts, intolerant.metrics.counts].map(counts => [
      counts.recordFailures,
      counts.recordErrors,
      counts.recordsSkipped,
    ]);
    assert.deepEqual(numbers, [
      [3, 0, 0],
      [1, 1, 0],
    ]);
  });
});

describe('delay of a retry', () => {
  test('doubles from 300 ms, and is random below the maximum once it would be longer', () => {
    const delays = [1, 2, 3, 4, 5].map(attempt => retryDelayMs(attempt, 2000, () => 0.25));

    assert.deepEqual(delays, [300, 600, 1200, 500, 500]);
  });

  test('may be the maximum where it comes to that, and is below it where it is random', () => {
    const [whole, random] = [retryDelayMs(2, 600, () => 0.99), retryDelayMs(3, 600, () => 0.9999)];

    assert.deepEqual([whole, random], [600, 599]);
  });

  test('is nothing where the maximum is nothing', () => {
    assert.equal(
      retryDelayMs(1, 0, () => 0.9),
      0,
    );
  });
});
