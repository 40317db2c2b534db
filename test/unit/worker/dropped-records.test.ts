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

    const told = dropped.toDropped(1);

    assert.equal(told.length, 51);
    assert.deepEqual(
      [told[0]?.why?.message.length, told.at(-1)?.why?.code, told.at(-1)?.count],
      [500, 'MANY_ERRORS', 150],
    );
    assert.equal(told.flatMap(({ index }) => index).length, 200);
  });
});
