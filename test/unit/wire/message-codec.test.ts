import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMessage, encodeMessage, type PluginMessages } from '../../../src/wire/message-codec.ts';
import { pluginProtoType } from '../../../src/wire/proto-types.ts';

const failure = {
  category: 'RATE_LIMITED',
  code: 'SLOW_DOWN',
  message: 'Too fast',
  detail: 'at x\nat y',
  retryAfterMs: 1500,
} as const;
const offset = { partitionJson: Buffer.from('{"a":1}'), offsetJson: Buffer.from('{"b":2}'), tombstone: false };
const config = new Map([
  ['file', '/tmp/ü'],
  ['__proto__', 'a key as any other'],
]);
const topicPartitions = [
  { topic: 'a', partition: 3, offset: 2 ** 53 - 1 },
  { topic: 'b', partition: 0, offset: 0 },
  { topic: 'c', partition: 1, offset: null },
];

/** At least one value of every message, with no field at its default where that can be had. */
const samples: { readonly [Name in keyof PluginMessages]: readonly PluginMessages[Name][] } = {
  HandshakeRequest: [
    { majors: [1, 2], features: ['x'], nonce: Buffer.from('n'), maxReceiveBytes: 4_194_304, worker: 'millrace 1' },
  ],
  HandshakeResponse: [
    {
      major: 1,
      features: ['x', 'y'],
      nonce: Buffer.from('n'),
      maxReceiveBytes: 7,
      maxTasks: 8,
      plugin: 'p',
      version: '1.0',
      sdk: 's',
    },
  ],
  DescribeRequest: [{}],
  DescribeResponse: [
    {
      connectors: [
        {
          className: 'a.B',
          type: 'SINK',
          version: '1',
          exactlyOnce: 'UNSUPPORTED',
          keys: [
            {
              name: 'k',
              type: 'PASSWORD',
              required: true,
              defaultValue: '',
              importance: 'LOW',
              documentation: 'doc',
              group: 'g',
              orderInGroup: 4,
              width: 'WIDTH_LONG',
              displayName: 'K',
              dependents: ['l'],
            },
          ],
        },
      ],
    },
  ],
  ValidateConfigRequest: [{ className: 'a.B', config }],
  ValidateConfigResponse: [
    {
      values: [
        { name: 'k', value: null, recommendedValues: ['1'], errors: ['wrong'], hidden: true },
        { name: 'l', value: '', recommendedValues: [], errors: [], hidden: false },
      ],
    },
  ],
  PlanTasksRequest: [{ className: 'a.B', connector: 'c', config, maxTasks: 3 }],
  PlanTasksResponse: [{ tasks: [{ config }, { config: new Map() }], failure }],
  WatchRequest: [{ className: 'a.B', connector: 'c', config, heartbeatMs: 1000 }],
  WatchEvent: [
    { event: { kind: 'watching', watching: {} } },
    { event: { kind: 'replanTasks', replanTasks: { reason: 'more tables' } } },
    { event: { kind: 'failed', failed: failure } },
    { event: { kind: 'alive', alive: {} } },
    { event: null },
  ],
  AlterOffsetsRequest: [
    { className: 'a.B', connector: 'c', config, sourceOffsets: [offset], sinkOffsets: topicPartitions },
  ],
  AlterOffsetsResponse: [
    { handled: true, failure: null },
    { handled: false, failure },
  ],
  ShutdownRequest: [{}],
  ShutdownResponse: [{}],
  SourceOffset: [{ ...offset, tombstone: true }],
  SourceDown: [
    {
      m: {
        kind: 'start',
        start: {
          connector: 'c',
          task: 2,
          epoch: 2 ** 40,
          config,
          offsets: [offset],
          offsetsComplete: true,
          heartbeatMs: 1,
          deadAfterMs: 2,
        },
      },
    },
    { m: { kind: 'demand', demand: { tokens: 1, maxRecords: 2, maxBytes: 3, maxWaitMs: 4 } } },
    {
      m: {
        kind: 'ack',
        ack: {
          level: 'COMMITTED',
          upToSeq: 9,
          dropped: [
            { seq: 8, index: [0, 300], why: failure, count: 2 },
            { seq: 9, index: [], why: null, count: 0 },
          ],
        },
      },
    },
    { m: { kind: 'reply', reply: { id: 1, error: failure, reply: null } } },
    { m: { kind: 'reply', reply: { id: 1, error: null, reply: { kind: 'offsets', offsets: { offsets: [offset] } } } } },
    { m: { kind: 'stop', stop: { reason: 'UPGRADE', deadlineMs: 5000 } } },
    { m: { kind: 'logLevel', logLevel: 'debug' } },
    { m: null },
  ],
  SourceUp: [
    { m: { kind: 'started', started: {} } },
    {
      m: {
        kind: 'declare',
        declare: {
          schemas: [{ id: 1, format: 'AVRO', definition: Buffer.from('{}'), name: 'n', version: 2 }],
          topics: [{ id: 1, name: 't' }],
        },
      },
    },
    {
      m: {
        kind: 'heartbeat',
        heartbeat: { phase: 'polling', backlog: 0, quietForMs: 1, samples: [{ name: 'a', value: -0.5 }] },
      },
    },
    { m: { kind: 'heartbeat', heartbeat: { phase: '', backlog: null, quietForMs: 0, samples: [] } } },
    {
      m: {
        kind: 'call',
        call: { id: 1, call: { kind: 'readOffsets', readOffsets: { partitionsJson: [Buffer.from('{}')] } } },
      },
    },
    {
      m: {
        kind: 'call',
        call: {
          id: 1,
          call: {
            kind: 'createTopic',
            createTopic: { topic: 't', partitions: -1, replicationFactor: 3, configs: config },
          },
        },
      },
    },
    { m: { kind: 'failure', failure } },
    { m: { kind: 'stopped', stopped: {} } },
  ],
  SinkDown: [
    {
      m: {
        kind: 'start',
        start: { connector: 'c', task: 1, epoch: 7, config, heartbeatMs: 1, deadAfterMs: 2, offers: ['UTF8', 'RAW'] },
      },
    },
    { m: { kind: 'assign', assign: { id: 1, opened: topicPartitions, closed: topicPartitions } } },
    { m: { kind: 'declare', declare: { schemas: [], topics: [{ id: 1, name: 't' }] } } },
    { m: { kind: 'flush', flush: { id: 4 } } },
    { m: { kind: 'reply', reply: { id: 1, error: failure, reply: null } } },
    { m: { kind: 'stop', stop: { reason: 'REBALANCE', deadlineMs: 5000 } } },
    { m: { kind: 'logLevel', logLevel: 'trace' } },
  ],
  SinkUp: [
    {
      m: {
        kind: 'started',
        started: {
          maxBatches: 4,
          maxBytes: 5,
          keyFormat: 'RAW',
          valueFormat: 'UTF8',
          ownsOffsets: true,
          headerFormat: 'JSON',
        },
      },
    },
    { m: { kind: 'assigned', assigned: { id: 1, seek: topicPartitions } } },
    { m: { kind: 'result', result: { seq: 1, r: { kind: 'ok', ok: true } } } },
    { m: { kind: 'result', result: { seq: 1, r: { kind: 'retryAfterMs', retryAfterMs: 300 } } } },
    {
      m: {
        kind: 'result',
        result: { seq: 1, r: { kind: 'partial', partial: { count: 2, failed: [{ index: 1, why: failure }] } } },
      },
    },
    { m: { kind: 'durable', durable: { upToSeq: 3, offsets: topicPartitions, flushId: 2 } } },
    { m: { kind: 'hint', hint: { pause: topicPartitions, resume: topicPartitions, requestCommit: true } } },
    { m: { kind: 'heartbeat', heartbeat: { phase: 'x', backlog: 5, quietForMs: 1, samples: [] } } },
    { m: { kind: 'call', call: { id: 1, call: null } } },
    { m: { kind: 'failure', failure } },
    { m: { kind: 'stopped', stopped: {} } },
  ],
};

