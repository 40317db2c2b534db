import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isWireRecord,
  wireBigint,
  wireBytes,
  wireList,
  wireNumber,
  wireRecord,
  wireText,
} from '../../../../src/converters/avro/wire-values.ts';

const values = [1, 2n, 'x', Buffer.from('b'), [1], { f0: 1 }, null, undefined];

describe('what avsc gives', () => {
  for (const [what, read, fitting] of [
    ['a number', wireNumber, [0, 1]],
    ['a long', wireBigint, [1]],
    ['bytes', wireBytes, [3]],
    ['a text', wireText, [2]],
    ['a list', wireList, [4]],
    ['a record', wireRecord, [3, 4, 5]],
  ] as const) {
    test(`is checked to be ${what}`, () => {
      for (const [index, value] of values.entries()) {
        if (fitting.some(place => place === index))
          assert.deepEqual(read(value), value === 2n && what === 'a number' ? 2 : value);
        else {
          assert.throws(() => read(value), {
            code: 'DATA_INVALID',
            message: `Avro data that its schema says to be ${what} is something else`,
          });
        }
      }
    });
  }

  test('is a record or a branch where it is an object', () => {
    assert.deepEqual([{}, null, 1].map(isWireRecord), [true, false, false]);
  });
});
