import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decideRestart,
  defaultRestartPolicy,
  type RestartDecision,
  type RestartMode,
  type UnwantedEnd,
} from '../../../src/plugin-host/restart-policy.ts';
import type { FailureCategory } from '../../../src/wire/data-messages.ts';

const died: UnwantedEnd = { kind: 'died' };
const middle = (): number => 0.5;

function failed(category: FailureCategory, retryAfterMs = 0): UnwantedEnd {
  return { kind: 'failed', failure: { category, retryAfterMs } };
}

function decide(mode: RestartMode, end: UnwantedEnd, attempts = 0, ranForMs = 0): RestartDecision {
  return decideRestart({ ...defaultRestartPolicy, mode }, end, { attempts, ranForMs }, middle);
}

describe('the restart policy', () => {
  test('replaces a dead process at once at first, then ever later, then not at all', () => {
    const delays: (number | string)[] = [];
    let attempts = 0;
    for (
      let decision = decide('crash', died);
      decision.kind === 'restart';
      decision = decide('crash', died, attempts)
    ) {
      attempts = decision.attempts;
      delays.push(decision.delayMs);
    }

    assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200]);
  });

  test('never waits longer than a minute after a death', () => {
    const policy = { ...defaultRestartPolicy, attemptsMax: 1000 };

    const decision = decideRestart(policy, died, { attempts: 500, ranForMs: 0 }, middle);

    assert.deepEqual(decision, { kind: 'restart', attempts: 501, delayMs: 60_000 });
  });

  test('begins a new row after a healthy time', () => {
    assert.deepEqual(decide('crash', died, 10, 60_000), { kind: 'restart', attempts: 1, delayMs: 100 });
    assert.deepEqual(decide('crash', died, 10, 59_999), { kind: 'give-up' });
  });

  test('leaves reported failures alone by default', () => {
    assert.deepEqual(decide('crash', failed('TRANSIENT')), { kind: 'give-up' });
    assert.deepEqual(decide('crash', failed('BUG')), { kind: 'give-up' });
  });

  test('tries transient failures again if asked to, for as long as they last', () => {
    assert.deepEqual(decide('transient', failed('TRANSIENT')), { kind: 'restart', attempts: 1, delayMs: 1000 });
    assert.deepEqual(decide('transient', failed('RATE_LIMITED'), 100), {
      kind: 'restart',
      attempts: 101,
      delayMs: 60_000,
    });
    for (const category of ['BUG', 'CONFIG', 'AUTH', 'DATA', 'CATEGORY_UNSPECIFIED'] as const) {
      assert.deepEqual(decide('transient', failed(category)), { kind: 'give-up' });
    }
  });

  test('waits as long as the plugin asks, up to an hour', () => {
    assert.deepEqual(decide('transient', failed('RATE_LIMITED', 5000)), {
      kind: 'restart',
      attempts: 1,
      delayMs: 5000,
    });
    assert.deepEqual(decide('transient', failed('RATE_LIMITED', 2 ** 31)), {
      kind: 'restart',
      attempts: 1,
      delayMs: 3_600_000,
    });
  });

  test('replaces dead processes in the transient mode too, and nothing in the never mode', () => {
    assert.deepEqual(decide('transient', died), { kind: 'restart', attempts: 1, delayMs: 100 });
    assert.deepEqual(decide('never', died), { kind: 'give-up' });
    assert.deepEqual(decide('never', failed('TRANSIENT')), { kind: 'give-up' });
  });

  test('spreads delays', () => {
    const history = { attempts: 3, ranForMs: 0 };

    const delays = [0, 0.999].map(random => decideRestart(defaultRestartPolicy, died, history, () => random));

    assert.deepEqual(
      delays.map(decision => decision.kind === 'restart' && decision.delayMs),
      [640, 960],
    );
  });
});
