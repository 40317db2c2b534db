import type { Clock } from '../async/clock.ts';

/** Resolves when `work` has settled or after `timeoutMs`, whichever is first. Never rejects; leaves no timer behind. */
export async function waitBriefly(clock: Clock, timeoutMs: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = clock.after(timeoutMs, resolve);
    const settled = (): void => {
      timer.cancel();
      resolve();
    };
    work.then(settled, settled);
  });
}
