import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClusterFixture } from '../support/cluster-fixture.ts';
import { ClusterFlow } from '../support/cluster-flow.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { JoinedBroker } from '../support/joined-broker.ts';
import { KafkaProbe } from '../support/kafka-probe.ts';
import { PrivateBroker } from '../support/private-broker.ts';

/** Rounds that workers have taken part in, those of the sink's consumer group included; and the processes that run. */
async function rounds(workers: readonly ClusterWorker[]): Promise<readonly unknown[]> {
  const joined = workers.flatMap(({ lines }) => lines.filter(line => line.includes('"Joined the group"')));
  const [worker] = workers;
  assert.ok(worker);
  const statuses = await Promise.all(['flow', 'drain'].map(name => worker.status(name)));
  return [joined, statuses.map(({ connector, tasks }) => [connector.pid, tasks.map(({ pid }) => pid)])];
}

describe('a cluster whose coordinators move to another broker', () => {
  test('works on without a rebalance, and shares out new work there', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const cluster = await ClusterFixture.open(t, broker.bootstrapServers);
    const probe = await KafkaProbe.open(t, broker.bootstrapServers);
    const workers = await cluster.startAll(2);
    const [worker] = workers;
    assert.ok(worker);
    const flow = await ClusterFlow.start({ cluster, probe, worker }, { tasks: 4, rate: 50 });
    await flow.awaitMore(200);
    // It comes when the groups have their coordinators already, so all of these move.
    const other = await JoinedBroker.start(broker);
    t.after(() => other.stop());
    const before = await rounds(workers);

    await probe.move('__consumer_offsets', other.nodeId);
    // Longer than a session of 6 s: by then nobody is a member by the old coordinator's word.
    await flow.awaitMore(2000);

    assert.deepEqual(await rounds(workers), before);
    await worker.create('late', { 'connector.class': 'Datagen', topic: flow.topic, rate: '1', 'tasks.max': '2' });
    await worker.awaitRunning('late', 2);
    await worker.call('Connectors/Delete', { name: 'late' });
    const outcome = await flow.finish(worker);
    t.diagnostic(JSON.stringify(outcome));
    assert.equal(outcome.duplicatesInFile, 0);
  });
});
