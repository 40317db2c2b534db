import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collapseRestarts, planRestart, withRestarting } from '../../../src/herder/restart-plan.ts';
import type { InstanceState, InstanceStatus, TaskStatus } from '../../../src/storage/states.ts';

function instance(state: InstanceState): InstanceStatus {
  return { state, workerId: 'w:1', trace: 'trace', version: '1', lastExit: null, restarts: 0, pid: null };
}

function tasks(...states: readonly InstanceState[]): readonly TaskStatus[] {
  return states.map((state, task) => ({ ...instance(state), id: { connector: 'c', task } }));
}

describe('a restart plan', () => {
  const state = { connector: instance('RUNNING'), tasks: tasks('RUNNING', 'FAILED', 'PAUSED') };

  for (const [includeTasks, onlyFailed, plan] of [
    [false, false, { instance: true, tasks: [] }],
    [false, true, { instance: false, tasks: [] }],
    [true, false, { instance: true, tasks: [0, 1, 2] }],
    [true, true, { instance: false, tasks: [1] }],
  ] as const) {
    test(`covers ${JSON.stringify(plan)} of a running connector, with tasks ${includeTasks}, only failed ${onlyFailed}`, () => {
      assert.deepEqual(planRestart({ includeTasks, onlyFailed }, state), plan);
    });
  }

  test('covers a failed instance when only what failed is asked for', () => {
    const plan = planRestart({ includeTasks: false, onlyFailed: true }, { connector: instance('FAILED'), tasks: [] });

    assert.deepEqual(plan, { instance: true, tasks: [] });
  });

  test('takes a connector without a status as not failed', () => {
    const plan = planRestart({ includeTasks: true, onlyFailed: true }, { connector: null, tasks: [] });

    assert.deepEqual(plan, { instance: false, tasks: [] });
  });

  test('shows in the status as RESTARTING without trace on what it covers', () => {
    const none = { taskErrors: new Map(), unreachedWorkers: [], outage: null };
    const status = { name: 'c', type: 'source', targetState: 'STARTED', ...none, ...state } as const;

    const shown = withRestarting(status, { instance: false, tasks: [1] });

    const covered = { ...state.tasks[1], state: 'RESTARTING', trace: '' };
    assert.deepEqual(shown, { ...status, tasks: [state.tasks[0], covered, state.tasks[2]] });
    assert.deepEqual(withRestarting(status, { instance: true, tasks: [] }), {
      ...status,
      connector: { ...state.connector, state: 'RESTARTING', trace: '' },
    });
  });
});

describe('several restart requests', () => {
  const request = (connector: string, includeTasks: boolean, onlyFailed: boolean) => ({
    connector,
    includeTasks,
    onlyFailed,
  });

  test('come down to the one with most impact for each connector', () => {
    const all = [
      request('a', true, true),
      request('a', false, false),
      request('a', false, true),
      request('b', false, true),
    ];

    assert.deepEqual(collapseRestarts(all), [request('a', false, false), request('b', false, true)]);
  });

  test('have impact as Kafka Connect ranks them, whatever their order', () => {
    const ranked = [
      request('a', false, true),
      request('a', true, true),
      request('a', false, false),
      request('a', true, false),
    ];

    for (const [rank, greater] of ranked.entries())
      for (const lesser of ranked.slice(0, rank))
        assert.deepEqual(
          [collapseRestarts([lesser, greater]), collapseRestarts([greater, lesser])],
          [[greater], [greater]],
        );
  });

  test('of the same impact count once', () => {
    assert.deepEqual(collapseRestarts([request('a', true, false), request('a', true, false)]), [
      request('a', true, false),
    ]);
  });
});
