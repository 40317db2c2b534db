/** What becomes of work whose holder is gone: it is waited for, given to somebody, or released to be dealt as if it were new. */

import type { AssignorMemory, AwaitedWorker, RebalanceSchedule } from './assignor-memory.ts';
import { emptyWork, intersect, isEmptyWork, subtract, unite, type WorkSet } from './connectors-and-tasks.ts';
import { dealInTurn, giveTo, type WorkerLoad } from './worker-load.ts';

/** A member, as far as lost work is concerned. */
export interface PresentMember {
  readonly memberId: string;
  readonly url: string;
  readonly isRestarting: boolean;
}

/** What the decision is made from. */
export interface LostWorkRound {
  readonly lost: WorkSet;
  readonly members: readonly PresentMember[];
  /** What members keep; work that is given back at once is added here. */
  readonly loads: readonly WorkerLoad[];
  readonly nowMs: number;
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number;
}

/** The decision. */
export interface LostWorkDecision {
  /** To be dealt now. */
  readonly released: WorkSet;
  /** Until all members are to join again; 0 for no wait, and then balancing may revoke. */
  readonly delayMs: number;
  readonly schedule: RebalanceSchedule;
  readonly awaitedWorkers: ReadonlyMap<string, AwaitedWorker>;
}

/**
 * Millrace's way (D8): what a vanished worker had is released at once. Only a worker that had announced a restart is waited for, no
 * longer than `maxDelayMs`, and gets back what it had as soon as a member with its URL is there. The back-off between two rounds that
 * revoke is waited out to its end.
 */
export function awaitAnnouncedRestarts(memory: AssignorMemory, round: LostWorkRound): LostWorkDecision {
  const { lost, members, loads, nowMs, maxDelayMs } = round;
  const awaitedWorkers = new Map<string, AwaitedWorker>();
  let givenBack = emptyWork;
  for (const [url, awaited] of [...memory.awaitedWorkers, ...findDepartures(memory, round)]) {
    const work = subtract(intersect(awaited.work, lost), givenBack);
    const returned = members.find(member => member.url === url && !member.isRestarting)?.memberId;
    const load = loads.find(({ memberId }) => memberId === returned);
    if (load !== undefined) {
      giveTo(load, work);
      givenBack = unite([givenBack, work]);
    } else if (!isEmptyWork(work) && nowMs < awaited.untilMs) {
      awaitedWorkers.set(url, { untilMs: awaited.untilMs, work });
    }
  }
  const isBackoffOver = nowMs >= memory.scheduledMs;
  const ends = [...awaitedWorkers.values()].map(({ untilMs }) => untilMs);
  if (!isBackoffOver) ends.push(memory.scheduledMs);
  return {
    released: subtract(lost, givenBack, ...[...awaitedWorkers.values()].map(({ work }) => work)),
    delayMs: ends.length === 0 ? 0 : Math.min(maxDelayMs, Math.min(...ends) - nowMs),
    schedule: {
      scheduledMs: isBackoffOver ? 0 : memory.scheduledMs,
      hasRevokedInPrevious: memory.hasRevokedInPrevious && !(isBackoffOver && memory.scheduledMs > 0),
      candidates: [],
    },
    awaitedWorkers,
  };
}

/** Workers that had announced a restart, and have left since the previous round. */
function findDepartures(
  { previousMembers }: AssignorMemory,
  { members, nowMs, maxDelayMs }: LostWorkRound,
): readonly (readonly [string, AwaitedWorker])[] {
  const present = new Set(members.map(({ memberId }) => memberId));
  return [...previousMembers]
    .filter(([memberId, { isRestarting }]) => isRestarting && !present.has(memberId))
    .map(([, { url, work }]) => [url, { untilMs: nowMs + maxDelayMs, work }]);
}

/**
 * Kafka Connect's way: any lost work is kept for `maxDelayMs` in the hope that its worker returns, under a new member id, so any member
 * without work may be the one. When time is up such members get it, else it is released. The same timer ends the back-off between
 * two rounds that revoke, and is dropped when neither is needed.
 *
 * @see `IncrementalCooperativeAssignor#handleLostAssignments` in Kafka Connect.
 */
export function awaitAnyLostWorker(memory: AssignorMemory, round: LostWorkRound): LostWorkDecision {
  const { lost, members, loads, nowMs, maxDelayMs } = round;
  const { scheduledMs, hasRevokedInPrevious, candidates } = memory;
  const schedule: RebalanceSchedule = { scheduledMs, hasRevokedInPrevious, candidates };
  const none = { released: emptyWork, delayMs: 0, awaitedWorkers: new Map<string, AwaitedWorker>() };

  if (isEmptyWork(lost) && !hasRevokedInPrevious) {
    return { ...none, schedule: { ...schedule, scheduledMs: 0, candidates: [] } };
  }
  const present = new Set(members.map(({ memberId }) => memberId));
  const areAllHere = [...memory.previousMembers.keys()].every(memberId => present.has(memberId));
  // With everybody here nothing can have left with its worker: a member did not get what the previous round gave it.
  if ((scheduledMs <= 0 && areAllHere) || maxDelayMs === 0) return { ...none, released: lost, schedule };

  if (scheduledMs > 0 && nowMs >= scheduledMs) {
    const takers = candidates.flatMap(candidate => loads.filter(({ memberId }) => memberId === candidate));
    dealInTurn(takers, lost);
    return {
      ...none,
      released: takers.length > 0 ? emptyWork : lost,
      schedule: { scheduledMs: 0, candidates: [], hasRevokedInPrevious: false },
    };
  }
  const idle = loads.filter(isEmptyWork).map(({ memberId }) => memberId);
  const delayMs = scheduledMs > 0 ? Math.min(scheduledMs - nowMs, maxDelayMs) : maxDelayMs;
  return {
    ...none,
    delayMs,
    schedule: { ...schedule, candidates: [...new Set([...candidates, ...idle])], scheduledMs: nowMs + delayMs },
  };
}
