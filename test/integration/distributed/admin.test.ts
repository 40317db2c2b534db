import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';
import { awaitLeader, ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { until } from '../../support/standalone-fixture.ts';
import type { ConnectorStatusMessage, Settings } from '../../support/worker-process.ts';

function generator(tasks: number): Settings {
  return { 'connector.class': 'Datagen', topic: uniqueName('datagen'), rate: '5', 'tasks.max': String(tasks) };
}

describe('the admin API of a cluster', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];
  let leader: ClusterWorker;
  let asked: ClusterWorker;
  let other: ClusterWorker;

  before(async () => {
    cluster = await ClusterFixture.create();
    // Ports that follow no rule: workers tell each other where they are.
    const ports = [await findFreePort(), await findFreePort(), await findFreePort()];
    // One of them is stopped for a while, which is not to cost it its membership.
    const settings = { 'session.timeout.ms': '60000' };
    workers = await Promise.all(
      ports.map(port => cluster.start({ ...settings, 'grpc.listeners': `http://127.0.0.1:${port}` })),
    );
    const found = await awaitLeader(workers);
    leader = found.leader;
    [asked = leader, other = leader] = found.followers;
  });
  after(() => cluster.close());

  const textOf = async (call: Promise<unknown>): Promise<string> => JSON.stringify(await call);
  /** What every worker answers. */
  const ofAll = (method: string, request: object): Promise<readonly string[]> =>
    Promise.all(workers.map(worker => textOf(worker.call(method, request))));

  describe('shows on every worker, as soon as one has answered,', () => {
    test('a connector that was created, reconfigured, and deleted', async () => {
      for (let round = 0; round < 2; round += 1) {
        const name = `seen-${round}`;
        const config = generator(1);
        await asked.create(name, config);
        const created = await Promise.all([
          ofAll('Connectors/Get', { name }),
          ofAll('Connectors/GetStatus', { name }),
          ofAll('Connectors/List', {}),
        ]);
        await other.call('Connectors/PutConfig', { name, config: { ...config, rate: '7' } });
        const changed = await ofAll('Connectors/GetConfig', { name });
        await asked.call('Connectors/Delete', { name });
        const gone = await Promise.all(workers.map(worker => refusalOf(worker.call('Connectors/GetStatus', { name }))));

        assert.ok(created.flat().every(text => text.includes(name)));
        assert.ok(
          changed.every(text => text.includes('"rate":"7"')),
          changed.join('\n'),
        );
        assert.deepEqual(
          gone.map(({ status }) => status),
          ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
        );
      }
    });

    test('a target state', async () => {
      await asked.create('held', generator(1));
      await other.call('Connectors/Pause', { name: 'held' });

      const paused = await ofAll('Connectors/GetStatus', { name: 'held' });
      await leader.call('Connectors/Delete', { name: 'held' });

      assert.ok(
        paused.every(text => text.includes('"target_state":"PAUSED"')),
        paused.join('\n'),
      );
    });

    test('no state of an earlier connector of the same name', async () => {
      await asked.create('again', generator(2));
      await asked.awaitRunning('again', 2);
      await other.call('Connectors/Delete', { name: 'again' });
      await other.call('Connectors/Create', { name: 'again', config: generator(1), initial_state: 'STOPPED' });

      const statuses = await ofAll('Connectors/GetStatus', { name: 'again' });
      await leader.call('Connectors/Delete', { name: 'again' });

      assert.ok(
        statuses.every(text => !text.includes('"state":"RUNNING"')),
        statuses.join('\n'),
      );
    });

    test('that a connector and its tasks restart, or have restarted', async () => {
      await asked.create('restarted', generator(3));
      await asked.awaitRunning('restarted', 3);
      // A worker that has read the restart has read this too, which it would show as long as it has not.
      const watch = await leader.watch('Connectors/WatchStatus', { name: 'restarted' });
      await watch.next();
      await watch.next();

      await other.call('Connectors/Restart', { name: 'restarted', include_tasks: true });
      const seen = await until('all are restarting in what the leader was told', async () => {
        const text = await textOf(watch.next());
        return text.includes('RESTARTING') ? text : undefined;
      });
      watch.cancel();
      await leader.call('Connectors/Delete', { name: 'restarted' });

      assert.match(seen, /"kind":"CHANGED"/);
    });
  });

  test('tells on every worker who leads and who runs what', async () => {
    await asked.create('shared', generator(6));
    await asked.awaitRunning('shared', 6);

    const clusters = await Promise.all(
      workers.map(async worker => JSON.parse(await textOf(worker.call('Cluster/GetCluster', {}))) as ClusterAnswer),
    );
    await leader.call('Connectors/Delete', { name: 'shared' });

    for (const { cluster: told } of clusters) {
      assert.deepEqual([told.state, told.complete, told.leader], ['STABLE', true, leader.workerId]);
      assert.deepEqual(
        told.workers.map(({ worker_id: id, tasks }) => [id, tasks?.length]),
        workers.map(({ workerId }) => [workerId, 2]).sort(),
      );
      assert.ok(told.workers.every(({ version }) => version !== ''));
    }
  });

  test('tells on every worker the process of each task, and names a worker that does not answer', async () => {
    await asked.create('told', generator(3));
    await asked.awaitRunning('told', 3);
    const started = await asked.awaitStatus('told', 'has processes', ({ connector, tasks }) =>
      [connector, ...tasks].every(({ pid }) => pid !== undefined),
    );

    const statuses = await Promise.all(workers.map(worker => worker.status('told')));
    const listed = await textOf(other.call('Connectors/List', { expand: ['STATUS'] }));
    other.kill('SIGSTOP');
    const partly = await asked.status('told');
    other.kill('SIGCONT');
    await leader.call('Connectors/Delete', { name: 'told' });

    const pidsOf = ({ connector, tasks }: ConnectorStatusMessage): readonly (number | undefined)[] =>
      [connector, ...tasks].map(({ pid }) => pid);
    assert.deepEqual(statuses.map(pidsOf), [pidsOf(started), pidsOf(started), pidsOf(started)]);
    assert.ok(statuses.every(({ tasks }) => tasks.every(({ errors }) => errors !== undefined)));
    for (const pid of pidsOf(started)) assert.ok(listed.includes(`"pid":${pid}`), listed);
    assert.deepEqual(partly.unreached_workers, [other.workerId]);
    assert.deepEqual(
      partly.tasks.map(({ state, worker_id: id, pid }) => [state, pid === undefined, id === other.workerId]),
      started.tasks.map(({ worker_id: id }) => ['RUNNING', id === other.workerId, id === other.workerId]),
    );
  });

  test('sets a log level on all workers that run', async () => {
    await asked.call('Cluster/SetLoggerLevel', { name: 'millrace.kafka', level: 'WARN', scope: 'CLUSTER' });

    await until('WARN on every worker', async () => {
      const levels = await ofAll('Cluster/GetLogger', { name: 'millrace.kafka' });
      return levels.every(text => text.includes('"level":"WARN"')) ? true : undefined;
    });
  });

  test('tells those who watch the cluster that a worker came and went', async () => {
    const watch = await asked.watch('Cluster/Watch', {});
    const inRounds: ClusterAnswer[] = [];
    const awaitWorkers = (count: number): Promise<ClusterAnswer> =>
      until(`a settled cluster of ${count}`, async () => {
        const answer = JSON.parse(await textOf(watch.next())) as ClusterAnswer;
        if (answer.cluster.state === 'REBALANCING') inRounds.push(answer);
        const isSettled = answer.cluster.state === 'STABLE' && answer.cluster.complete === true;
        return isSettled && answer.cluster.workers.length === count ? answer : undefined;
      });
    const before = await awaitWorkers(3);

    const guest = await cluster.start();
    const during = await awaitWorkers(4);
    await guest.stop();
    const afterwards = await awaitWorkers(3);
    watch.cancel();

    const generations = [before, during, afterwards].map(({ cluster: told }) => told.generation ?? -1);
    // While the group shares out anew, the members of the round before are told.
    assert.ok(inRounds.length > 0);
    for (const { cluster: told } of inRounds)
      assert.ok(told.complete === true && told.workers.length >= 3, JSON.stringify(told));
    assert.ok(during.cluster.workers.some(({ worker_id: id }) => id === guest.workerId));
    assert.deepEqual(
      generations,
      generations.toSorted((a, b) => a - b),
    );
  });
});

interface ClusterAnswer {
  readonly cluster: {
    readonly state: string;
    readonly complete?: boolean;
    readonly leader: string;
    readonly generation?: number;
    readonly workers: readonly {
      readonly worker_id: string;
      readonly version: string;
      readonly tasks?: readonly object[];
    }[];
  };
}
