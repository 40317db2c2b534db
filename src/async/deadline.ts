import type { Clock } from './clock.ts';

/**
 * Settles as `work` does, or rejects with `onTimeout()` after `timeoutMs`. The work itself is not stopped; pass it a signal
 * where it can be.
 */
export function withDeadline<T>(
  clock: Clock,
  options: { readonly timeoutMs: number; readonly onTimeout: () => Error },
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(options.timeoutMs, () => reject(options.onTimeout()));
    work.then(
      value => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
