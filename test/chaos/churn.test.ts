import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testBootstrap } from '../support/broker.ts';
import { awaitLeader, ClusterFixture } from '../support/cluster-fixture.ts';
import { ClusterFlow } from '../support/cluster-flow.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { uniqueName } from '../support/fill-topic.ts';
import { KafkaProbe } from '../support/kafka-probe.ts';
import { untilTrue } from '../support/standalone-fixture.ts';
import { writtenStatuses } from '../support/topic-facts.ts';

/** Numbers of tasks that the source is changed to, one after the other. */
const taskCounts = [2, 5, 3, 1, 4];
const briefNames = ['brief-0', 'brief-1', 'brief-2', 'brief-3'];

/** Changes the number of the source's tasks again and again, each time when the last change has come true. */
async function change(worker: ClusterWorker): Promise<void> {
  for (const tasks of taskCounts) {
    await worker.call('Connectors/PatchConfig', { name: 'flow', set: { 'tasks.max': String(tasks) } });
    await worker.awaitRunning('flow', tasks);
  }
}

/** Creates connectors and deletes them at once, while their tasks are being shared out. */
async function comeAndGo(worker: ClusterWorker, other: ClusterWorker): Promise<void> {
  for (const name of briefNames) {
    await worker.create(name, { 'connector.class': 'Datagen', topic: uniqueName('brief'), 'tasks.max': '3' });
    await other.call('Connectors/Delete', { name });
  }
}

/** Has two workers create a connector of one name at the same time. @returns the refusal of one of them. */
async function createTwice(workers: readonly ClusterWorker[]): Promise<string> {
  const answers = await Promise.allSettled(
    workers.map(worker => worker.create('twins', { 'connector.class': 'Datagen', topic: uniqueName('twins') })),
  );
  const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [String(answer.reason)] : []));
  assert.equal(refused.length, workers.length - 1, refused.join('; '));
  return refused.join();
}

describe('a cluster whose workers come and go', () => {
  test('does what it is asked meanwhile, once, and loses no record', async t => {
    const cluster = await ClusterFixture.open(t);
    const probe = await KafkaProbe.open(t, testBootstrap());
    // The leader stays: integration/distributed/forwarded-writes.test.ts has those that go.
    const { leader: one, followers } = await awaitLeader(await cluster.startAll(3));
    const [two, three] = followers;
    assert.ok(two && three);
    const flow = await ClusterFlow.start({ cluster, probe, worker: one }, { tasks: 4, rate: 50 });

    const bounce = async (): Promise<ClusterWorker> => {
      await three.stop();
      return cluster.startAgain(three);
    };
    const [again, refusal] = await Promise.all([bounce(), createTwice([one, two]), change(one), comeAndGo(two, one)]);
    const workers = [one, two, again];
    const lists = await Promise.all(workers.map(worker => worker.call('Connectors/List', {})));
    const status = await again.awaitRunning('flow', taskCounts.at(-1));

    assert.match(refusal, /already exists/);
    assert.equal(status.tasks.length, taskCounts.at(-1));
    for (const list of lists) {
      const text = JSON.stringify(list);
      assert.ok(
        ['flow', 'drain', 'twins'].every(name => text.includes(`"${name}"`)),
        text,
      );
      assert.ok(!text.includes('brief-'), text);
    }
    for (const name of briefNames) await assert.rejects(again.status(name), /not found/i);
    await flow.awaitMore(100);
    t.diagnostic(JSON.stringify(await flow.finish(one)));
    await untilTrue('the states of what was deleted are removed', async () => {
      const records = await probe.read(`${cluster.name}-statuses`);
      const last = new Map(records.map(({ message }) => [message.key?.toString() ?? '', message.value]));
      return [...last].every(([key, value]) => !key.includes('brief-') || value === null);
    });
    assert.ok(writtenStatuses(await probe.read(`${cluster.name}-statuses`)).some(({ key }) => key.includes('brief-')));
  });
});
