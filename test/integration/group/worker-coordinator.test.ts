import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { testBootstrap } from '../../support/broker.ts';
import { ConfigTopic } from '../../support/config-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { GroupWorkers, type GroupWorker, type GroupWorkersOptions } from '../../support/group-workers.ts';

interface Cluster {
  readonly group: GroupWorkers;
  readonly configs: ConfigTopic;
}

function createCluster(t: TestContext, options: Partial<GroupWorkersOptions> = {}): Cluster {
  const configs = new ConfigTopic();
  configs.write('c', 4);
  configs.write('d', 5);
  const group = new GroupWorkers({ groupId: `connect-${randomUUID()}`, configs, ...options });
  t.after(() => group.stop());
  return { group, configs };
}

/** Three workers that run everything evenly, the second reachable through a proxy that can cut it off; the first leads. */
async function startThree(
  t: TestContext,
  options: Partial<GroupWorkersOptions> = {},
): Promise<
  Cluster & { readonly workers: readonly [GroupWorker, GroupWorker, GroupWorker]; readonly proxy: FlakyProxy }
> {
  const cluster = createCluster(t, options);
  const proxy = await FlakyProxy.start(testBootstrap());
  t.after(() => proxy.close());
  const start = async (name: string, bootstrap: string): Promise<GroupWorker> => {
    const worker = cluster.group.start(name, { bootstrap });
    await cluster.group.untilBalanced();
    return worker;
  };
  const a = await start('a', testBootstrap());
  const b = await start('b', proxy.bootstrapServers);
  const e = await start('e', testBootstrap());
  assert.deepEqual(
    [a, b, e].map(({ coordinator }) => coordinator.assignment?.isLeader),
    [true, false, false],
  );
  return { ...cluster, workers: [a, b, e], proxy };
}

/** What each worker gave up since it had run for the first time. */
const revocations = ({ history }: GroupWorker): readonly string[] => history.filter(line => line.startsWith('-'));

