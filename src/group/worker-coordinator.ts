import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { nameOfTask, type ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { GroupMember, JoinedGroup, JoinRound, RejoinReason } from '../kafka/group-member.ts';
import type { Logger } from '../logging/logger.ts';
import { decodeAwaitedRestarts, type AwaitedRestart } from './awaited-restarts.ts';
import { decodeAssignment, type ConnectProtocolVersion, type WorkerAssignment } from './connect-protocol.ts';
import { HeldWork } from './held-work.ts';
import { Leadership, type LeadershipOptions } from './leadership.ts';
import { offerProtocols, versionOfProtocol, versionOfSetting, type ConnectProtocolSetting } from './protocol-offer.ts';
import { planSync, unsyncBackoffMs } from './round-outcome.ts';
import type { GroupAssignment, GroupWorker, LeaveOptions, WorkerGroup, WorkerGroupEvents } from './worker-group.ts';
import { decodeLeaderAddress, type WorkerPeer } from './worker-peer.ts';

/** What a {@link WorkerCoordinator} is made of. Times are milliseconds. */
export interface WorkerCoordinatorOptions extends LeadershipOptions {
  /** Makes a member of the workers' group with protocol type `connect`; one for each time that this worker enters the group. */
  readonly openMember: () => GroupMember;
  /** Advertised URL of this worker. */
  readonly url: string;
  /** What other workers of Millrace are told of this one, asked whenever it joins; nothing if not given. */
  readonly peer?: () => WorkerPeer;
  /** `connect.protocol` */
  readonly connectProtocol: ConnectProtocolSetting;
  /** `rebalance.timeout.ms` */
  readonly rebalanceTimeoutMs: number;
  /** `worker.sync.timeout.ms` */
  readonly workerSyncTimeoutMs: number;
  /** `worker.unsync.backoff.ms` */
  readonly workerUnsyncBackoffMs: number;
}

/** What the leader sent, with what stands behind it. */
interface ReceivedAssignment {
  readonly received: WorkerAssignment;
  readonly awaited: readonly AwaitedRestart[];
  readonly leaderGrpcAddress: string | null;
}

/** What to do after a round. */
type Next =
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'rejoin'; readonly reason: string }
  | { readonly kind: 'stay-out' };

/** Longest time that leaving waits for the round in which a restart is announced; members take part at their next heartbeat. */
const announceTimeoutMs = 10_000;
/** Rounds in a row that came to nothing, before there are pauses between them. */
const hastyRoundsMax = 3;

/**
 * A {@link WorkerGroup} on Kafka's classic group protocol. One loop does all: join, give up what is revoked, catch up with the
 * configurations, hand out what is assigned, wait for a reason to join again. Work that stays runs through all of it.
 *
 * @see `WorkerCoordinator` and `DistributedHerder` in Kafka Connect.
 */
export class WorkerCoordinator implements WorkerGroup {
  readonly #options: WorkerCoordinatorOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #leadership: Leadership;
  readonly #held: HeldWork;
  readonly #closing = new AbortController();
  #member: GroupMember | null = null;
  #version: ConnectProtocolVersion;
  #loop: Promise<void> = Promise.resolve();
  #left: Promise<void> | null = null;
  /** Why a round was asked for that has not begun. */
  #rejoinReason: string | null = null;
  #restart: Deferred<undefined> | null = null;
  #roundsInVain = 0;
  #failedReads = 0;

