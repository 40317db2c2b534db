import kafkajs, { type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol } = kafkajs;
const none = Buffer.alloc(0);

/** Kafka's range protocol in kafkajs's terms, so that its consumer can be in one group with a sink task. Partitions go round. */
export const rangeAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'range',
  version: 1,
  protocol: ({ topics }) => ({
    name: 'range',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: none }),
  }),
  assign: async ({ members, topics }) => {
    const ids = members.map(({ memberId }) => memberId).sort();
    return ids.map((memberId, index) => {
      const assignment = Object.fromEntries(
        topics.map(topic => [
          topic,
          cluster
            .findTopicPartitionMetadata(topic)
            .map(({ partitionId }) => partitionId)
            .filter(partition => partition % ids.length === index),
        ]),
      );
      return {
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 1, assignment, userData: none }),
      };
    });
  },
});
