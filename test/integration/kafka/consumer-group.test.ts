import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { AssignerProtocol, Kafka, logLevel, type PartitionAssigner } from 'kafkajs';
import { SystemClock } from '../../../src/async/clock.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { TopicSelection } from '../../../src/kafka/consumer-group.ts';
import { encodeSubscription } from '../../../src/kafka/consumer-protocol.ts';
import { readKafkaClientConfig } from '../../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../../src/kafka/kafka-config-reader.ts';
import {
  createConsumerGroup,
  type ConsumerGroupOptions,
  type KafkaConsumerGroup,
} from '../../../src/kafka/kafka-consumer-group.ts';
import { KafkaGroupMember } from '../../../src/kafka/kafka-group-member.ts';
import type { FenceVerdict } from '../../../src/kafka/write-fence.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { GroupWatch } from '../../support/group-watch.ts';
import { createTopic } from '../../support/read-topic.ts';

interface Member {
  readonly group: KafkaConsumerGroup;
  readonly watch: GroupWatch;
}

async function startMember(
  t: TestContext,
  groupId: string,
  selection: TopicSelection | string,
  keys: Record<string, string> = {},
  onAssigned: GroupWatch['onAssigned'] = () => Promise.resolve(),
  more: Partial<ConsumerGroupOptions> = {},
): Promise<Member> {
  const config = new Map(
    Object.entries({
      'bootstrap.servers': testBootstrap(),
      'group.id': groupId,
      'heartbeat.interval.ms': '200',
      ...keys,
    }),
  );
  const group = createConsumerGroup({
    config,
    selection: typeof selection === 'string' ? { kind: 'topics', topics: [selection] } : selection,
    clock: new SystemClock(),
    log: createSilentLogger(),
    ...more,
  });
  t.after(() => group.close());
  const watch = new GroupWatch();
  watch.onAssigned = onAssigned;
  await group.start(watch);
  return { group, watch };
}

async function createUniqueTopic(partitions: number): Promise<string> {
  const topic = uniqueName('group');
  await createTopic(testBootstrap(), { topic, partitions });
  return topic;
}

/** Kafka's range assignment in kafkajs's terms, so that its consumer can be in one group with ours. */
const rangeAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'range',
  version: 1,
  protocol: ({ topics }) => ({
    name: 'range',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members, topics }) => {
    const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    return sorted.map(({ memberId }, index) => {
      const assignment: Record<string, number[]> = {};
      for (const topic of topics) {
        const partitions = cluster.findTopicPartitionMetadata(topic).map(one => one.partitionId);
        assignment[topic] = partitions.filter(partition => partition % sorted.length === index);
      }
      const userData = Buffer.alloc(0);
      return {
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 1, assignment, userData }),
      };
    });
  },
});

