import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readProcessTree } from '../../../scripts/process-tree.ts';
import { testBootstrap } from '../../support/broker.ts';
import { awaitLeader, awaitOneRound, ClusterFixture, workersOf } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { until, untilTrue } from '../../support/standalone-fixture.ts';
import type { Settings } from '../../support/worker-process.ts';

/** A source that makes records for ever, slowly. */
function generator(tasks: number, more: Settings = {}): Settings {
  return { 'connector.class': 'Datagen', topic: uniqueName('datagen'), rate: '5', 'tasks.max': String(tasks), ...more };
}

/** Plugin processes of all workers, whether somebody uses them or not. */
async function countPlugins(workers: readonly ClusterWorker[]): Promise<number> {
  const trees = await Promise.all(workers.map(({ pid }) => readProcessTree(pid)));
  return trees.flat().filter(({ command }) => command.includes('/datagen/')).length;
}

describe('a cluster of three workers', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];
  let leader: ClusterWorker;
  let followers: readonly ClusterWorker[];

  before(async () => {
    cluster = await ClusterFixture.create();
    workers = await cluster.startAll(3);
    ({ leader, followers } = await awaitLeader(workers));
  });
  after(() => cluster.close());

  // The first of all: a process that a connector did not need any more is kept for the next one.
  test('starts only processes that are needed, each where it is going to run', async () => {
    await awaitOneRound(workers);

    await leader.create('first', generator(1));
    const first = await leader.awaitRunning('first', 1);
    assert.equal(await countPlugins(workers), 2);
    await awaitOneRound(workers);
    await followers[0]?.create('second', generator(2));
    const second = await leader.awaitRunning('second', 2);

    assert.notEqual(second.connector.worker_id, first.connector.worker_id);
    assert.equal(await countPlugins(workers), 5);
    await Promise.all(['first', 'second'].map(name => leader.call('Connectors/Delete', { name })));
  });

  test('shows a connector on every worker as soon as its creation is answered', async () => {
    await followers[0]?.create('seen', generator(1));

    const seen = await Promise.all(workers.map(worker => worker.call('Connectors/Get', { name: 'seen' })));

    assert.equal(seen.length, 3);
    await leader.call('Connectors/Delete', { name: 'seen' });
  });

  test('shares the tasks of a connector out evenly', async () => {
    await leader.create('shared', generator(6));

    const status = await leader.awaitRunning('shared', 6);

    const counts = workers.map(({ workerId }) => workersOf(status).filter(id => id === workerId).length);
    assert.deepEqual(counts, [2, 2, 2]);
    await leader.call('Connectors/Delete', { name: 'shared' });
  });

  test('creates one of two connectors of the same name that are asked for at once', async () => {
    const [one, other] = followers;
    const answers = await Promise.allSettled([
      one?.create('twins', generator(1)),
      other?.create('twins', generator(2)),
      leader.create('twins', generator(3)),
    ]);

    const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [String(answer.reason)] : []));
    assert.equal(refused.length, 2);
    assert.ok(
      refused.every(text => text.includes('already exists')),
      refused.join('; '),
    );
    await leader.call('Connectors/Delete', { name: 'twins' });
  });

  test('tells a wrong configuration key by key through a follower', async () => {
    const wrong = followers[0]?.create('wrong', { 'connector.class': 'Datagen', rate: 'x' });

    await assert.rejects(async () => wrong, /topic/);
  });

  test('forgets a deleted connector with its states everywhere', async () => {
    await leader.create('gone', generator(3));
    await leader.awaitRunning('gone', 3);

    await followers[1]?.call('Connectors/Delete', { name: 'gone' });

    await Promise.all(workers.map(worker => assert.rejects(worker.status('gone'), /not found/)));
    await untilTrue('no worker runs anything', async () => {
      const infos = await Promise.all(workers.map(worker => worker.call('Cluster/GetWorker', {})));
      return infos.every(info => JSON.stringify(info).includes('"task_count":0'));
    });
  });

  test('forgets the state of what is gone also when a worker tells it late', async t => {
    const probe = await KafkaProbe.open(t, testBootstrap());
    const topic = `${cluster.name}-statuses`;
    await leader.create('kept', generator(1));
    await leader.awaitRunning('kept', 1);
    const late = ['status-connector-never', 'status-task-never-0', 'status-task-kept-7'];
    const value = JSON.stringify({ state: 'RUNNING', trace: null, worker_id: 'late:1', generation: 1 });

    for (const key of late) await probe.send(topic, { key, value });

    await untilTrue('what came late is removed, and nothing else', async () => {
      const records = await probe.read(topic);
      const last = new Map(records.map(({ message }) => [message.key?.toString() ?? '', message.value]));
      assert.ok(last.get('status-connector-kept') && last.get('status-task-kept-0'));
      return late.every(key => last.get(key) === null);
    });
    await leader.call('Connectors/Delete', { name: 'kept' });
  });

  test('replaces the tasks of a connector whose configuration changed', async () => {
    await leader.create('changed', generator(2));
    await leader.awaitRunning('changed', 2);

    await followers[0]?.call('Connectors/PatchConfig', { name: 'changed', set: { 'tasks.max': '4' } });

    await leader.awaitRunning('changed', 4);
    await leader.call('Connectors/Delete', { name: 'changed' });
  });

  test('pauses, resumes and stops tasks wherever they run', async () => {
    await leader.create('held', generator(3));
    await leader.awaitRunning('held', 3);
    const call = (method: string): Promise<unknown> =>
      followers[0]?.call(`Connectors/${method}`, { name: 'held' }) ?? Promise.reject(new Error('No follower'));

    await call('Pause');
    await leader.awaitStatus('held', 'is paused', ({ connector, tasks }) =>
      [connector, ...tasks].every(({ state }) => state === 'PAUSED'),
    );
    await call('Resume');
    await leader.awaitRunning('held', 3);
    await call('Stop');
    const stopped = await leader.awaitStatus(
      'held',
      'is stopped',
      ({ connector, tasks }) => connector.state === 'STOPPED' && tasks.length === 0,
    );
    await call('Resume');
    await leader.awaitRunning('held', 3);

    assert.equal(stopped.target_state, 'STOPPED');
    await leader.call('Connectors/Delete', { name: 'held' });
  });

  test('restarts a connector with its tasks, and one task, from any worker', async () => {
    await leader.create('again', generator(3));
    const before = await leader.awaitRunning('again', 3);

    for (const worker of workers) await worker.call('Connectors/RestartTask', { name: 'again', task: 1 });
    await followers[0]?.call('Connectors/Restart', { name: 'again' });
    const answer = await followers[1]?.call('Connectors/Restart', { name: 'again', include_tasks: true });
    const status = await until('running again', async () => {
      const now = await leader.status('again');
      return now.tasks.every(({ state }) => state === 'RUNNING') ? now : undefined;
    });

    assert.match(JSON.stringify(answer), /RESTARTING/);
    assert.deepEqual(workersOf(status), workersOf(before));
    await leader.call('Connectors/Delete', { name: 'again' });
  });
});
