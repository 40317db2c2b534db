import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { GroupAssignment } from '../../../src/group/worker-group.ts';
import { ClusterStatuses } from '../../../src/herder/cluster-statuses.ts';
import type { WorkQuestion } from '../../../src/herder/forwarding.ts';
import type { ConnectorStatus, InstanceStatus } from '../../../src/herder/herder.ts';
import type { ConnectorProcesses, PluginProcess } from '../../../src/herder/plugin-processes.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const signal = new AbortController().signal;
const errors = {
  recordFailures: 1,
  recordErrors: 0,
  recordsSkipped: 0,
  retries: 0,
  errorsLogged: 0,
  deadLetterQueueRequests: 0,
  deadLetterQueueFailures: 0,
  lastErrorMs: 5,
};

const running = (workerId: string, state: InstanceStatus['state'] = 'RUNNING'): InstanceStatus => ({
  state,
  workerId,
  trace: '',
  version: '1',
  lastExit: null,
  restarts: 0,
  pid: null,
});
const process = (pid: number): PluginProcess => ({ pid, restarts: 1, lastExit: null });

/** What the status topic says of a connector whose instance and tasks run on these workers. */
function stored(name: string, instance: string, tasks: readonly InstanceStatus[]): ConnectorStatus {
  return {
    name,
    type: 'source',
    targetState: 'STARTED',
    connector: running(instance),
    tasks: tasks.map((task, number) => ({ ...task, id: { connector: name, task: number } })),
    taskErrors: new Map(),
    unreachedWorkers: [],
    outage: null,
  };
}

/** Statuses on worker `a:1`, where the others answer as `answers` says; one that is not in there never does. */
function statusesOn(
  answers: ReadonlyMap<string, readonly ConnectorProcesses[] | Error>,
  own?: ConnectorProcesses,
  assignment: GroupAssignment | null = null,
) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const describeWork = (address: string, question: WorkQuestion): Promise<readonly ConnectorProcesses[]> => {
    asked.push(`${question.askedBy} asks ${address} for ${question.connectors.join(',')}`);
    const answer = answers.get(address);
    if (answer === undefined) return new Promise(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const statuses = new ClusterStatuses({
    workerId: 'a:1',
    group: { assignment },
    members: {
      of: async ({ generation }) => (asked.push(`members of ${generation}`), null),
      addressOf: workerId => `grpc-${workerId}`,
    },
    forwarding: { describeWork },
    processes: name => (own?.name === name ? own : null),
    clock,
  });
  return { statuses, clock, asked };
}

describe('statuses in a cluster', () => {
  test('have what the owners tell, of the instance and of each task', async () => {
    const own = { name: 'c', instance: process(10), tasks: [] };
    const theirs = { name: 'c', instance: null, tasks: [{ task: 0, process: process(20), errors }] };
    const { statuses, asked } = statusesOn(new Map([['grpc-b:1', [theirs]]]), own);

    const [status] = await statuses.complete([stored('c', 'a:1', [running('b:1')])], signal);

    assert.deepEqual(
      [status?.connector.pid, status?.tasks[0]?.pid, status?.tasks[0]?.restarts, status?.taskErrors.get(0)],
      [10, 20, 1, errors],
    );
    assert.deepEqual(status?.unreachedWorkers, []);
    assert.deepEqual(asked, ['a:1 asks grpc-b:1 for c']);
  });

  test('take one question to each owner, for all connectors', async () => {
    const { statuses, asked } = statusesOn(
      new Map([
        ['grpc-b:1', []],
        ['grpc-c:1', []],
      ]),
    );
    const of = (name: string): ConnectorStatus => stored(name, 'b:1', [running('c:1'), running('b:1')]);

    await statuses.complete([of('x'), of('y')], signal);

    assert.deepEqual(asked, ['a:1 asks grpc-b:1 for x,y', 'a:1 asks grpc-c:1 for x,y']);
  });

  test('name an owner that cannot be asked, and tell the rest', async () => {
    const theirs = { name: 'c', instance: null, tasks: [{ task: 1, process: process(20), errors: null }] };
    const { statuses } = statusesOn(
      new Map<string, readonly ConnectorProcesses[] | Error>([
        ['grpc-b:1', new ConnectError('FORWARD_FAILED', 'refused')],
        ['grpc-c:1', [theirs]],
      ]),
    );

    const [status] = await statuses.complete([stored('c', 'b:1', [running('b:1'), running('c:1')])], signal);

    assert.deepEqual(
      [status?.unreachedWorkers, status?.tasks.map(({ state, pid }) => [state, pid])],
      [
        ['b:1'],
        [
          ['RUNNING', null],
          ['RUNNING', 20],
        ],
      ],
    );
  });

  test('wait for an owner that hangs no longer than 2 s', async () => {
    const { statuses, clock } = statusesOn(new Map());

    const answer = statuses.complete([stored('c', 'b:1', [])], signal);
    await Promise.resolve();
    clock.advance(2000);

    assert.deepEqual((await answer)[0]?.unreachedWorkers, ['b:1']);
  });

  test('end when whoever asks goes away', async () => {
    const { statuses } = statusesOn(new Map());
    const caller = new AbortController();

    const answer = statuses.complete([stored('c', 'b:1', [])], caller.signal);
    caller.abort(new Error('gone'));

    await assert.rejects(answer, /gone/);
  });

  test('learn first where the members of the generation are reached', async () => {
    const work = { connectors: [], tasks: [] };
    const assignment: GroupAssignment = {
      generation: 3,
      memberId: 'm',
      isLeader: false,
      leaderId: 'l',
      leaderUrl: 'http://l:1/',
      leaderGrpcAddress: null,
      protocolVersion: 2,
      configOffset: 1,
      delayMs: 0,
      work,
      added: work,
    };
    const { statuses, asked } = statusesOn(new Map([['grpc-b:1', []]]), undefined, assignment);

    await statuses.complete([stored('c', 'b:1', [])], signal);

    assert.deepEqual(asked, ['members of 3', 'a:1 asks grpc-b:1 for c']);
  });

  test('ask nobody for what is UNASSIGNED', async () => {
    const { statuses, asked } = statusesOn(new Map());

    await statuses.complete([stored('c', 'a:1', [running('b:1', 'UNASSIGNED')])], signal);

    assert.deepEqual(asked, []);
  });

  test('take no process from a worker for what the status says to run on another', async () => {
    const tasks = [0, 1].map(task => ({ task, process: process(21 + task), errors: task === 0 ? null : errors }));
    const stale = { name: 'c', instance: process(20), tasks };
    const { statuses } = statusesOn(new Map([['grpc-b:1', [stale]]]));

    const [status] = await statuses.complete([stored('c', 'a:1', [running('b:1'), running('a:1')])], signal);

    assert.deepEqual([status?.connector.pid, status?.tasks[0]?.pid, status?.tasks[1]?.pid], [null, 21, null]);
    assert.deepEqual(status?.taskErrors, new Map());
  });
});
