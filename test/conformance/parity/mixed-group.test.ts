import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { SystemClock } from '../../../src/async/clock.ts';
import { nameOfTask } from '../../../src/data/connector-task-id.ts';
import { openConnectMember } from '../../../src/group/connect-member.ts';
import { WorkerCoordinator } from '../../../src/group/worker-coordinator.ts';
import { readKafkaClientConfig } from '../../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../../src/kafka/kafka-config-reader.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { JavaConnectWorker } from '../../support/java-connect-worker.ts';
import { createTopic } from '../../support/read-topic.ts';
import { RealConfigTopic } from '../../support/real-config-topic.ts';

const clock = new SystemClock();
const connectorNames = ['k', 'l', 'm', 'n', 'o', 'p'];
/** Everything that is configured: six connectors of one task each. */
const everything = connectorNames.flatMap(name => [name, `${name}-0`]);

interface OurWorker {
  readonly coordinator: WorkerCoordinator;
  readonly running: Set<string>;
}

describe('a group of our workers and one of Kafka Connect', () => {
  const id = randomUUID();
  const groupId = `connect-${id}`;
  const configTopic = `configs-${id}`;
  const ours: OurWorker[] = [];
  let configs: RealConfigTopic;
  let java: JavaConnectWorker;

  before(async () => {
    await createTopic(testBootstrap(), { topic: configTopic, partitions: 1, configs: { 'cleanup.policy': 'compact' } });
    await writeConfigs();
    configs = await RealConfigTopic.follow(testBootstrap(), configTopic);
    configs.onChange = () =>
      ours.forEach(({ coordinator }) => coordinator.requestRejoin('The configuration has changed'));
  });
  after(async () => {
    await Promise.all(ours.map(({ coordinator }) => coordinator.leave()));
    await java.stop();
    await configs.close();
  });

  /** As Kafka Connect writes them; a connector that does nothing but be there. */
  async function writeConfigs(): Promise<void> {
    const producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
    const file = 'org.apache.kafka.connect.file.FileStreamSource';
    const common = { topic: `out-${id}`, file: '/nonexistent/millrace' };
    const messages = connectorNames.flatMap(name => {
      const properties = { name, 'connector.class': `${file}Connector`, 'tasks.max': '1', ...common };
      // The task has what the connector would ask for, so that it does not ask.
      const task = { properties: { ...properties, 'task.class': `${file}Task` } };
      return [
        { key: `connector-${name}`, value: JSON.stringify({ properties }) },
        { key: `task-${name}-0`, value: JSON.stringify(task) },
        { key: `commit-${name}`, value: JSON.stringify({ tasks: 1 }) },
      ];
    });
    await producer.send({ topic: configTopic, messages });
    await producer.disconnect();
  }

  function startOurs(name: string): OurWorker {
    const reader = new KafkaConfigReader(new Map([['bootstrap.servers', testBootstrap()]]));
    const client = readKafkaClientConfig(reader, { defaultClientId: name });
    const log = createSilentLogger();
    const times = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 20_000, heartbeatIntervalMs: 500 };
    const coordinator = new WorkerCoordinator({
      openMember: () => openConnectMember({ client, groupId, ...times, clock, log }),
      url: `http://127.0.0.1:1/${name}`,
      // Behind the bytes that the other reads.
      peer: () => ({ grpcAddress: '127.0.0.1:9083', version: '0.1.0' }),
      connectProtocol: 'sessioned',
      configs,
      ...times,
      maxDelayMs: 2000,
      strictKafkaDelay: false,
      workerSyncTimeoutMs: 5000,
      workerUnsyncBackoffMs: 1000,
      clock,
      log,
    });
    const worker = { coordinator, running: new Set<string>() };
    ours.push(worker);
    coordinator.start({
      rebalancing: () => undefined,
      revoked: async work => {
        for (const one of [...work.connectors, ...work.tasks.map(nameOfTask)]) worker.running.delete(one);
      },
      assigned: async ({ work }) => {
        for (const one of [...work.connectors, ...work.tasks.map(nameOfTask)]) worker.running.add(one);
      },
      failed: error => assert.fail(error),
    });
    return worker;
  }

  /** What the Java worker says that it runs. */
  async function listJavaWork(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of connectorNames) {
      const status = await java.get(`/connectors/${name}/status`);
      const isHere = (one: unknown): boolean => {
        const text = JSON.stringify(one);
        return text.includes(new URL(java.url).host) && text.includes('RUNNING');
      };
      if (typeof status !== 'object' || status === null || !('connector' in status) || !('tasks' in status)) continue;
      if (isHere(status.connector)) found.push(name);
      if (Array.isArray(status.tasks) && status.tasks.some(isHere)) found.push(`${name}-0`);
    }
    return found;
  }

  /** Resolves when each of our workers and Kafka Connect's run so much, and together everything. */
  async function untilShared(workers: readonly OurWorker[], perWorker: number): Promise<void> {
    const untilMs = clock.monotonicMs() + 60_000;
    for (;;) {
      const ours = workers.map(({ running }) => [...running]);
      // A status outlives the work until the next owner writes its own, and ours write none.
      const javas = (await listJavaWork()).filter(name => !ours.flat().includes(name));
      const all = [...ours, javas];
      const isEven = all.every(work => work.length === perWorker);
      if (isEven && all.flat().toSorted().join() === everything.toSorted().join()) return;
      if (clock.monotonicMs() > untilMs) assert.fail(`Not shared after 60 s: ${JSON.stringify(all)}`);
      await clock.sleep(100);
    }
  }

  test('is led by one of ours, which Kafka Connect follows', async () => {
    const [a, b] = [startOurs('a'), startOurs('b')];
    java = await JavaConnectWorker.start({
      'bootstrap.servers': testBootstrap(),
      'group.id': groupId,
      'config.storage.topic': configTopic,
      'offset.storage.topic': `offsets-${id}`,
      'status.storage.topic': `status-${id}`,
      'scheduled.rebalance.max.delay.ms': '2000',
      'heartbeat.interval.ms': '500',
      'session.timeout.ms': '10000',
    });

    await untilShared([a, b], 4);

    const leader = [a, b].find(({ coordinator }) => coordinator.assignment?.isLeader === true);
    assert.ok(leader);
    const foreign = connectorNames.find(name => !a.running.has(name) && !b.running.has(name));
    assert.equal(leader.coordinator.owner(foreign ?? '')?.url, java.url);
    assert.deepEqual(
      leader.coordinator.workers?.map(({ url }) => url).toSorted(),
      ['http://127.0.0.1:1/a', 'http://127.0.0.1:1/b', java.url].toSorted(),
    );
  });

  test('goes on with Kafka Connect alone', async () => {
    await Promise.all(ours.map(({ coordinator }) => coordinator.leave()));

    await untilShared([], everything.length);
  });

  test('is led by Kafka Connect, which one of ours follows', async () => {
    const c = startOurs('c');

    await untilShared([c], 6);

    const { assignment } = c.coordinator;
    assert.deepEqual([assignment?.isLeader, assignment?.leaderUrl, assignment?.protocolVersion], [false, java.url, 2]);
  });

  test('is not disturbed by the announcement of a restart, which Kafka Connect does not know', async () => {
    const c = ours.at(-1);

    await c?.coordinator.leave({ willReturn: true });

    // It waits for the lost worker, as it does for any, and then takes its work.
    await untilShared([], everything.length);
  });
});
