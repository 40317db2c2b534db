import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { Cluster } from '../../../src/kafka/cluster.ts';
import { readKafkaClientConfig } from '../../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../../src/kafka/kafka-config-reader.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { createTopic } from '../../support/read-topic.ts';

function createCluster(t: TestContext, bootstrapServers: string): Cluster {
  const reader = new KafkaConfigReader(
    new Map([
      ['bootstrap.servers', bootstrapServers],
      ['reconnect.backoff.ms', '5'],
    ]),
  );
  const config = readKafkaClientConfig(reader, { defaultClientId: 'test' });
  const cluster = new Cluster({ config, clock: new SystemClock(), log: createSilentLogger() });
  t.after(() => cluster.close());
  return cluster;
}

describe('cluster', () => {
  test('tells partitions and leaders of a topic, and its error for one that is missing', async t => {
    const name = `cluster-${randomUUID()}`;
    await createTopic(testBootstrap(), { topic: name, partitions: 3 });
    const cluster = createCluster(t, testBootstrap());

    const { topics, brokers } = await cluster.metadata([name, `${name}-missing`]);

    const nodeId = brokers[0]?.nodeId;
    assert.ok(nodeId !== undefined);
    assert.deepEqual(
      topics.get(name)?.partitions.map(({ partition, leader }) => [partition, leader]),
      [
        [0, nodeId],
        [1, nodeId],
        [2, nodeId],
      ],
    );
    assert.equal(topics.get(`${name}-missing`)?.errorCode, 3);
    assert.deepEqual([cluster.leaderOf(name, 2), cluster.leaderOf(name, 3)], [nodeId, undefined]);
    assert.ok((await cluster.allTopics()).includes(name));
  });

  test('uses one connection per broker for all who want it at once', async t => {
    const cluster = createCluster(t, testBootstrap());
    const { brokers } = await cluster.metadata([]);
    const nodeId = brokers[0]?.nodeId ?? -1;

    const connections = await Promise.all([1, 2, 3].map(() => cluster.connection(nodeId)));

    assert.equal(new Set(connections).size, 1);
  });

  test('connects again after the connection broke', async t => {
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const cluster = createCluster(t, proxy.bootstrapServers);
    const { brokers } = await cluster.metadata([]);
    const nodeId = brokers[0]?.nodeId ?? -1;
    const first = await cluster.connection(nodeId);
    const broken = new Promise(resolve => first.once('close', () => resolve(null)));

    proxy.cutAll();
    await broken;
    const second = await cluster.connection(nodeId);

    assert.deepEqual([first === second, first.isConnected(), second.isConnected()], [false, false, true]);
  });

  test('takes the bootstrap server that answers', async t => {
    const cluster = createCluster(t, `127.0.0.1:1,${testBootstrap()}`);

    const answers = await Promise.all([cluster.metadata([]), cluster.metadata([], { refresh: true })]);

    assert.ok(answers.every(({ brokers }) => brokers.length > 0));
  });

  test('names the addresses when none answers', async t => {
    const cluster = createCluster(t, '127.0.0.1:1,127.0.0.1:2');

    await assert.rejects(cluster.metadata([]), {
      code: 'KAFKA_UNAVAILABLE',
      message: /^None of the brokers 127\.0\.0\.1:[12], 127\.0\.0\.1:[12] can be reached: .*ECONNREFUSED/,
    });
  });

  test('refuses everything after it was closed', async t => {
    const cluster = createCluster(t, testBootstrap());
    await cluster.metadata([]);

    await cluster.close();

    await assert.rejects(cluster.metadata(['t']), { code: 'SHUTTING_DOWN' });
    await assert.rejects(cluster.connection(1), { code: 'SHUTTING_DOWN' });
  });
});
