import type { TopicPartition } from './record-fetcher.ts';

/** A member of a consumer group as its leader sees it. */
export interface AssignorMember {
  readonly memberId: string;
  /** Topics that it subscribes to, whether they exist or not. */
  readonly topics: readonly string[];
  /** Partitions that it still has; only members that rebalance cooperatively have any. */
  readonly owned: readonly TopicPartition[];
  /** Generation in which it got those; -1 when not known. */
  readonly generation: number;
}

/**
 * Shares the partitions of topics out among members. Pure. Every partition of every topic that some member subscribes to goes to one
 * member that does, unless the assignor says otherwise.
 *
 * @param partitionCounts partitions of each topic that exists.
 * @returns an entry for each member.
 */
export type PartitionAssignor = (
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
) => ReadonlyMap<string, readonly TopicPartition[]>;

/** Member ids in the order that Kafka's assignors go through them, with what each has been given so far. */
export function startAssignment(members: readonly AssignorMember[]): Map<string, TopicPartition[]> {
  return new Map(sortedById(members).map(({ memberId }) => [memberId, []]));
}

/** Members by id, compared as Java compares strings. */
export function sortedById(members: readonly AssignorMember[]): readonly AssignorMember[] {
  return [...members].sort((a, b) => compareText(a.memberId, b.memberId));
}

/** Existing topics that any member subscribes to, by name. */
export function subscribedTopics(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): readonly string[] {
  const topics = new Set(members.flatMap(member => member.topics));
  return [...topics].filter(topic => (partitionCounts.get(topic) ?? 0) > 0).sort(compareText);
}

/** Order of UTF-16 code units, which `String#compareTo` in Java has too. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
