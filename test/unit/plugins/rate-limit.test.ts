import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RateLimit } from '../../../plugins/typescript/datagen/rate-limit.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('rate limit', () => {
  test('lets records come due one by one', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(4, clock);
    const due: number[] = [];

    for (let i = 0; i < 4; i += 1) {
      due.push(rate.due());
      clock.advance(250);
    }

    assert.deepEqual(due, [0, 1, 2, 3]);
  });

  test('says how long it is to the next one', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(2, clock);
    clock.advance(500);
    rate.made(1);

    const waitMs = rate.waitMs();
    clock.advance(waitMs);

    assert.deepEqual([waitMs, rate.due()], [500, 1]);
  });

  test('makes up for at most one second', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(10, clock);

    clock.advance(60_000);
    const due = rate.due();
    rate.made(due);

    assert.deepEqual([due, rate.due()], [10, 0]);
  });

  test('knows rates below one record a second', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(0.1, clock);
    clock.advance(9999);
    const before = rate.due();

    clock.advance(1);

    assert.deepEqual([before, rate.due()], [0, 1]);
  });

  test('has no limit at 0', () => {
    assert.equal(new RateLimit(0, new ManualClock()).due(), Number.POSITIVE_INFINITY);
  });
});
