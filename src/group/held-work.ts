import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { JoinedGroup } from '../kafka/group-member.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigSnapshot } from './config-snapshot-source.ts';
import type { ConnectProtocolVersion, WorkerAssignment } from './connect-protocol.ts';
import {
  emptyWork,
  intersect,
  isEmptyWork,
  nothing,
  subtract,
  toConnectorsAndTasks,
  type WorkSet,
} from './connectors-and-tasks.ts';
import { applyAssignment } from './round-outcome.ts';
import type { GroupAssignment, RevocationReason, WorkerGroupEvents } from './worker-group.ts';

/** What {@link HeldWork} is made of. */
export interface HeldWorkOptions {
  /** `rebalance.timeout.ms`: how long a handler may take before it costs the membership. */
  readonly rebalanceTimeoutMs: number;
  /** Aborts when the worker leaves; handlers that are late then are not waited for any longer. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a handler is late and all else is stopped: leaves the group, which need not wait any longer. Never rejects. */
  readonly onLate: () => Promise<void>;
}

const noEvents: WorkerGroupEvents = {
  rebalancing: () => undefined,
  revoked: () => Promise.resolve(),
  assigned: () => Promise.resolve(),
  failed: () => undefined,
};

/** What this worker has been assigned, and its handlers' knowledge of it. */
export class HeldWork {
  readonly #options: HeldWorkOptions;
  #events: WorkerGroupEvents = noEvents;
  #work: WorkSet = emptyWork;
  /** What the handler of `assigned` was told of and not yet asked to give up; never more than the work. */
  #handedOut: WorkSet = emptyWork;
  #assignment: GroupAssignment | null = null;

  constructor(options: HeldWorkOptions) {
    this.#options = options;
  }

  get assignment(): GroupAssignment | null {
    return this.#assignment;
  }

  start(events: WorkerGroupEvents): void {
    this.#events = events;
  }

  /** What the leader of the next round is told that this worker has. */
  toAllocation(): WorkerAssignment | null {
    if (this.#assignment === null) return null;
    const { leaderId: leader, leaderUrl, configOffset } = this.#assignment;
    const assigned = toConnectorsAndTasks(this.#work);
    return { error: 0, leader, leaderUrl, configOffset, assigned, revoked: nothing, delayMs: 0 };
  }

  /**
   * Gives up all of connectors that do not exist any more. Nobody else will be assigned that, so the leader need not revoke it, and no
   * round has to follow the one in which it would.
   */
  async giveUpDeleted({ taskCounts }: ConfigSnapshot): Promise<void> {
    const isDeleted = (connector: string): boolean => !taskCounts.has(connector);
    const deleted = {
      connectors: new Map([...this.#work.connectors].filter(([, name]) => isDeleted(name))),
      tasks: new Map([...this.#work.tasks].filter(([, { connector }]) => isDeleted(connector))),
    };
    this.#work = subtract(this.#work, deleted);
    await this.#revoke(deleted, 'rebalance');
  }

  /**
   * Takes an assignment over: first gives up what it revokes, then has the rest.
   *
   * @returns whether the leader revoked anything, so that another round is to follow.
   */
  async apply(
    received: WorkerAssignment,
    round: Pick<JoinedGroup, 'generation' | 'memberId' | 'isLeader'> & {
      readonly version: ConnectProtocolVersion;
      readonly leaderGrpcAddress: string | null;
    },
  ): Promise<boolean> {
    const change = applyAssignment(this.#work, received, round.version);
    await this.#revoke(change.revoked, 'rebalance');
    this.#work = change.work;
    const { generation, memberId, isLeader, version: protocolVersion, leaderGrpcAddress } = round;
    this.#assignment = {
      generation,
      memberId,
      isLeader,
      leaderId: received.leader,
      leaderUrl: received.leaderUrl,
      leaderGrpcAddress,
      protocolVersion,
      configOffset: received.configOffset,
      delayMs: received.delayMs,
      work: toConnectorsAndTasks(change.work),
      added: toConnectorsAndTasks(subtract(change.work, this.#handedOut)),
    };
    return change.wantsRejoin;
  }

  /** Tells the handler what there is to run. */
  async handOut(): Promise<void> {
    if (this.#assignment === null) return;
    this.#handedOut = this.#work;
    await this.#watch(this.#events.assigned(this.#assignment), 'Taking on work');
  }

  /** Gives up everything, and forgets the assignment. */
  async revokeAll(reason: RevocationReason): Promise<void> {
    const work = this.#work;
    this.#assignment = null;
    this.#work = emptyWork;
    await this.#revoke(work, reason);
  }

  async #revoke(work: WorkSet, reason: RevocationReason): Promise<void> {
    const known = intersect(this.#handedOut, work);
    if (isEmptyWork(known)) return;
    this.#handedOut = subtract(this.#handedOut, known);
    const told = toConnectorsAndTasks(known);
    this.#options.log.info({ reason, ...told }, 'Giving up work');
    await this.#watch(this.#events.revoked(told, reason), 'Giving up work');
  }

  /**
   * Waits for a handler. One that is late costs the membership: all that this worker has besides is stopped, then it leaves the group
   * (I3). It goes on waiting, since only the handler knows when its own part is done; unless the worker leaves for good.
   */
  async #watch(handling: Promise<void>, what: string): Promise<void> {
    if (await this.#isInTime(handling, what)) return;
    const { log, signal, onLate } = this.#options;
    log.warn('worker poll timeout has expired; stopping all work and leaving the group until this is done');
    const rest = toConnectorsAndTasks(this.#handedOut);
    this.#handedOut = emptyWork;
    await this.#isInTime(this.#events.revoked(rest, 'lost'), 'Giving up all work');
    await onLate();
    while (!signal.aborted && !(await this.#isInTime(handling, what)));
  }

  async #isInTime(handling: Promise<void>, what: string): Promise<boolean> {
    const { clock, log, rebalanceTimeoutMs: timeoutMs } = this.#options;
    const late = new ConnectError(
      'DEADLINE_EXCEEDED',
      `${what} takes longer than rebalance.timeout.ms (${timeoutMs} ms)`,
    );
    try {
      await withDeadline(clock, { timeoutMs, onTimeout: () => late }, handling);
      return true;
    } catch (error) {
      if (error !== late) throw error;
      log.warn({ err: late }, 'A handler of the group is late');
      return false;
    }
  }
}
