import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { learnBrokers } from '../../../src/kafka/group-brokers.ts';

/** What kafkajs throws for an error code of a broker. */
function kafkaError(type: string, code: number): Error {
  return Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, code });
}

/** Notes what it is asked for; `failure` is what a look at one topic ends with. */
function fakeCluster(failure?: Error) {
  const calls: string[] = [];
  return {
    calls,
    addTargetTopic: async (topic: string): Promise<void> => {
      calls.push(topic);
      if (failure !== undefined) throw failure;
    },
    refreshMetadata: async (): Promise<void> => {
      calls.push('every topic');
    },
  };
}

describe('learning the brokers of a group', () => {
  test('looks at no topic but the one of groups, so that others may be without leader', async () => {
    const cluster = fakeCluster();

    await learnBrokers(cluster);

    assert.deepEqual(cluster.calls, ['__consumer_offsets']);
  });

  for (const [type, code] of [
    ['UNKNOWN_TOPIC_OR_PARTITION', 3],
    ['TOPIC_AUTHORIZATION_FAILED', 29],
  ] as const) {
    test(`looks at every topic while that one answers ${type}`, async () => {
      const cluster = fakeCluster(kafkaError(type, code));

      await learnBrokers(cluster);

      assert.deepEqual(cluster.calls, ['__consumer_offsets', 'every topic']);
    });
  }

  test('fails while the topic of groups has no leader', async () => {
    const cluster = fakeCluster(kafkaError('LEADER_NOT_AVAILABLE', 5));

    await assert.rejects(learnBrokers(cluster), { type: 'LEADER_NOT_AVAILABLE' });
    assert.deepEqual(cluster.calls, ['__consumer_offsets']);
  });
});
