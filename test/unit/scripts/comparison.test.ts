import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areSameSets, compareLines } from '../../../scripts/demo/comparison.ts';

describe("the demo's comparison", () => {
  test('takes lines that came in another order or twice for the same set, and counts the further times', () => {
    const comparison = compareLines(['a', 'b', 'c'], ['c', 'a', 'b', 'a', 'a']);

    assert.deepEqual(comparison, { linesIn: 3, linesOut: 5, missing: 0, foreign: 0, duplicates: 2 });
    assert.equal(areSameSets(comparison), true);
  });

  test('finds what is missing, and what never went in', () => {
    const comparison = compareLines(['a', 'b', 'c'], ['a', 'ab', 'a']);

    assert.deepEqual(comparison, { linesIn: 3, linesOut: 3, missing: 2, foreign: 1, duplicates: 1 });
    assert.equal(areSameSets(comparison), false);
  });
});
