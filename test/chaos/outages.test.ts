import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { ClusterFixture } from '../support/cluster-fixture.ts';
import { ClusterFlow } from '../support/cluster-flow.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { JoinedBroker } from '../support/joined-broker.ts';
import { KafkaProbe } from '../support/kafka-probe.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { until, untilTrue } from '../support/standalone-fixture.ts';

interface Scene {
  readonly broker: PrivateBroker;
  readonly probe: KafkaProbe;
  readonly workers: readonly ClusterWorker[];
  readonly worker: ClusterWorker;
  readonly flow: ClusterFlow;
}

/** Two workers on a broker of their own, with records flowing. */
async function startScene(t: TestContext): Promise<Scene> {
  const broker = await PrivateBroker.start();
  t.after(() => broker.dispose());
  const cluster = await ClusterFixture.open(t, broker.bootstrapServers);
  const probe = await KafkaProbe.open(t, broker.bootstrapServers);
  const workers = await cluster.startAll(2);
  const [worker] = workers;
  assert.ok(worker);
  const flow = await ClusterFlow.start({ cluster, probe, worker }, { tasks: 4, rate: 50 });
  await flow.awaitMore(200);
  return { broker, probe, workers, worker, flow };
}

/** Waits until a worker's log has said something since a line of it. */
function awaitLog(worker: ClusterWorker, text: string, sinceLine: number): Promise<void> {
  return untilTrue(`'${text}' in a log`, () => worker.lines.slice(sinceLine).some(line => line.includes(text)), 60_000);
}

/** Rounds that the workers and the sink's consumers have taken part in, and the processes that run. */
async function rounds({ workers, worker }: Scene): Promise<readonly unknown[]> {
  const joined = workers.flatMap(({ lines }) => lines.filter(line => line.includes('"Joined the group"')));
  const statuses = await Promise.all(['flow', 'drain'].map(name => worker.status(name)));
  return [joined, statuses.map(({ connector, tasks }) => [connector.pid, tasks.map(({ pid }) => pid)])];
}

async function checkFlow(t: TestContext, { worker, flow }: Scene): Promise<void> {
  // A broker that was silent for long may take its time to lead its partitions again.
  await flow.awaitMore(200, 120_000);
  await worker.awaitRunning('flow', 4);
  const outcome = await flow.finish(worker);
  t.diagnostic(JSON.stringify(outcome));
}

describe('a cluster', () => {
  test('goes on by itself after its broker was killed and restarted, and nothing is lost', async t => {
    const scene = await startScene(t);

    await scene.broker.kill();
    await scene.broker.restart();

    await checkFlow(t, scene);
  });

  test('stops its work while the coordinator is silent, and takes it up again by itself', async t => {
    const scene = await startScene(t);
    const { broker, workers } = scene;
    const seen = workers.map(({ lines }) => lines.length);

    broker.pause();
    await Promise.all(workers.map((worker, index) => awaitLog(worker, '"reason":"lost"', seen[index] ?? 0)));
    const idle = await until('all workers are idle', async () => {
      const infos = await Promise.all(workers.map(worker => worker.call('Cluster/GetWorker', {})));
      const texts = infos.map(info => JSON.stringify(info));
      return texts.every(text => text.includes('"task_count":0')) ? texts : undefined;
    });
    broker.resume();

    assert.equal(idle.length, 2);
    await checkFlow(t, scene);
  });

  test('works on without a rebalance when its coordinators move to another broker, and shares out new work there', async t => {
    const scene = await startScene(t);
    const { broker, probe, worker, flow } = scene;
    // It comes when the groups have their coordinators already, so all of these move.
    const other = await JoinedBroker.start(broker);
    t.after(() => other.stop());
    const before = await rounds(scene);

    await probe.move('__consumer_offsets', other.nodeId);
    // Longer than a session of 6 s: by then nobody is a member by the old coordinator's word.
    await flow.awaitMore(2000);

    assert.deepEqual(await rounds(scene), before);
    await worker.create('late', { 'connector.class': 'Datagen', topic: flow.topic, rate: '1', 'tasks.max': '2' });
    await worker.awaitRunning('late', 2);
    await worker.call('Connectors/Delete', { name: 'late' });
    await checkFlow(t, scene);
  });
});
