import { sortedById, startAssignment, subscribedTopics, type PartitionAssignor } from './partition-assignor.ts';

/**
 * Per topic, gives each of its subscribers a range of partitions, the first ones one more where they do not divide.
 *
 * @see `RangeAssignor` in Kafka, without its preference for racks.
 */
export const assignRanges: PartitionAssignor = (members, partitionCounts) => {
  const assignment = startAssignment(members);
  const sorted = sortedById(members);
  for (const topic of subscribedTopics(members, partitionCounts)) {
    const subscribers = sorted.filter(member => member.topics.includes(topic));
    const count = partitionCounts.get(topic) ?? 0;
    const share = Math.floor(count / subscribers.length);
    const extra = count % subscribers.length;
    let partition = 0;
    for (const [index, { memberId }] of subscribers.entries()) {
      const end = partition + share + (index < extra ? 1 : 0);
      for (; partition < end; partition += 1) assignment.get(memberId)?.push({ topic, partition });
    }
  }
  return assignment;
};
