import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Stages } from '../../../src/async/stages.ts';
import { grpcAddressOf } from '../../../src/config/advertised-address.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { GroupAssignment, GroupWorker, WorkerGroup } from '../../../src/group/worker-group.ts';
import { ClusterView } from '../../../src/herder/cluster-view.ts';
import type { GroupDescription } from '../../../src/herder/forwarding.ts';
import { GroupMembers } from '../../../src/herder/group-members.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const signal = new AbortController().signal;
const none = { connectors: [], tasks: [] };

function member(name: string): GroupWorker {
  return { memberId: `m-${name}`, url: `http://${name}:8083/`, work: none, revoked: none, peer: null };
}

/** A worker `a` in a group that `leader` leads. `answers` is what the leader tells, asked again and again; an error refuses. */
function viewOf(leader: string, answers: (GroupDescription | ConnectError)[]) {
  const clock = new ManualClock();
  const state: { assignment: GroupAssignment | null; workers: readonly GroupWorker[] | null } = {
    assignment: null,
    workers: null,
  };
  const unused = (): never => assert.fail('not to be called');
  const group: WorkerGroup = {
    memberId: 'm-a',
    url: 'http://a:8083/',
    peer: null,
    get generation() {
      return state.assignment?.generation ?? -1;
    },
    get assignment() {
      return state.assignment;
    },
    get workers() {
      return state.workers;
    },
    owner: unused,
    start: unused,
    requestRejoin: unused,
    leave: unused,
  };
  let asked = 0;
  const describeGroup = (): Promise<GroupDescription> => {
    asked += 1;
    const answer = answers.shift() ?? new ConnectError('NOT_LEADER', 'no more answers');
    return answer instanceof ConnectError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const forwarding = { forward: unused, describeWork: unused, prepare: unused, describeGroup };
  const shared = { workerId: 'a:8083', group, forwarding, grpcAddressOf, clock };
  const members = new GroupMembers({ ...shared, onKnown: () => undefined });
  const view = new ClusterView({
    ...shared,
    members,
    groupId: 'g',
    kafkaClusterId: () => 'k',
    stages: new Stages(clock),
  });
  /** A round ends in which these become the members. */
  const settle = (generation: number, workers: readonly GroupWorker[] | null, delayMs = 0): void => {
    state.workers = workers;
    state.assignment = {
      generation,
      memberId: 'm-a',
      isLeader: leader === 'a',
      leaderId: `m-${leader}`,
      leaderUrl: `http://${leader}:8083/`,
      leaderGrpcAddress: null,
      protocolVersion: 2,
      configOffset: 1,
      delayMs,
      work: none,
      added: none,
    };
    view.markStable(state.assignment);
  };
  const told = async () => {
    const { isRebalancing, leader: leading, workers, workersGeneration, isComplete } = await view.info(signal);
    const ids = workers.map(({ workerId, isLeader }) => (isLeader ? `${workerId} leads` : workerId));
    return { isRebalancing, leading, ids, workersGeneration, isComplete };
  };
  return { view, state, clock, settle, told, askedCount: () => asked };
}

describe('what a worker tells of its cluster', () => {
  const both = { generation: 3, workers: [member('a'), member('b')] };
  const settled = { isRebalancing: false, leading: 'b:8083', ids: ['a:8083', 'b:8083 leads'], isComplete: true };

  test('is what the leader says, which is asked once in a generation', async () => {
    const { settle, told, askedCount } = viewOf('b', [both]);
    settle(3, null);

    const answers = [await told(), await told()];

    assert.deepEqual(answers, [
      { ...settled, workersGeneration: 3 },
      { ...settled, workersGeneration: 3 },
    ]);
    assert.equal(askedCount(), 1);
  });

  test('is all that is known of each member, in order of their names', async () => {
    const tasks = ['c-10', 'c-2', 'b-3'].map(id => ({ connector: id.slice(0, 1), task: Number(id.slice(2)) }));
    const a = { ...member('a'), peer: { grpcAddress: 'a:9', version: '1.0' }, work: { connectors: ['y', 'x'], tasks } };
    const unreadable = { ...member('u'), url: '' };
    const { settle, view, clock } = viewOf('b', [{ generation: 3, workers: [member('b'), a, unreadable] }]);
    settle(3, null, 500);
    clock.advance(100);

    const info = await view.info(signal);
    view.markRebalancing();

    const shared = { isLeader: false, version: '', connectors: [], tasks: [] };
    const b = { workerId: 'b:8083', url: 'http://b:8083/', grpcAddress: 'b:9083' };
    assert.deepEqual(info, {
      mode: 'distributed',
      groupId: 'g',
      kafkaClusterId: 'k',
      isRebalancing: false,
      stateSinceMs: 1_700_000_000_000,
      generation: 3,
      protocol: 'sessioned',
      leader: 'b:8083',
      workers: [
        { ...shared, workerId: '', url: '', grpcAddress: '', memberId: 'm-u' },
        {
          ...shared,
          workerId: 'a:8083',
          url: 'http://a:8083/',
          grpcAddress: 'a:9',
          memberId: 'm-a',
          version: '1.0',
          connectors: ['x', 'y'],
          tasks: tasks.toReversed(),
        },
        { ...shared, ...b, memberId: 'm-b', isLeader: true },
      ],
      workersGeneration: 3,
      isComplete: true,
      rebalanceAtMs: 1_700_000_000_500,
      stage: null,
    });
    const { rebalanceAtMs, stateSinceMs } = await view.info(signal);
    assert.deepEqual([rebalanceAtMs, stateSinceMs], [null, 1_700_000_000_100]);
    settle(4, null);
    assert.equal((await view.info(signal)).rebalanceAtMs, null);
  });

  test('is little before it is a member', async () => {
    const { view } = viewOf('b', []);

    const { generation, protocol, leader, workers, rebalanceAtMs } = await view.info(signal);

    assert.deepEqual([generation, protocol, leader, workers, rebalanceAtMs], [null, '', '', [], null]);
  });

  test('are the members of the last generation during a round, though nobody asked before it', async () => {
    const { settle, told, view, clock } = viewOf('b', [new ConnectError('NOT_LEADER', 'not yet'), both]);
    settle(3, null);
    await told();
    clock.advance(2000);
    await turn();

    view.markRebalancing();

    assert.deepEqual(await told(), { ...settled, isRebalancing: true, workersGeneration: 3 });
  });

  test('are the same members on a leader during a round', async () => {
    const { settle, told, view, state } = viewOf('a', []);
    settle(3, both.workers);
    await told();

    state.workers = null;
    view.markRebalancing();

    assert.deepEqual(await told(), {
      ...settled,
      isRebalancing: true,
      leading: 'a:8083',
      ids: ['a:8083 leads', 'b:8083'],
      workersGeneration: 3,
    });
  });

  test('are the members of the last generation when the membership is lost', async () => {
    const { settle, told, view, state } = viewOf('b', [both]);
    settle(3, null);
    await told();

    state.assignment = null;
    view.markRebalancing();

    assert.deepEqual(await told(), { ...settled, isRebalancing: true, workersGeneration: 3 });
  });

  test('has an outage while a membership is lost that there was', async () => {
    const { settle, view, state, clock } = viewOf('b', [both]);
    view.markRebalancing();
    const joining = view.lostMembership;
    settle(3, null);
    view.markRebalancing();
    const inRound = view.lostMembership;

    state.assignment = null;
    view.markRebalancing();
    const lost = view.lostMembership;
    clock.advance(1000);
    view.markRebalancing();
    const later = view.lostMembership;
    settle(4, null);

    const outage = {
      sinceMs: 1_700_000_000_000,
      description: 'This worker is no member of its group, and runs nothing',
    };
    assert.deepEqual([joining, inRound, lost, later, view.lostMembership], [null, null, outage, outage, null]);
  });

  test('is itself alone after a round whose members the leader does not tell', async () => {
    const { settle, told, view } = viewOf('b', [both]);
    settle(3, null);
    await told();
    view.markRebalancing();

    settle(4, null);

    assert.deepEqual(await told(), {
      isRebalancing: false,
      leading: 'b:8083',
      ids: ['a:8083'],
      workersGeneration: null,
      isComplete: false,
    });
  });
});
