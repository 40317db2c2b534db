import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createTopicAdmin, type KafkaTopicAdmin } from '../../../src/kafka/kafka-topic-admin.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';

const clock = new SystemClock();
const log = createSilentLogger();

function startAdmin(t: TestContext, keys: Record<string, string> = {}): KafkaTopicAdmin {
  const config = new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), ...keys }));
  const admin = createTopicAdmin({ config, clock, log });
  t.after(() => admin.close());
  return admin;
}

describe('topic admin', () => {
  test('creates topics with settings, and leaves those alone that exist', async t => {
    const admin = startAdmin(t);
    const compacted = {
      name: uniqueName('admin'),
      partitions: 3,
      replicationFactor: 1,
      settings: new Map([['cleanup.policy', 'compact']]),
    };
    const plain = {
      name: uniqueName('admin'),
      partitions: -1,
      replicationFactor: -1,
      settings: new Map<string, string>(),
    };

    const first = await admin.createTopics([compacted, plain]);
    const again = await admin.createTopics([compacted]);
    const settings = await admin.topicSettings(compacted.name);
    const described = await admin.describeTopics([compacted.name, 'no-such-topic', plain.name]);
    const names = await admin.listTopics();

    assert.deepEqual(first, [compacted.name, plain.name]);
    assert.deepEqual(again, []);
    assert.equal(settings.get('cleanup.policy'), 'compact');
    assert.ok(settings.has('retention.ms'), 'defaults are told too');
    assert.deepEqual(described, [
      { kind: 'found', name: compacted.name, isInternal: false, partitionCount: 3, replicationFactor: 1 },
      { kind: 'missing', name: 'no-such-topic' },
      { kind: 'found', name: plain.name, isInternal: false, partitionCount: 1, replicationFactor: 1 },
    ]);
    assert.ok(names.includes(compacted.name));
  });

  test('says what the broker has against a topic', async t => {
    const admin = startAdmin(t);
    const topic = {
      name: uniqueName('admin'),
      partitions: 1,
      replicationFactor: 1,
      settings: new Map<string, string>(),
    };

    await assert.rejects(admin.createTopics([{ ...topic, replicationFactor: 9 }]), {
      code: 'KAFKA_REQUEST_FAILED',
      message: /Creating topic 'admin-.*' failed with INVALID_REPLICATION_FACTOR/,
    });
    await assert.rejects(admin.createTopics([{ ...topic, settings: new Map([['cleanup.policy', 'burn']]) }]), {
      code: 'KAFKA_REQUEST_FAILED',
      message: /INVALID_CONFIG/,
    });
    await assert.rejects(admin.topicSettings('no-such-topic'), { code: 'KAFKA_TOPIC_MISSING' });
  });

  test('knows the cluster, and says within its time that it cannot be reached', async t => {
    const away = startAdmin(t, { 'bootstrap.servers': '127.0.0.1:1', 'default.api.timeout.ms': '300' });

    assert.match((await startAdmin(t).clusterId()) ?? '', /^\S+$/);
    await assert.rejects(away.clusterId(), { code: 'KAFKA_UNAVAILABLE' });
  });
});
