import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FreshReads } from '../../../src/herder/fresh-reads.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const never = new AbortController().signal;

describe('reads that catch up first', () => {
  test('tell of an outage while the status topic cannot be read, and since when', async () => {
    const clock = new ManualClock(1000);
    let isAway = true;
    const refresh = (signal: AbortSignal): Promise<void> =>
      isAway ? new Promise((_resolve, reject) => signal.addEventListener('abort', reject)) : Promise.resolve();
    const configs = { refresh: () => Promise.resolve() };
    const reads = new FreshReads({ configs, statuses: { refresh }, clock, log: createSilentLogger() });
    const readLate = async (): Promise<unknown> => {
      const read = reads.all(never);
      clock.advance(5000);
      await read;
      return reads.outage;
    };

    const first = await readLate();
    const second = await readLate();
    isAway = false;
    await reads.all(never);

    const outage = { sinceMs: 1000, description: 'The status topic cannot be read' };
    assert.deepEqual([first, second, reads.outage], [outage, outage, null]);
  });
});
