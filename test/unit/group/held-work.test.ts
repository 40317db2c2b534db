import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred } from '../../../src/async/deferred.ts';
import type { WorkerAssignment } from '../../../src/group/connect-protocol.ts';
import { HeldWork } from '../../../src/group/held-work.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const round = { generation: 1, memberId: 'm', isLeader: false, version: 2, leaderGrpcAddress: null } as const;
const received = (assigned: string[], revoked: string[]): WorkerAssignment => ({
  error: 0,
  leader: 'l',
  leaderUrl: 'http://l/',
  configOffset: 1,
  delayMs: 0,
  assigned: { connectors: assigned, tasks: [] },
  revoked: { connectors: revoked, tasks: [] },
});

interface Fixture {
  readonly held: HeldWork;
  readonly clock: ManualClock;
  readonly calls: string[];
  readonly closing: AbortController;
}

/** @param revoking what the handler of revocations does. */
function createHeld(revoking: (connectors: readonly string[]) => Promise<void> = () => Promise.resolve()): Fixture {
  const clock = new ManualClock();
  const calls: string[] = [];
  const closing = new AbortController();
  const held = new HeldWork({
    rebalanceTimeoutMs: 1000,
    signal: closing.signal,
    clock,
    log: createSilentLogger(),
    onLate: async () => void calls.push('left the group'),
  });
  held.start({
    rebalancing: () => undefined,
    revoked: (work, reason) => {
      calls.push(`revoked ${work.connectors.join()} ${reason}`);
      return revoking(work.connectors);
    },
    assigned: async ({ work, added }) =>
      void calls.push(`assigned ${work.connectors.join()} new ${added.connectors.join()}`),
    failed: () => undefined,
  });
  return { held, clock, calls, closing };
}

describe('held work', () => {
  test('is known with all that its assignment says, and told to the next leader without revocations or delay', async () => {
    const { held } = createHeld();
    const work = { connectors: ['a'], tasks: [{ connector: 'a', task: 0 }] };
    const nothing = { connectors: [], tasks: [] };

    await held.apply({ ...received([], ['gone']), assigned: work, delayMs: 5 }, { ...round, isLeader: true });

    const told = { leaderUrl: 'http://l/', configOffset: 1 };
    assert.deepEqual(held.assignment, {
      ...told,
      generation: 1,
      memberId: 'm',
      isLeader: true,
      leaderId: 'l',
      leaderGrpcAddress: null,
      protocolVersion: 2,
      delayMs: 5,
      work,
      added: work,
    });
    assert.deepEqual(held.toAllocation(), {
      ...told,
      error: 0,
      leader: 'l',
      assigned: work,
      revoked: nothing,
      delayMs: 0,
    });
  });

  test('is nothing to hand out without an assignment', async () => {
    const { held, calls } = createHeld();

    await held.handOut();

    assert.deepEqual(calls, []);
  });

  test('is revoked before more is taken on, and handed out as a whole with what is new', async () => {
    const { held, calls } = createHeld();
    await held.apply(received(['a', 'b'], []), round);
    await held.handOut();

    const wantsRejoin = await held.apply(received(['c'], ['b']), round);
    await held.handOut();

    assert.equal(wantsRejoin, true);
    assert.deepEqual(calls, ['assigned a,b new a,b', 'revoked b rebalance', 'assigned a,c new c']);
    assert.deepEqual(held.toAllocation()?.assigned, { connectors: ['a', 'c'], tasks: [] });
  });

  test('that was never handed out is given up without a word, and counts as new when it is', async () => {
    const { held, calls } = createHeld();
    await held.apply(received(['a', 'b'], []), round);

    await held.apply(received(['c'], ['b']), round);
    await held.handOut();

    assert.deepEqual(calls, ['assigned a,c new a,c']);
  });

  test('of a connector that was deleted is given up, and told to no leader any more', async () => {
    const { held, calls } = createHeld();
    const tasks = ['a', 'b', 'c'].map(connector => ({ connector, task: 0 }));
    await held.apply({ ...received(['a', 'b'], []), assigned: { connectors: ['a', 'b'], tasks } }, round);
    await held.handOut();

    // Of 'b' only the task configurations cannot be read.
    await held.giveUpDeleted({ configOffset: 2, taskCounts: new Map([['b', 0]]) });
    const allocation = held.toAllocation();
    const wantsRejoin = await held.apply(received(['d'], []), round);

    assert.deepEqual(calls, ['assigned a,b new a,b', 'revoked a rebalance']);
    assert.deepEqual(allocation?.assigned, { connectors: ['b'], tasks: [{ connector: 'b', task: 0 }] });
    assert.equal(wantsRejoin, false);
    assert.deepEqual(held.assignment?.work.connectors, ['b', 'd']);
  });

  test('of a connector that was deleted is given up in full before anything else happens', async () => {
    const stopped = createDeferred<undefined>();
    const { held } = createHeld(() => stopped.promise);
    await held.apply(received(['a'], []), round);
    await held.handOut();
    let isDone = false;

    const givingUp = held.giveUpDeleted({ configOffset: 2, taskCounts: new Map() }).then(() => (isDone = true));
    await turn();
    const wasDone = isDone;
    stopped.resolve(undefined);
    await givingUp;

    assert.deepEqual([wasDone, isDone], [false, true]);
  });

  test('is forgotten with the membership', async () => {
    const { held, calls } = createHeld();
    await held.apply(received(['a'], []), round);
    await held.handOut();

    await held.revokeAll('lost');
    await held.revokeAll('lost');
    const forgotten = [held.toAllocation(), held.assignment];
    await held.apply(received(['c'], []), round);

    assert.deepEqual(calls, ['assigned a new a', 'revoked a lost']);
    assert.deepEqual(forgotten, [null, null]);
    assert.deepEqual(held.assignment?.work.connectors, ['c']);
  });

  test('is stopped altogether when giving up a part takes too long, before the group is left', async () => {
    const slow = createDeferred<undefined>();
    const { held, clock, calls } = createHeld(connectors =>
      connectors.includes('b') ? slow.promise : Promise.resolve(),
    );
    await held.apply(received(['a', 'b'], []), round);
    await held.handOut();

    const applying = held.apply(received([], ['b']), round);
    await turn();
    clock.advance(1000);
    await turn();
    const seen = [...calls];
    slow.resolve(undefined);
    await applying;
    await held.revokeAll('lost');

    assert.deepEqual(seen, ['assigned a,b new a,b', 'revoked b rebalance', 'revoked a lost', 'left the group']);
    assert.deepEqual(calls, seen, 'What was stopped already is revoked again');
  });

  test('ends with the error of a handler that fails', async () => {
    const { held } = createHeld(() => Promise.reject(new Error('broken')));
    await held.apply(received(['a'], []), round);
    await held.handOut();

    await assert.rejects(held.revokeAll('leaving'), /broken/);
  });

  test('is not waited for without end when the worker leaves', async () => {
    const { held, clock, closing } = createHeld(() => new Promise(() => undefined));
    await held.apply(received(['a'], []), round);
    await held.handOut();
    closing.abort();

    const revoking = held.revokeAll('leaving');
    for (let step = 0; step < 3; step += 1) {
      await turn();
      clock.advance(1000);
    }

    await revoking;
  });
});
