import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { missingOf, readLines } from '../../support/line-files.ts';
import { until, untilTrue } from '../../support/standalone-fixture.ts';
import type { InstanceStatusMessage } from '../../support/worker-process.ts';

const taskCount = 3;
const perTask = 1500;
const heartbeatMs = 500;
const lines = Array.from({ length: taskCount * perTask }, (_, n) => `${Math.floor(n / perTask)}-${n % perTask}`);

describe('the death of a plugin process in a cluster', () => {
  let cluster: ClusterFixture;
  let workers: readonly ClusterWorker[];

  before(async () => {
    cluster = await ClusterFixture.create();
    // A session that a busy machine lets expire would be a round of its own.
    workers = await cluster.startAll(2, { 'plugin.restart.max.attempts': '2', 'session.timeout.ms': '60000' });
  });
  after(() => cluster.close());

  const anyWorker = (): ClusterWorker => workers[0] ?? assert.fail('no worker');

  /** Every round of the workers' group that a worker has taken part in so far; those of sinks' groups name a connector. */
  function rounds(): readonly string[] {
    const isRound = (line: string): boolean => line.includes('"Joined the group"') && !line.includes('"connector":');
    return workers.flatMap(worker => worker.lines.filter(isRound));
  }

  /** Waits until a create has led to its last round: all are in one generation, and no other begins for two heartbeats. */
  async function awaitRest(): Promise<readonly string[]> {
    let seen: readonly string[] = [];
    let sinceMs = performance.now();
    await untilTrue('the group is at rest', () => {
      const now = rounds();
      if (now.length !== seen.length) sinceMs = performance.now();
      seen = now;
      return performance.now() - sinceMs > 2 * heartbeatMs;
    });
    return seen;
  }

  /** Kills the process of a task, or of the connector instance; resolves when another one runs. */
  async function replace(name: string, task: number | null): Promise<InstanceStatusMessage> {
    // A process is known to the worker that has it.
    const pick = async (): Promise<InstanceStatusMessage | undefined> => {
      const statuses = await Promise.all(workers.map(worker => worker.status(name)));
      const found = statuses.map(({ connector, tasks }) => (task === null ? connector : tasks[task]));
      return found.find(instance => instance?.state === 'RUNNING' && instance.pid !== undefined);
    };
    const { pid } = await until('it runs', pick);
    process.kill(pid ?? assert.fail('no process'), 'SIGKILL');
    return until('another process runs', async () => {
      const next = await pick();
      return next?.pid === pid ? undefined : next;
    });
  }

  for (const isolation of ['task', 'connector'] as const) {
    test(`moves no generation and loses no record under isolation ${isolation}`, async () => {
      const [source, sink] = [uniqueName('source'), uniqueName('sink')];
      const output = cluster.folder.file(sink);
      const common = { 'tasks.max': String(taskCount), 'plugin.isolation': isolation };
      const count = String(lines.length);
      await anyWorker().create(source, { ...common, 'connector.class': 'Datagen', topic: source, rate: '100', count });
      await anyWorker().create(sink, {
        ...common,
        'connector.class': 'FileStreamSink',
        topics: source,
        file: output,
      });
      await anyWorker().awaitRunning(source, taskCount);
      await anyWorker().awaitRunning(sink, taskCount);
      await untilTrue('records flow', async () => (await readLines(output)).length > 0);
      const before = await awaitRest();

      const replaced = [await replace(source, 0), await replace(sink, 1), await replace(source, null)];
      await untilTrue('every record is there', async () => missingOf(lines, await readLines(output)).length === 0);

      assert.deepEqual(
        rounds().filter(line => !before.includes(line)),
        [],
      );
      assert.deepEqual(
        replaced.map(({ restarts, last_exit: exit }) => [(restarts ?? 0) > 0, exit?.signal]),
        replaced.map(() => [true, 'SIGKILL']),
      );
      for (const name of [source, sink]) await anyWorker().call('Connectors/Delete', { name });
    });
  }

  test('is the last one after plugin.restart.max.attempts in a row, for its task alone', async () => {
    const name = uniqueName('again');
    const config = { 'connector.class': 'Datagen', topic: name, rate: '10', 'tasks.max': '2' };
    await anyWorker().create(name, config);
    await anyWorker().awaitRunning(name, 2);
    const before = await awaitRest();

    await replace(name, 0);
    const { pid } = await replace(name, 0);
    process.kill(pid ?? assert.fail('no process'), 'SIGKILL');
    const status = await anyWorker().awaitStatus(name, 'has a failed task', s => s.tasks[0]?.state === 'FAILED');

    assert.match(
      status.tasks[0]?.trace ?? '',
      /died again after 2 restarts in a row \(plugin\.restart\.max\.attempts\)/,
    );
    assert.deepEqual([status.connector.state, status.tasks[1]?.state], ['RUNNING', 'RUNNING']);
    await anyWorker().call('Connectors/RestartTask', { name, task: 0 });
    await anyWorker().awaitRunning(name, 2);
    assert.deepEqual(
      rounds().filter(line => !before.includes(line)),
      [],
    );
  });
});
