import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDeferred } from '../../../src/async/deferred.ts';
import { inOrderOfSuccess } from '../../../src/async/in-order-of-success.ts';

/** Settles as the steps say: `+1` fulfils the second promise, `-0` rejects the first. */
async function settle(steps: readonly string[]): Promise<readonly string[]> {
  const given = steps.map(() => createDeferred<string>());
  const ordered = inOrderOfSuccess(given.map(({ promise }) => promise));
  for (const step of steps) {
    const index = step.slice(1);
    const one = given[Number(index)];
    if (step.startsWith('+')) one?.resolve(index);
    else one?.reject(new Error(index));
    await one?.promise.catch(() => undefined);
  }
  const outcomes = await Promise.allSettled(ordered);
  return outcomes.map(outcome =>
    outcome.status === 'fulfilled' ? `+${outcome.value}` : `-${(outcome.reason as Error).message}`,
  );
}

describe('promises in order of success', () => {
  for (const [steps, expected] of [
    ['+0 +1 +2', '+0 +1 +2'],
    ['+2 +0 +1', '+2 +0 +1'],
    ['-0 +2 +1', '+2 +1 -0'],
    ['-1 -0 +2', '+2 -0 -1'],
    ['-0 -1', '-1 -0'],
    ['', ''],
  ] as const) {
    test(`are ${expected || 'none'} for ${steps || 'none'}`, async () => {
      assert.deepEqual(await settle(steps.split(' ').filter(Boolean)), expected.split(' ').filter(Boolean));
    });
  }
});
