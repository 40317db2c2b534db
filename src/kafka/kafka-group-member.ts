import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { groupByTopic } from './group-by-topic.ts';
import { CoordinatorError, GroupCoordinator, GroupErrorCode } from './group-coordinator.ts';
import { GroupHeartbeat } from './group-heartbeat.ts';
import type {
  CommitOffset,
  GroupMember,
  JoinedGroup,
  JoinOptions,
  MembershipWatch,
  RejoinReason,
} from './group-member.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';
import { nameOf, type TopicPartition } from './record-fetcher.ts';

/** What a {@link KafkaGroupMember} is made of. Times are milliseconds. */
export interface KafkaGroupMemberOptions {
  readonly client: KafkaClientConfig;
  readonly groupId: string;
  /** `consumer`, `connect`; all members of a group have the same. */
  readonly protocolType: string;
  readonly sessionTimeoutMs: number;
  /** How long the coordinator may be silent before the membership counts as lost; the session's timeout if not given. */
  readonly silenceMaxMs?: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly watch?: MembershipWatch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Longest wait for the round under way when a member leaves that does not know its id yet. */
const leaveTimeoutMs = 5000;

type State =
  | { readonly kind: 'unjoined' }
  | { readonly kind: 'joining'; readonly heartbeat: GroupHeartbeat | null }
  | { readonly kind: 'stable'; readonly generation: number; readonly heartbeat: GroupHeartbeat }
  | { readonly kind: 'left' };

/** A {@link GroupMember} on kafkajs's Broker (D1). It is a dynamic member: kafkajs does not pass `group.instance.id` on. */
export class KafkaGroupMember implements GroupMember {
  readonly #options: KafkaGroupMemberOptions;
  readonly #coordinator: GroupCoordinator;
  readonly #log: Logger;
  #state: State = { kind: 'unjoined' };
  #memberId = '';
  /** When the coordinator last knew this member, as far as rounds can tell; heartbeats know more. */
  #aliveAtMs = 0;
  /** The membership ended while it was renewed in a round. */
  #isLostInRound = false;
  #rejoin: Deferred<RejoinReason> = createDeferred<RejoinReason>();
  /** The round under way, which goes on even when its caller gave up. */
  #round: Promise<unknown> = Promise.resolve();
  #isRoundOpen = false;

  constructor(options: KafkaGroupMemberOptions) {
    this.#options = options;
    this.#log = options.log.child({ group: options.groupId });
    this.#coordinator = new GroupCoordinator({ ...options, log: this.#log });
  }

  get memberId(): string {
    return this.#memberId;
  }

  get generation(): number {
    return this.#state.kind === 'stable' ? this.#state.generation : -1;
  }

  async join(options: JoinOptions, signal: AbortSignal): Promise<JoinedGroup> {
    const heartbeat = this.#keepBeating(options);
    this.#aliveAtMs = heartbeat?.aliveAtMs ?? this.#options.clock.monotonicMs();
    this.#isLostInRound = false;
    const isMember = this.#memberId !== '';
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      if (this.#state.kind === 'left') throw leftError(this.#options.groupId);
      this.#state = { kind: 'joining', heartbeat };
      try {
        const round = await abortable(this.#startRound(options), signal, () => toConnectError(signal.reason));
        signal.throwIfAborted();
        return this.#becomeStable(round.joined, round.syncedAtMs);
      } catch (error) {
        signal.throwIfAborted();
        const failure = toConnectError(error);
        if (isMember && options.endsWhenLost === true) this.#checkNotLost(failure);
        await this.#backOffFrom(failure, attempt, signal);
      }
    }
  }

  awaitRejoin(): Promise<RejoinReason> {
    return this.#rejoin.promise;
  }

  requestRejoin(message: string): void {
    this.#rejoin.resolve({ kind: 'rebalance', message });
  }

  async commit(offsets: readonly CommitOffset[], { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    if (offsets.length === 0) return;
    const { clock, client, groupId } = this.#options;
    const generation = this.#stableGeneration();
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const topics = groupByTopic(offsets, ({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      metadata: metadata ?? '',
    }));
    const memberId = this.#memberId;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const request = { groupId, groupGenerationId: generation, memberId, topics };
        await this.#coordinator.call(`Committing offsets of group '${groupId}'`, broker =>
          broker.offsetCommit(request),
        );
        return;
      } catch (error) {
        const failure = this.#asRebalance(toConnectError(error), generation);
        const delayMs = backoffMs({ initialMs: client.retryBackoffMs, maxMs: client.retryBackoffMaxMs }, attempt);
        const isLate = clock.monotonicMs() + delayMs > deadlineMs;
        if (!(failure instanceof CoordinatorError) || !failure.isPassing || isLate) throw failure;
        await clock.sleep(delayMs);
        // While this slept the group may have moved on: an offset of an old generation must not be committed in a new one.
        if (this.generation !== generation) throw this.#rebalanceError();
      }
    }
  }

