import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Partitioner } from '../../../src/kafka/partitioner.ts';
import { recordOf } from '../../support/record-views.ts';

function createPartitioner(options: { ignoresKeys?: boolean; draws?: readonly number[] } = {}): Partitioner {
  const draws = [...(options.draws ?? [0.1, 0.6, 0.9])];
  return new Partitioner({
    topic: 'orders',
    ignoresKeys: options.ignoresKeys ?? false,
    stickyBytes: 100,
    random: () => draws.shift() ?? 0,
  });
}

const keyless = recordOf({ key: null, value: 'x'.repeat(30) });

describe('partitioner', () => {
  test("sends a key where Kafka's default partitioner does", () => {
    const partitioner = createPartitioner();
    const keys = ['21', 'foobar', 'abc'];

    const chosen = keys.map(key => partitioner.choose(-1, recordOf({ key, value: 'v' }), 10));

    // toPositive(murmur2(key)) % 10, by hand from Kafka's vectors.
    assert.deepEqual(chosen, [0, 6, 7]);
  });

  test('takes the partition that is asked for, key or not', () => {
    assert.equal(createPartitioner().choose(3, recordOf({ key: 'foobar', value: 'v' }), 10), 3);
  });

  test('refuses a partition that the topic does not have', () => {
    for (const asked of [10, -2]) {
      assert.throws(() => createPartitioner().choose(asked, keyless, 10), {
        code: 'REQUEST_INVALID',
        message: `Topic 'orders' has no partition ${asked}: its partitions are 0 to 9`,
      });
    }
  });

  test('stays with one partition for records without key', () => {
    const partitioner = createPartitioner();

    const chosen = Array.from({ length: 5 }, () => partitioner.choose(-1, keyless, 10));

    assert.deepEqual(chosen, [1, 1, 1, 1, 1]);
  });

  test('changes the partition when its batch is full', () => {
    const partitioner = createPartitioner();

    const before = partitioner.choose(-1, keyless, 10);
    partitioner.batchClosed(before, true);

    assert.deepEqual([before, partitioner.choose(-1, keyless, 10)], [1, 6]);
  });

  test('keeps the partition when a small batch left before a batch of bytes was written', () => {
    const partitioner = createPartitioner();

    partitioner.choose(-1, keyless, 10);
    partitioner.batchClosed(1, false);
    const second = partitioner.choose(-1, keyless, 10);
    for (let more = 0; more < 3; more += 1) partitioner.choose(-1, keyless, 10);
    partitioner.batchClosed(1, false);

    assert.deepEqual([second, partitioner.choose(-1, keyless, 10)], [1, 6]);
  });

  test('does not care about batches of other partitions', () => {
    const partitioner = createPartitioner();

    partitioner.choose(-1, keyless, 10);
    partitioner.batchClosed(4, true);

    assert.equal(partitioner.choose(-1, keyless, 10), 1);
  });

  test('spreads keys like records without when told to ignore them', () => {
    const partitioner = createPartitioner({ ignoresKeys: true });

    assert.equal(partitioner.choose(-1, recordOf({ key: 'foobar', value: 'v' }), 10), 1);
  });
});
