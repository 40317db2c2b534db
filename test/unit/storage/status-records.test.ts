import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseStatusRecord, writeStatusRecord, type StatusRecord } from '../../../src/storage/status-records.ts';

const status = { state: 'FAILED', trace: 'a\n\tb', workerId: 'host:8083', generation: 3, version: '1.0' } as const;
const statusJson = '{"state":"FAILED","trace":"a\\n\\tb","worker_id":"host:8083","generation":3,"version":"1.0"}';
const topic = { topic: 'orders', connector: 'a:b', task: 1, discoveredAtMs: 1_700_000_000_123 };

const known: readonly (readonly [record: StatusRecord, key: string, value: string | null])[] = [
  [{ kind: 'connector', connector: 'c-1', status }, 'status-connector-c-1', statusJson],
  [
    { kind: 'connector', connector: 'c', status: { ...status, trace: '', version: '' } },
    'status-connector-c',
    '{"state":"FAILED","trace":null,"worker_id":"host:8083","generation":3,"version":null}',
  ],
  [{ kind: 'connector', connector: 'c', status: null }, 'status-connector-c', null],
  [{ kind: 'task', id: { connector: 'c-1', task: 2 }, status }, 'status-task-c-1-2', statusJson],
  [{ kind: 'task', id: { connector: 'c', task: 2147483647 }, status: null }, 'status-task-c-2147483647', null],
  [
    { kind: 'topic', connector: 'a:b', topic: 'orders', status: topic },
    'status-topic-orders:connector-a:b',
    '{"topic":{"name":"orders","connector":"a:b","task":1,"discoverTimestamp":1700000000123}}',
  ],
  [{ kind: 'topic', connector: 'c', topic: 'orders', status: null }, 'status-topic-orders:connector-c', null],
];

const parse = (key: string, value: string | null) =>
  parseStatusRecord(Buffer.from(key), value === null ? null : Buffer.from(value));

describe('records of the status topic', () => {
  for (const [record, key, value] of known) {
    test(`are written and read: ${key} ${value ?? 'tombstone'}`, () => {
      const written = writeStatusRecord(record);

      assert.deepEqual(
        [Buffer.from(written.key).toString(), written.value && Buffer.from(written.value).toString()],
        [key, value],
      );
      assert.deepEqual(parse(key, value), record);
    });
  }

  test('know every state that Kafka Connect writes', () => {
    const states = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING'];

    const read = states.map(state => {
      const record = parse('status-task-c-0', `{"state":"${state}","worker_id":"w","generation":1}`);
      return record?.kind === 'task' ? record.status?.state : null;
    });

    assert.deepEqual(read, states);
  });

  test('of workers before 4.1 have no version', () => {
    const value = '{"state":"RUNNING","worker_id":"w","generation":1}';

    assert.deepEqual(parse('status-connector-c', value), {
      kind: 'connector',
      connector: 'c',
      status: { state: 'RUNNING', trace: '', workerId: 'w', generation: 1, version: '' },
    });
  });

  for (const [key, value] of [
    ['status-connector-', statusJson],
    ['status-connector-c', 'null'],
    ['status-connector-c', 'garbage'],
    ['status-connector-c', '{"state":"RUNNING","worker_id":"w","generation":1.0}'],
    ['status-connector-c', '{"state":"RUNNING","generation":1}'],
    ['status-connector-c', '{"state":"LOST","worker_id":"w","generation":1}'],
    ['status-task-c', statusJson],
    ['status-task-c-x', null],
    ['status-task-c-2147483648', null],
    ['status-topic-orders', null],
    ['status-topic-:connector-c', null],
    ['status-topic-orders:connector-', null],
    ['status-topic-orders:connector-c', '{"topic":{"name":"orders"}}'],
    ['status-topic-orders:connector-c', '{"topic":{"name":"orders","connector":"c","task":1}}'],
    ['status-topic-orders:connector-c', '{"topic":{"name":"orders","connector":"c","task":"1","discoverTimestamp":1}}'],
    ['status-topic-orders:connector-c', '{"topic":{"name":"orders","task":1,"discoverTimestamp":1}}'],
    ['status-topic-orders:connector-c', '{"topic":{"connector":"c","task":1,"discoverTimestamp":1}}'],
    ['status_topic_orders:connector-c', null],
    ['other', '{}'],
  ] as const) {
    test(`that mean nothing are none: ${key} ${value ?? 'tombstone'}`, () => {
      assert.equal(parse(key, value), null);
    });
  }
});
