import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MembershipLease } from '../../../src/group/membership-lease.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const startMs = 1_700_000_000_000;

/** A lease of 9.5 s in a session of 10 s. */
function createLease() {
  const clock = new ManualClock(startMs);
  return { clock, lease: new MembershipLease({ clock, sessionTimeoutMs: 10_000 }) };
}

describe('the lease of a membership', () => {
  test('lets nothing be written before there is a membership', () => {
    const { lease } = createLease();

    assert.equal(lease.judge(startMs), 'drop');
  });

  test('lasts for nearly a session from the last heartbeat, then makes writes wait until the coordinator says more', () => {
    const { lease, clock } = createLease();
    lease.alive(startMs);

    clock.advance(9499);
    const before = lease.judge(startMs);
    clock.advance(1);
    const after = lease.judge(startMs);
    lease.alive(startMs + 9000);

    assert.deepEqual([before, after, lease.judge(startMs)], ['send', 'wait', 'send']);
  });

  test('drops what is left once the coordinator says that the membership is over', () => {
    const { lease } = createLease();
    lease.alive(startMs);

    lease.lost(true);

    assert.equal(lease.judge(startMs), 'drop');
  });

  test('runs out by itself where the coordinator is silent, so that work can be brought to its end', () => {
    const { lease, clock } = createLease();
    lease.alive(startMs);
    clock.advance(7000);

    lease.lost(false);
    const meanwhile = lease.judge(startMs + 7000);
    clock.advance(2500);

    assert.deepEqual([meanwhile, lease.judge(startMs + 7000)], ['send', 'drop']);
  });

  test('never writes in a later membership what was appended in an earlier one, or between them', () => {
    for (const isTold of [true, false]) {
      const { lease, clock } = createLease();
      lease.alive(startMs);
      lease.lost(isTold);
      clock.advance(1000);
      lease.alive(startMs + 900);

      const verdicts = [0, 999, 1000].map(afterMs => lease.judge(startMs + afterMs));

      assert.deepEqual(verdicts, ['drop', 'drop', 'send']);
    }
  });

  test('is not shortened by an answer that comes late', () => {
    const { lease, clock } = createLease();
    lease.alive(startMs);
    clock.advance(5000);
    lease.alive(startMs + 5000);

    lease.alive(startMs + 1000);
    clock.advance(9000);

    assert.equal(lease.judge(startMs), 'send');
  });
});
