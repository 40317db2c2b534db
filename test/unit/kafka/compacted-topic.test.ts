import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { ensureCompactedTopic, type CompactedTopic } from '../../../src/kafka/compacted-topic.ts';
import type { NewTopic, TopicAdmin, TopicDescription } from '../../../src/kafka/topic-admin.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const topic: CompactedTopic = {
  name: 'connect-configs',
  partitions: 1,
  replicationFactor: 3,
  settings: new Map([
    ['min.insync.replicas', '2'],
    ['cleanup.policy', 'delete'],
  ]),
  requiredPartitions: 1,
  configKey: 'config.storage.topic',
  purpose: 'connector configurations',
};

const unexpected = (): never => assert.fail('not called here');

/** A broker with at most that one topic. */
function createAdmin(broker: {
  description: TopicDescription;
  policy?: string | ConnectError;
  /** What happens to each creation; when it succeeds the topic has one partition. */
  creations?: ('created' | 'existed' | ConnectError)[];
}) {
  const found: TopicDescription = {
    kind: 'found',
    name: topic.name,
    isInternal: false,
    partitionCount: 1,
    replicationFactor: 3,
  };
  let { description } = broker;
  const asked: NewTopic[] = [];
  const admin: TopicAdmin = {
    describeTopics: async () => [description],
    createTopics: async topics => {
      asked.push(...topics);
      const creation = broker.creations?.shift();
      if (creation instanceof ConnectError) throw creation;
      description = found;
      return creation === 'created' ? [topic.name] : [];
    },
    topicSettings: async () => {
      if (broker.policy instanceof ConnectError) throw broker.policy;
      return new Map([['cleanup.policy', broker.policy ?? 'compact']]);
    },
    partitionOffsets: unexpected,
    listTopics: unexpected,
    clusterId: unexpected,
    close: unexpected,
  };
  return { admin, asked };
}

const missing: TopicDescription = { kind: 'missing', name: topic.name };
const foundOf = (partitionCount: number): TopicDescription => ({
  kind: 'found',
  name: topic.name,
  isInternal: false,
  partitionCount,
  replicationFactor: 1,
});
const tooFewBrokers = new ConnectError('KAFKA_REQUEST_FAILED', 'Creating failed', {
  details: { kafka_error: 'INVALID_REPLICATION_FACTOR' },
});

function ensure(admin: TopicAdmin, clock = new ManualClock()): Promise<number> {
  const context = { admin, creationTimeoutMs: 1200, clock, log: createSilentLogger() };
  return ensureCompactedTopic(topic, context, new AbortController().signal);
}

/** Lets more time pass than the work may take. */
async function settle<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // The caller awaits it.
  for (let step = 0; step < 20; step += 1) {
    clock.advance(100);
    await turn();
  }
  return work;
}

describe('a compacted topic', () => {
  test('is created with its settings, compacted, when it is missing', async () => {
    const { admin, asked } = createAdmin({ description: missing, creations: ['created'], policy: 'not asked for' });

    const partitionCount = await ensure(admin);

    assert.equal(partitionCount, 1);
    assert.deepEqual(asked, [
      {
        name: 'connect-configs',
        partitions: 1,
        replicationFactor: 3,
        settings: new Map([
          ['min.insync.replicas', '2'],
          ['cleanup.policy', 'compact'],
        ]),
      },
    ]);
  });

  test('is checked when another worker was faster', async () => {
    const { admin } = createAdmin({ description: missing, creations: ['existed'], policy: 'delete' });

    await assert.rejects(ensure(admin), /cleanup\.policy=delete/);
  });

  test('is created as soon as there are brokers enough', async () => {
    const { admin, asked } = createAdmin({
      description: missing,
      creations: [tooFewBrokers, tooFewBrokers, 'created'],
    });
    const clock = new ManualClock();

    await settle(clock, ensure(admin, clock));

    assert.equal(asked.length, 3);
  });

  test('is given up when there are too few brokers for too long', async () => {
    const { admin, asked } = createAdmin({
      description: missing,
      creations: Array.from({ length: 9 }, () => tooFewBrokers),
    });
    const clock = new ManualClock();

    await assert.rejects(
      settle(clock, ensure(admin, clock)),
      /'config\.storage\.replication\.factor' is 3; start as many brokers, or set it lower/,
    );

    assert.equal(asked.length, 3);
  });

  test('is given up at once when the broker refuses a setting', async () => {
    const { admin, asked } = createAdmin({
      description: missing,
      creations: [new ConnectError('KAFKA_REQUEST_FAILED', 'INVALID_CONFIG')],
    });

    await assert.rejects(ensure(admin), /Topic 'connect-configs' of 'config\.storage\.topic'.*INVALID_CONFIG/);

    assert.equal(asked.length, 1);
  });

  test('is taken as it is when the broker does not tell its settings', async () => {
    const { admin } = createAdmin({
      description: foundOf(1),
      policy: new ConnectError('KAFKA_AUTHORIZATION', 'forbidden'),
    });

    assert.equal(await ensure(admin), 1);
  });

  test('is refused by name and with a remedy when it is not fit', async () => {
    const messages = [];
    for (const broker of [
      { description: foundOf(1), policy: 'compact, delete' },
      { description: foundOf(3) },
      { description: { kind: 'forbidden', name: topic.name } as const },
    ]) {
      messages.push(await ensure(createAdmin(broker).admin).catch((error: unknown) => String(error)));
    }

    assert.deepEqual(messages, [
      "ConfigError: Topic 'connect-configs', which 'config.storage.topic' names, must have cleanup.policy=compact, but has " +
        'cleanup.policy=compact, delete, with which connector configurations would be lost in time. ' +
        "Set the topic's cleanup.policy to compact, or 'config.storage.topic' to another topic",
      "ConfigError: Topic 'connect-configs', which 'config.storage.topic' names, must have 1 partition to keep connector " +
        "configurations consistent, but has 3. Set 'config.storage.topic' to another topic, or to none that exists: it is then " +
        'created',
      "ConnectError: The worker's principal may not describe topic 'connect-configs' of 'config.storage.topic', which keeps " +
        'connector configurations: allow it to describe, read and write that topic',
    ]);
  });
});
