import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConfigMap } from '../../../src/config/parsed-config.ts';
import { parseStandaloneConfig } from '../../../src/config/worker-config.ts';
import { ConnectError, RequestError } from '../../../src/errors/connect-error.ts';
import { SinkOffsets } from '../../../src/herder/sink-offsets.ts';
import type { GroupAdmin } from '../../../src/kafka/group-admin.ts';
import type { TopicAdmin } from '../../../src/kafka/topic-admin.ts';

const unused = (): Promise<never> => Promise.reject(new Error('Not to be called'));

/** A cluster with topic `t` of two partitions and a group for every name. */
class FakeCluster {
  readonly calls: string[] = [];
  readonly configs: ConfigMap[] = [];
  /** What modifications fail with. */
  failure: ConnectError | null = null;

  sinkOffsets(worker: Record<string, string> = {}): SinkOffsets {
    const required = {
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'offset.storage.file.filename': '/tmp/offsets',
      'bootstrap.servers': 'worker:9092',
    };
    return new SinkOffsets({
      workerConfig: parseStandaloneConfig(new Map(Object.entries({ ...required, ...worker }))),
      openGroupAdmin: config => this.#groups(config),
      openTopicAdmin: config => this.#topics(config),
    });
  }

  #groups(config: ConfigMap): GroupAdmin {
    this.configs.push(config);
    const modify = async (call: string): Promise<void> => {
      this.calls.push(call);
      if (this.failure !== null) throw this.failure;
    };
    return {
      groupOffsets: async groupId => {
        this.calls.push(`read ${groupId}`);
        const both = [
          [1, 7],
          [0, 5],
        ] as const;
        return new Map([
          ['u', new Map([[0, 1]])],
          ['t', new Map(both)],
        ]);
      },
      alterGroupOffsets: (groupId, offsets) => modify(`alter ${groupId} ${JSON.stringify(offsets)}`),
      deleteGroupOffsets: (groupId, partitions) => modify(`forget ${groupId} ${JSON.stringify(partitions)}`),
      deleteGroup: groupId => modify(`delete ${groupId}`),
      close: async () => void this.calls.push('close'),
    };
  }

  #topics(config: ConfigMap): TopicAdmin {
    this.configs.push(config);
    return {
      describeTopics: async names =>
        names.map(name => {
          if (name === 'hidden') return { kind: 'forbidden', name };
          if (name !== 't') return { kind: 'missing', name };
          return { kind: 'found', name, isInternal: false, partitionCount: 2, replicationFactor: 1 };
        }),
      createTopics: unused,
      topicSettings: unused,
      partitionOffsets: unused,
      listTopics: unused,
      clusterId: unused,
      close: async () => void this.calls.push('close'),
    };
  }
}

const connector = (config: Record<string, string> = {}): { name: string; config: ConfigMap } => ({
  name: 'c',
  config: new Map(Object.entries(config)),
});

describe('sink offsets', () => {
  test("are those of the connector's group, by topic and partition", async () => {
    const cluster = new FakeCluster();

    const offsets = await cluster.sinkOffsets().read(connector());

    assert.deepEqual(offsets, [
      { topic: 't', partition: 0, offset: 5 },
      { topic: 't', partition: 1, offset: 7 },
      { topic: 'u', partition: 0, offset: 1 },
    ]);
    assert.deepEqual(cluster.calls, ['read connect-c', 'close']);
  });

  for (const { worker, config, group } of [
    { worker: { 'consumer.group.id': 'of-worker' }, config: {}, group: 'of-worker' },
    {
      worker: { 'consumer.group.id': 'of-worker' },
      config: { 'consumer.override.group.id': 'of-connector' },
      group: 'of-connector',
    },
  ]) {
    test(`are looked for in group '${group}' when that is where its tasks are`, async () => {
      const cluster = new FakeCluster();

      await cluster.sinkOffsets(worker).read(connector(config));

      assert.equal(cluster.calls[0], `read ${group}`);
    });
  }

  test("are looked for in the cluster that the connector's admin settings name", async () => {
    const cluster = new FakeCluster();

    await cluster.sinkOffsets().reset(connector({ 'admin.override.bootstrap.servers': 'other:9092' }));

    assert.deepEqual(Object.fromEntries(cluster.configs[0] ?? []), {
      'bootstrap.servers': 'other:9092',
      'client.id': 'connector-worker-adminclient-c',
    });
  });

  test('are altered where they are given and forgotten where they are not', async () => {
    const cluster = new FakeCluster();

    await cluster.sinkOffsets().alter(connector(), [
      { topic: 't', partition: 0, offset: 3 },
      { topic: 't', partition: 1, offset: null },
    ]);

    assert.deepEqual(cluster.calls, [
      'alter connect-c [{"topic":"t","partition":0,"offset":3}]',
      'forget connect-c [{"topic":"t","partition":1,"offset":null}]',
      'close',
    ]);
  });

  for (const verb of ['alter', 'reset'] as const) {
    test(`tell of zombie tasks when the group of a ${verb} has members`, async () => {
      const cluster = new FakeCluster();
      cluster.failure = new ConnectError('KAFKA_GROUP_NOT_EMPTY', 'members');
      const offsets = cluster.sinkOffsets();

      const modifying = verb === 'reset' ? offsets.reset(connector()) : offsets.alter(connector(), []);

      await assert.rejects(modifying, {
        code: 'SINK_TASKS_LINGER',
        message:
          `Failed to ${verb} consumer group offsets for connector c either because its tasks haven't stopped completely yet or the ` +
          `connector was resumed before the request to ${verb} its offsets could be successfully completed. If the connector is in ` +
          "a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to " +
          'be restarted to get rid of the zombie sink tasks.',
      });
      assert.equal(cluster.calls.at(-1), 'close');
    });
  }

  test('tell of any other failure as it is', async () => {
    const cluster = new FakeCluster();
    cluster.failure = new ConnectError('KAFKA_UNAVAILABLE', 'away');

    await assert.rejects(cluster.sinkOffsets().reset(connector()), cluster.failure);
  });

  test('are refused with every partition that does not exist or comes twice', async () => {
    const cluster = new FakeCluster();
    const checking = cluster.sinkOffsets().check(connector(), [
      { topic: 't', partition: 1, offset: 3 },
      { topic: 't', partition: 2, offset: 3 },
      { topic: 'none', partition: 0, offset: 3 },
      { topic: 't', partition: 1, offset: null },
    ]);

    await assert.rejects(checking, (error: unknown) => {
      assert.ok(error instanceof RequestError, String(error));
      assert.deepEqual(error.violations, [
        { key: 'sink[3].partition', message: 'is that of sink[0] again' },
        { key: 'sink[1].partition', message: "is 2, but topic 't' has 2 partitions, numbered from 0" },
        { key: 'sink[2].topic', message: "names topic 'none', which does not exist" },
      ]);
      return true;
    });
    assert.deepEqual(cluster.calls, ['close']);
  });

  test('of a topic that is gone, or that nothing may be known of, pass', async () => {
    const offsets = [
      { topic: 'none', partition: 9, offset: null },
      { topic: 'hidden', partition: 9, offset: 1 },
    ];

    await new FakeCluster().sinkOffsets().check(connector(), offsets);
  });
});
