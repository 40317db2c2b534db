import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseConfigRecord, writeConfigRecord, type ConfigRecord } from '../../../src/storage/config-records.ts';

const config = new Map([
  ['name', 'ü "quoted"'],
  ['a', ''],
]);

/** Every kind of record with its bytes. */
const known: readonly (readonly [record: ConfigRecord, key: string, value: string | null])[] = [
  [
    { kind: 'target-state', connector: 'a-b', state: 'STARTED' },
    'target-state-a-b',
    '{"state":"STARTED","state.v2":"STARTED"}',
  ],
  [
    { kind: 'target-state', connector: 'c', state: 'PAUSED' },
    'target-state-c',
    '{"state":"PAUSED","state.v2":"PAUSED"}',
  ],
  [
    { kind: 'target-state', connector: 'c', state: 'STOPPED' },
    'target-state-c',
    '{"state":"PAUSED","state.v2":"STOPPED"}',
  ],
  [{ kind: 'target-state', connector: 'c', state: null }, 'target-state-c', null],
  [
    { kind: 'connector', connector: 'task-1', config },
    'connector-task-1',
    '{"properties":{"name":"ü \\"quoted\\"","a":""}}',
  ],
  [{ kind: 'connector', connector: 'c', config: null }, 'connector-c', null],
  [{ kind: 'task', connector: 'a-1-b', task: 12, config: new Map() }, 'task-a-1-b-12', '{"properties":{}}'],
  [{ kind: 'commit', connector: 'c', taskCount: 0 }, 'commit-c', '{"tasks":0}'],
  [{ kind: 'task-count', connector: 'c', taskCount: 3 }, 'tasks-fencing-c', '{"task-count":3}'],
  [
    { kind: 'restart', request: { connector: 'c', includeTasks: true, onlyFailed: false } },
    'restart-connector-c',
    '{"include-tasks":true,"only-failed":false}',
  ],
  [
    {
      kind: 'session-key',
      sessionKey: { key: Buffer.from('0f10ff', 'hex'), algorithm: 'HmacSHA256', createdAtMs: 1_700_000_000_123 },
    },
    'session-key',
    '{"key":"DxD/","algorithm":"HmacSHA256","creation-timestamp":1700000000123}',
  ],
  [{ kind: 'logger-level', namespace: 'a.B', level: 'DEBUG' }, 'logger-cluster-a.B', '{"level":"DEBUG"}'],
];

const parse = (key: string, value: string | null) =>
  parseConfigRecord(Buffer.from(key), value === null ? null : Buffer.from(value));

describe('records of the config topic', () => {
  for (const [record, key, value] of known) {
    test(`of kind ${record.kind} are written and read: ${key} ${value ?? 'tombstone'}`, () => {
      const written = writeConfigRecord(record);

      assert.deepEqual(
        [Buffer.from(written.key).toString(), written.value && Buffer.from(written.value).toString()],
        [key, value],
      );
      assert.deepEqual(parse(key, value), record);
    });
  }

  test('are read whatever else they hold, in any order', () => {
    assert.deepEqual(parse('restart-connector-c', ' {"x":[1],"only-failed":true,"include-tasks":true} '), {
      kind: 'restart',
      request: { connector: 'c', includeTasks: true, onlyFailed: true },
    });
  });

  test('count a restart field that is no boolean as false', () => {
    assert.deepEqual(parse('restart-connector-c', '{"only-failed":"true"}'), {
      kind: 'restart',
      request: { connector: 'c', includeTasks: false, onlyFailed: false },
    });
  });

  test('name the target state by state.v2, else, if that is no text, by state', () => {
    const stateOf = (value: string): unknown => parse('target-state-c', value);

    assert.deepEqual(
      [
        stateOf('{"state":"PAUSED"}'),
        stateOf('{"state":"PAUSED","state.v2":null}'),
        stateOf('{"state":"PAUSED","state.v2":7}'),
      ],
      Array.from({ length: 3 }, () => ({ kind: 'target-state', connector: 'c', state: 'PAUSED' })),
    );
    assert.equal(parse('target-state-c', '{"state":"PAUSED","state.v2":"RUNNING"}').kind, 'ignored');
  });

  test('leave out properties that are null', () => {
    assert.deepEqual(parse('connector-c', '{"properties":{"a":null,"b":"1"}}'), {
      kind: 'connector',
      connector: 'c',
      config: new Map([['b', '1']]),
    });
  });

  for (const [key, value] of [
    ['connector-c', '[]'],
    ['connector-c', '{"properties":1}'],
    ['connector-c', '{"properties":{"a":1}}'],
    ['task-c', '{"properties":{}}'],
    ['task-c-x', '{"properties":{}}'],
    ['task-c-2147483648', '{"properties":{}}'],
    ['task-c-0', null],
    ['target-state-c', '{}'],
    ['tasks-fencing-c', null],
    ['tasks-fencing-c', '{"task-count":1.0}'],
    ['restart-connector-c', null],
    ['session-key', null],
    ['session-key', '{"key":"DxD/","algorithm":"HmacSHA256","creation-timestamp":1.0}'],
    ['session-key', '{"key":"DxD/","algorithm":null,"creation-timestamp":1}'],
    ['session-key', '{"key":"not base64!","algorithm":"HmacSHA256","creation-timestamp":1}'],
    ['session-key', '{"key":"DxD/","algorithm":"HmacSHA256"}'],
    ['session-key', '{"algorithm":"HmacSHA256","creation-timestamp":1}'],
    ['logger-cluster-a', '{"level":1}'],
    ['session-keys', '{}'],
    ['', '{}'],
  ] as const) {
    test(`that mean nothing are ignored and count: ${key} ${value ?? 'tombstone'}`, () => {
      assert.equal(parse(key, value).kind, 'ignored');
    });
  }

  for (const value of ['x', '{"a":1', '\u0000']) {
    test(`that are no JSON do not even count: '${value}'`, () => {
      assert.equal(parse('connector-c', value).kind, 'undecodable');
    });
  }

  test('are read as Kafka Connect reads JSON: nothing is null, and what follows the first value does not matter', () => {
    assert.deepEqual(parse('connector-c', ' '), { kind: 'connector', connector: 'c', config: null });
    assert.deepEqual(parse('commit-c', '{"tasks":1}x'), { kind: 'commit', connector: 'c', taskCount: 1 });
  });

  test('without meaning do not show their values in the reason', () => {
    const records = ['secret', '{"properties":{"password":7777}}'].map(value => parse('connector-c', value));

    assert.doesNotMatch(JSON.stringify(records), /secret|7777/);
  });

  test('hold a commit without a count, because it still tells of a connector that may be gone', () => {
    assert.deepEqual(parse('commit-c', null), { kind: 'commit', connector: 'c', taskCount: null });
    assert.deepEqual(parse('commit-c', '{"tasks":"1"}'), { kind: 'commit', connector: 'c', taskCount: null });
  });
});