  async fetchCommitted(
    partitions: readonly TopicPartition[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    if (partitions.length === 0) return new Map();
    const { groupId } = this.#options;
    const topics = groupByTopic(partitions, ({ partition }) => ({ partition }));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { responses } = await this.#coordinator.call(`Fetching offsets of group '${groupId}'`, broker =>
          broker.offsetFetch({ groupId, topics }),
        );
        const committed = new Map<string, number>();
        for (const { topic, partitions: answers } of responses) {
          for (const { partition, offset } of answers) {
            if (Number(offset) >= 0) committed.set(nameOf({ topic, partition }), Number(offset));
          }
        }
        return committed;
      } catch (error) {
        signal.throwIfAborted();
        await this.#backOffFrom(toConnectError(error), attempt, signal);
      }
    }
  }

  async leave(): Promise<void> {
    if (this.#state.kind === 'left') return;
    this.#stopHeartbeat();
    this.#state = { kind: 'left' };
    this.#options.watch?.lost(true);
    const { clock, groupId } = this.#options;
    try {
      const timeoutMs = leaveTimeoutMs;
      const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', `Not done within ${timeoutMs} ms`);
      await withDeadline(clock, { timeoutMs, onTimeout }, this.#sendLeave());
      this.#log.info({ memberId: this.#memberId }, 'Left the group');
    } catch (err) {
      if (err instanceof CoordinatorError && err.kafkaCode === GroupErrorCode.UNKNOWN_MEMBER_ID) return;
      this.#log.warn({ err, memberId: this.#memberId }, `Could not leave group '${groupId}'; its session has to end`);
    } finally {
      this.#coordinator.close();
    }
  }

  async #sendLeave(): Promise<void> {
    const { client, groupId } = this.#options;
    if (this.#memberId === '') await this.#round.catch(() => undefined);
    const memberId = this.#memberId;
    if (memberId === '') return;
    const leave = { groupId, memberId };
    if (!this.#isRoundOpen) {
      await this.#coordinator.call(`Leaving group '${groupId}'`, broker => broker.leaveGroup(leave));
      return;
    }
    // A broker answers the requests of one connection in order, and a JoinGroup may wait for minutes there: take another one.
    const other = new GroupCoordinator({ client, groupId, log: this.#log });
    try {
      await other.call(`Leaving group '${groupId}'`, broker => broker.leaveGroup(leave));
    } finally {
      other.close();
    }
  }

  /** @throws {ConnectError} GROUP_REBALANCE when the coordinator has forgotten this member, or was silent so long that it may have. */
  #checkNotLost(error: ConnectError): void {
    const { clock } = this.#options;
    const code = error instanceof CoordinatorError ? error.kafkaCode : null;
    const isKnown = code === GroupErrorCode.REBALANCE_IN_PROGRESS || code === GroupErrorCode.ILLEGAL_GENERATION;
    if (isKnown) this.#aliveAtMs = clock.monotonicMs();
    const isForgotten = code === GroupErrorCode.UNKNOWN_MEMBER_ID;
    const isSilent = clock.monotonicMs() - this.#lastAliveMs() >= this.#silenceMaxMs;
    if (!isForgotten && !isSilent && !this.#isLostInRound) return;
    if (isForgotten) this.#memberId = '';
    if (!this.#isLostInRound) this.#options.watch?.lost(isForgotten);
    this.#stopHeartbeat();
    this.#state = { kind: 'unjoined' };
    throw this.#rebalanceError(error);
  }

  #lastAliveMs(): number {
    const heartbeat = this.#state.kind === 'joining' ? this.#state.heartbeat : null;
    return Math.max(this.#aliveAtMs, heartbeat?.aliveAtMs ?? 0);
  }

  /** A member that keeps working while it joins has to know all the time that it is one. */
  #keepBeating({ endsWhenLost }: JoinOptions): GroupHeartbeat | null {
    if (this.#state.kind !== 'stable') return null;
    const { heartbeat } = this.#state;
    if (endsWhenLost !== true) {
      heartbeat.stop();
      return null;
    }
    heartbeat.beginRound();
    return heartbeat;
  }

  get #silenceMaxMs(): number {
    return this.#options.silenceMaxMs ?? this.#options.sessionTimeoutMs;
  }

  #startRound(options: JoinOptions): Promise<CompletedRound> {
    this.#isRoundOpen = true;
    const round = this.#takeRound(options).finally(() => (this.#isRoundOpen = false));
    this.#round = round;
    // The caller may have given up on it.
    round.catch(() => undefined);
    return round;
  }

  async #takeRound(options: JoinOptions): Promise<CompletedRound> {
    const { groupId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    const answer = await this.#coordinator.call(`Joining group '${groupId}'`, broker =>
      broker.joinGroup({
        groupId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs,
        memberId: this.#memberId,
        protocolType,
        groupProtocols: options.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
      }),
    );
    const { memberId, leaderId, generationId: generation, groupProtocol: protocol } = answer;
    this.#memberId = memberId;
    this.#aliveAtMs = this.#options.clock.monotonicMs();
    if (this.#state.kind === 'left') throw leftError(groupId);
    const isLeader = leaderId === memberId;
    const members = answer.members.map(one => ({
      memberId: one.memberId,
      metadata: one.memberMetadata ?? new Uint8Array(),
    }));
    const round = { generation, memberId, leaderId, protocol, members };
    const assignments = isLeader ? await options.assign(round) : new Map<string, Uint8Array>();
    const syncedAtMs = this.#options.clock.monotonicMs();
    const { memberAssignment } = await this.#coordinator.call(`Syncing group '${groupId}'`, broker =>
      broker.syncGroup({
        groupId,
        generationId: generation,
        memberId,
        groupAssignment: [...assignments].map(([id, bytes]) => ({
          memberId: id,
          memberAssignment: Buffer.from(bytes),
        })),
      }),
    );
    const joined = { generation, memberId, isLeader, protocol, assignment: memberAssignment ?? new Uint8Array() };
    return { joined, syncedAtMs };
  }

  #becomeStable(joined: JoinedGroup, syncedAtMs: number): JoinedGroup {
    const { generation, memberId, isLeader, protocol } = joined;
    const { client, groupId, watch } = this.#options;
    const aliveAtMs = Math.max(
      syncedAtMs,
      this.#state.kind === 'joining' ? (this.#state.heartbeat?.aliveAtMs ?? 0) : 0,
    );
    this.#stopHeartbeat();
    this.#rejoin = createDeferred<RejoinReason>();
    const heartbeat = new GroupHeartbeat({
      ...this.#options,
      log: this.#log,
      memberId,
      generation,
      silenceMaxMs: this.#silenceMaxMs,
      aliveAtMs,
      coordinator: this.#coordinator,
      openCoordinator: () => new GroupCoordinator({ client, groupId, log: this.#log }),
      ended: reason => this.#signal(heartbeat, reason),
      alive: atMs => watch?.alive(atMs),
    });
    this.#state = { kind: 'stable', generation, heartbeat };
    watch?.alive(aliveAtMs);
    heartbeat.start();
    this.#log.info({ memberId, generation, isLeader, protocol }, 'Joined the group');
    return joined;
  }

  /** Passes on that a generation ended, unless it is an old one. */
  #signal(heartbeat: GroupHeartbeat, reason: RejoinReason): void {
    if (this.#state.kind === 'joining' && this.#state.heartbeat === heartbeat && reason.kind === 'lost') {
      this.#loseInRound(reason);
      return;
    }
    if (this.#state.kind !== 'stable' || this.#state.heartbeat !== heartbeat) return;
    this.#rejoin.resolve(reason);
    if (reason.kind === 'rebalance') return;
    this.#options.watch?.lost(reason.kind === 'failed' || reason.isTold);
    this.#stopHeartbeat();
    // The id is kept: if the coordinator still knows it, joining with it replaces the old membership at once.
    this.#state = { kind: 'unjoined' };
  }

  /** A commit was told that its generation is over. */
  #endGeneration(generation: number, reason: RejoinReason): void {
    if (this.#state.kind === 'stable' && this.#state.generation === generation) {
      this.#signal(this.#state.heartbeat, reason);
    }
  }

  /** The request to join may wait for long at a coordinator that does not count on it any more, or that is gone. */
  #loseInRound({ isTold }: { readonly isTold: boolean }): void {
    this.#isLostInRound = true;
    if (isTold) this.#memberId = '';
    this.#options.watch?.lost(isTold);
    this.#coordinator.breakOff();
  }

  #stopHeartbeat(): void {
    if (this.#state.kind === 'stable' || this.#state.kind === 'joining') this.#state.heartbeat?.stop();
  }

  #stableGeneration(): number {
    if (this.#state.kind === 'stable') return this.#state.generation;
    throw this.#rebalanceError();
  }

  #rebalanceError(cause?: ConnectError): ConnectError {
    const { groupId } = this.#options;
    const message = `Group '${groupId}' is rebalancing or this member has left its generation; join again, then commit`;
    return new ConnectError('GROUP_REBALANCE', message, { details: { group: groupId }, cause });
  }

  /** The error of a commit, told as GROUP_REBALANCE when it means that the generation ended; which it also signals. */
  #asRebalance(error: ConnectError, generation: number): ConnectError {
    if (!(error instanceof CoordinatorError)) return error;
    switch (error.kafkaCode) {
      case GroupErrorCode.REBALANCE_IN_PROGRESS:
        this.#endGeneration(generation, { kind: 'rebalance', message: error.message });
        return this.#rebalanceError(error);
      case GroupErrorCode.ILLEGAL_GENERATION:
      case GroupErrorCode.UNKNOWN_MEMBER_ID:
        this.#endGeneration(generation, { kind: 'lost', message: error.message, isTold: true });
        return this.#rebalanceError(error);
      default:
        return error;
    }
  }

  /** Waits before the next attempt, or throws when there is no sense in one. */
  async #backOffFrom(error: ConnectError, attempt: number, signal: AbortSignal): Promise<void> {
    const { clock, client } = this.#options;
    const code = error instanceof CoordinatorError ? error.kafkaCode : null;
    // The coordinator forgot this member, or never knew it: the next round is a first one.
    if (code === GroupErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = '';
    const isOver =
      code === GroupErrorCode.UNKNOWN_MEMBER_ID ||
      code === GroupErrorCode.ILLEGAL_GENERATION ||
      code === GroupErrorCode.REBALANCE_IN_PROGRESS;
    const isPassingError = error instanceof CoordinatorError ? error.isPassing : error.isRetriable;
    if (!isOver && !isPassingError) throw error;
    // The first failure is normal where the group is the first one of its broker, or the coordinator has just moved.
    if (attempt === 2 && !isOver) this.#log.warn({ err: error }, 'Group coordinator cannot be used now; retrying');
    else this.#log.debug({ err: error, attempt }, 'Trying again');
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = client;
    await clock.sleep(backoffMs({ initialMs, maxMs }, isOver ? 1 : attempt), signal);
  }
}

/** A round's result, and when its last request was sent: the coordinator knew the member then. */
interface CompletedRound {
  readonly joined: JoinedGroup;
  readonly syncedAtMs: number;
}

function leftError(groupId: string): ConnectError {
  return new ConnectError('SHUTTING_DOWN', `The member of group '${groupId}' has left`);
}
