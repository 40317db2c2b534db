import type { AssignorMemory, RebalanceSchedule } from './assignor-memory.ts';
import { initialMemory } from './assignor-memory.ts';
import { findBalancingRevocations } from './balancing-revocations.ts';
import {
  emptyWork,
  findShared,
  intersect,
  isEmptyWork,
  subtract,
  toSorted,
  unite,
  type WorkSet,
} from './connectors-and-tasks.ts';
import { awaitAnnouncedRestarts, awaitAnyLostWorker, type PresentMember } from './lost-work.ts';
import { dealToLeastLoaded, findHolders, takeFrom, toWorkerLoad, type WorkerLoad } from './worker-load.ts';

/** A member that joined, with what it says it runs. */
export interface AssignorMember extends PresentMember {
  readonly active: WorkSet;
}

/** A round of joining: everything that an assignment is made from, beside the leader's memory. */
export interface AssignorRound {
  /** The round's generation, and the last one that this leader completed. They tell whether the leader's memory is of use. */
  readonly generation: number;
  readonly lastCompletedGeneration: number;
  /** In the order in which members are looked through for surplus work; no two of one id. */
  readonly members: readonly AssignorMember[];
  readonly configured: WorkSet;
  /** Positive, never goes back. */
  readonly nowMs: number;
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number;
  /** Behave as Kafka Connect's leader, which waits for every lost worker, instead of only for those that announced a restart (D8). */
  readonly strictKafkaDelay: boolean;
}

/** What a member is told. */
export interface MemberAssignment {
  /** New to the member. */
  readonly assigned: WorkSet;
  readonly revoked: WorkSet;
  /** All that it runs in the end. */
  readonly total: WorkSet;
}

/** What the round comes to. */
export interface AssignorResult {
  /** By member id; every member has one. */
  readonly assignments: ReadonlyMap<string, MemberAssignment>;
  /** After this time all members are to join again; 0 for not at all. */
  readonly delayMs: number;
  readonly memory: AssignorMemory;
}

/** Milliseconds, multiplied by itself for each further round, between rounds that revoke. */
const revocationBackoffFactor = 40;

/**
 * Shares out connectors and tasks so that what stays where it is goes on running. Work that has to move is revoked in one round and
 * assigned in the next, which the members that gave it up ask for at once (I3). Pure: `memory` of one round goes into the next.
 *
 * The derived sets: *deleted* is no longer configured, *lost* was handed out but nobody reports it, *created* is configured and nobody
 * has or had it, *duplicated* is reported by several members, who all give it up, so that it is created in the next round.
 *
 * @see `IncrementalCooperativeAssignor` in Kafka Connect (KIP-415, KAFKA-12495).
 */
export function assignIncrementally(known: AssignorMemory, round: AssignorRound): AssignorResult {
  const memory = reviseMemory(known, round);
  const active = unite(round.members.map(member => member.active));
  const previous = refersToUnappliedRevocation(memory, active) ? active : memory.previousAssignment;

  // Kafka Connect's new leader, which remembers nothing, leaves what is configured no more with its members until the round after.
  const deleted = subtract(round.strictKafkaDelay ? previous : unite([previous, active]), round.configured);
  const lost = toSorted(subtract(previous, active, deleted));
  const created = toSorted(subtract(round.configured, previous, active));
  const duplicated = findShared(round.members.map(member => member.active));

  const loads = round.members.map(member => toWorkerLoad(member.memberId, member.active));
  const outdated = findHolders(loads, unite([deleted, duplicated]));
  takeFrom(loads, outdated);

  const handleLost = round.strictKafkaDelay ? awaitAnyLostWorker : awaitAnnouncedRestarts;
  const lostWork = handleLost(memory, { ...round, loads, lost });
  const balance = planBalancing({ ...memory, ...lostWork.schedule }, { round, loads, delayMs: lostWork.delayMs });
  takeFrom(loads, balance.revoked);

  // What a member was just given back and has no room for was never its own: somebody else gets it in this round.
  const passedOn = round.strictKafkaDelay ? emptyWork : subtract(unite(balance.revoked.values()), active);
  dealToLeastLoaded(takersOf(round, loads), unite([created, lostWork.released, passedOn]));

  const assignments = new Map(
    loads.map((load, index): [string, MemberAssignment] => {
      const { memberId } = load;
      const current = subtract(round.members[index]?.active ?? emptyWork, deleted);
      const surplus = subtract(balance.revoked.get(memberId) ?? emptyWork, passedOn);
      const revoked = unite([outdated.get(memberId) ?? emptyWork, surplus]);
      return [memberId, { assigned: subtract(load, current), revoked, total: subtract(load, revoked) }];
    }),
  );
  const revoked = unite([...assignments.values()].map(one => one.revoked));
  const awaited = round.strictKafkaDelay ? lost : unite([...lostWork.awaitedWorkers.values()].map(({ work }) => work));
  return {
    assignments,
    delayMs: balance.delayMs,
    memory: {
      ...balance.schedule,
      successiveRevocations: balance.successiveRevocations,
      generation: round.generation,
      previousAssignment: unite([subtract(unite(loads), revoked), awaited]),
      previousRevocation: revoked,
      previousMembers: rememberMembers(round, assignments),
      awaitedWorkers: lostWork.awaitedWorkers,
    },
  };
}

