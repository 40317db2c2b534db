import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scrubFullName, scrubName, splitName } from '../../../../src/converters/avro/avro-names.ts';

describe('names that Avro takes', () => {
  // What `AvroData.doScrubName` of Confluent makes of them.
  for (const [name, scrubbed] of [
    ['', ''],
    ['a_B9', 'a_B9'],
    ['_', '_'],
    ['9a', 'x9a'],
    ['a b', 'a_b'],
    ['a-b.c*d', 'a_b_c_d'],
    ['a%b', 'a_25b'],
    ['a/b', 'a_2Fb'],
    ["!'()~", '_21_27_28_29_7E'],
    ['é', '_C3_A9'],
    ['a+b', 'a_2Bb'],
    ['1 é', 'x1__C3_A9'],
  ] as const) {
    test(`are '${scrubbed}' for '${name}'`, () => {
      assert.equal(scrubName(name), scrubbed);
    });
  }

  test('are scrubbed part by part, where that is asked', () => {
    assert.deepEqual(
      [true, false].map(scrubs => [
        splitName('a-b.c.1', scrubs),
        splitName('1', scrubs),
        scrubFullName('a-b.1', scrubs),
      ]),
      [
        [['a_b.c', 'x1'], [null, 'x1'], 'a_b.x1'],
        [['a-b.c', '1'], [null, '1'], 'a-b.1'],
      ],
    );
  });

  test('have no dots at their end, as Java splits them', () => {
    assert.deepEqual(splitName('a.b..', false), ['a', 'b']);
  });
});