  constructor(options: WorkerCoordinatorOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#leadership = new Leadership(options);
    this.#version = versionOfSetting(options.connectProtocol);
    this.#held = new HeldWork({
      ...options,
      signal: this.#closing.signal,
      onLate: () => this.#dropMember(),
    });
  }

  get memberId(): string {
    return this.#member?.memberId ?? '';
  }

  get generation(): number {
    const generation = this.#member?.generation ?? -1;
    // In a round the member itself is between two generations.
    return generation >= 0 ? generation : (this.assignment?.generation ?? -1);
  }

  get url(): string {
    return this.#options.url;
  }

  get peer(): WorkerPeer | null {
    return this.#options.peer?.() ?? null;
  }

  get assignment(): GroupAssignment | null {
    return this.#held.assignment;
  }

  get workers(): readonly GroupWorker[] | null {
    return this.#leadership.workers;
  }

  owner(owned: string | ConnectorTaskId): GroupWorker | null {
    const owner = this.workers?.find(({ work }) =>
      typeof owned === 'string'
        ? work.connectors.includes(owned)
        : work.tasks.some(task => nameOfTask(task) === nameOfTask(owned)),
    );
    return owner ?? null;
  }

  start(events: WorkerGroupEvents): void {
    this.#held.start(events);
    this.#loop = this.#run(events);
  }

  requestRejoin(reason: string): void {
    this.#log.debug({ reason }, 'A rebalance is asked for');
    this.#rejoinReason = reason;
    this.#member?.requestRejoin(reason);
  }

  leave(options: LeaveOptions = {}): Promise<void> {
    this.#left ??= this.#leave(options);
    return this.#left;
  }

  async #leave({ willReturn }: LeaveOptions): Promise<void> {
    if (willReturn === true) await this.#announceRestart();
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', 'The worker leaves the group'));
    await this.#loop;
  }

  /** Tells the leader, in a round of its own, that this worker will be back (D8). The leader tells whoever leads after it. */
  async #announceRestart(): Promise<void> {
    const isAlone = this.workers?.length === 1;
    if (this.#version === 0 || this.assignment === null || isAlone) return;
    this.#restart = createDeferred<undefined>();
    this.requestRejoin('This worker is about to restart');
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', `No round within ${announceTimeoutMs} ms`);
    try {
      await withDeadline(this.#clock, { timeoutMs: announceTimeoutMs, onTimeout }, this.#restart.promise);
    } catch (err) {
      this.#log.warn({ err }, 'The restart could not be announced; this work goes to other workers');
    }
  }

  async #run(events: WorkerGroupEvents): Promise<void> {
    const { signal } = this.#closing;
    let failure: ConnectError | null = null;
    try {
      for (;;) await this.#takePart(events, signal);
    } catch (error) {
      // The signal ends every wait in there by throwing; that is how this loop is told to end.
      if (!signal.aborted) failure = toConnectError(error);
    }
    try {
      await this.#held.revokeAll((this.#member?.generation ?? -1) < 0 ? 'lost' : 'leaving');
    } catch (err) {
      this.#log.error({ err }, 'Giving up work failed');
    }
    await this.#dropMember();
    this.#restart?.resolve(undefined);
    if (failure !== null) events.failed(failure);
  }

  /** One round, and the time until the next. */
  async #takePart(events: WorkerGroupEvents, signal: AbortSignal): Promise<void> {
    const member = (this.#member ??= this.#options.openMember());
    const joined = await this.#join(member, events, signal);
    if (joined === null) return this.#held.revokeAll('lost');
    const next = await this.#complete(member, joined, signal);
    if (next.kind === 'stay-out') return this.#stayOut(signal);
    if (next.kind === 'rejoin') await this.#slowDown(next.reason, signal);
    else {
      const reason = await this.#awaitReason(member, next.delayMs, signal);
      if (reason.kind === 'failed') throw reason.error;
      this.#log.info({ reason: reason.message }, 'Joining the group again');
    }
    // Whatever the reason to join again was: work outlives a round, but not the membership (I3).
    const isMember = this.#member === member && member.generation === joined.generation;
    if (!isMember) await this.#held.revokeAll('lost');
  }

  /** Joins a round. Returns null when the membership was lost meanwhile. */
  async #join(member: GroupMember, events: WorkerGroupEvents, signal: AbortSignal): Promise<JoinedGroup | null> {
    events.rebalancing();
    // Eager members stop everything first, since the next assignment knows nothing of this one.
    if (this.#version === 0) await this.#held.revokeAll('rebalance');
    await this.#held.giveUpDeleted(this.#options.configs.snapshot());
    if (this.#member !== member) return null;
    const snapshot = this.#options.configs.snapshot();
    this.#leadership.begin(snapshot);
    this.#rejoinReason = null;
    const protocols = offerProtocols(this.#options.connectProtocol, {
      url: this.#options.url,
      configOffset: snapshot.configOffset,
      allocation: this.#held.toAllocation(),
      isRestarting: this.#restart !== null,
      ...(this.#options.peer !== undefined && { peer: this.#options.peer() }),
    });
    const announced = this.#restart;
    try {
      const assign = (round: JoinRound): Promise<ReadonlyMap<string, Uint8Array>> =>
        Promise.resolve(this.#leadership.assign(round));
      const joined = await member.join({ protocols, assign, endsWhenLost: true }, signal);
      announced?.resolve(undefined);
      return joined;
    } catch (error) {
      signal.throwIfAborted();
      const failure = toConnectError(error);
      if (failure.code !== 'GROUP_REBALANCE') throw failure;
      this.#log.warn({ err: failure }, 'The membership was lost; starting over');
      return null;
    }
  }

  async #complete(member: GroupMember, joined: JoinedGroup, signal: AbortSignal): Promise<Next> {
    const read = this.#read(joined);
    if (read === null) return { kind: 'rejoin', reason: 'The leader sent no assignment that can be read' };
    const { received, awaited, leaderGrpcAddress } = read;
    this.#version = versionOfProtocol(joined.protocol);
    this.#leadership.complete(joined, awaited);
    const wantsRejoin = await this.#held.apply(received, { ...joined, version: this.#version, leaderGrpcAddress });

    const { configs } = this.#options;
    const step = planSync(received, { configOffset: configs.snapshot().configOffset, isLeader: joined.isLeader });
    if (step.startsWith('read') && !(await this.#readConfigs(signal))) return { kind: 'stay-out' };
    if (step.endsWith('rejoin')) return { kind: 'rejoin', reason: 'The assignment is for other configurations' };
    if (configs.snapshot().configOffset !== received.configOffset) {
      return { kind: 'rejoin', reason: 'The configurations went on while the group rebalanced' };
    }
    this.#roundsInVain = 0;
    // After all this waiting the membership may be over; then awaitRejoin says so, and nothing is started.
    const isMember = this.#member === member && member.generation === joined.generation && !signal.aborted;
    if (isMember) await this.#held.handOut();
    if (this.#member !== member)
      return { kind: 'rejoin', reason: 'This worker has left the group because it was late' };
    if (wantsRejoin && isMember) return { kind: 'rejoin', reason: 'What was revoked can be assigned now' };
    return { kind: 'wait', delayMs: received.delayMs };
  }

  #read(joined: JoinedGroup): ReceivedAssignment | null {
    const { assignment } = joined;
    try {
      return {
        received: decodeAssignment(assignment),
        awaited: decodeAwaitedRestarts(assignment),
        leaderGrpcAddress: decodeLeaderAddress(assignment),
      };
    } catch (err) {
      this.#log.error({ err, generation: joined.generation }, "The leader's assignment cannot be read");
      return null;
    }
  }

  /** Reads the configurations to their present end, as a member. */
  async #readConfigs(signal: AbortSignal): Promise<boolean> {
    const timeoutMs = this.#options.workerSyncTimeoutMs;
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', `Not done within ${timeoutMs} ms`);
    try {
      const reading = this.#options.configs.readToEnd({ timeoutMs, signal });
      await withDeadline(this.#clock, { timeoutMs, onTimeout }, reading);
      this.#failedReads = 0;
      return true;
    } catch (err) {
      signal.throwIfAborted();
      this.#log.warn({ err }, 'Configurations could not be read to their end');
      return false;
    }
  }

  /** Leaves the group until the configurations can be read: a member that cannot catch up keeps the others from working. */
  async #stayOut(signal: AbortSignal): Promise<void> {
    await this.#held.revokeAll('unsynced');
    await this.#dropMember();
    do {
      this.#failedReads += 1;
      const delayMs = unsyncBackoffMs(this.#failedReads, {
        version: this.#version,
        unsyncBackoffMs: this.#options.workerUnsyncBackoffMs,
        maxDelayMs: this.#options.maxDelayMs,
      });
      this.#log.info({ delayMs }, 'Staying out of the group for a while');
      await this.#clock.sleep(delayMs, signal);
    } while (!(await this.#readConfigs(signal)));
  }

  /** Keeps members that do not agree, and do not notice, from joining as fast as they can. */
  async #slowDown(reason: string, signal: AbortSignal): Promise<void> {
    this.#log.info({ reason }, 'Joining the group again');
    this.#roundsInVain += 1;
    const hasty = this.#roundsInVain - hastyRoundsMax;
    if (hasty > 0) await this.#clock.sleep(backoffMs({ initialMs: 100, maxMs: 2000 }, hasty), signal);
  }

  /** Waits for the member to be told to join again, or for the delay that came with the assignment. */
  async #awaitReason(member: GroupMember, delayMs: number, signal: AbortSignal): Promise<RejoinReason> {
    if (this.#rejoinReason !== null) member.requestRejoin(this.#rejoinReason);
    const isScheduled = delayMs > 0;
    const timer = isScheduled
      ? this.#clock.after(delayMs, () => member.requestRejoin(`The rebalance delay of ${delayMs} ms is over`))
      : null;
    try {
      return await abortable(member.awaitRejoin(), signal, () => toConnectError(signal.reason));
    } finally {
      timer?.cancel();
    }
  }

  async #dropMember(): Promise<void> {
    const member = this.#member;
    this.#member = null;
    await member?.leave();
  }
}
