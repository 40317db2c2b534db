import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SystemClock } from '../../src/async/clock.ts';
import { ClusterFixture, workersOf } from '../support/cluster-fixture.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { uniqueName } from '../support/fill-topic.ts';
import { untilTrue } from '../support/standalone-fixture.ts';

const connectorCount = 100;
const tasksEach = 4;
/** How long nothing may move once all is shared out. */
const stableForMs = 5000;
const names = Array.from({ length: connectorCount }, (_, index) => `c${index}`);

/** Every connector is made by one of the workers, so many at a time. */
async function createAll(workers: readonly ClusterWorker[], atATime: number): Promise<void> {
  const topic = uniqueName('many');
  const left = [...names];
  const work = async (worker: ClusterWorker): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const tasks = String(tasksEach);
      await worker.create(name, { 'connector.class': 'Datagen', topic, rate: '1', count: '400', 'tasks.max': tasks });
    }
  };
  await Promise.all(Array.from({ length: atATime }, (_, index) => work(workers[index % workers.length] ?? fail())));
}

function fail(): never {
  throw new Error('There are workers');
}

/** How many tasks and instances each worker runs, as one of them reads all statuses; null while not everything runs. */
async function readLoads(
  workers: readonly ClusterWorker[],
): Promise<{ readonly tasks: readonly number[]; readonly connectors: readonly number[] } | null> {
  const statuses = await Promise.all(
    names.map((name, index) => workers[index % workers.length]?.status(name) ?? fail()),
  );
  const isRunning = statuses.every(
    ({ connector, tasks }) =>
      connector.state === 'RUNNING' && tasks.length === tasksEach && tasks.every(({ state }) => state === 'RUNNING'),
  );
  if (!isRunning) return null;
  const owners = statuses.flatMap(workersOf);
  const instances = statuses.map(({ connector }) => connector.worker_id);
  const count = (ids: readonly (string | undefined)[]): readonly number[] =>
    workers.map(({ workerId }) => ids.filter(id => id === workerId).length);
  return { tasks: count(owners), connectors: count(instances) };
}

/** Waits until everything runs on these workers, evenly. @returns how long that took, ms. */
async function awaitEven(workers: readonly ClusterWorker[]): Promise<number> {
  const startMs = performance.now();
  await untilTrue(
    'all runs evenly',
    async () => {
      const loads = await readLoads(workers);
      if (loads === null) return false;
      const isComplete = loads.tasks.reduce((sum, each) => sum + each, 0) === connectorCount * tasksEach;
      return isComplete && [loads.tasks, loads.connectors].every(each => Math.max(...each) - Math.min(...each) <= 1);
    },
    180_000,
  );
  return Math.round(performance.now() - startMs);
}

describe('a cluster of three workers', () => {
  test('shares a hundred connectors with four tasks each out within one, and then leaves them where they are', async t => {
    const cluster = await ClusterFixture.open(t);
    const settings = { 'plugin.isolation': 'plugin', 'session.timeout.ms': '30000' };
    const workers = await cluster.startAll(3, settings);

    const startMs = performance.now();
    await createAll(workers, 6);
    t.diagnostic(`${connectorCount} connectors are created after ${Math.round(performance.now() - startMs)} ms`);
    t.diagnostic(`all tasks run evenly ${await awaitEven(workers)} ms later`);
    const rounds = workers.map(({ lines }) => lines.filter(line => line.includes('"Joined the group"')).length);
    await new SystemClock().sleep(stableForMs);
    const roundsLater = workers.map(({ lines }) => lines.filter(line => line.includes('"Joined the group"')).length);
    assert.deepEqual(roundsLater, rounds);

    const fourth = await cluster.start(settings);
    t.diagnostic(`a fourth worker has its share after ${await awaitEven([...workers, fourth])} ms`);
    await fourth.stop();
    t.diagnostic(`its work runs elsewhere ${await awaitEven(workers)} ms after its end`);
  });
});
