import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AdminFixture } from '../../support/admin-fixture.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import type { Watch } from '../../support/reflection-client.ts';

const config = new Map([
  ['connector.class', 'FileStreamSource'],
  ['file', '/in'],
]);
const never = new AbortController().signal;

describe('a watch', () => {
  let admin: AdminFixture;

  beforeEach(async () => {
    admin = await AdminFixture.start();
  });
  afterEach(() => admin.close());

  const create = (name: string): Promise<unknown> => admin.herder.createConnector({ name, config }, never);
  const watchStatus = (name = ''): Promise<Watch> =>
    admin.client.watch('millrace.admin.v1.Connectors/WatchStatus', { name });
  const watchCluster = (): Promise<Watch> => admin.client.watch('millrace.admin.v1.Cluster/Watch', {});

  /** Kind, name and target state of the next events. */
  async function next(watch: Watch, count = 1): Promise<readonly string[]> {
    const events: string[] = [];
    for (let index = 0; index < count; index += 1) events.push(toText(await watch.next()));
    return events;
  }

  function toText(event: unknown): string {
    const text = JSON.stringify(event);
    const [kind, name, target] = [/"kind":"(\w+)"/, /"name":"(\w+)"/, /"target_state":"(\w+)"/].map(
      pattern => pattern.exec(text)?.[1] ?? '',
    );
    return [kind, name, target].filter(part => part !== '').join(' ');
  }

  describe('of states', () => {
    test('tells all that there is, and then each change', async () => {
      await create('a');
      await create('b');
      const watch = await watchStatus();
      const snapshot = await next(watch, 3);

      await admin.herder.setTargetState('b', 'PAUSED', never);
      admin.herder.statusListeners.tell('b');
      const changed = await next(watch);
      await admin.herder.deleteConnector('a', never);
      admin.herder.statusListeners.tell('a');
      const deleted = await next(watch);
      await create('c');
      admin.herder.statusListeners.tell('c');
      const created = await next(watch);

      assert.deepEqual(snapshot, ['SNAPSHOT a STARTED', 'SNAPSHOT b STARTED', 'SNAPSHOT_END']);
      assert.deepEqual([changed, deleted, created], [['CHANGED b PAUSED'], ['DELETED a'], ['CHANGED c STARTED']]);
    });

    test('of one connector tells nothing of others', async () => {
      await create('a');
      await create('b');
      const watch = await watchStatus('a');
      const snapshot = await next(watch, 2);

      for (const name of ['b', 'a']) {
        await admin.herder.setTargetState(name, 'PAUSED', never);
        admin.herder.statusListeners.tell(name);
      }

      assert.deepEqual(snapshot, ['SNAPSHOT a STARTED', 'SNAPSHOT_END']);
      assert.deepEqual(await next(watch), ['CHANGED a PAUSED']);
    });

    test('tells the newest state, and nothing twice', async () => {
      await create('a');
      await create('z');
      const watch = await watchStatus();
      await next(watch, 3);

      // All in one turn of the event loop: the watch has no chance to tell what is between.
      const done = (['PAUSED', 'STOPPED', 'STARTED', 'PAUSED'] as const).map(target => {
        const set = admin.herder.setTargetState('a', target, never);
        admin.herder.statusListeners.tell('a');
        return set;
      });
      await Promise.all(done);
      const changed = await next(watch);
      admin.herder.statusListeners.tell('a');
      await admin.herder.setTargetState('z', 'PAUSED', never);
      admin.herder.statusListeners.tell('z');

      assert.deepEqual([...changed, ...(await next(watch))], ['CHANGED a PAUSED', 'CHANGED z PAUSED']);
    });

    test('of a connector that does not exist is NOT_FOUND', async () => {
      const watch = await watchStatus('none');

      const refusal = await refusalOf(watch.next());

      assert.deepEqual([refusal.status, refusal.code], ['NOT_FOUND', 'CONNECTOR_NOT_FOUND']);
    });
  });

  describe('of the cluster', () => {
    test('tells the cluster, and again when it has changed', async () => {
      const watch = await watchCluster();
      const first = JSON.stringify(await watch.next());

      admin.herder.clusterListeners.tell(undefined); // The same again, but for the stage, is no news.
      admin.herder.cluster = { ...admin.herder.cluster, generation: 8, isRebalancing: true };
      admin.herder.clusterListeners.tell(undefined);

      assert.match(first, /"state":"STABLE".*"generation":7/);
      assert.match(JSON.stringify(await watch.next()), /"state":"REBALANCING".*"generation":8/);
    });
  });

  test('ends as UNAVAILABLE when the worker stops', async () => {
    const watches = [await watchStatus(), await watchCluster()];
    await Promise.all(watches.map(watch => watch.next()));

    const ended = Promise.all(watches.map(watch => refusalOf(watch.next())));
    await admin.server.drain();

    for (const { status, code } of await ended) assert.deepEqual([status, code], ['UNAVAILABLE', 'SHUTTING_DOWN']);
  });

  test('ends as UNAVAILABLE when the herder can do no more', async () => {
    const watch = await watchStatus();
    await watch.next();

    const ended = refusalOf(watch.next());
    admin.herder.readiness = 'ended';

    assert.equal((await ended).status, 'UNAVAILABLE');
  });

  test('listens no longer once its caller has gone', async () => {
    let isListening = false;
    const watchStatuses = admin.herder.watchStatuses.bind(admin.herder);
    const stopped = new Promise<void>(resolve => {
      admin.herder.watchStatuses = listener => {
        const stop = watchStatuses(listener);
        isListening = true;
        return () => {
          stop();
          resolve();
        };
      };
    });
    const watch = await watchStatus();
    await watch.next();
    assert.equal(isListening, true);

    watch.cancel();

    await stopped;
  });
});
