import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isAssignmentOutdated,
  noWork,
  reconcile,
  type AssignedWork,
  type RunningConnector,
} from '../../../src/herder/reconcile.ts';
import type { ClusterConfig } from '../../../src/storage/cluster-config.ts';
import { properties, readConfig, type RecordLine } from '../../support/cluster-configs.ts';

const connector: readonly RecordLine[] = [['connector-c', properties('c')]];
const twoTasks: readonly RecordLine[] = [
  ...connector,
  ['task-c-0', properties('t0')],
  ['task-c-1', properties('t1')],
  ['commit-c', '{"tasks":2}'],
];
const replaced: readonly RecordLine[] = [...twoTasks, ['task-c-0', properties('new')], ['commit-c', '{"tasks":1}']];
const target = (state: string): RecordLine => ['target-state-c', `{"state":"PAUSED","state.v2":"${state}"}`];

const configOf = (lines: readonly RecordLine[]): ClusterConfig => readConfig(lines).config;

/** All of the connector and these tasks, assigned from that configuration. */
function work(config: ClusterConfig, ...tasks: readonly number[]): AssignedWork {
  return {
    connectors: ['c'],
    tasks: tasks.map(task => ({ connector: 'c', task })),
    taskGenerations: new Map([['c', config.taskConfigGeneration('c')]]),
  };
}

/** The instance under that configuration, and these tasks of its generation. */
function running(
  config: ClusterConfig,
  tasks: readonly number[],
  isPaused = false,
): ReadonlyMap<string, RunningConnector> {
  const own = config.connectorConfig('c');
  const generation = config.taskConfigGeneration('c');
  const instance = own === null ? null : { config: own, target: config.targetState('c') };
  return new Map([['c', { instance, tasks: new Map(tasks.map(task => [task, { generation, isPaused }])) }]]);
}

describe('reconcile', () => {
  test('starts what is assigned and does not run', () => {
    const config = configOf(twoTasks);

    const steps = reconcile(work(config, 0, 1), config, new Map());

    assert.deepEqual(steps.get('c'), [
      { kind: 'start-instance', config: config.connectorConfig('c'), target: 'STARTED' },
      { kind: 'start-tasks', tasks: [0, 1], generation: 0 },
    ]);
  });

  test('leaves alone what runs as it should', () => {
    const config = configOf(twoTasks);

    assert.deepEqual(reconcile(work(config, 0, 1), config, running(config, [0, 1])), new Map());
  });

  test('stops what is not assigned any more', () => {
    const config = configOf(twoTasks);

    const steps = reconcile(noWork, config, running(config, [1]));

    assert.deepEqual(steps.get('c'), [
      { kind: 'stop-tasks', tasks: [1], isReplaced: false },
      { kind: 'stop-instance' },
    ]);
  });

  test('stops a deleted connector and its tasks before the group has shared out anew', () => {
    const before = configOf(twoTasks);
    const after = configOf([...twoTasks, ['connector-c']]);

    const steps = reconcile(work(before, 0), after, running(before, [0]));

    assert.deepEqual(steps.get('c'), [
      { kind: 'stop-tasks', tasks: [0], isReplaced: false },
      { kind: 'stop-instance' },
    ]);
  });

  test('stops tasks of a replaced set, and starts none of the new one', () => {
    const before = configOf(twoTasks);
    const after = configOf(replaced);
    const present = new Map(
      [...running(after, [])].map(([name, own]) => [name, { ...own, tasks: tasksOf(running(before, [0, 1])) }]),
    );

    const steps = reconcile(work(before, 0, 1), after, present);

    assert.deepEqual(steps.get('c'), [{ kind: 'stop-tasks', tasks: [0, 1], isReplaced: true }]);
  });

  test('starts tasks of the new set once the assignment was made from it', () => {
    const config = configOf(replaced);

    const steps = reconcile(work(config, 0), config, running(config, []));

    assert.deepEqual(steps.get('c'), [{ kind: 'start-tasks', tasks: [0], generation: 1 }]);
  });

  test('restarts the instance when its configuration was written again', () => {
    const before = configOf(twoTasks);
    const after = configOf([...twoTasks, ['connector-c', properties('c2')]]);

    const steps = reconcile(work(before, 0), after, running(before, [0]));

    assert.deepEqual(steps.get('c'), [
      { kind: 'restart-instance', config: after.connectorConfig('c'), target: 'STARTED' },
    ]);
  });

  test('pauses the instance and its tasks, and resumes them', () => {
    const paused = configOf([...twoTasks, target('PAUSED')]);
    const own = paused.connectorConfig('c');
    assert.ok(own);
    const started = new Map([
      ['c', { instance: { config: own, target: 'STARTED' as const }, tasks: tasksOf(running(paused, [0])) }],
    ]);

    assert.deepEqual(reconcile(work(paused, 0), paused, started).get('c'), [
      { kind: 'set-target', target: 'PAUSED' },
      { kind: 'pause-tasks', tasks: [0], isPaused: true },
    ]);
    assert.deepEqual(reconcile(work(paused, 0), paused, running(paused, [0], true)), new Map());
  });

  test('starts no task of a stopped connector', () => {
    const config = configOf([...twoTasks, target('STOPPED')]);

    assert.deepEqual(reconcile(work(config, 0, 1), config, running(config, [])), new Map());
  });

  test('starts no task of a connector whose configurations are inconsistent', () => {
    const config = configOf([...connector, ['task-c-0', properties('t0')], ['commit-c', '{"tasks":2}']]);

    assert.deepEqual(reconcile(work(config, 0, 1), config, running(config, [])), new Map());
  });
});

describe('an assignment', () => {
  for (const [what, later, isOutdated] of [
    ['a target state', [...twoTasks, target('PAUSED')], false],
    ['a configuration of the same connector', [...twoTasks, ['connector-c', properties('c2')]], false],
    ['a new connector', [...twoTasks, ['connector-d', properties('d')]], true],
    ['a deletion', [...twoTasks, ['connector-c']], true],
    ['another set of tasks', replaced, true],
    ['another set of as many tasks', [...twoTasks, ...twoTasks.slice(1)], true],
    ['a set of tasks that is not complete', [...twoTasks, ...twoTasks.slice(2)], true],
  ] as const satisfies readonly (readonly [string, readonly RecordLine[], boolean])[]) {
    test(`is ${isOutdated ? '' : 'not '}outdated by ${what}`, () => {
      // One reader sees both, so generations are comparable.
      const [before, after] = [configOf(twoTasks), configOf(later)];

      assert.equal(isAssignmentOutdated(before, after), isOutdated);
    });
  }
});

function tasksOf(all: ReadonlyMap<string, RunningConnector>): RunningConnector['tasks'] {
  return all.get('c')?.tasks ?? new Map();
}