describe('message codec', () => {
  for (const [name, values] of Object.entries(samples)) {
    test(`gives back every ${name} that it encoded`, () => {
      for (const value of values) roundTrip(name, value);
    });
  }

  test('writes what protobufjs reads by itself', () => {
    const bytes = encodeMessage('SourceOffset', { ...offset, tombstone: true });

    const read = pluginProtoType('SourceOffset').decode(bytes).toJSON();

    assert.deepEqual(read, { partitionJson: 'eyJhIjoxfQ==', offsetJson: 'eyJiIjoyfQ==', tombstone: true });
  });

  test('reads an enum value of a later version as the first one', () => {
    const bytes = pluginProtoType('Failure').encode({ category: 99, message: 'm' }).finish();
    const message = Buffer.concat([Buffer.from([0x32, bytes.length]), bytes]);

    const up = decodeMessage('SourceUp', message);

    assert.deepEqual(up.m, {
      kind: 'failure',
      failure: { category: 'CATEGORY_UNSPECIFIED', code: '', message: 'm', detail: '', retryAfterMs: 0 },
    });
  });

  test('reports a message cut off as WIRE_MALFORMED', () => {
    const bytes = encodeMessage('SourceOffset', offset);

    assert.throws(() => decodeMessage('SourceOffset', bytes.subarray(0, -1)), { code: 'WIRE_MALFORMED' });
  });
});

/** The names come out of `samples`, so that each has the message it names. */
function roundTrip<Name extends keyof PluginMessages>(name: string, value: PluginMessages[Name]): void {
  const messageName = name as Name;
  assert.deepEqual(decodeMessage(messageName, encodeMessage(messageName, value)), value);
}
