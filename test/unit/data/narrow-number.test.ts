import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NarrowNumber, numberToJavaText } from '../../../src/data/narrow-number.ts';

describe('a narrow number', () => {
  test('keeps its type and value', () => {
    const { type, value } = new NarrowNumber('INT16', -7);

    assert.deepEqual([type, value], ['INT16', -7]);
  });

  test('is written as Java writes one of its type', () => {
    const texts = (['FLOAT64', 'FLOAT32', 'INT32', 'INT16', 'INT8'] as const).map(type => numberToJavaText(type, 100));

    assert.deepEqual(texts, ['100.0', '100.0', '100', '100', '100']);
    // The shortest text of a float is not that of a double of the same value.
    assert.equal(numberToJavaText('FLOAT32', Math.fround(0.1)), '0.1');
    assert.equal(numberToJavaText('FLOAT64', Math.fround(0.1)), '0.10000000149011612');
  });
});