describe('consumer group', () => {
  test('gives a lone member all partitions, and resumes at what was committed', async t => {
    const topic = await createUniqueTopic(3);
    const first = await startMember(t, topic, topic);
    await first.watch.until(watch => watch.assignment.length === 3);
    await first.group.commit([
      { topic, partition: 0, offset: 7, metadata: 'm' },
      { topic, partition: 2, offset: 0 },
    ]);
    await first.group.close();

    const second = await startMember(t, topic, topic);
    await second.watch.until(watch => watch.assignment.length === 3);

    assert.deepEqual(first.watch.events, ['assigned 0 1 2', 'revoked 0 1 2']);
    assert.deepEqual(second.watch.assignment, [
      { topic, partition: 0, offset: 7 },
      { topic, partition: 1, offset: null },
      { topic, partition: 2, offset: 0 },
    ]);
  });

  test('shares partitions with a member that joins, and takes them back when it leaves', async t => {
    const topic = await createUniqueTopic(4);
    const first = await startMember(t, topic, topic);
    await first.watch.until(watch => watch.assignment.length === 4);
    first.watch.onRevoked = () => first.group.commit([{ topic, partition: 3, offset: 11 }]);

    const second = await startMember(t, topic, topic);
    await Promise.all([first, second].map(member => member.watch.until(watch => watch.assignment.length === 2)));
    const shared = [...first.watch.partitions, ...second.watch.partitions].sort();
    const resumedAt = [...first.watch.assignment, ...second.watch.assignment].find(one => one.partition === 3)?.offset;
    first.watch.onRevoked = () => Promise.resolve();
    await second.group.close();
    await first.watch.until(watch => watch.assignment.length === 4);

    assert.deepEqual(
      shared,
      [0, 1, 2, 3].map(partition => `${topic}-${partition}`),
    );
    assert.equal(resumedAt, 11, 'what the first committed while it gave its partitions up');
    assert.deepEqual(
      first.watch.events.map(event => event.split(' ')[0]),
      ['assigned', 'revoked', 'assigned', 'revoked', 'assigned'],
    );
    assert.deepEqual(
      second.watch.events.map(event => event.split(' ')[0]),
      ['assigned', 'revoked'],
    );
  });

  test('shares a group with a consumer of another client, whoever leads', async t => {
    const topic = await createUniqueTopic(4);
    const kafka = new Kafka({ brokers: [testBootstrap()], logLevel: logLevel.NOTHING });
    const joins: Record<string, number[]>[] = [];
    const foreign = kafka.consumer({ groupId: topic, partitionAssigners: [rangeAssigner], heartbeatInterval: 200 });
    t.after(() => foreign.disconnect());
    foreign.on('consumer.group_join', event => joins.push(event.payload.memberAssignment));
    const ours = await startMember(t, topic, topic);
    await ours.watch.until(watch => watch.assignment.length === 4);

    // It joins a group that ours leads.
    await foreign.connect();
    await foreign.subscribe({ topic });
    await foreign.run({ eachMessage: () => Promise.resolve() });
    await ours.watch.until(watch => watch.assignment.length === 2);
    const led = [...ours.watch.partitions];
    await ours.group.close();
    // It leads now, and ours joins.
    const again = await startMember(t, topic, topic);
    await again.watch.until(watch => watch.assignment.length === 2);

    assert.equal(led.length, 2);
    const latest = joins.at(-1)?.[topic] ?? [];
    assert.equal(latest.length, 2);
    assert.deepEqual(
      [...again.watch.partitions, ...latest.map(partition => `${topic}-${partition}`)].sort(),
      [0, 1, 2, 3].map(partition => `${topic}-${partition}`),
    );
  });

  test('picks up topics that come to match a pattern, and new partitions of a topic', async t => {
    const prefix = uniqueName('pattern');
    await createTopic(testBootstrap(), { topic: `${prefix}-a`, partitions: 1 });
    const matches = (topic: string): boolean => topic.startsWith(prefix) || topic === '__consumer_offsets';
    const { watch } = await startMember(t, prefix, { kind: 'pattern', matches }, { 'metadata.max.age.ms': '200' });
    await watch.until(() => watch.assignment.length === 1);

    await createTopic(testBootstrap(), { topic: `${prefix}-b`, partitions: 2 });
    await watch.until(() => watch.assignment.length === 3);
    const admin = new Kafka({ brokers: [testBootstrap()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: `${prefix}-a`, count: 2 }] });
    await admin.disconnect();
    await watch.until(() => watch.assignment.length === 4);

    assert.deepEqual(watch.partitions, [`${prefix}-a-0`, `${prefix}-a-1`, `${prefix}-b-0`, `${prefix}-b-1`]);
  });

  test('assigns nothing while its topic does not exist, and the topic once it does', async t => {
    const topic = uniqueName('group-later');
    const keys = { 'allow.auto.create.topics': 'false', 'metadata.max.age.ms': '200' };
    const { watch } = await startMember(t, topic, topic, keys);
    await watch.until(() => watch.events.length > 0);

    await createTopic(testBootstrap(), { topic, partitions: 1 });
    await watch.until(() => watch.assignment.length === 1);

    assert.deepEqual(watch.events, ['assigned', 'assigned 0']);
  });

  test('refuses to commit what is not assigned', async t => {
    const topic = await createUniqueTopic(1);
    const { group, watch } = await startMember(t, topic, topic);
    await watch.until(() => watch.assignment.length === 1);

    await assert.rejects(group.commit([{ topic, partition: 5, offset: 1 }]), {
      code: 'GROUP_REBALANCE',
      message: /'.*-5' is not assigned to this member/,
    });
    await group.close();
    await assert.rejects(group.commit([{ topic, partition: 0, offset: 1 }]), { code: 'GROUP_REBALANCE' });
  });

  test('keeps its membership and commits when connections break', async t => {
    const topic = await createUniqueTopic(2);
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const { group, watch } = await startMember(t, topic, topic, {
      'bootstrap.servers': proxy.bootstrapServers,
      'retry.backoff.ms': '20',
    });
    await watch.until(() => watch.assignment.length === 2);
    const { generation, memberId } = group;

    for (let offset = 1; offset <= 5; offset += 1) {
      proxy.cutAll();
      await group.commit([{ topic, partition: 0, offset }]);
    }
    await group.close();

    assert.ok(proxy.cuts >= 5);
    assert.deepEqual(watch.events, ['assigned 0 1', 'revoked 0 1']);
    assert.equal(generation, 1);
    assert.notEqual(memberId, '');
    const next = await startMember(t, topic, topic);
    await next.watch.until(one => one.assignment.length === 2);
    assert.equal(next.watch.assignment[0]?.offset, 5);
  });

  test('counts its partitions as lost when the coordinator cannot be reached for a session', async t => {
    const topic = await createUniqueTopic(2);
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    // The shortest session that a broker allows by default.
    const keys = { 'session.timeout.ms': '6000', 'bootstrap.servers': proxy.bootstrapServers };
    const cutOff = await startMember(t, topic, topic, keys);
    await cutOff.watch.until(watch => watch.assignment.length === 2);

    proxy.refuses = true;
    proxy.cutAll();
    const other = await startMember(t, topic, topic);
    await cutOff.watch.until(watch => watch.events.includes('lost 0 1'));
    await other.watch.until(watch => watch.assignment.length === 2);
    await assert.rejects(cutOff.group.commit([{ topic, partition: 0, offset: 1 }]), { code: 'GROUP_REBALANCE' });
    proxy.refuses = false;
    await Promise.all([cutOff, other].map(member => member.watch.until(watch => watch.assignment.length === 1)));

    assert.deepEqual([...cutOff.watch.partitions, ...other.watch.partitions].sort(), [`${topic}-0`, `${topic}-1`]);
  });

  test('says why when the group cannot be joined', async t => {
    const topic = await createUniqueTopic(1);
    const kafka = new Kafka({ brokers: [testBootstrap()], logLevel: logLevel.NOTHING });
    const foreign = kafka.consumer({ groupId: topic });
    t.after(() => foreign.disconnect());
    const joined = new Promise(resolve => foreign.on('consumer.group_join', resolve));
    await foreign.connect();
    await foreign.subscribe({ topic });
    await foreign.run({ eachMessage: () => Promise.resolve() });
    await joined;

    // kafkajs's own assignor is one that ours does not have.
    const { watch } = await startMember(t, topic, topic);
    await watch.until(() => watch.events.length > 0);

    assert.match(
      watch.events.join(),
      /^failed KAFKA_REQUEST_FAILED Joining group '.*' failed with INCONSISTENT_GROUP_PROTOCOL/,
    );
  });

  test('ends and leaves the group when a handler fails', async t => {
    const topic = await createUniqueTopic(1);
    const { watch } = await startMember(t, topic, topic, {}, () =>
      Promise.reject(new ConnectError('DATA_INVALID', 'the handler broke')),
    );

    await watch.until(() => watch.events.length === 2);

    assert.deepEqual(watch.events, ['revoked 0', 'failed DATA_INVALID the handler broke']);
    const next = await startMember(t, topic, topic);
    await next.watch.until(one => one.assignment.length === 1, 5000);
  });

  test('leaves the group although the handler of its last revocation fails', async t => {
    const topic = await createUniqueTopic(1);
    const { group, watch } = await startMember(t, topic, topic);
    await watch.until(() => watch.assignment.length === 1);
    watch.onRevoked = () => Promise.reject(new ConnectError('INTERNAL', 'the handler broke'));

    await group.close();

    const next = await startMember(t, topic, topic);
    await next.watch.until(one => one.assignment.length === 1, 5000);
    assert.deepEqual(watch.events, ['assigned 0']);
  });

  test('closes within seconds while its first round waits for another member', async t => {
    const topic = await createUniqueTopic(1);
    const slow = await startMember(t, topic, topic);
    await slow.watch.until(watch => watch.assignment.length === 1);
    let finish: () => void = () => undefined;
    const asked = new Promise<void>(resolve => {
      slow.watch.onRevoked = () => {
        resolve();
        return new Promise(done => (finish = done));
      };
    });
    const joining = await startMember(t, topic, topic);
    await asked;

    const startedMs = performance.now();
    await joining.group.close();
    const tookMs = performance.now() - startedMs;
    slow.watch.onRevoked = () => Promise.resolve();
    finish();

    // It has no id to leave with before the round ends, so it waits for that a little.
    assert.ok(tookMs < 8000, `${tookMs} ms`);
    assert.deepEqual(joining.watch.events, []);
  });

  test('leaves at once in a later round that waits for another member', async t => {
    const topic = await createUniqueTopic(2);
    const members = [await startMember(t, topic, topic), await startMember(t, topic, topic)] as const;
    await Promise.all(members.map(({ watch }) => watch.until(() => watch.assignment.length === 1)));
    const [slow, leaving] = members;
    let finish: () => void = () => undefined;
    slow.watch.onRevoked = () => new Promise(done => (finish = done));
    const third = await startMember(t, topic, topic);
    await leaving.watch.until(watch => watch.events.at(-1)?.startsWith('revoked') === true);

    const startedMs = performance.now();
    await leaving.group.close();
    const tookMs = performance.now() - startedMs;
    slow.watch.onRevoked = () => Promise.resolve();
    finish();
    await third.watch.until(watch => watch.assignment.length === 1);

    assert.ok(tookMs < 3000, `${tookMs} ms`);
  });

  describe('of a member that evicts its predecessors', () => {
    /** A member that sends heartbeats and never joins again: what is left of a worker that hangs. */
    async function leaveHanging(t: TestContext, groupId: string, clientId: string): Promise<KafkaGroupMember> {
      const keys = new Map([['bootstrap.servers', testBootstrap()]]);
      const client = readKafkaClientConfig(new KafkaConfigReader(keys), { defaultClientId: clientId });
      const hanging = new KafkaGroupMember({
        client,
        groupId,
        protocolType: 'consumer',
        sessionTimeoutMs: 600_000,
        rebalanceTimeoutMs: 600_000,
        heartbeatIntervalMs: 500,
        clock: new SystemClock(),
        log: createSilentLogger(),
      });
      t.after(() => hanging.leave());
      const metadata = encodeSubscription([]);
      const assign = (): Promise<ReadonlyMap<string, Uint8Array>> => Promise.resolve(new Map());
      await hanging.join({ protocols: [{ name: 'range', metadata }], assign }, AbortSignal.timeout(30_000));
      return hanging;
    }

    test('does not wait for the session of one that hangs, whose commits are refused from then on', async t => {
      const [topic, groupId] = [await createUniqueTopic(2), uniqueName('evict')];
      const hanging = await leaveHanging(t, groupId, 'task-1');

      const { watch } = await startMember(t, groupId, topic, { 'client.id': 'task-1' }, undefined, {
        evictsPredecessors: true,
      });
      await watch.until(({ partitions }) => partitions.length === 2);

      await assert.rejects(hanging.commit([{ topic, partition: 0, offset: 1 }], { timeoutMs: 5000 }), {
        code: 'GROUP_REBALANCE',
      });
    });

    test('lets members with other client ids be', async t => {
      const [topic, groupId] = [await createUniqueTopic(2), uniqueName('evict')];
      const other = await startMember(t, groupId, topic, { 'client.id': 'task-2' });
      await other.watch.until(({ partitions }) => partitions.length === 2);
      const { memberId } = other.group;

      const { watch } = await startMember(t, groupId, topic, { 'client.id': 'task-1' }, undefined, {
        evictsPredecessors: true,
      });
      await watch.until(({ partitions }) => partitions.length === 1);

      assert.equal(other.group.memberId, memberId);
    });
  });

  test('is not joined while its fence is closed', async t => {
    const [topic, groupId] = [await createUniqueTopic(1), uniqueName('fenced')];
    const verdicts: FenceVerdict[] = ['wait', 'drop', 'wait', 'send'];

    const { watch } = await startMember(t, groupId, topic, {}, undefined, {
      fence: {
        judge: () => verdicts.shift() ?? 'send',
      },
    });
    await watch.until(({ partitions }) => partitions.length === 1);

    assert.deepEqual(verdicts, []);
  });
});
