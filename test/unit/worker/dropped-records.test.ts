import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { DroppedRecords } from '../../../src/worker/dropped-records.ts';

const invalid = (message: string) => new ConnectError('DATA_INVALID', message);

describe('dropped records', () => {
  test('are told together where they have one reason', () => {
    const dropped = new DroppedRecords();
    dropped.add(0, invalid('a'));
    dropped.add(1, null);
    dropped.add(4, invalid('a'));
    dropped.addUnknown(7, invalid('a'));
    dropped.add(5, new ConnectError('REGISTRY_UNAVAILABLE', 'away'));

    const told = dropped
      .toDropped(3)
      .map(({ seq, index, count, why }) => [seq, index, count, why?.category, why?.message]);

    assert.deepEqual(told, [
      [3, [0, 4], 9, 'DATA', 'a'],
      [3, [1], 1, undefined, undefined],
      [3, [5], 1, 'TRANSIENT', 'away'],
    ]);
  });

  test('have a bounded number of reasons of bounded length, and all positions (I7)', () => {
    const dropped = new DroppedRecords();
    for (let index = 0; index < 200; index += 1) dropped.add(index, invalid(`${index} ${'x'.repeat(1000)}`));
    dropped.add(200, invalid(`7 ${'x'.repeat(1000)}`));
    dropped.add(201, null);

    const told = dropped.toDropped(1);

    assert.equal(told.length, 52);
    assert.deepEqual([told[0]?.why?.message.length, told[7]?.index], [500, [7, 200]]);
    assert.deepEqual(
      [told[50]?.count, told[50]?.why],
      [
        150,
        {
          category: 'DATA',
          code: 'MANY_ERRORS',
          message: 'One of more than 50 different errors in this batch; the worker logs each with errors.log.enable',
          detail: '',
          retryAfterMs: 0,
        },
      ],
    );
    assert.deepEqual(told[51], { seq: 1, index: [201], why: null, count: 1 });
    assert.equal(told.flatMap(({ index }) => index).length, 202);
  });
});
