import type { ConnectError } from '../errors/connect-error.ts';
import type { TopicPartition } from './record-fetcher.ts';

/** One way in which a member offers to share the group's work out; the group picks one that all members offer. */
export interface GroupProtocol {
  readonly name: string;
  /** What the leader needs to know of the member. */
  readonly metadata: Uint8Array;
}

/** A round of joining, as the leader sees it. */
export interface JoinRound {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** Name of the protocol that was picked. */
  readonly protocol: string;
  readonly members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[];
}

/** How a member takes part in a round. */
export interface JoinOptions {
  /** Protocols, the preferred one first. */
  readonly protocols: readonly GroupProtocol[];
  /**
   * Called on the leader only: gives each member its assignment; members left out get an empty one. When it throws something
   * retriable, the member joins again.
   */
  assign(round: JoinRound): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Fail with GROUP_REBALANCE, instead of joining as a new member, when the membership that this member had is over. For members that
   * go on working while they join: what they have may be another's by then (I3).
   */
  readonly endsWhenLost?: boolean;
}

/** What a member has after a round. */
export interface JoinedGroup {
  readonly generation: number;
  readonly memberId: string;
  readonly isLeader: boolean;
  readonly protocol: string;
  /** What the leader gave this member; empty when it gave nothing. */
  readonly assignment: Uint8Array;
}

/**
 * Why a member has to join again.
 * - `rebalance`: it is still a member; what it was assigned is its own until it joins.
 * - `lost`: it is no member any more, and what it was assigned may be another's already. Either the coordinator said so (`isTold`), or
 *   it was silent for too long.
 * - `failed`: the coordinator refuses it; joining again will not help.
 */
export type RejoinReason =
  | { readonly kind: 'rebalance'; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string; readonly isTold: boolean }
  | { readonly kind: 'failed'; readonly error: ConnectError };

/** Who wants to know how sure a membership is. */
export interface MembershipWatch {
  /** The coordinator knew the member at this moment, of the clock that never goes back, or later. After {@link lost}: it is a new membership. */
  alive(atMs: number): void;
  /**
   * The membership is over. With `isTold` others may have its work already, because the coordinator said so or the member left;
   * otherwise the coordinator was silent, and will give it away when the session ends.
   */
  lost(isTold: boolean): void;
}

/** An offset to commit. */
export interface CommitOffset extends TopicPartition {
  /** Offset of the next record to read. */
  readonly offset: number;
  readonly metadata?: string;
}

/**
 * A member of a group of Kafka's classic protocol. What protocols, metadata and assignments mean is for its user, who calls
 * {@link join}, works until {@link awaitRejoin} resolves, gives up what has to be given up, and joins again. One user, one call of
 * `join` at a time.
 */
export interface GroupMember {
  /** Id that the coordinator gave; empty before the first round. */
  readonly memberId: string;
  /** Generation of the last round that this member completed; -1 when it is in none. */
  readonly generation: number;
  /**
   * Takes part in rounds until one succeeds. From then on heartbeats keep the membership. Failures that pass are retried for ever.
   *
   * @param signal gives up; the member must then {@link leave}.
   * @throws {ConnectError} the coordinator refuses the member, GROUP_REBALANCE as `endsWhenLost` says, or the signal's reason.
   */
  join(options: JoinOptions, signal: AbortSignal): Promise<JoinedGroup>;
  /** Resolves when the member has to join again. Never rejects; pending while not joined. */
  awaitRejoin(): Promise<RejoinReason>;
  /** Makes {@link awaitRejoin} resolve, because its user wants a new round. */
  requestRejoin(message: string): void;
  /**
   * Commits offsets as a member of the present generation. Failures that pass are retried until `timeoutMs` is over.
   *
   * @throws {ConnectError} GROUP_REBALANCE when the generation ended: join, then see what is assigned. Else why it was refused, or
   * could not be done in time.
   */
  commit(offsets: readonly CommitOffset[], options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * The group's committed offsets.
   *
   * @returns keyed by `topic-partition`; partitions without one are left out.
   * @throws {ConnectError} as {@link commit}, or the signal's reason. Retried until the signal aborts.
   */
  fetchCommitted(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Leaves the group, so that others need not wait for the session to end, and closes. Bounded; never throws. Idempotent. */
  leave(): Promise<void>;
}
