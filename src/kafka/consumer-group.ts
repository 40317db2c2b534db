import type { ConnectError } from '../errors/connect-error.ts';
import type { CommitOffset } from './group-member.ts';
import type { TopicPartition } from './record-fetcher.ts';

/** Topics to read: named ones, or all that match, those included that come into being later. */
export type TopicSelection =
  | { readonly kind: 'topics'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly matches: (topic: string) => boolean };

/** A partition that was assigned, and where its reading goes on. */
export interface AssignedPartition extends TopicPartition {
  /** The group's committed offset; null when there is none, and `auto.offset.reset` decides. */
  readonly offset: number | null;
}

/**
 * What happens to a member's partitions. Calls never overlap. Between two calls of {@link assigned} stands one of {@link revoked} or
 * {@link lost}, unless nothing was assigned. Each call is waited for, but no longer than `max.poll.interval.ms`.
 */
export interface ConsumerGroupEvents {
  /** These partitions, and only these, are this member's. Perhaps none. */
  assigned(partitions: readonly AssignedPartition[]): Promise<void>;
  /** They are to be given up when this returns; until then they are this member's, and offsets can be committed. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** They may be another member's already; nothing can be committed for them. */
  lost(partitions: readonly TopicPartition[]): Promise<void>;
  /** The membership ended for good, or a handler above threw; nothing more will be called. What is assigned has been taken back. */
  failed(error: ConnectError): void;
}

/**
 * Membership in a consumer group, next to members of any other client. Partitions are given up before each rebalance (Kafka's eager
 * protocol); whatever passes is retried for ever.
 */
export interface ConsumerGroup {
  /** Id that the coordinator gave; empty before it did. */
  readonly memberId: string;
  /** Generation of the assignment; -1 while there is none. */
  readonly generation: number;
  /** Begins the membership and returns at once; all else comes through `events`. To be called once. */
  start(events: ConsumerGroupEvents): Promise<void>;
  /**
   * Commits offsets of partitions that are assigned now. Retried up to `default.api.timeout.ms`.
   *
   * @throws {ConnectError} GROUP_REBALANCE when the group is rebalancing, or a partition is not (or no longer) assigned: nothing was
   * committed. Else why the coordinator refused, or could not be reached in time.
   */
  commit(offsets: readonly CommitOffset[]): Promise<void>;
  /**
   * Gives up what is assigned ({@link ConsumerGroupEvents.revoked}), leaves the group and closes. Waits for a handler that
   * is running, so no handler may wait for this. Never throws. Idempotent.
   */
  close(): Promise<void>;
}
