import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readInternalTopics } from '../../../src/storage/internal-topics.ts';

const required = {
  'group.id': 'cluster',
  'config.storage.topic': 'configs',
  'offset.storage.topic': 'offsets',
  'status.storage.topic': 'statuses',
};

const read = (keys: Readonly<Record<string, string>> = {}) =>
  readInternalTopics(new Map(Object.entries({ ...required, ...keys })));

describe('the internal topics of a worker configuration', () => {
  test('have the defaults of Kafka Connect', () => {
    const { config, offset, status, ignoredKeys } = read();

    assert.deepEqual(
      [config, offset, status].map(({ topic, clientId, isReadCommitted, retriesSends }) => [
        topic.name,
        topic.partitions,
        topic.replicationFactor,
        topic.requiredPartitions,
        topic.configKey,
        [...topic.settings],
        clientId,
        isReadCommitted,
        retriesSends,
      ]),
      [
        ['configs', 1, 3, 1, 'config.storage.topic', [], 'cluster-configs', false, true],
        ['offsets', 25, 3, null, 'offset.storage.topic', [], 'cluster-offsets', false, true],
        ['statuses', 5, 3, null, 'status.storage.topic', [], 'cluster-statuses', false, false],
      ],
    );
    assert.deepEqual(ignoredKeys, []);
  });

  test('take partitions, replication factor and further settings from their keys', () => {
    const { offset } = read({
      'offset.storage.partitions': '50',
      'offset.storage.replication.factor': '-1',
      'offset.storage.min.insync.replicas': '2',
      'client.id': 'w',
    });

    assert.deepEqual(
      [offset.topic.partitions, offset.topic.replicationFactor, [...offset.topic.settings], offset.clientId],
      [50, -1, [['min.insync.replicas', '2']], 'cluster-w-offsets'],
    );
  });

  test('are compacted, and the config topic has one partition, whatever the keys say', () => {
    const { config, ignoredKeys } = read({
      'config.storage.partitions': '3',
      'config.storage.cleanup.policy': 'delete',
      'offset.storage.cleanup.policy': 'delete',
      'status.storage.cleanup.policy': 'delete',
    });

    assert.deepEqual([config.topic.partitions, [...config.topic.settings]], [1, []]);
    assert.deepEqual(ignoredKeys, [
      'config.storage.partitions',
      'config.storage.cleanup.policy',
      'offset.storage.cleanup.policy',
      'status.storage.cleanup.policy',
    ]);
  });

  test('are read by committed records when source connectors write exactly once, but for statuses', () => {
    const states = ['ENABLED', 'preparing', 'disabled'].map(support => {
      const { config, offset, status } = read({ 'exactly.once.source.support': support });
      return [config, offset, status].map(topic => topic.isReadCommitted);
    });

    assert.deepEqual(states, [
      [true, true, false],
      [false, false, false],
      [false, false, false],
    ]);
  });
});
