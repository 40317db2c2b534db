import type { Clock } from '../../src/async/clock.ts';
import { pollUntil } from '../poll-until.ts';

/** How fast something grew from its first sign of life to its full size. */
export interface Growth {
  /** From the start of the watch to the first sign of life, ms: what starting costs. */
  readonly startMs: number;
  /** Units per second from the first sign of life to the full size. */
  readonly unitsPerSecond: number;
}

const pollIntervalMs = 10;

/**
 * Watches an amount until it reaches `total`. What was there at the first sight does not count into the rate.
 *
 * @throws {Error} after `timeoutMs`, when the amount passes `total`, or what `read` throws.
 */
export async function measureGrowth(
  clock: Clock,
  options: { readonly what: string; readonly total: number; readonly timeoutMs: number; read: () => Promise<number> },
): Promise<Growth> {
  const startedMs = clock.monotonicMs();
  let first: { readonly amount: number; readonly atMs: number } | undefined;
  return pollUntil(clock, { ...options, intervalMs: pollIntervalMs }, async () => {
    const amount = await options.read();
    const atMs = clock.monotonicMs();
    if (amount > options.total) throw new Error(`${options.what}: ${amount} of ${options.total}, too many`);
    if (amount > 0) first ??= { amount, atMs };
    if (first === undefined || amount < options.total) return undefined;
    const seconds = Math.max(atMs - first.atMs, 1) / 1000;
    return { startMs: Math.round(first.atMs - startedMs), unitsPerSecond: (options.total - first.amount) / seconds };
  });
}
