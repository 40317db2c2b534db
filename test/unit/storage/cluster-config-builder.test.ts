import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ClusterConfigBuilder } from '../../../src/storage/cluster-config-builder.ts';
import { configOf, properties, readConfig, toPlain, type RecordLine } from '../../support/cluster-configs.ts';

const createC: readonly RecordLine[] = [['connector-c', properties('c')]];
const twoTasks: readonly RecordLine[] = [
  ['task-c-0', properties('t0')],
  ['task-c-1', properties('t1')],
  ['commit-c', '{"tasks":2}'],
];

const keyOf = (map: ReadonlyMap<string, string> | null): string | null => map?.get('key') ?? null;

/** Of a connector: configuration, applied configuration, tasks. */
function brief(lines: readonly RecordLine[], connector = 'c'): unknown {
  const { config } = readConfig(lines);
  return [
    keyOf(config.connectorConfig(connector)),
    keyOf(config.appliedConnectorConfig(connector)),
    config.taskConfigs(connector).map(keyOf),
  ];
}

describe('the configuration that the records of a config topic make', () => {
  test('is nothing, at offset -1, before the first record', () => {
    assert.deepEqual(toPlain(readConfig([]).config), {
      offset: -1,
      sessionKey: null,
      connectors: [],
      inconsistent: [],
      of: {},
    });
  });

  test('has a connector at once, started', () => {
    const { config, updates } = readConfig(createC);

    assert.deepEqual(toPlain(config), {
      offset: 1,
      sessionKey: null,
      connectors: ['c'],
      inconsistent: [],
      of: {
        c: {
          config: { key: 'c' },
          applied: null,
          targetState: 'STARTED',
          taskCount: 0,
          tasks: [],
          taskCountRecord: null,
          generation: null,
          isPendingFencing: false,
        },
      },
    });
    assert.deepEqual(updates, [{ kind: 'connector-config', connector: 'c', isNew: true }]);
  });

  test('has tasks from their commit on, all at once', () => {
    assert.deepEqual(brief([...createC, ...twoTasks.slice(0, 2)]), ['c', null, []]);
    assert.deepEqual(brief([...createC, ...twoTasks]), ['c', 'c', ['t0', 't1']]);
    assert.deepEqual(readConfig([...createC, ...twoTasks]).updates.at(-1), {
      kind: 'task-configs',
      connector: 'c',
      tasks: [0, 1],
    });
  });

  test('keeps the tasks while the next ones are not committed, and counts these records for the offset', () => {
    const lines: readonly RecordLine[] = [
      ['tasks-fencing-c', '{"task-count":6}'],
      ...createC,
      ['task-c-0', properties('t')],
      ['task-c-1', properties('t')],
      ['connector-c', properties('second')],
      ['commit-c', '{"tasks":2}'],
      ['tasks-fencing-d', '{"task-count":9}'],
      ['connector-c', properties('third')],
      ['task-c-0', properties('uncommitted')],
    ];

    const { config } = readConfig(lines);

    assert.deepEqual(brief(lines), ['third', 'second', ['t', 't']]);
    assert.deepEqual(
      [config.offset, config.connectors(), config.taskCountRecord('d'), config.inconsistentConnectors()],
      [9, ['c'], 9, []],
    );
    assert.deepEqual([config.isPendingFencing('c'), config.isPendingFencing('d')], [true, false]);
  });

  test('forgets a deleted connector with its tasks, but not what is known of its producers', () => {
    const lines: readonly RecordLine[] = [
      ...createC,
      ...twoTasks,
      ['tasks-fencing-c', '{"task-count":2}'],
      ['commit-c', '{"tasks":2}'],
      ...twoTasks,
      ['connector-c'],
      ['target-state-c'],
    ];

    const { config, updates } = readConfig(lines);

    assert.deepEqual(toPlain(config, ['c']), {
      offset: 11,
      sessionKey: null,
      connectors: [],
      inconsistent: [],
      of: {
        c: {
          config: null,
          applied: null,
          targetState: 'STARTED',
          taskCount: 0,
          tasks: [],
          taskCountRecord: 2,
          generation: 1,
          isPendingFencing: true,
        },
      },
    });
    assert.deepEqual(updates.at(-1), { kind: 'connector-removed', connector: 'c' });
  });

  test('does not have a connector that was deleted between its task records and their commit', () => {
    const lines: readonly RecordLine[] = [
      ...createC,
      ...twoTasks.slice(0, 2),
      ['connector-c'],
      ['target-state-c'],
      ...twoTasks.slice(2),
    ];

    const { config } = readConfig(lines);

    assert.deepEqual([config.offset, config.connectors(), config.taskCount('c')], [6, [], 0]);
  });

  // Regression: KAFKA-16838, compaction took the connector's record and its tombstone.
  test('ignores tasks of a connector of which nothing else is left, also for one of that name later', () => {
    const lines: readonly RecordLine[] = [...twoTasks, ...createC];

    assert.deepEqual(brief(lines), ['c', null, []]);
    assert.deepEqual(brief([...twoTasks, ...createC, ['commit-c', '{"tasks":0}']]), ['c', 'c', []]);
    assert.equal(readConfig(lines).config.isPendingFencing('c'), false);
    assert.equal(readConfig([['task-c-0', properties('t')], ['commit-c'], ...createC]).config.taskCount('c'), 0);
  });

  test('takes a smaller set after a larger one, with what compaction left of the larger', () => {
    assert.deepEqual(
      brief([
        ...createC,
        ['task-c-1', properties('left over')],
        ['task-c-0', properties('t')],
        ['commit-c', '{"tasks":1}'],
      ]),
      ['c', 'c', ['t']],
    );
  });

  test('has no tasks of a connector after a commit of none', () => {
    const lines: readonly RecordLine[] = [
      ...createC,
      ['task-c-0', properties('t')],
      ['task-c-1', properties('t')],
      ['connector-c', properties('second')],
      ['commit-c', '{"tasks":2}'],
      ['connector-c', properties('third')],
      ['task-c-0', properties('t2')],
      ['commit-c', '{"tasks":0}'],
    ];

    assert.deepEqual(brief(lines), ['third', 'third', []]);
    assert.equal(readConfig(lines).config.taskConfigGeneration('c'), 1);
  });

  describe('of a connector whose task records compaction took', () => {
    const lost: readonly RecordLine[] = [
      ...createC,
      ['task-c-1', properties('t1')],
      ['commit-c', '{"tasks":2}'],
      ['task-c-0', properties('never committed')],
    ];

    test('is inconsistent, and has no tasks', () => {
      const { config, updates } = readConfig(lost);

      assert.deepEqual(brief(lost), ['c', null, []]);
      assert.deepEqual(
        [config.offset, config.inconsistentConnectors(), config.taskCount('c'), config.taskConfigGeneration('c')],
        [4, ['c'], 2, null],
      );
      assert.deepEqual(updates.at(-1), { kind: 'task-configs', connector: 'c', tasks: [] });
    });

    test('does not mix what is left with what comes', () => {
      assert.deepEqual(
        readConfig([...lost, ['commit-c', '{"tasks":2}']]).config.inconsistentConnectors(),
        ['c'],
        'task 1 was of the commit before',
      );
    });

    test('is good again after a complete set', () => {
      const repaired: readonly RecordLine[] = [...lost, ['task-c-0', properties('new')], ['commit-c', '{"tasks":1}']];

      const { config, updates } = readConfig(repaired);

      assert.deepEqual(brief(repaired), ['c', 'c', ['new']]);
      assert.deepEqual([config.inconsistentConnectors(), config.taskConfigGeneration('c')], [[], 0]);
      assert.deepEqual(updates.at(-1), { kind: 'task-configs', connector: 'c', tasks: [0] });
    });

    test('stays inconsistent when it is deleted and made again', () => {
      const { config } = readConfig([...lost, ['connector-c'], ['target-state-c'], ...createC]);

      assert.deepEqual([config.inconsistentConnectors(), config.taskCount('c')], [['c'], 0]);
    });
  });

  test('does not take over task records of two leaders that wrote at once unless a set is complete', () => {
    const lines: readonly RecordLine[] = [
      ...createC,
      ['task-c-0', properties('old leader')],
      ['task-c-0', properties('new leader')],
      ['task-c-1', properties('new leader')],
      ['commit-c', '{"tasks":2}'],
      ['task-c-1', properties('old leader')],
      ['commit-c', '{"tasks":2}'],
    ];

    const { config } = readConfig(lines);

    assert.deepEqual([config.inconsistentConnectors(), config.taskConfigs('c')], [['c'], []]);
  });

  test('counts generations of task configurations, and asks for fencing after each until a task count record', () => {
    const states = [
      createC,
      [...createC, ...twoTasks],
      [...createC, ...twoTasks, ['tasks-fencing-c', '{"task-count":4}']],
      [...createC, ...twoTasks, ['tasks-fencing-c', '{"task-count":4}'], ...twoTasks],
      [...createC, ['commit-c', '{"tasks":0}']],
      [...createC, ...twoTasks, ['commit-c', '{"tasks":0}']],
      [...createC, ['commit-c', '{"tasks":0}'], ['commit-c', '{"tasks":0}']],
    ].map(lines => {
      const { config } = readConfig(lines as readonly RecordLine[]);
      return [config.taskConfigGeneration('c'), config.isPendingFencing('c'), config.taskCountRecord('c')];
    });

    assert.deepEqual(states, [
      [null, false, null],
      [0, true, null],
      [0, false, 4],
      [1, true, 4],
      [null, true, null],
      [1, true, null],
      [null, true, null],
    ]);
  });

  test('says of a connector that no record names that there is none', () => {
    const { config } = readConfig(createC);
    const id = { connector: 'none', task: 0 };

    assert.deepEqual(
      [config.connectorConfig('none'), config.appliedConnectorConfig('none'), config.taskConfig(id)],
      [null, null, null],
    );
    assert.deepEqual([config.tasks('none'), config.taskConfigs('none'), config.contains('none')], [[], [], false]);
    assert.deepEqual([config.taskCountRecord('none'), config.taskConfigGeneration('none')], [null, null]);
    assert.deepEqual([config.isPendingFencing('none'), config.isInconsistent('none')], [false, false]);
    assert.equal(config.targetState('none'), 'STARTED');
  });

  test('names connectors and inconsistent ones in order', () => {
    const lines = ['d', 'c'].flatMap((name): RecordLine[] => [
      [`connector-${name}`, properties(name)],
      [`commit-${name}`, '{"tasks":1}'],
    ]);

    const { config } = readConfig(lines);

    assert.deepEqual(
      [config.connectors(), config.inconsistentConnectors()],
      [
        ['c', 'd'],
        ['c', 'd'],
      ],
    );
  });

  test('keeps the target state of a connector that is being created, and tells nobody of it', () => {
    const { config, updates } = readConfig([
      ['target-state-c', '{"state":"PAUSED","state.v2":"STOPPED"}'],
      ...createC,
      ['target-state-d', '{"state":"PAUSED"}'],
    ]);

    assert.deepEqual(
      [config.targetState('c'), config.targetState('d'), config.connectors()],
      ['STOPPED', 'PAUSED', ['c']],
    );
    assert.deepEqual(
      updates.map(update => update.kind),
      ['connector-config'],
    );
  });

  test('tells of a target state that is another one only', () => {
    const paused: RecordLine = ['target-state-c', '{"state":"PAUSED","state.v2":"PAUSED"}'];
    const started: RecordLine = ['target-state-c', '{"state":"STARTED","state.v2":"STARTED"}'];

    const { updates } = readConfig([
      ...createC,
      started,
      paused,
      paused,
      ['target-state-c', '{"state":"NONE"}'],
      started,
    ]);

    assert.deepEqual(updates.slice(1), [
      { kind: 'target-state', connector: 'c', state: 'PAUSED' },
      { kind: 'target-state', connector: 'c', state: 'STARTED' },
    ]);
  });

  test('has a connector started whose target state was removed', () => {
    const { config, updates } = readConfig([
      ...createC,
      ...twoTasks.slice(0, 2),
      ['target-state-c', '{"state":"PAUSED"}'],
      ['target-state-c'],
      ...twoTasks.slice(2),
    ]);

    assert.deepEqual([config.targetState('c'), config.offset], ['STARTED', 6]);
    assert.deepEqual(
      updates.map(update => update.kind),
      ['connector-config', 'target-state', 'task-configs'],
    );
  });

  test('has the last session key, and hands restart requests and log levels on', () => {
    const { config, updates } = readConfig([
      ['session-key', '{"key":"AAAA","algorithm":"HmacSHA256","creation-timestamp":1}'],
      ['session-key', '{"key":"AAAB","algorithm":"HmacSHA256","creation-timestamp":2}'],
      ['session-key'],
      ['restart-connector-c', '{"include-tasks":true,"only-failed":true}'],
      ['logger-cluster-a.b', '{"level":"WARN"}'],
    ]);

    const sessionKey = { key: Buffer.from('AAAB', 'base64'), algorithm: 'HmacSHA256', createdAtMs: 2 };
    assert.deepEqual(config.sessionKey, sessionKey);
    assert.deepEqual(updates.slice(1), [
      { kind: 'session-key', sessionKey },
      { kind: 'restart', request: { connector: 'c', includeTasks: true, onlyFailed: true } },
      { kind: 'logger-level', namespace: 'a.b', level: 'WARN' },
    ]);
  });

  test('does not tell of the deletion of a connector that is not known', () => {
    assert.deepEqual(readConfig([['connector-c'], ['target-state-c']]).updates, []);
  });

  test('has an offset by records that can be decoded, whether they mean something or not', () => {
    const offsets = (
      [
        [...createC, ['connector-c', 'garbage']],
        [...createC, ['unknown', '{}']],
      ] as const
    ).map(lines => readConfig(lines).config.offset);

    assert.deepEqual(offsets, [1, 2]);
  });

  test('shows neither the session key nor configurations in a log', () => {
    const { config } = readConfig([
      ...createC,
      ['connector-d', properties('secret')],
      ['session-key', '{"key":"AAAB","algorithm":"HmacSHA256","creation-timestamp":2}'],
    ]);

    assert.equal(JSON.stringify(config), '{"offset":3,"connectors":["c","d"]}');
  });

  test('does not change in a snapshot that was taken before', () => {
    const builder = new ClusterConfigBuilder();
    builder.apply({ kind: 'connector', connector: 'c', config: configOf('1') }, 0);
    const earlier = builder.snapshot;
    const before = toPlain(earlier);

    builder.apply({ kind: 'connector', connector: 'c', config: configOf('2') }, 1);

    assert.deepEqual(toPlain(earlier), before);
    assert.deepEqual(builder.snapshot.connectorConfig('c'), configOf('2'));
  });
});
