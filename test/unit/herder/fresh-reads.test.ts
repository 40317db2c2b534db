import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
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
    const readLate = async (afterMs: number): Promise<unknown> => {
      const read = reads.all(never);
      clock.advance(afterMs);
      await read;
      return reads.outage;
    };

    const first = await readLate(5000);
    const second = await readLate(500);
    isAway = false;
    await reads.all(never);

    const outage = { sinceMs: 1000, description: 'The status topic cannot be read' };
    assert.deepEqual([first, second, reads.outage], [outage, outage, null]);
  });

  for (const topic of ['configs', 'statuses'] as const) {
    test(`wait five seconds for the topic of ${topic}, and half a second when it could not be read before`, async () => {
      const clock = new ManualClock();
      const away = (signal: AbortSignal): Promise<void> =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
      const here = { refresh: () => Promise.resolve() };
      const stores = { configs: here, statuses: here, [topic]: { refresh: away } };
      const reads = new FreshReads({ ...stores, clock, log: createSilentLogger() });
      const timed = async (): Promise<number> => {
        const read = reads.all(never).then(() => 'done');
        let waitedMs = 0;
        do {
          clock.advance(100);
          waitedMs += 100;
        } while ((await Promise.race([read, turn('waits')])) === 'waits');
        return waitedMs;
      };

      assert.deepEqual([await timed(), await timed(), await timed()], [5000, 500, 500]);
    });
  }

  test('end when whoever reads goes away, which is no outage', async () => {
    const away = (signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    const statuses = { refresh: away };
    const reads = new FreshReads({
      configs: { refresh: () => Promise.resolve() },
      statuses,
      clock: new ManualClock(),
      log: createSilentLogger(),
    });
    const reader = new AbortController();

    const read = reads.all(reader.signal);
    reader.abort(new Error('gone'));

    await assert.rejects(read, /gone/);
    assert.equal(reads.outage, null);
  });
});
