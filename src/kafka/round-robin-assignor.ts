import { sortedById, startAssignment, subscribedTopics, type PartitionAssignor } from './partition-assignor.ts';

/**
 * Deals all partitions of all topics out, one to each member in turn; a member that does not subscribe to the topic is passed over.
 *
 * @see `RoundRobinAssignor` in Kafka.
 */
export const assignRoundRobin: PartitionAssignor = (members, partitionCounts) => {
  const assignment = startAssignment(members);
  const sorted = sortedById(members);
  let turn = 0;
  for (const topic of subscribedTopics(members, partitionCounts)) {
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition += 1) {
      // Ends, because somebody subscribes to the topic.
      let member = sorted[turn % sorted.length];
      while (member?.topics.includes(topic) === false) {
        turn += 1;
        member = sorted[turn % sorted.length];
      }
      turn += 1;
      if (member !== undefined) assignment.get(member.memberId)?.push({ topic, partition });
    }
  }
  return assignment;
};
