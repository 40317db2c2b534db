import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameOfTask } from '../../../src/data/connector-task-id.ts';
import { foreseeShares } from '../../../src/group/foreseen-work.ts';
import type { GroupWorker } from '../../../src/group/worker-group.ts';

const nothing = { connectors: [], tasks: [] };
const tasksOf = (connector: string, ...numbers: number[]) => numbers.map(task => ({ connector, task }));

function worker(memberId: string, work: GroupWorker['work'] = nothing): GroupWorker {
  return { memberId, url: '', peer: null, revoked: nothing, work };
}

/** By member, what it gets. */
function foresee(workers: readonly GroupWorker[], connector: string, tasks: number): Record<string, string[]> {
  const work = { connectors: [connector], tasks: tasksOf(connector, ...Array(tasks).keys()) };
  const shares = foreseeShares(workers, work).map(share => [
    share.worker.memberId,
    [...share.work.connectors, ...share.work.tasks.map(nameOfTask)],
  ]);
  return Object.fromEntries(shares) as Record<string, string[]>;
}

describe('foreseen shares', () => {
  test('give a new connector to the worker with the fewest connectors, its tasks to those with the fewest tasks', () => {
    const workers = [
      worker('a', { connectors: ['x'], tasks: [] }),
      worker('b', { connectors: [], tasks: tasksOf('x', 0, 1) }),
      worker('c', { connectors: ['y'], tasks: tasksOf('x', 2) }),
    ];

    assert.deepEqual(foresee(workers, 'new', 1), { a: ['new-0'], b: ['new'] });
    assert.deepEqual(foresee(workers, 'new', 3), { a: ['new-0', 'new-1'], b: ['new'], c: ['new-2'] });
  });

  test('serve workers with equally much in the order of their ids', () => {
    assert.deepEqual(foresee([worker('b'), worker('a')], 'new', 1), { a: ['new', 'new-0'] });
  });

  test('leave what runs where it is', () => {
    const workers = [worker('a'), worker('b', { connectors: ['x'], tasks: tasksOf('x', 0, 1) })];

    assert.deepEqual(foresee(workers, 'x', 3), { a: ['x-2'], b: ['x', 'x-0', 'x-1'] });
  });

  test('are none where there are no workers, and none for workers that get nothing', () => {
    assert.deepEqual(foresee([], 'new', 1), {});
    assert.deepEqual(foresee([worker('a'), worker('b')], 'new', 0), { a: ['new'] });
  });
});
