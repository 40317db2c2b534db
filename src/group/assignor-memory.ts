import { emptyWork, type WorkSet } from './connectors-and-tasks.ts';

/** A member as the leader saw it in a round, with what it was to run after it. */
export interface RememberedMember {
  readonly url: string;
  /** It had announced that it would leave and come back. */
  readonly isRestarting: boolean;
  readonly work: WorkSet;
}

/** What is kept for a worker that announced a restart and left (D8). */
export interface AwaitedWorker {
  /** When its work goes to others after all, in the time of the rounds, ms. */
  readonly untilMs: number;
  readonly work: WorkSet;
}

/** What lets time decide: waits that are under way. */
export interface RebalanceSchedule {
  /** When the wait under way ends, in the time of the rounds, ms; 0 when there is none. */
  readonly scheduledMs: number;
  /** The last round in which balancing was allowed revoked something for the sake of balance. */
  readonly hasRevokedInPrevious: boolean;
  /** Members without work that appeared during the wait, in order of appearance: perhaps a lost worker that came back. */
  readonly candidates: readonly string[];
}

/** What the leader carries from one round to the next. Another worker that becomes leader starts from {@link initialMemory}. */
export interface AssignorMemory extends RebalanceSchedule {
  /** Generation that the memory is of; -1 when it is of none. */
  readonly generation: number;
  /** All that was handed out and not revoked, and what was lost and is waited for. */
  readonly previousAssignment: WorkSet;
  /** What members were told to give up. */
  readonly previousRevocation: WorkSet;
  /** By member id. */
  readonly previousMembers: ReadonlyMap<string, RememberedMember>;
  /** By URL. */
  readonly awaitedWorkers: ReadonlyMap<string, AwaitedWorker>;
  /** How many rounds in a row had to put off a balancing revocation because the one before had revoked. */
  readonly successiveRevocations: number;
}

/** The schedule when nothing is waited for and nothing was revoked. */
export const noSchedule: RebalanceSchedule = { scheduledMs: 0, hasRevokedInPrevious: false, candidates: [] };

/** What a worker knows that has never led. */
export const initialMemory: AssignorMemory = {
  ...noSchedule,
  generation: -1,
  previousAssignment: emptyWork,
  previousRevocation: emptyWork,
  previousMembers: new Map(),
  awaitedWorkers: new Map(),
  successiveRevocations: 0,
};
