import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError, toConnectError } from '../../../src/errors/connect-error.ts';
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
  const clock = new ManualClock(0);
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

/** An answer that does not come before its signal aborts. */
const untilAborted = (until: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(toConnectError(until.reason))));

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
    const { members } = membersOf(untilAborted);

    const asking = members.of(assignment, signal);
    members.endRound();

    assert.deepEqual([await asking, members.known], [null, null]);
  });

  test('of another generation than was asked for are none', async () => {
    const { members, calls } = membersOf(async () => ({ generation: 4, workers: [java] }));

    assert.deepEqual([await members.of(assignment, signal), members.known], [null, null]);
    assert.ok(!calls.includes('known'));
  });

  test('are asked for six times after a round that the leader does not tell, less and less often', async t => {
    t.mock.method(Math, 'random', () => 0.5);
    const askedAtMs: number[] = [];
    const { members, clock } = membersOf(async () => {
      askedAtMs.push(clock.nowMs());
      throw new ConnectError('NOT_LEADER', 'not yet');
    });

    members.learn(assignment);
    await pass(clock, 10_000, 50);

    assert.deepEqual(askedAtMs, [0, 50, 150, 350, 750, 1550]);
  });

  test('are asked for again after a round whatever the leader said, until it tells them', async () => {
    const answers = [
      () => Promise.reject(new ConnectError('NOT_LEADER', 'not yet')),
      () => Promise.reject(new ConnectError('INTERNAL', 'a fault that is not retriable')),
      async () => ({ generation: 2, workers: [java] }),
      all,
    ];
    const { members, calls, clock } = membersOf(() => (answers.shift() ?? all)());

    members.learn(assignment);
    await pass(clock, 10_000, 50);

    const asked = 'a:8083 asks grpc of http://b:8083/';
    assert.deepEqual(calls, [asked, asked, asked, asked, 'known']);
    assert.deepEqual(members.known, { ...(await all()), leaderId: 'm-b', leaderUrl: 'http://b:8083/' });
  });

  test('are asked for again when the leader has not answered for 5 s', async () => {
    const ends: string[] = [];
    const { members, calls, clock } = membersOf(until => {
      until.addEventListener('abort', () => {
        const { code, message } = toConnectError(until.reason);
        ends.push(`${clock.nowMs()} ms, ${code}: ${message}`);
      });
      return ends.length === 0 ? untilAborted(until) : all();
    });

    members.learn(assignment);
    await pass(clock, 10_000, 100);

    assert.deepEqual(ends, ['5000 ms, DEADLINE_EXCEEDED: The leader did not answer within 5000 ms']);
    assert.deepEqual(calls.slice(1), ['a:8083 asks grpc of http://b:8083/', 'known']);
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
