import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import type { ConsumerGroup } from '../../../src/kafka/consumer-group.ts';
import { createConsumerGroup } from '../../../src/kafka/kafka-consumer-group.ts';
import { createGroupAdmin, type KafkaGroupAdmin } from '../../../src/kafka/kafka-group-admin.ts';
import { createTopicAdmin } from '../../../src/kafka/kafka-topic-admin.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { GroupWatch } from '../../support/group-watch.ts';

const clock = new SystemClock();
const log = createSilentLogger();

function startAdmin(t: TestContext, keys: Record<string, string> = {}): KafkaGroupAdmin {
  const config = new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), ...keys }));
  const admin = createGroupAdmin({ config, clock, log });
  t.after(() => admin.close());
  return admin;
}

/** A topic of two partitions; its name serves as a group's too. */
async function createTopic(t: TestContext): Promise<string> {
  const name = uniqueName('group-admin');
  const config = new Map([['bootstrap.servers', testBootstrap()]]);
  const admin = createTopicAdmin({ config, clock, log });
  t.after(() => admin.close());
  await admin.createTopics([{ name, partitions: 2, replicationFactor: 1, settings: new Map() }]);
  return name;
}

/** A member of the group of that name that has both partitions of the topic of that name. */
async function joinGroup(t: TestContext, topic: string): Promise<ConsumerGroup> {
  const config = new Map(Object.entries({ 'bootstrap.servers': testBootstrap(), 'group.id': topic }));
  const group = createConsumerGroup({ config, selection: { kind: 'topics', topics: [topic] }, clock, log });
  t.after(() => group.close());
  const watch = new GroupWatch();
  await group.start(watch);
  await watch.until(() => watch.assignment.length === 2);
  return group;
}

describe('group admin', () => {
  test('commits, reads and forgets offsets of a group that nobody ever joined', async t => {
    const admin = startAdmin(t);
    const topic = await createTopic(t);

    await admin.alterGroupOffsets(topic, [
      { topic, partition: 0, offset: 5 },
      { topic, partition: 1, offset: 2 ** 40 },
    ]);
    const altered = await admin.groupOffsets(topic);
    await admin.deleteGroupOffsets(topic, [{ topic, partition: 0 }]);
    const left = await admin.groupOffsets(topic);

    const whole = [
      [0, 5],
      [1, 2 ** 40],
    ] as const;
    assert.deepEqual(altered, new Map([[topic, new Map(whole)]]));
    assert.deepEqual(left, new Map([[topic, new Map([[1, 2 ** 40]])]]));
    await admin.deleteGroup(topic);
  });

  test('finds nothing wrong with forgetting what is not there', async t => {
    const admin = startAdmin(t);
    const topic = await createTopic(t);

    await admin.deleteGroup(topic);
    await admin.deleteGroupOffsets(topic, [{ topic, partition: 0 }]);
    await admin.alterGroupOffsets(topic, [{ topic, partition: 0, offset: 1 }]);
    await admin.deleteGroupOffsets(topic, [
      { topic, partition: 1 },
      { topic: `${topic}-gone`, partition: 0 },
    ]);

    assert.deepEqual(await admin.groupOffsets(topic), new Map([[topic, new Map([[0, 1]])]]));
    await admin.deleteGroup(topic);
  });

  test('leaves the offsets of a group alone that has members', async t => {
    const admin = startAdmin(t);
    const topic = await createTopic(t);
    const group = await joinGroup(t, topic);
    await group.commit([{ topic, partition: 1, offset: 5 }]);
    const refused = { code: 'KAFKA_GROUP_NOT_EMPTY' };

    await assert.rejects(admin.alterGroupOffsets(topic, [{ topic, partition: 1, offset: 0 }]), refused);
    await assert.rejects(admin.deleteGroupOffsets(topic, [{ topic, partition: 1 }]), refused);
    await assert.rejects(admin.deleteGroup(topic), refused);
    const kept = await admin.groupOffsets(topic);
    await group.close();
    await admin.deleteGroup(topic);

    assert.deepEqual(kept, new Map([[topic, new Map([[1, 5]])]]));
    assert.deepEqual(await admin.groupOffsets(topic), new Map());
  });

  test('says at once that a topic or a partition does not exist', async t => {
    const admin = startAdmin(t);
    const topic = await createTopic(t);

    for (const wrong of [
      { topic: `${topic}-none`, partition: 0 },
      { topic, partition: 7 },
    ]) {
      const altering = admin.alterGroupOffsets(topic, [{ ...wrong, offset: 1 }]);

      await assert.rejects(altering, { code: 'KAFKA_TOPIC_MISSING', message: /UNKNOWN_TOPIC_OR_PARTITION/ });
    }
  });

  test('says within its time that no broker can be reached', async t => {
    const away = startAdmin(t, { 'bootstrap.servers': '127.0.0.1:1', 'default.api.timeout.ms': '300' });

    await assert.rejects(away.groupOffsets('g'), { code: 'KAFKA_UNAVAILABLE' });
    await assert.rejects(away.deleteGroupOffsets('g', [{ topic: 't', partition: 0 }]), { code: 'KAFKA_UNAVAILABLE' });
  });
});
