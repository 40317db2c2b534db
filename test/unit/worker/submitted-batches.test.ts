import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { SubmittedBatches } from '../../../src/worker/submitted-batches.ts';

function tracked() {
  const produced: number[] = [];
  const failures: ConnectError[] = [];
  const batches = new SubmittedBatches({
    produced: seq => produced.push(seq),
    failed: ({ error }) => {
      failures.push(error);
      return false;
    },
  });
  return { batches, produced, failures };
}

const at = (position: number) => [{ partition: '{"filename":"/a"}', offset: `{"position":${position}}` }];

describe('submitted batches', () => {
  test('give an offset once every record of the batch is acked', () => {
    const { batches, produced } = tracked();
    const batch = batches.submit(1, at(10));
    batch.expect(3);
    batch.seal();

    batch.acked(2);
    const early = batches.takeCommittable();
    batch.acked(1);
    const late = batches.takeCommittable();

    assert.equal(early, null);
    assert.deepEqual(late, { offsets: new Map([['{"filename":"/a"}', '{"position":10}']]), upToSeq: 1 });
    assert.deepEqual(produced, [1]);
  });

  test('hold back an acked offset while an earlier batch is in flight (I1)', () => {
    const { batches, produced } = tracked();
    const first = batches.submit(1, at(10));
    first.expect(1);
    first.seal();
    const second = batches.submit(2, at(20));
    second.expect(1);
    second.seal();

    second.acked(1);
    const early = batches.takeCommittable();
    first.acked(1);
    const late = batches.takeCommittable();

    assert.equal(early, null);
    assert.deepEqual(late?.offsets, new Map([['{"filename":"/a"}', '{"position":20}']]));
    assert.deepEqual(produced, [2]);
  });

  test('hold back a batch that is acked before all of it was appended', () => {
    const { batches } = tracked();
    const batch = batches.submit(1, at(10));
    batch.expect(1);

    batch.acked(1);

    assert.equal(batches.producedSeq, 0);
    batch.seal();
    assert.equal(batches.producedSeq, 1);
  });

  test('count an empty batch as done when it is sealed', () => {
    const { batches } = tracked();

    batches.submit(1, at(5)).seal();

    assert.deepEqual(batches.takeCommittable(), {
      offsets: new Map([['{"filename":"/a"}', '{"position":5}']]),
      upToSeq: 1,
    });
  });

  test('never give an offset at or after a batch that failed', () => {
    const { batches, failures } = tracked();
    const first = batches.submit(1, at(10));
    first.expect(1);
    first.seal();
    batches.submit(2, at(20)).seal();

    first.failed(1, new ConnectError('KAFKA_REQUEST_FAILED', 'refused'));

    assert.equal(batches.takeCommittable(), null);
    assert.equal(batches.hasInFlight, true);
    assert.equal(failures.length, 1);
  });

  test('tell of the first failure only', () => {
    const { batches, failures } = tracked();
    const [first, second] = [batches.submit(1, at(10)), batches.submit(2, at(20))];

    first.failed(1, new ConnectError('KAFKA_REQUEST_FAILED', 'first'));
    second.failed(1, new ConnectError('KAFKA_REQUEST_FAILED', 'second'));

    assert.deepEqual(
      failures.map(({ message }) => message),
      ['first'],
    );
  });

  test('count records that Kafka refused as done where that is tolerated, and tell how many', () => {
    const told: unknown[] = [];
    const batches = new SubmittedBatches({
      produced: (seq, dropped) => told.push([seq, dropped]),
      failed: ({ seq, count, error }) => told.push([seq, count, error.code]) > 0,
    });
    const batch = batches.submit(1, at(10));
    batch.expect(5);
    batch.drop(3, new ConnectError('DATA_INVALID', 'bad'));
    batch.seal();

    batch.failed(3, new ConnectError('MESSAGE_TOO_LARGE', 'too large'));
    batch.acked(1);

    const why = { detail: '', retryAfterMs: 0, category: 'DATA' };
    assert.deepEqual(told, [
      [1, 3, 'MESSAGE_TOO_LARGE'],
      [
        1,
        [
          { seq: 1, index: [3], why: { ...why, code: 'DATA_INVALID', message: 'bad' }, count: 1 },
          { seq: 1, index: [], why: { ...why, code: 'MESSAGE_TOO_LARGE', message: 'too large' }, count: 3 },
        ],
      ],
    ]);
    assert.equal(batches.takeCommittable()?.upToSeq, 1);
  });

  test('take offsets once, and again only after progress', () => {
    const { batches } = tracked();
    batches.submit(1, at(1)).seal();

    batches.takeCommittable();

    assert.equal(batches.takeCommittable(), null);
  });

  test('keep newer offsets over those that are given back', () => {
    const { batches } = tracked();
    batches.submit(1, [...at(1), { partition: '{"filename":"/b"}', offset: '{"position":7}' }]).seal();
    const taken = batches.takeCommittable();
    assert.ok(taken !== null);
    batches.submit(2, at(2)).seal();

    batches.giveBack(taken, 0);

    assert.deepEqual(batches.takeCommittable(), {
      offsets: new Map([
        ['{"filename":"/a"}', '{"position":2}'],
        ['{"filename":"/b"}', '{"position":7}'],
      ]),
      upToSeq: 2,
    });
  });

  test('keep order through a long run', () => {
    const { batches, produced } = tracked();
    const open = [];
    for (let seq = 1; seq <= 1000; seq += 1) {
      const batch = batches.submit(seq, at(seq));
      batch.expect(1);
      batch.seal();
      open.push(batch);
    }

    for (const batch of open.reverse()) batch.acked(1);

    assert.deepEqual(produced, [1000]);
    assert.equal(batches.hasInFlight, false);
  });
});
