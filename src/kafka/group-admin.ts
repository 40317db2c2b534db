import type { TopicPartition } from './record-fetcher.ts';

/** An offset to commit for a group. */
export interface GroupOffset extends TopicPartition {
  readonly offset: number;
}

/**
 * Looks after the committed offsets of consumer groups from outside of them. Calls retry what passes within
 * `default.api.timeout.ms`.
 *
 * @see `Admin#listConsumerGroupOffsets`, `#alterConsumerGroupOffsets`, `#deleteConsumerGroupOffsets`, `#deleteConsumerGroups` in Kafka.
 */
export interface GroupAdmin {
  /** Committed offsets of a group, keyed by topic, then partition; empty for a group that does not exist. */
  groupOffsets(groupId: string): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>;
  /**
   * Commits offsets for a group, which is made if there is none.
   *
   * @throws {ConnectError} KAFKA_GROUP_NOT_EMPTY when it has members, KAFKA_TOPIC_MISSING for a partition that does not exist. Some
   * offsets may be committed then.
   */
  alterGroupOffsets(groupId: string, offsets: readonly GroupOffset[]): Promise<void>;
  /**
   * Forgets committed offsets of a group; where there are none, that is fine.
   *
   * @throws {ConnectError} KAFKA_GROUP_NOT_EMPTY when it has members that read these topics. Some may be forgotten then.
   */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void>;
  /**
   * Deletes a group with its offsets; one that does not exist is fine.
   *
   * @throws {ConnectError} KAFKA_GROUP_NOT_EMPTY when it has members.
   */
  deleteGroup(groupId: string): Promise<void>;
  close(): Promise<void>;
}
