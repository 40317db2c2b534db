import type { ConnectError } from '../errors/connect-error.ts';

/**
 * What is to become of records that wait to be sent.
 * - `wait`: it is not known now whether whoever appended them may still write.
 * - `drop`: it may not, and they are reported as failed: with GROUP_REBALANCE, or with KAFKA_OUTCOME_UNKNOWN if they were sent before
 *   and no answer came.
 */
export type FenceVerdict = 'send' | 'wait' | 'drop';

/** Whether records were given up because another worker is in charge of them by now. */
export function isFencedOff({ code }: ConnectError): boolean {
  return code === 'GROUP_REBALANCE' || code === 'KAFKA_OUTCOME_UNKNOWN';
}

/** Keeps a writer from writing what others may be in charge of by now (I3). */
export interface WriteFence {
  /** @param appendedAtMs when the first of the records was appended, on the clock that never goes back. */
  judge(appendedAtMs: number): FenceVerdict;
}

/** How often a closed fence is looked at, ms. */
export const fencePollMs = 50;
