/** Shape of an exponential backoff. */
export interface BackoffOptions {
  /** Delay before the first retry, ms. */
  readonly initialMs: number;
  /** Longest delay, ms. */
  readonly maxMs: number;
  /** Factor per attempt; 2 if not given. */
  readonly factor?: number;
  /** Share of the delay that is random, 0 to 1; 0.2 if not given. */
  readonly jitter?: number;
}

/**
 * Delay before retry number `attempt` (from 1), ms: `initialMs * factor^(attempt-1)`, at most `maxMs`, spread by ± jitter.
 *
 * @param random returns a number in [0, 1); `Math.random` if not given.
 */
export function backoffMs(options: BackoffOptions, attempt: number, random: () => number = Math.random): number {
  const plain = Math.min(options.maxMs, options.initialMs * (options.factor ?? 2) ** Math.max(0, attempt - 1));
  const jitter = options.jitter ?? 0.2;
  return Math.round(Math.min(options.maxMs, plain * (1 - jitter + 2 * jitter * random())));
}
