import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { awaitLeader, ClusterFixture, workersOf } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { uniqueName } from '../../support/fill-topic.ts';

const taskCount = 6;

/** Process ids of the tasks that a worker runs, by task number. */
async function processesOf(worker: ClusterWorker): Promise<ReadonlyMap<number, number | undefined>> {
  const { tasks } = await worker.status('held');
  const own = tasks.flatMap(({ worker_id, pid }, task) =>
    worker_id === worker.workerId ? [[task, pid] as const] : [],
  );
  return new Map(own);
}

describe('a worker that announces its restart', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];

  before(async () => {
    cluster = await ClusterFixture.create();
    workers = await cluster.startAll(3, { 'scheduled.rebalance.max.delay.ms': '120000' });
    const source = { 'connector.class': 'Datagen', topic: uniqueName('held'), rate: '5' };
    await workers[0]?.create('held', { ...source, 'tasks.max': String(taskCount) });
    await workers[0]?.awaitRunning('held', taskCount);
  });
  after(() => cluster.close());

  /** Restarts a worker; checks that nothing else moves. @returns the restarted one with the others. */
  async function restart(victim: ClusterWorker): Promise<readonly ClusterWorker[]> {
    const others = workers.filter(worker => worker !== victim);
    const [witness] = others;
    assert.ok(witness);
    const owners = workersOf(await witness.awaitRunning('held', taskCount));
    const processes = await Promise.all(others.map(processesOf));

    victim.kill('SIGUSR2');
    assert.deepEqual(await victim.exited, { code: 0, signal: null });
    const meanwhile = await witness.awaitStatus('held', 'waits for its worker', ({ tasks }) =>
      tasks.every(({ state }, task) => state === (owners[task] === victim.workerId ? 'UNASSIGNED' : 'RUNNING')),
    );
    const again = await cluster.startAgain(victim);
    const after = await witness.awaitRunning('held', taskCount);

    assert.ok(owners.includes(victim.workerId));
    assert.deepEqual(workersOf(meanwhile), owners);
    assert.deepEqual(workersOf(after), owners);
    assert.deepEqual(await Promise.all(others.map(processesOf)), processes);
    return [again, ...others];
  }

  test('gets its work back, and the others keep theirs', async () => {
    const { followers } = await awaitLeader(workers);
    assert.ok(followers[0]);

    workers = await restart(followers[0]);
  });

  test('gets its work back also when it leads', async () => {
    const { leader } = await awaitLeader(workers);

    workers = await restart(leader);
  });
});