/** A leader that missed a round, or led none, cannot tell what was lost since. */
function reviseMemory(memory: AssignorMemory, round: AssignorRound): AssignorMemory {
  if (memory.generation === round.lastCompletedGeneration) return memory;
  return round.strictKafkaDelay ? { ...memory, previousAssignment: emptyWork } : initialMemory;
}

/** Whether members still report what they were told to give up: then they never heard of it, and only their word counts. */
function refersToUnappliedRevocation({ previousRevocation }: AssignorMemory, active: WorkSet): boolean {
  return !isEmptyWork(intersect(previousRevocation, active));
}

interface BalancingPlan {
  readonly revoked: ReadonlyMap<string, WorkSet>;
  readonly delayMs: number;
  readonly schedule: RebalanceSchedule;
  readonly successiveRevocations: number;
}

/** Revokes what members have beyond their share, but not while something is waited for, and not in two rounds in a row without pause. */
function planBalancing(
  { scheduledMs, hasRevokedInPrevious, candidates, successiveRevocations }: AssignorMemory,
  {
    round,
    loads,
    delayMs,
  }: { readonly round: AssignorRound; readonly loads: readonly WorkerLoad[]; readonly delayMs: number },
): BalancingPlan {
  const schedule = { scheduledMs, hasRevokedInPrevious, candidates };
  const none = { revoked: new Map<string, WorkSet>(), delayMs, schedule, successiveRevocations };
  if (delayMs > 0) {
    // Kafka Connect's leader forgets here that it revoked, and so may end its back-off early.
    return round.strictKafkaDelay ? { ...none, schedule: { ...schedule, hasRevokedInPrevious: false } } : none;
  }
  // A member that is about to leave takes no more work, so there is no balance to be had before it is gone.
  if (!round.strictKafkaDelay && round.members.some(({ isRestarting }) => isRestarting)) return none;
  const revoked = findBalancingRevocations(loads, round.configured);
  if (revoked.size === 0) {
    return {
      ...none,
      schedule: { ...schedule, hasRevokedInPrevious: false },
      successiveRevocations: hasRevokedInPrevious ? 0 : successiveRevocations,
    };
  }
  if (!hasRevokedInPrevious) return { ...none, revoked, schedule: { ...schedule, hasRevokedInPrevious: true } };
  const successive = successiveRevocations + 1;
  const backoffMs = revocationBackoffMs(successive, round.maxDelayMs);
  if (backoffMs === 0) return { ...none, revoked, successiveRevocations: successive };
  return {
    ...none,
    delayMs: backoffMs,
    schedule: { ...schedule, scheduledMs: round.nowMs + backoffMs },
    successiveRevocations: successive,
  };
}

/** 40 ms, 1.6 s, 64 s, …, never more than `maxDelayMs`; 0 when that is 0. */
function revocationBackoffMs(successiveRevocations: number, maxDelayMs: number): number {
  if (maxDelayMs <= 1) return maxDelayMs;
  const exponentMax = Math.log(maxDelayMs) / Math.log(revocationBackoffFactor);
  return Math.min(maxDelayMs, Math.floor(revocationBackoffFactor ** Math.min(successiveRevocations, exponentMax)));
}

/** Who may get more: not a member that is about to leave, unless there is no other. */
function takersOf(round: AssignorRound, loads: readonly WorkerLoad[]): readonly WorkerLoad[] {
  if (round.strictKafkaDelay) return loads;
  const staying = loads.filter((_, index) => round.members[index]?.isRestarting === false);
  return staying.length > 0 ? staying : loads;
}

function rememberMembers(
  { members }: AssignorRound,
  assignments: ReadonlyMap<string, MemberAssignment>,
): AssignorMemory['previousMembers'] {
  return new Map(
    members.map(({ memberId, url, isRestarting }) => [
      memberId,
      { url, isRestarting, work: assignments.get(memberId)?.total ?? emptyWork },
    ]),
  );
}
