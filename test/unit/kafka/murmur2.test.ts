import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { murmur2 } from '../../../src/kafka/murmur2.ts';

/** From `UtilsTest#testMurmur2` in Kafka. */
const kafkasVectors: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

describe('murmur2', () => {
  test("hashes Kafka's own test vectors as Kafka does", () => {
    const hashes = kafkasVectors.map(([text]) => [text, murmur2(Buffer.from(text), 0, text.length)]);

    assert.deepEqual(hashes, kafkasVectors);
  });

  test('hashes a range as the same bytes alone', () => {
    const around = Buffer.from('xxfoobaryy');

    assert.equal(murmur2(around, 2, 8), -790332482);
  });

  test('hashes no bytes at all', () => {
    assert.equal(murmur2(Buffer.alloc(0), 0, 0), 275646681);
  });
});
