import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { testBootstrap } from '../support/broker.ts';
import { awaitLeader, ClusterFixture } from '../support/cluster-fixture.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { uniqueName } from '../support/fill-topic.ts';
import { KafkaProbe } from '../support/kafka-probe.ts';
import {
  countMissing,
  countsByGenerator,
  countBatches,
  countSetbacks,
  lateRecords,
  writtenOffsets,
  writtenStatuses,
} from '../support/topic-facts.ts';

const taskCount = 4;

interface Scene {
  readonly cluster: ClusterFixture;
  readonly probe: KafkaProbe;
  readonly leader: ClusterWorker;
  readonly follower: ClusterWorker;
  /** Of one partition, so that the order of all writes can be seen. */
  readonly topic: string;
}

/** Two workers that run a fast source of four tasks. */
async function startScene(t: TestContext): Promise<Scene> {
  const cluster = await ClusterFixture.open(t);
  const probe = await KafkaProbe.open(t, testBootstrap());
  const topic = uniqueName('zombie');
  await probe.create(topic, 1);
  const { leader, followers } = await awaitLeader(await cluster.startAll(2, { 'offset.storage.partitions': '1' }));
  const [follower] = followers;
  assert.ok(follower);
  const source = { 'connector.class': 'Datagen', topic, rate: '300', 'tasks.max': String(taskCount) };
  await leader.create('source', source);
  await leader.awaitRunning('source', taskCount);
  await probe.awaitCount(topic, 1000);
  return { cluster, probe, leader, follower, topic };
}

/** Stops a worker past its session, until the other one runs everything, then lets it go on and both share again. */
async function sleepAndWake({ probe, topic }: Scene, victim: ClusterWorker, other: ClusterWorker): Promise<void> {
  const isRunning = (state: string, id: string | undefined, worker: ClusterWorker): boolean =>
    state === 'RUNNING' && id === worker.workerId;
  victim.kill('SIGSTOP');
  await other.awaitStatus('source', 'runs on the other worker', ({ tasks }) =>
    tasks.every(({ state, worker_id: id }) => isRunning(state, id, other)),
  );
  await probe.awaitCount(topic, (await probe.count(topic)) + 1000);
  victim.kill('SIGCONT');
  await other.awaitStatus('source', 'runs on both', ({ tasks }) =>
    [other, victim].every(each => tasks.filter(({ state, worker_id: id }) => isRunning(state, id, each)).length === 2),
  );
  await probe.awaitCount(topic, (await probe.count(topic)) + 1000);
}

/** Deletes the source and checks what the topics say of who wrote when. */
async function checkTopics({ cluster, probe, leader, topic }: Scene, victim: ClusterWorker): Promise<string> {
  await leader.call('Connectors/Stop', { name: 'source' });
  await leader.awaitStatus('source', 'is stopped', ({ tasks }) => tasks.length === 0);
  const records = await probe.read(topic);
  const counts = [...countsByGenerator(records).values()];
  const late = new Set(lateRecords(records));
  const lateBatches = countBatches([...late]);
  const inTime = [...countsByGenerator(records.filter(record => !late.has(record))).values()];
  const offsets = [...writtenOffsets(await probe.read(`${cluster.name}-offsets`), 'count').values()];
  const statuses = writtenStatuses(await probe.read(`${cluster.name}-statuses`));

  assert.equal(counts.length, taskCount);
  assert.deepEqual(
    counts.map(countMissing),
    counts.map(() => 0),
  );
  // What a task was just about to send when its worker was stopped goes out when it wakes: one request, which nobody can hold back (ADR 0061).
  assert.ok(
    [...lateBatches.values()].every(count => count === 1),
    JSON.stringify([...lateBatches]),
  );
  // A task that is taken over goes on from the last offset that was written, once; a zombie's records would be another step back.
  assert.ok(
    inTime.every(each => countSetbacks(each) <= 1),
    inTime.map(countSetbacks).join(),
  );
  assert.deepEqual(
    offsets.map(countSetbacks),
    offsets.map(() => 0),
  );
  for (const key of new Set(statuses.map(status => status.key))) {
    const own = statuses.filter(status => status.key === key);
    const generations = own.map(({ generation }) => generation);
    assert.deepEqual(
      generations,
      generations.toSorted((a, b) => a - b),
      `${key}: ${JSON.stringify(own)}`,
    );
  }
  assert.ok(statuses.some(({ workerId }) => workerId === victim.workerId));
  const all = counts.flat().length;
  const duplicates = all - counts.reduce((sum, each) => sum + new Set(each).size, 0);
  return `${duplicates} duplicates among ${all} records, ${lateBatches.size} batches were on their way when the worker was stopped`;
}

describe('a worker that is stopped past its session and goes on', () => {
  for (const pick of ['follower', 'leader'] as const) {
    test(`writes no record, offset or state any more as ${pick}`, async t => {
      const scene = await startScene(t);
      const victim = scene[pick];
      const other = pick === 'leader' ? scene.follower : scene.leader;

      await sleepAndWake(scene, victim, other);

      t.diagnostic(await checkTopics(scene, victim));
    });
  }

  test('does not write a configuration as the leader that it is no more', async t => {
    const { leader, follower } = await startScene(t);
    const settings = { 'connector.class': 'Datagen', topic: uniqueName('twice'), rate: '1' };
    await leader.create('known', settings);

    leader.kill('SIGSTOP');
    const late = assert.rejects(leader.create('twice', { ...settings, rate: '2' }), /already exists/);
    await follower.awaitStatus('source', 'runs on the follower', ({ tasks }) =>
      tasks.every(({ state, worker_id: id }) => state === 'RUNNING' && id === follower.workerId),
    );
    await follower.create('twice', settings);
    leader.kill('SIGCONT');
    await late;

    const answers = await Promise.all(
      [leader, follower].map(worker => worker.call('Connectors/Get', { name: 'twice' })),
    );
    assert.ok(
      answers.every(answer => JSON.stringify(answer).includes('"rate":"1"')),
      JSON.stringify(answers),
    );
  });
});
