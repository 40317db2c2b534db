import type { Clock } from './clock.ts';

/**
 * Gives `work` a signal that aborts with `onTimeout()` after `timeoutMs`, or when `signal` does, and settles as the work does: for work
 * that ends with its signal. Work that takes none is for `withDeadline`.
 */
export async function withTimeLimit<T>(
  clock: Clock,
  limit: { readonly timeoutMs: number; readonly onTimeout: () => Error; readonly signal?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = clock.after(limit.timeoutMs, () => late.abort(limit.onTimeout()));
  const signals = limit.signal === undefined ? [late.signal] : [limit.signal, late.signal];
  try {
    return await work(AbortSignal.any(signals));
  } finally {
    timer.cancel();
  }
}
