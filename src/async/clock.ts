/**
 * Time, as everything in Millrace sees it. The system clock is constructed in the composition root; tests advance a manual one.
 */

/** A timer that can be taken back. */
export interface Timer {
  /** Takes the timer back; without effect once it has fired. */
  cancel(): void;
}

/** Source of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds on a clock that never goes back, with fractions; its zero means nothing. */
  monotonicMs(): number;
  /** Calls `action` once, after `delayMs` or later. The timer does not keep the process alive when `unref` is set. */
  after(delayMs: number, action: () => void, options?: { readonly unref?: boolean }): Timer;
  /** Resolves after `delayMs`. Rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay that Node's timers take; a longer one would fire at once. */
const maxDelayMs = 0x7fffffff;

/** The system's time. */
export class SystemClock implements Clock {
  nowMs(): number {
    // eslint-disable-next-line no-restricted-properties -- this is the one place
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void, options: { readonly unref?: boolean } = {}): Timer {
    // eslint-disable-next-line no-restricted-globals -- this is the one place
    const handle = setTimeout(action, Math.min(Math.max(0, delayMs), maxDelayMs));
    if (options.unref === true) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(toError(signal.reason));
        return;
      }
      const onAbort = (): void => {
        timer.cancel();
        reject(toError(signal?.reason));
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
