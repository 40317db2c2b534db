import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readMessageIndexes, writeMessageIndexes } from '../../../../src/converters/protobuf/message-indexes.ts';

describe('places of a message', () => {
  // As `MessageIndexes` of Confluent writes them.
  for (const [indexes, hex] of [
    [[0], '00'],
    [[1], '0202'],
    [[0, 0], '040000'],
    [[1, 0], '040200'],
    [[63], '027e'],
    [[64], '028001'],
    [[8191], '02fe7f'],
    [[2, 16_384], '0404808002'],
    [[134_217_728], '028080808001'],
  ] as const) {
    test(`are ${hex} for ${JSON.stringify(indexes)}`, () => {
      assert.equal(writeMessageIndexes(indexes).toString('hex'), hex);
      const source = Buffer.from(`ffff${hex}ff`, 'hex');
      assert.deepEqual(readMessageIndexes(source, 2), { indexes, end: 2 + hex.length / 2 });
    });
  }

  test('may be as many as messages may nest (I7)', () => {
    const most = Array.from({ length: 100 }, () => 0);

    assert.deepEqual(readMessageIndexes(writeMessageIndexes(most), 0).indexes, most);
  });

  for (const [hex, what] of [
    ['', 'no message, as they end too early'],
    ['80', 'no message, as they end too early'],
    ['0402', 'no message, as they end too early'],
    ['01', '-1 places of a message'],
    ['7f', '-64 places of a message'],
    ['ca01', '101 places of a message'],
    ['ffffffffff01', 'a number of more than 32 bits'],
  ] as const) {
    test(`are not ${hex === '' ? 'nothing' : hex}`, () => {
      assert.throws(() => readMessageIndexes(Buffer.from(hex, 'hex'), 0), {
        code: 'DATA_INVALID',
        message: `The bytes behind the schema's id tell ${what}`,
      });
    });
  }
});
