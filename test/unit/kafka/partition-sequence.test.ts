import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PartitionSequence, type SequencedBatch } from '../../../src/kafka/partition-sequence.ts';
import type { ProducerIdentity } from '../../../src/kafka/producer-identity.ts';

const first: ProducerIdentity = { producerId: 1n, producerEpoch: 0 };
const second: ProducerIdentity = { producerId: 2n, producerEpoch: 0 };

function batchOf(recordCount: number): SequencedBatch {
  return { recordCount, baseSequence: -1, isInFlight: false };
}

function createSequence(): PartitionSequence<SequencedBatch> {
  const sequence = new PartitionSequence<SequencedBatch>(true);
  sequence.adopt(first);
  return sequence;
}

/** Three batches of 10, 5 and 1 records in flight. */
function startThree(sequence: PartitionSequence<SequencedBatch>): [SequencedBatch, SequencedBatch, SequencedBatch] {
  const batches: [SequencedBatch, SequencedBatch, SequencedBatch] = [batchOf(10), batchOf(5), batchOf(1)];
  for (const batch of batches) sequence.start(batch);
  return batches;
}

describe('partition sequence', () => {
  test('starts nothing before it has an identity', () => {
    const sequence = new PartitionSequence<SequencedBatch>(true);

    assert.deepEqual([sequence.needsIdentity, sequence.mayStart], [true, false]);
  });

  test('numbers batches by the records before them, several in flight', () => {
    const sequence = createSequence();

    const stamps = [batchOf(10), batchOf(5), batchOf(1)].map(batch => sequence.start(batch));

    assert.deepEqual(
      stamps.map(stamp => [stamp.producerId, stamp.baseSequence]),
      [
        [1n, 0],
        [1n, 10],
        [1n, 15],
      ],
    );
  });

  test('starts at 0 again after the last 32-bit number', () => {
    const sequence = createSequence();
    sequence.start(batchOf(2 ** 31 - 3));

    const stamps = [sequence.start(batchOf(5)), sequence.start(batchOf(1))];

    assert.deepEqual(
      stamps.map(stamp => stamp.baseSequence),
      [2 ** 31 - 3, 2],
    );
  });

  test('sends a failed batch again under its old number, and nothing new before it is acked', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);
    sequence.acked(a);
    sequence.failedForNow(b);

    const mayStartNew = sequence.mayStart;
    const retry = sequence.nextRetry;
    const stamp = sequence.restart(b);

    assert.deepEqual([mayStartNew, retry === b, stamp.baseSequence], [false, true, 10]);
    sequence.acked(b);
    sequence.acked(c);
    assert.ok(sequence.mayStart);
  });

  test('sends failed batches again one at a time, oldest first', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);
    for (const batch of [c, b, a]) sequence.failedForNow(batch);

    const order: number[] = [];
    for (let retry = sequence.nextRetry; retry !== null; retry = sequence.nextRetry) {
      order.push(sequence.restart(retry).baseSequence);
      assert.equal(sequence.nextRetry, null, 'nothing goes out beside it');
      sequence.acked(retry);
    }

    assert.deepEqual(order, [0, 10, 15]);
  });

  test('takes out-of-sequence answers of later batches for consequences of the first failure', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);

    sequence.failedForNow(a);
    sequence.outOfSequence(b);
    sequence.outOfSequence(c);

    assert.deepEqual([sequence.needsIdentity, sequence.nextRetry === a], [false, true]);
    assert.equal(sequence.restart(a).baseSequence, 0);
  });

  test('begins again under another identity when the oldest batch is out of sequence', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);
    sequence.acked(a);
    sequence.outOfSequence(b);

    const whileOneIsInFlight = [sequence.needsIdentity, sequence.nextRetry];
    sequence.outOfSequence(c);
    const afterwards = sequence.needsIdentity;
    sequence.adopt(second);

    assert.deepEqual([whileOneIsInFlight, afterwards], [[false, null], true]);
    assert.deepEqual(sequence.restart(b), { producerId: 2n, producerEpoch: 0, baseSequence: 0 });
    sequence.acked(b);
    assert.equal(sequence.restart(c).baseSequence, 5);
    sequence.acked(c);
    assert.equal(sequence.start(batchOf(1)).baseSequence, 6);
  });

  test('tries those behind a batch that was given up under their old numbers first', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);
    for (const batch of [a, b, c]) sequence.failedForNow(batch);

    sequence.givenUp(a);

    assert.deepEqual([sequence.needsIdentity, sequence.mayStart], [false, false]);
    assert.deepEqual(sequence.restart(b), { producerId: 1n, producerEpoch: 0, baseSequence: 10 });
    sequence.outOfSequence(b);
    assert.ok(sequence.needsIdentity, 'now it is certain that neither was written');
  });

  test('takes another identity after a batch was given up and those behind it were acked', () => {
    const sequence = createSequence();
    const [a, b, c] = startThree(sequence);
    sequence.acked(a);
    sequence.givenUp(b);
    const whileOneIsInFlight = sequence.needsIdentity;

    sequence.acked(c);

    assert.deepEqual([whileOneIsInFlight, sequence.needsIdentity, sequence.mayStart], [false, true, false]);
    sequence.adopt(second);
    assert.equal(sequence.start(batchOf(1)).baseSequence, 0);
  });

  test('keeps the numbers of those behind a batch that is taken apart', () => {
    const sequence = createSequence();
    const [a, b] = startThree(sequence);
    const parts = [batchOf(4), batchOf(6)];

    sequence.replace(a, parts);

    assert.deepEqual(
      sequence.unresolved.map(batch => batch.baseSequence),
      [0, 4, 10, 15],
    );
    assert.equal(sequence.nextRetry, parts[0]);
    assert.equal(b.baseSequence, 10);
  });

  test('without idempotence numbers nothing and needs no identity, but keeps the order of retries', () => {
    const sequence = new PartitionSequence<SequencedBatch>(false);
    const [a, b, c] = startThree(sequence);
    sequence.failedForNow(b);
    sequence.acked(a);
    sequence.givenUp(c);

    assert.deepEqual(sequence.restart(b), { producerId: -1n, producerEpoch: -1, baseSequence: -1 });
    sequence.acked(b);
    assert.deepEqual([sequence.needsIdentity, sequence.mayStart], [false, true]);
  });
});
