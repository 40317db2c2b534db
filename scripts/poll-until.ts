import type { Clock } from '../src/async/clock.ts';

/**
 * Calls `look` again and again until it returns something.
 *
 * @throws {Error} that names `what` after `timeoutMs`, or what `look` throws.
 */
export async function pollUntil<T>(
  clock: Clock,
  options: { readonly what: string; readonly timeoutMs: number; readonly intervalMs: number },
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.monotonicMs() > deadlineMs) throw new Error(`${options.what}: not within ${options.timeoutMs} ms`);
    await clock.sleep(options.intervalMs);
  }
}
