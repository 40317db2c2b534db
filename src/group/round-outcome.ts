/** What a member makes of a completed round: pure decisions of the coordinator. */

import { AssignmentError, type ConnectProtocolVersion, type WorkerAssignment } from './connect-protocol.ts';
import { intersect, isEmptyWork, subtract, toWorkSet, unite, type WorkSet } from './connectors-and-tasks.ts';

/** How an assignment changes what a member has. */
export interface WorkChange {
  /** What it has and has to give up first. */
  readonly revoked: WorkSet;
  /** What it has afterwards. */
  readonly work: WorkSet;
  /** The leader revoked something: join again at once, so that it can be assigned. */
  readonly wantsRejoin: boolean;
}

/** Applies an assignment: from version 1 on it tells differences, before that it is all there is. */
export function applyAssignment(
  current: WorkSet,
  received: WorkerAssignment,
  version: ConnectProtocolVersion,
): WorkChange {
  const assigned = toWorkSet(received.assigned);
  // Nothing is held here unless the group has just fallen back to this version: then what is not assigned again is stopped now.
  if (version === 0) return { revoked: subtract(current, assigned), work: assigned, wantsRejoin: false };
  const told = toWorkSet(received.revoked);
  return {
    revoked: intersect(current, told),
    work: unite([subtract(current, told), assigned]),
    wantsRejoin: !isEmptyWork(told),
  };
}

/** What a member does before it runs what it was assigned. */
export type SyncStep = 'run' | 'rejoin' | 'read-then-run' | 'read-then-rejoin';

/**
 * An assignment is good for the very configurations that it was made from (reference 5.4).
 *
 * @see `DistributedHerder#handleRebalanceCompleted` in Kafka Connect.
 */
export function planSync(
  received: Pick<WorkerAssignment, 'error' | 'configOffset'>,
  own: { readonly configOffset: number; readonly isLeader: boolean },
): SyncStep {
  const isBehind = own.configOffset < received.configOffset;
  // A leader that could not assign leads the next round too, so it has to catch up even if it does not look behind.
  if (received.error !== AssignmentError.NONE) return isBehind || own.isLeader ? 'read-then-rejoin' : 'rejoin';
  if (isBehind) return 'read-then-run';
  return own.configOffset === received.configOffset ? 'run' : 'rejoin';
}

/** How often a worker that cannot read the configurations comes back sooner each time, before it starts over. */
const unsyncRetries = 5;

/**
 * How long a worker stays out of the group that could not read the configurations for the `failures`th time in a row (from 1), ms.
 *
 * @see `DistributedHerder#backoff` in Kafka Connect.
 */
export function unsyncBackoffMs(
  failures: number,
  options: { readonly version: ConnectProtocolVersion; readonly unsyncBackoffMs: number; readonly maxDelayMs: number },
): number {
  if (options.version === 0) return options.unsyncBackoffMs;
  const left = unsyncRetries - ((failures - 1) % unsyncRetries);
  return Math.floor(options.maxDelayMs / 10 / left);
}
