import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Stages } from '../../../src/async/stages.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('stages', () => {
  test('tell nothing before anything was done', () => {
    const stages = new Stages(new ManualClock(0));

    assert.deepEqual([stages.current, stages.text], [null, '']);
  });

  test('tell what is being done, and then what was done last', async () => {
    const clock = new ManualClock(0);
    const stages = new Stages(clock);
    let during = '';

    await stages.during('reading', async () => {
      during = stages.text;
      clock.advance(1500);
    });

    assert.equal(during, 'The worker is currently reading, which began at 1970-01-01T00:00:00.000Z');
    assert.equal(
      stages.text,
      'The last operation the worker completed was reading, which began at 1970-01-01T00:00:00.000Z and completed at 1970-01-01T00:00:01.500Z',
    );
  });

  test('of two at a time tell the one that began later, even when the other ends', () => {
    const stages = new Stages(new ManualClock(0));
    const endFirst = stages.begin('reading');
    stages.begin('writing');

    endFirst();

    assert.deepEqual(stages.current, { description: 'writing', startedAtMs: 0, endedAtMs: null });
  });
});
