import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import type { ClusterWorker } from '../../support/cluster-worker.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { until } from '../../support/standalone-fixture.ts';

describe('a cluster whose broker is away', () => {
  let broker: PrivateBroker;
  let cluster: ClusterFixture;
  let worker: ClusterWorker;

  before(async () => {
    broker = await PrivateBroker.start();
    cluster = await ClusterFixture.create(broker.bootstrapServers);
    worker = await cluster.start({ 'reconnect.backoff.max.ms': '200' });
  });
  after(async () => {
    if (broker.pid === undefined) await broker.restart(); // A worker that stops says so to its group.
    await cluster.close();
    await broker.dispose();
  });

  test(
    'tells with its states that they may be out of date, to those who ask and those who watch',
    { timeout: 90_000 },
    async () => {
      await worker.create('c', { 'connector.class': 'Datagen', topic: 'c', rate: '5' });
      await worker.awaitRunning('c');
      const watch = await worker.watch('Connectors/WatchStatus', { name: 'c' });
      const awaitTold = (what: string, isWanted: (text: string) => boolean): Promise<string> =>
        until(what, async () => {
          const text = JSON.stringify(await watch.next());
          return isWanted(text) ? text : undefined;
        });
      const before = await worker.status('c');

      await broker.stop();
      const told = await awaitTold('an outage', text => text.includes('is no member of its group'));
      const during = JSON.stringify(await worker.status('c'));
      await broker.restart();
      const back = await awaitTold(
        'no outage',
        text => !text.includes('"since"') && text.includes('"state":"RUNNING"'),
      );
      const after = await worker.awaitRunning('c');
      watch.cancel();

      assert.ok(!JSON.stringify(before).includes('"since"'));
      assert.match(told, /"kind":"CHANGED".*"outage":{"since":/);
      assert.match(during, /"outage":{"since":/);
      assert.match(back, /"kind":"CHANGED"/);
      assert.ok(!JSON.stringify(after).includes('"since"'));
    },
  );
});
