import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { awaitLeader, ClusterFixture, workersOf } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { missingOf, readLines } from '../../support/line-files.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';

const taskCount = 6;
const recordCount = 6000;

/** However slow the machine is, what is handed over in order is flushed and committed first. */
const patience = { 'task.shutdown.graceful.timeout.ms': '25000', 'offset.flush.timeout.ms': '25000' };

/** What the tasks of a Datagen connector make in all, as `generator-count`. */
function expectedLines(): readonly string[] {
  const perTask = recordCount / taskCount;
  return Array.from({ length: recordCount }, (_, index) => `${Math.floor(index / perTask)}-${index % perTask}`);
}

/** Creates a source of six tasks, whose records a sink writes to one file. @returns the file. */
async function createFlow(cluster: ClusterFixture, worker: ClusterWorker): Promise<string> {
  const topic = uniqueName('crash');
  const output = cluster.folder.file('out');
  const common = { 'tasks.max': String(taskCount), topic };
  await worker.create('flow', {
    'connector.class': 'Datagen',
    count: String(recordCount),
    rate: '100',
    ...common,
  });
  await worker.create('drain', { 'connector.class': 'FileStreamSink', topics: topic, file: output });
  await worker.awaitRunning('flow', taskCount);
  return output;
}

describe('a cluster that loses a worker', () => {
  for (const [what, signal, pick] of [
    ['follower is killed', 'SIGKILL', 'follower'],
    ['leader is killed', 'SIGKILL', 'leader'],
    ['follower is stopped', 'SIGTERM', 'follower'],
    ['leader is stopped', 'SIGTERM', 'leader'],
  ] as const) {
    const also = signal === 'SIGTERM' ? ', and doubles none' : '';
    test(`runs its tasks elsewhere and loses no record when the ${what}${also}`, async t => {
      const cluster = await ClusterFixture.open(t);
      const workers = await cluster.startAll(3, patience);
      const { leader, followers } = await awaitLeader(workers);
      const victim = pick === 'leader' ? leader : followers[0];
      assert.ok(victim);
      const survivors = workers.filter(worker => worker !== victim);
      const [witness] = survivors;
      assert.ok(witness);
      const output = await createFlow(cluster, witness);

      victim.kill(signal);
      await victim.exited;
      const killedAtMs = performance.now();
      const status = await witness.awaitStatus('flow', 'runs on the survivors', ({ tasks }) => {
        const isElsewhere = tasks.every(({ state, worker_id: id }) => state === 'RUNNING' && id !== victim.workerId);
        return tasks.length === taskCount && isElsewhere;
      });
      t.diagnostic(`all tasks run again ${Math.round(performance.now() - killedAtMs)} ms after the end of the process`);
      const expected = expectedLines();
      let lines: readonly string[] = [];
      await untilTrue(
        'no record is missing',
        async () => {
          lines = await readLines(output);
          return missingOf(expected, lines).length === 0;
        },
        60_000,
      );
      t.diagnostic(`${lines.length - expected.length} duplicates`);

      assert.deepEqual([...new Set(workersOf(status))].sort(), survivors.map(({ workerId }) => workerId).sort());
      // What is handed over in order is committed to the last record.
      if (signal === 'SIGTERM') assert.equal(lines.length, expected.length);
    });
  }

  test('runs the tasks of a worker that hangs elsewhere, and takes it back when it goes on', async t => {
    const cluster = await ClusterFixture.open(t);
    const workers = await cluster.startAll(2);
    const { leader, followers } = await awaitLeader(workers);
    const [victim] = followers;
    assert.ok(victim);
    t.after(() => victim.kill('SIGCONT'));
    await leader.create('steady', {
      'connector.class': 'Datagen',
      topic: uniqueName('hung'),
      rate: '5',
      'tasks.max': '4',
    });
    const before = await leader.awaitRunning('steady', 4);

    victim.kill('SIGSTOP');
    const alone = await leader.awaitStatus('steady', 'runs on the leader alone', ({ tasks }) =>
      tasks.every(({ state, worker_id: id }) => state === 'RUNNING' && id === leader.workerId),
    );
    victim.kill('SIGCONT');
    const shared = await leader.awaitStatus('steady', 'runs on both', ({ tasks }) =>
      [leader, victim].every(
        ({ workerId }) =>
          tasks.filter(({ state, worker_id: id }) => state === 'RUNNING' && id === workerId).length === 2,
      ),
    );

    assert.deepEqual(
      [before, alone, shared].map(status => new Set(workersOf(status)).size),
      [2, 1, 2],
    );
  });

  test('keeps a connector paused when all workers were restarted', async t => {
    const cluster = await ClusterFixture.open(t);
    const first = await cluster.startAll(2);
    const settings = { 'connector.class': 'Datagen', topic: uniqueName('paused'), 'tasks.max': '2' };
    await first[0]?.create('paused', settings);
    await first[1]?.awaitRunning('paused', 2);
    await first[1]?.call('Connectors/Pause', { name: 'paused' });
    await Promise.all(first.map(worker => worker.stop()));

    const [again] = await cluster.startAll(2);
    const status = await again?.awaitStatus('paused', 'is paused by a new worker', ({ connector, tasks }) =>
      [connector, ...tasks].every(({ state }) => state === 'PAUSED'),
    );

    assert.equal(status?.target_state, 'PAUSED');
    assert.equal(status.tasks.length, 2);
  });
});
