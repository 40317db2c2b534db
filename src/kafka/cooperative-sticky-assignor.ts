import {
  compareText,
  sortedById,
  startAssignment,
  subscribedTopics,
  type AssignorMember,
  type PartitionAssignor,
} from './partition-assignor.ts';
import { nameOf, type TopicPartition } from './record-fetcher.ts';

/**
 * Lets members keep what they have as far as the shares stay even. A partition that has to move is given to nobody in this round: its
 * owner gives it up when it sees that, and joins again for the round in which it gets its new owner (KIP-429).
 *
 * @see `CooperativeStickyAssignor` in Kafka; the shares are as even as its, the choice of who gets which may differ.
 */
export const assignCooperativeSticky: PartitionAssignor = (members, partitionCounts) => {
  const assignment = startAssignment(members);
  const owners = findOwners(members, partitionCounts);
  for (const topic of subscribedTopics(members, partitionCounts)) {
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition += 1) {
      const owner = owners.get(nameOf({ topic, partition }));
      if (owner !== undefined) assignment.get(owner)?.push({ topic, partition });
    }
  }
  dealOut(members, partitionCounts, { assignment, owners });
  levelOut(members, assignment);
  for (const [memberId, partitions] of assignment) {
    const granted = partitions.filter(one => (owners.get(nameOf(one)) ?? memberId) === memberId);
    assignment.set(memberId, granted);
  }
  return assignment;
};

/** Who has each partition. Of several that say so, the one whose generation is the latest does; of equals, nobody. */
function findOwners(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  const claims = new Map<string, { readonly memberId: string | null; readonly generation: number }>();
  for (const { memberId, topics, owned, generation } of sortedById(members)) {
    for (const one of owned) {
      if (!topics.includes(one.topic) || one.partition >= (partitionCounts.get(one.topic) ?? 0)) continue;
      const rival = claims.get(nameOf(one));
      if (rival === undefined || rival.generation < generation) claims.set(nameOf(one), { memberId, generation });
      else if (rival.generation === generation) claims.set(nameOf(one), { memberId: null, generation });
    }
  }
  const owners = new Map<string, string>();
  for (const [name, { memberId }] of claims) if (memberId !== null) owners.set(name, memberId);
  return owners;
}

/** Gives each partition that nobody has to the subscriber with the fewest. */
function dealOut(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
  {
    assignment,
    owners,
  }: { readonly assignment: Map<string, TopicPartition[]>; readonly owners: ReadonlyMap<string, string> },
): void {
  const sorted = sortedById(members);
  for (const topic of subscribedTopics(members, partitionCounts)) {
    const shares = sorted
      .filter(member => member.topics.includes(topic))
      .map(({ memberId }) => assignment.get(memberId) ?? []);
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition += 1) {
      if (owners.has(nameOf({ topic, partition }))) continue;
      const fewest = shares.reduce((least, share) => (share.length < least.length ? share : least));
      fewest.push({ topic, partition });
    }
  }
}

/** Moves partitions from those who have most to those who have at least two fewer. Ends, since each move makes it more even. */
function levelOut(members: readonly AssignorMember[], assignment: Map<string, TopicPartition[]>): void {
  const topicsOf = new Map(members.map(member => [member.memberId, new Set(member.topics)]));
  for (;;) {
    const byShare = [...assignment].sort(([idA, a], [idB, b]) => a.length - b.length || compareText(idA, idB));
    if (!byShare.some(([memberId, share]) => takeOne(topicsOf.get(memberId) ?? new Set(), share, byShare))) return;
  }
}

/** Moves one partition of the fullest possible share into `share`. Returns false when there is none to move. */
function takeOne(
  topics: ReadonlySet<string>,
  share: TopicPartition[],
  byShare: readonly (readonly [string, TopicPartition[]])[],
): boolean {
  for (const [, donor] of [...byShare].reverse()) {
    if (donor.length - share.length < 2) return false;
    const index = donor.findLastIndex(one => topics.has(one.topic));
    if (index >= 0) {
      share.push(...donor.splice(index, 1));
      return true;
    }
  }
  return false;
}
