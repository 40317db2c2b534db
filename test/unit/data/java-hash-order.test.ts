import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inJavaHashOrder } from '../../../src/data/java-hash-order.ts';

const orderOf = (keys: readonly (string | null)[]): readonly (string | null)[] => [
  ...inJavaHashOrder(new Map(keys.map(key => [key, 1]))).keys(),
];
const fields = (...numbers: readonly number[]): readonly string[] => numbers.map(number => `field${number}`);
const countTo = (size: number): readonly string[] => fields(...Array.from({ length: size }).keys());

/** Orders in which a HashMap of Java 17 iterates, filled one by one. */
describe("the order of Java's HashMap", () => {
  for (const [title, keys, expected] of [
    [
      'goes by the bucket of the hash',
      ['topic', 'partition', 'file', 'path', 'a'],
      ['path', 'a', 'partition', 'file', 'topic'],
    ],
    [
      'is that of insertion where hashes are equal',
      ['Aa', 'BB', 'AaAa', 'BBBB', 'AaBB', 'BBAa', 'x'],
      ['Aa', 'BB', 'x', 'AaAa', 'BBBB', 'AaBB', 'BBAa'],
    ],
    [
      'takes in the upper half of the hash, of negative ones too',
      ['polygenelubricants', 'k', 'connect.name', 'org.apache.kafka.connect.data.Timestamp'],
      ['polygenelubricants', 'k', 'org.apache.kafka.connect.data.Timestamp', 'connect.name'],
    ],
    [
      'counts UTF-16 units',
      ['', 'é', '😀', 'zzzzzzzzzzzzzzzz', 'A', 'Q', 'a', 'q'],
      ['', 'zzzzzzzzzzzzzzzz', 'A', 'Q', 'a', 'q', '😀', 'é'],
    ],
    ['has null in the first bucket', ['a', null, 'b', '\0'], [null, '\0', 'a', 'b']],
    ['of 12 is by 16 buckets', countTo(12), fields(11, 1, 0, 10, 7, 6, 9, 8, 3, 2, 5, 4)],
    ['of 13 is by 32', countTo(13), fields(11, 12, 1, 0, 10, 7, 6, 9, 8, 3, 2, 5, 4)],
    [
      'of 24 is by 32',
      countTo(24),
      fields(19, 17, 18, 11, 22, 12, 23, 1, 20, 0, 10, 21, 15, 16, 13, 14, 7, 6, 9, 8, 3, 2, 5, 4),
    ],
    [
      'of 25 is by 64',
      countTo(25),
      fields(19, 17, 18, 22, 23, 20, 21, 24, 11, 12, 1, 0, 10, 15, 16, 13, 14, 7, 6, 9, 8, 3, 2, 5, 4),
    ],
  ] as const) {
    test(title, () => {
      assert.deepEqual(orderOf(keys), expected);
    });
  }

  test('keeps the values with their keys', () => {
    const entries = new Map([
      ['topic', 1],
      ['path', 2],
    ]);

    assert.deepEqual([...inJavaHashOrder(entries)], [...entries].reverse());
  });
});
