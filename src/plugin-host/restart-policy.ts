import { backoffMs, type BackoffOptions } from '../async/backoff.ts';
import { assertNever } from '../errors/assert-never.ts';
import type { FailureCategory } from '../wire/data-messages.ts';

/**
 * `task.restart.policy` (D7). `crash`: a plugin process that died is replaced, a reported failure is not; `transient`: a failure
 * that the plugin calls TRANSIENT or RATE_LIMITED is tried again too; `never`: nothing is.
 */
export type RestartMode = 'crash' | 'transient' | 'never';

/** The mode of that name; undefined if there is none. */
export function toRestartMode(text: string | undefined): RestartMode | undefined {
  return (['crash', 'transient', 'never'] as const).find(mode => mode === text);
}

/** When tasks are started again. */
export interface RestartPolicy {
  readonly mode: RestartMode;
  /** `plugin.restart.max.attempts`: restarts in a row after deaths, then the task is FAILED. */
  readonly attemptsMax: number;
  /** Delays after deaths. The first is short, since most deaths are single. */
  readonly deathBackoff: BackoffOptions;
  /** Delays after transient failures, at least. The plugin may ask for a longer one. */
  readonly failureBackoff: BackoffOptions;
  /** A task that ran this long before its end begins a new row, ms. */
  readonly healthyAfterMs: number;
}

export const defaultRestartPolicy: RestartPolicy = {
  mode: 'crash',
  attemptsMax: 10,
  deathBackoff: { initialMs: 100, maxMs: 60_000 },
  failureBackoff: { initialMs: 1000, maxMs: 60_000 },
  healthyAfterMs: 60_000,
};

/** Longest delay that a plugin may ask for. */
const retryAfterMaxMs = 60 * 60 * 1000;

/** The end of a task that nobody asked for. */
export type UnwantedEnd =
  | { readonly kind: 'died' }
  | {
      readonly kind: 'failed';
      readonly failure: { readonly category: FailureCategory; readonly retryAfterMs: number };
    };

/** What went before. */
export interface RestartHistory {
  /** Restarts in a row so far; 0 at first. */
  readonly attempts: number;
  /** How long the task ran before this end, from its `Started`; 0 if it never came to it. */
  readonly ranForMs: number;
}

export type RestartDecision =
  | {
      readonly kind: 'restart';
      readonly delayMs: number;
      /** To be given as {@link RestartHistory.attempts} at the next end. */
      readonly attempts: number;
    }
  | { readonly kind: 'give-up' };

/**
 * Whether and when a task is started again. Deaths are limited by `attemptsMax` in a row; transient failures are not, as an
 * outage of another system may last, and a slow pace does no harm.
 *
 * @param random returns a number in [0, 1), for the spread of delays.
 */
export function decideRestart(
  policy: RestartPolicy,
  end: UnwantedEnd,
  history: RestartHistory,
  random: () => number = Math.random,
): RestartDecision {
  if (policy.mode === 'never') return { kind: 'give-up' };
  const attempts = history.ranForMs >= policy.healthyAfterMs ? 1 : history.attempts + 1;
  switch (end.kind) {
    case 'died':
      if (attempts > policy.attemptsMax) return { kind: 'give-up' };
      return { kind: 'restart', attempts, delayMs: backoffMs(policy.deathBackoff, attempts, random) };
    case 'failed': {
      if (policy.mode !== 'transient' || !isTransient(end.failure.category)) return { kind: 'give-up' };
      const askedMs = Math.min(end.failure.retryAfterMs, retryAfterMaxMs);
      const delayMs = Math.max(askedMs, backoffMs(policy.failureBackoff, attempts, random));
      return { kind: 'restart', attempts, delayMs };
    }
    default:
      return assertNever(end);
  }
}

function isTransient(category: FailureCategory): boolean {
  return category === 'TRANSIENT' || category === 'RATE_LIMITED';
}
