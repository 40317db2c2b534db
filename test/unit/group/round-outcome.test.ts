import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WorkerAssignment } from '../../../src/group/connect-protocol.ts';
import { nothing, toConnectorsAndTasks, toWorkSet } from '../../../src/group/connectors-and-tasks.ts';
import { applyAssignment, planSync, unsyncBackoffMs } from '../../../src/group/round-outcome.ts';

const connectors = (...names: string[]): { connectors: string[]; tasks: [] } => ({ connectors: names, tasks: [] });
const received = (assigned: string[], revoked: string[]): WorkerAssignment => ({
  error: 0,
  leader: 'm',
  leaderUrl: 'u',
  configOffset: 1,
  delayMs: 0,
  assigned: connectors(...assigned),
  revoked: connectors(...revoked),
});

describe('an assignment', () => {
  test('changes what a cooperative member has, by differences', () => {
    const change = applyAssignment(toWorkSet(connectors('a', 'b')), received(['c'], ['b', 'x']), 2);

    assert.deepEqual(
      {
        revoked: toConnectorsAndTasks(change.revoked),
        work: toConnectorsAndTasks(change.work),
        wantsRejoin: change.wantsRejoin,
      },
      { revoked: connectors('b'), work: connectors('a', 'c'), wantsRejoin: true },
    );
  });

  test('is all that an eager member has', () => {
    const change = applyAssignment(toWorkSet(connectors('a', 'b')), received(['b', 'c'], []), 0);

    assert.deepEqual(
      {
        revoked: toConnectorsAndTasks(change.revoked),
        work: toConnectorsAndTasks(change.work),
        wantsRejoin: change.wantsRejoin,
      },
      { revoked: connectors('a'), work: connectors('b', 'c'), wantsRejoin: false },
    );
  });

  test('does not ask for another round when it revokes nothing', () => {
    const change = applyAssignment(toWorkSet(nothing), received(['c'], []), 1);

    assert.equal(change.wantsRejoin, false);
  });
});

describe('a member that was assigned work', () => {
  for (const [title, error, own, isLeader, step] of [
    ['runs it when it knows the very same configurations', 0, 5, false, 'run'],
    ['reads on when it knows less', 0, 4, false, 'read-then-run'],
    ['joins again when it knows more', 0, 6, false, 'rejoin'],
    ['joins again when the leader could not assign', 1, 5, false, 'rejoin'],
    ['reads on and joins again when the leader could not assign and it knows less', 1, 4, false, 'read-then-rejoin'],
    ['reads on and joins again when it is the leader that could not', 1, 5, true, 'read-then-rejoin'],
  ] as const) {
    test(title, () => {
      assert.equal(planSync({ error, configOffset: 5 }, { configOffset: own, isLeader }), step);
    });
  }
});

describe('a worker that cannot read the configurations', () => {
  test('stays out longer each time, then starts over', () => {
    const options = { version: 2, unsyncBackoffMs: 300_000, maxDelayMs: 300_000 } as const;

    const delays = [1, 2, 3, 4, 5, 6].map(failures => unsyncBackoffMs(failures, options));

    assert.deepEqual(delays, [6000, 7500, 10_000, 15_000, 30_000, 6000]);
  });

  test('stays out for whole milliseconds, rounded down', () => {
    assert.equal(unsyncBackoffMs(3, { version: 1, unsyncBackoffMs: 0, maxDelayMs: 1000 }), 33);
  });

  test('stays out for worker.unsync.backoff.ms in an eager group', () => {
    assert.equal(unsyncBackoffMs(3, { version: 0, unsyncBackoffMs: 1234, maxDelayMs: 300_000 }), 1234);
  });
});
