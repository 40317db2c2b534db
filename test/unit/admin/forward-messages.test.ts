import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeForwarded,
  encodeForwarded,
  fromDescribeGroupResponse,
  fromDescribeWorkResponse,
  toDescribeGroupResponse,
} from '../../../src/admin/forward-messages.ts';
import type { HerderRequest } from '../../../src/herder/forwarding.ts';
import { encodeForwardBody } from '../../../src/wire/internal-messages.ts';

const config = new Map([['k', '']]);

describe('requests that are handed on', () => {
  const requests: readonly HerderRequest[] = [
    { kind: 'create', create: { name: 'c', config, initialState: 'STOPPED' } },
    { kind: 'put', put: { name: 'c', config } },
    { kind: 'patch', patch: { name: 'c', set: config, remove: ['r'] } },
    { kind: 'delete', delete: { name: 'c' } },
    { kind: 'target', target: { name: 'c', state: 'PAUSED' } },
    { kind: 'restart', restart: { name: 'c', includeTasks: true, onlyFailed: false } },
    { kind: 'restartTask', restartTask: { name: 'c', task: 0 } },
    { kind: 'tasks', tasks: { name: 'c', configs: [config, new Map()] } },
    {
      kind: 'alterOffsets',
      alterOffsets: {
        name: 'c',
        offsets: {
          type: 'source',
          offsets: [
            { partitionJson: '{"f":"ü"}', offsetJson: '{"p":9007199254740993}' },
            { partitionJson: '{}', offsetJson: null },
          ],
        },
      },
    },
    {
      kind: 'alterOffsets',
      alterOffsets: {
        name: 'c',
        offsets: {
          type: 'sink',
          offsets: [
            { topic: 't', partition: 0, offset: 0 },
            { topic: 't', partition: 1, offset: 2 ** 40 },
            { topic: 't', partition: 2, offset: null },
          ],
        },
      },
    },
    { kind: 'resetOffsets', resetOffsets: { name: 'c' } },
  ];
  for (const request of requests) {
    test(`arrive as they were: ${JSON.stringify(request)}`, () => {
      assert.deepEqual(decodeForwarded(encodeForwarded({ hops: 1, request })), { hops: 1, request });
    });
  }

  test('are refused when this version does not know them, or the state that they ask for', () => {
    const state = 'TARGET_STATE_UNSPECIFIED';
    const bodies = [
      null,
      { kind: 'target', target: { name: 'c', state } },
      { kind: 'create', create: { name: 'c', config, initialState: state } },
    ] as const;

    for (const request of bodies)
      assert.throws(() => decodeForwarded(encodeForwardBody({ hops: 1, request })), { code: 'REQUEST_INVALID' });
    assert.throws(() => decodeForwarded(Buffer.of(0xff)), { code: 'WIRE_MALFORMED' });
  });
});

describe('what workers tell each other', () => {
  test('of the group arrives as it was, from workers of Kafka Connect without their address', () => {
    const work = { connectors: ['c'], tasks: [{ connector: 'c', task: 0 }] };
    const group = {
      generation: 3,
      workers: [
        { memberId: 'm', url: 'http://w:1/', peer: { grpcAddress: 'w:9083', version: '1.0' }, work },
        { memberId: 'java', url: 'http://j:1/', peer: null, work },
      ],
    };

    const message = toDescribeGroupResponse(group);

    assert.deepEqual(fromDescribeGroupResponse(message), group);
    assert.deepEqual(message.workers[1], {
      memberId: 'java',
      url: 'http://j:1/',
      grpcAddress: '',
      version: '',
      ...work,
    });
  });

  test('of their work is taken without tasks that say nothing of their process', () => {
    const process = { pid: 7, restarts: 0, lastExit: null };
    const tasks = [
      { task: 0, process: null, errors: null },
      { task: 1, process, errors: null },
    ];

    assert.deepEqual(fromDescribeWorkResponse({ connectors: [{ name: 'c', instance: process, tasks }] }), [
      { name: 'c', instance: process, tasks: [tasks[1]] },
    ]);
  });
});