describe('workers of one group', { concurrency: true }, () => {
  test('share everything evenly, one after the other, and keep what need not move', async t => {
    const { group, workers } = await startThree(t);
    const [a, b, e] = workers;

    // Two connectors and nine tasks: the second worker takes a connector and four tasks, the third a task or two of each.
    assert.deepEqual(workers.map(({ running }) => running.size).toSorted(), [3, 4, 4]);
    assert.ok(revocations(a).length <= 7);
    assert.ok(revocations(b).length <= 2);
    assert.deepEqual(revocations(e), []);
    group.checkNoConflict();
  });

  test('know on the leader who runs what', async t => {
    const { workers } = await startThree(t);
    const [a, b, e] = workers;

    for (const worker of workers) {
      for (const name of worker.running) {
        const dash = name.lastIndexOf('-');
        const owned = dash < 0 ? name : { connector: name.slice(0, dash), task: Number(name.slice(dash + 1)) };
        assert.equal(a.coordinator.owner(owned)?.url, `http://${worker.name}:8083/`);
        assert.equal(b.coordinator.owner(owned), null);
      }
    }
    assert.equal(a.coordinator.owner('nobody'), null);
    const known = e.coordinator.assignment;
    assert.deepEqual([known?.leaderUrl, known?.protocolVersion], ['http://a:8083/', 2]);
  });

  test('take on what is created and drop what is deleted, while the rest runs on', async t => {
    const { group, configs, workers } = await startThree(t);
    const before = workers.map(({ running }) => [...running].filter(name => name.startsWith('c')));

    configs.write('f', 3);
    configs.write('d', null);
    await group.untilBalanced();

    for (const [index, worker] of workers.entries()) {
      const moved = before[index]?.filter(name => !worker.running.has(name)) ?? [];
      assert.ok(moved.length <= 1, `${worker.name} lost ${moved.join()}`);
      assert.ok(![...worker.running].some(name => name.startsWith('d')));
    }
  });

  test('take over at once from a worker that leaves', async t => {
    const { group, workers } = await startThree(t);
    const [a, b, e] = workers;
    const kept = [a, e].map(({ running }) => [...running]);

    await b.coordinator.leave();
    await group.untilBalanced([a, e]);

    assert.deepEqual([...b.running], []);
    for (const [index, worker] of [a, e].entries()) {
      assert.ok(kept[index]?.every(name => worker.running.has(name)));
    }
  });

  test('take over from a worker that vanished, which gave up its work before that', async t => {
    const { group, workers, proxy } = await startThree(t);
    const [a, b, e] = workers;

    proxy.refuses = true;
    proxy.cutAll();
    await group.until('the worker that is cut off stops', () => b.running.size === 0);
    await group.untilBalanced([a, e]);

    assert.ok(revocations(b).some(line => line.endsWith(' lost')));

    // When the coordinator can be reached again, it is a new member.
    proxy.refuses = false;
    await group.untilBalanced();
  });

  test('keep running while the coordinator is out of reach for less than a session', async t => {
    const { group, workers, proxy } = await startThree(t);
    const [leader, b] = workers;
    const known = b.history.length;

    proxy.refuses = true;
    proxy.cutAll();
    await new SystemClock().sleep(2000);
    proxy.refuses = false;
    const generation = b.coordinator.generation;
    leader.coordinator.requestRejoin('A round for all');
    await group.until('the next round is over', () => b.coordinator.generation > generation);

    assert.equal(b.history.length, known);
  });

  test('go on under a new leader when the leader leaves', async t => {
    const { group, workers } = await startThree(t);
    const [a, b, e] = workers;
    const kept = [b, e].map(({ running }) => [...running]);

    await a.coordinator.leave();
    await group.untilBalanced([b, e]);

    assert.equal([b, e].filter(({ coordinator }) => coordinator.assignment?.isLeader).length, 1);
    for (const [index, worker] of [b, e].entries()) {
      assert.ok(kept[index]?.every(name => worker.running.has(name)));
    }
  });

  test('keep the work of one that announced its restart until it is back', async t => {
    const { group, workers } = await startThree(t);
    const [a, b, e] = workers;
    const work = [...b.running];
    const kept = [a, e].map(({ history }) => history.length);

    await b.coordinator.leave({ willReturn: true });
    await group.until('a round without it is over', () => a.coordinator.workers?.length === 2);
    const again = group.start('b2', { bootstrap: testBootstrap(), url: 'http://b:8083/' });
    await group.untilBalanced([a, e, again]);

    assert.deepEqual([...again.running].toSorted(), work.toSorted());
    assert.deepEqual(
      [a, e].map(({ history }) => history.length),
      kept,
    );
  });

  test('give the work of one that did not come back to the others when the delay is over', async t => {
    const { group, workers } = await startThree(t, { maxDelayMs: 1500 });
    const [a, b, e] = workers;

    await b.coordinator.leave({ willReturn: true });
    await group.until('a round without it is over', () => a.coordinator.workers?.length === 2);

    assert.equal(group.isBalanced([a, e]), false);
    await group.untilBalanced([a, e]);
  });

  test('catch up with configurations that others know already', async t => {
    const { group, configs, workers } = await startThree(t);
    const [a] = workers;

    a.configs.isLagging = true;
    configs.write('g', 2);
    await group.untilBalanced();

    assert.equal(a.configs.snapshot().configOffset, configs.configOffset);
  });

  test('leave when they cannot catch up, and come back when they can', async t => {
    const { group, configs, workers } = await startThree(t, { maxDelayMs: 5000 });
    const [a, b, e] = workers;

    b.configs.isLagging = true;
    b.configs.isBroken = true;
    configs.write('g', 2);
    await group.untilBalanced([a, e]);
    assert.ok(revocations(b).some(line => line.endsWith(' unsynced')));

    b.configs.isBroken = false;
    await group.untilBalanced();
  });

  test('with an eager one among them stop everything in each round', async t => {
    const { group } = createCluster(t);
    group.start('b', { bootstrap: testBootstrap(), protocol: 'eager' });
    await group.untilBalanced();
    const a = group.start('a', { bootstrap: testBootstrap() });
    await group.untilBalanced();
    const running = a.running.size;

    const c = group.start('c', { bootstrap: testBootstrap(), protocol: 'compatible' });
    await group.untilBalanced();

    assert.equal(c.coordinator.assignment?.protocolVersion, 0);
    assert.equal(revocations(a).length, running);
  });

  test('survive twenty restarts in a row', async t => {
    const { group, workers } = await startThree(t);
    const [a, , e] = workers;
    let [, second] = workers;

    for (let restart = 1; restart <= 20; restart += 1) {
      await second.coordinator.leave();
      second = group.start(`b${restart}`, { bootstrap: testBootstrap() });
      if (restart % 5 === 0) await group.untilBalanced([a, second, e]);
    }

    await group.untilBalanced([a, second, e]);
  });
});
