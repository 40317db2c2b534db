import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withTimeLimit } from '../../../src/async/time-limit.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const onTimeout = (): Error => new Error('too late');

/** Work that ends when its signal does. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a time limit', () => {
  test('aborts the signal of the work when the time is over', async () => {
    const clock = new ManualClock();

    const limited = withTimeLimit(clock, { timeoutMs: 100, onTimeout }, untilAborted);
    clock.advance(100);

    await assert.rejects(limited, { message: 'too late' });
  });

  test("aborts it with the caller's reason when the caller's signal does", async () => {
    const caller = new AbortController();

    const limited = withTimeLimit(
      new ManualClock(),
      { timeoutMs: 100, onTimeout, signal: caller.signal },
      untilAborted,
    );
    caller.abort(new Error('given up'));

    await assert.rejects(limited, { message: 'given up' });
  });

  test('is over with the work, whether that succeeds or not', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const keep = (signal: AbortSignal): void => void signals.push(signal);

    const result = await withTimeLimit(clock, { timeoutMs: 100, onTimeout }, async signal => (keep(signal), 5));
    await assert.rejects(
      withTimeLimit(clock, { timeoutMs: 100, onTimeout }, async signal => {
        keep(signal);
        throw new Error('failed');
      }),
      { message: 'failed' },
    );
    clock.advance(1000);

    assert.equal(result, 5);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
  });
});
