import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialMemory } from '../../../src/group/assignor-memory.ts';
import { decodeAwaitedRestarts } from '../../../src/group/awaited-restarts.ts';
import type { ConfigSnapshot } from '../../../src/group/config-snapshot-source.ts';
import {
  decodeAssignment,
  decodeMetadata,
  encodeMetadata,
  type WorkerAssignment,
} from '../../../src/group/connect-protocol.ts';
import { nothing, toWorkSet } from '../../../src/group/connectors-and-tasks.ts';
import {
  decideAsLeader,
  maxConfigOffset,
  readRound,
  type LeaderDecision,
  type LeaderRound,
} from '../../../src/group/leader-assignment.ts';
import { decodeLeaderAddress } from '../../../src/group/worker-peer.ts';

const snapshot: ConfigSnapshot = { configOffset: 7, taskCounts: new Map([['c', 2]]) };

function roundOf(offsets: Readonly<Record<string, number>>, protocol = 'sessioned'): LeaderRound {
  const members = Object.entries(offsets).map(([memberId, configOffset]) => ({
    memberId,
    metadata: encodeMetadata({ url: `http://${memberId}/`, configOffset, allocation: null, isRestarting: false }, 2),
  }));
  const round = { generation: 1, memberId: 'a', leaderId: 'a', protocol, members };
  return readRound(round, {
    lastCompletedGeneration: -1,
    read: decodeMetadata,
    onUnreadable: (_, err) => assert.fail(String(err)),
  });
}

function decide(round: LeaderRound, memory = initialMemory): LeaderDecision {
  const rest = { memory, nowMs: 1, maxDelayMs: 300_000, strictKafkaDelay: false };
  return decideAsLeader(round, { snapshot, ...rest });
}

function told(decision: LeaderDecision): Readonly<Record<string, WorkerAssignment>> {
  return Object.fromEntries([...decision.assignments].map(([memberId, bytes]) => [memberId, decodeAssignment(bytes)]));
}

const head = { error: 0, leader: 'a', leaderUrl: 'http://a/', configOffset: 7, revoked: nothing, delayMs: 0 };

const idle = { configOffset: 7, allocation: null, isRestarting: false };

describe('the leader', () => {
  test('assigns what its snapshot holds, for the offset of the snapshot', () => {
    const decision = decide(roundOf({ a: 7, b: 3 }));

    assert.deepEqual(told(decision), {
      a: { ...head, assigned: { connectors: ['c'], tasks: [{ connector: 'c', task: 0 }] } },
      b: { ...head, assigned: { connectors: [], tasks: [{ connector: 'c', task: 1 }] } },
    });
    assert.deepEqual(decision.workers, [
      {
        memberId: 'a',
        url: 'http://a/',
        peer: null,
        work: { connectors: ['c'], tasks: [{ connector: 'c', task: 0 }] },
        revoked: nothing,
      },
      {
        memberId: 'b',
        url: 'http://b/',
        peer: null,
        work: { connectors: [], tasks: [{ connector: 'c', task: 1 }] },
        revoked: nothing,
      },
    ]);
  });

  test('knows which work that is configured no more a member still has to give up', () => {
    const gone = { connectors: [], tasks: [{ connector: 'gone', task: 0 }] };
    const had = { ...head, assigned: gone };
    const round = readRound(
      {
        generation: 1,
        memberId: 'a',
        leaderId: 'a',
        protocol: 'sessioned',
        members: [
          { memberId: 'a', metadata: encodeMetadata({ ...idle, url: 'http://a/' }, 2) },
          { memberId: 'b', metadata: encodeMetadata({ ...idle, url: 'http://b/', allocation: had }, 2) },
        ],
      },
      { lastCompletedGeneration: 0, read: decodeMetadata, onUnreadable: (_, err) => assert.fail(String(err)) },
    );

    const memory = { ...initialMemory, generation: 0, previousAssignment: toWorkSet(gone) };
    const { workers } = decide(round, memory);

    assert.deepEqual(
      workers?.map(({ memberId, revoked }) => [memberId, revoked]),
      [
        ['a', nothing],
        ['b', gone],
      ],
    );
  });

  test('assigns nothing when another member knows later configurations, and says which', () => {
    const decision = decide(roundOf({ a: 7, b: 9 }));

    const mismatch = { ...head, error: 1, configOffset: 9, assigned: nothing };
    assert.deepEqual(told(decision), { a: mismatch, b: mismatch });
    assert.equal(decision.workers, null);
    assert.equal(decision.memory, initialMemory);
  });

  test('deals everything anew in the eager protocol', () => {
    const decision = decide(roundOf({ b: 7, a: 7 }, 'default'));

    const works = { b: { connectors: [], tasks: [{ connector: 'c', task: 0 }] } };
    assert.deepEqual(told(decision)['a']?.assigned, { connectors: ['c'], tasks: [{ connector: 'c', task: 1 }] });
    assert.deepEqual(told(decision)['b']?.assigned, works.b);
    assert.deepEqual(decision.workers?.[0], {
      memberId: 'b',
      url: 'http://b/',
      peer: null,
      work: works.b,
      revoked: nothing,
    });
    assert.deepEqual(
      [...decision.assignments.values()].map(bytes => Buffer.from(bytes).readInt16BE()),
      [0, 0],
    );
  });

  test('takes a member whose metadata cannot be read for an idle one', () => {
    const unreadable: string[] = [];

    const round = readRound(
      {
        generation: 1,
        memberId: 'a',
        leaderId: 'a',
        protocol: 'sessioned',
        members: [{ memberId: 'a', metadata: new Uint8Array(3) }],
      },
      { lastCompletedGeneration: -1, read: decodeMetadata, onUnreadable: memberId => unreadable.push(memberId) },
    );

    assert.deepEqual(unreadable, ['a']);
    assert.equal(maxConfigOffset(round), -1);
    assert.deepEqual([...round.members], [['a', { ...idle, url: '', configOffset: -1 }]]);
  });

  test('tells each member where it is reached, and for which restarts it waits how long', () => {
    const round = roundOf({ a: 7, b: 7 });
    const leader = round.members.get('a');
    assert.ok(leader);
    const peer = { grpcAddress: 'a:9083', version: '1.0' };
    const members = new Map([...round.members, ['a', { ...leader, peer }]]);
    const work = { connectors: ['c'], tasks: [] };
    const awaitedWorkers = new Map([['http://gone/', { untilMs: 501.5, work: toWorkSet(work) }]]);
    const memory = { ...initialMemory, previousAssignment: toWorkSet(work), awaitedWorkers };

    const decision = decide({ ...round, members }, memory);

    for (const bytes of decision.assignments.values()) {
      assert.equal(decodeLeaderAddress(bytes), 'a:9083');
      assert.equal(decodeAssignment(bytes).delayMs, 501);
      assert.deepEqual(decodeAwaitedRestarts(bytes), [{ url: 'http://gone/', forMs: 501, work }]);
    }
    assert.deepEqual(
      decision.workers?.map(worker => worker.peer),
      [peer, null],
    );
  });

  test('is a member of the round that it assigns', () => {
    assert.throws(() => decide({ ...roundOf({ b: 7 }), leaderId: 'a' }), { code: 'INTERNAL' });
  });
});
