import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { initialMemory } from '../../../src/group/assignor-memory.ts';
import {
  decodeAwaitedRestarts,
  encodeAwaitedRestarts,
  listAwaitedRestarts,
  toMemory,
  type AwaitedRestart,
} from '../../../src/group/awaited-restarts.ts';
import { decodeAssignment, encodeAssignment, type WorkerAssignment } from '../../../src/group/connect-protocol.ts';
import { nothing, toWorkSet } from '../../../src/group/connectors-and-tasks.ts';

const work = { connectors: ['c'], tasks: [{ connector: 'c', task: 1 }] };
const restarts: readonly AwaitedRestart[] = [
  { url: 'http://a/', forMs: 1500, work },
  { url: 'http://b/', forMs: 0, work: nothing },
];
const assignment: WorkerAssignment = {
  error: 0,
  leader: 'l',
  leaderUrl: 'http://l/',
  configOffset: 3,
  assigned: work,
  revoked: nothing,
  delayMs: 1500,
};

describe('awaited restarts', () => {
  test('stand behind an assignment, which reads as it would without them', () => {
    const plain = encodeAssignment(assignment, 2);

    const bytes = Buffer.concat([plain, encodeAwaitedRestarts(restarts)]);

    assert.deepEqual(decodeAssignment(bytes), decodeAssignment(plain));
    assert.deepEqual(decodeAwaitedRestarts(bytes), restarts);
  });

  test('add no byte where nothing is awaited', () => {
    assert.equal(encodeAwaitedRestarts([]).length, 0);
    assert.deepEqual(decodeAwaitedRestarts(encodeAssignment(assignment, 1)), []);
  });

  test('are not looked for in what others, or later versions, put behind an assignment', () => {
    const plain = encodeAssignment(assignment, 2);
    const later = encodeAwaitedRestarts(restarts);
    later.writeInt8(2, 2 + 'millrace'.length);

    for (const added of [Buffer.from('cafe', 'hex'), later]) {
      assert.deepEqual(decodeAwaitedRestarts(Buffer.concat([plain, added])), []);
    }
  });

  test('are refused when they are cut', () => {
    const bytes = Buffer.concat([encodeAssignment(assignment, 2), encodeAwaitedRestarts(restarts)]);

    assert.throws(() => decodeAwaitedRestarts(bytes.subarray(0, -1)), ConnectError);
  });

  test('are those that have left, for the time left, and those that are about to', () => {
    const memory = {
      ...initialMemory,
      awaitedWorkers: new Map([
        ['http://gone/', { untilMs: 2000.5, work: toWorkSet(work) }],
        ['http://overdue/', { untilMs: 999, work: toWorkSet(work) }],
      ]),
      previousMembers: new Map([
        ['m-1', { url: 'http://leaving/', isRestarting: true, work: toWorkSet(work) }],
        ['m-2', { url: 'http://staying/', isRestarting: false, work: toWorkSet(work) }],
      ]),
    };

    assert.deepEqual(listAwaitedRestarts(memory, { nowMs: 1000, maxDelayMs: 5000 }), [
      { url: 'http://gone/', forMs: 1001, work },
      { url: 'http://overdue/', forMs: 0, work },
      { url: 'http://leaving/', forMs: 5000, work },
    ]);
  });

  test('make a memory in which their work was handed out and is waited for', () => {
    const memory = toMemory(restarts, { generation: 4, nowMs: 1000 });

    assert.deepEqual(memory, {
      ...initialMemory,
      generation: 4,
      previousAssignment: toWorkSet(work),
      awaitedWorkers: new Map([
        ['http://a/', { untilMs: 2500, work: toWorkSet(work) }],
        ['http://b/', { untilMs: 1000, work: toWorkSet(nothing) }],
      ]),
    });
  });
});
