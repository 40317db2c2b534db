import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GroupAssignment, GroupWorker } from '../../../src/group/worker-group.ts';
import type { GroupDescription } from '../../../src/herder/forwarding.ts';
import { GroupMembers } from '../../../src/herder/group-members.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const signal = new AbortController().signal;
const none = { connectors: [], tasks: [] };
const assignment: GroupAssignment = {
  generation: 3,
  memberId: 'm-a',
  isLeader: false,
  leaderId: 'm-b',
  leaderUrl: 'http://b:8083/',
  leaderGrpcAddress: null,
  protocolVersion: 2,
  configOffset: 1,
  delayMs: 0,
  work: none,
  added: none,
};
const java: GroupWorker = { memberId: 'm-b', url: 'http://b:8083/', peer: null, work: none, revoked: none };
const ours = { ...java, memberId: 'm-a', url: 'http://a:8083/', peer: { grpcAddress: 'a:9', version: '1' } };
const unreadable = { ...java, memberId: 'm-u', url: '' };

/** Members on worker `a`, where the leader answers as `answer` does. */
function membersOf(answer: (until: AbortSignal) => Promise<GroupDescription>) {
  const calls: string[] = [];
  const clock = new ManualClock();
  const members = new GroupMembers({
    workerId: 'a:8083',
    group: { generation: 3, workers: null },
    forwarding: {
      describeGroup: (address, askedBy, until) => (calls.push(`${askedBy} asks ${address}`), answer(until)),
    },
    grpcAddressOf: url => `grpc of ${url}`,
    clock,
    onKnown: () => calls.push('known'),
  });
  return { members, calls, clock };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Lets time pass as those who wait would see it. */
async function pass(clock: ManualClock, ms: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await turn();
    clock.advance(stepMs);
  }
  await turn();
}

describe('the members of the group', () => {
  const all = async (): Promise<GroupDescription> => ({ generation: 3, workers: [unreadable, java, ours] });

  test('are asked for where the leader says that it is reached, else by its URL', async () => {
    const { members, calls } = membersOf(all);
    const told = membersOf(all);

    await members.of(assignment, signal);
    await told.members.of({ ...assignment, leaderGrpcAddress: 'b:7' }, signal);

    assert.deepEqual(calls, ['a:8083 asks grpc of http://b:8083/', 'known']);
    assert.deepEqual(told.calls, ['a:8083 asks b:7', 'known']);
  });

  test('are reached where they tell, else by their URL, members or not', async () => {
    const { members } = membersOf(all);
    const before = members.addressOf('a:8083');

    await members.of(assignment, signal);

    assert.deepEqual(
      [before, members.addressOf('a:8083'), members.addressOf('b:8083'), members.addressOf('x:1')],
      ['grpc of http://a:8083/', 'a:9', 'grpc of http://b:8083/', 'grpc of http://x:1/'],
    );
  });

  test('are not waited for any more when a round begins', async () => {
    const { members } = membersOf(
      until => new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(new Error('ended')))),
    );

    const asking = members.of(assignment, signal);
    members.endRound();

    assert.deepEqual([await asking, members.known], [null, null]);
  });

  test('of another generation than was asked for are none', async () => {
    const { members, calls } = membersOf(async () => ({ generation: 4, workers: [java] }));

    assert.deepEqual([await members.of(assignment, signal), members.known], [null, null]);
    assert.ok(!calls.includes('known'));
  });

  test('are not asked for again when a round has begun', async () => {
    const { members, calls, clock } = membersOf(async () => ({ generation: 2, workers: [java] }));
    members.learn(assignment);
    await turn();

    members.endRound();
    await pass(clock, 10_000, 50);

    assert.deepEqual(calls, ['a:8083 asks grpc of http://b:8083/']);
  });
});
