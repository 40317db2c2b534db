import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SystemClock } from '../../../src/async/clock.ts';
import { Stages } from '../../../src/async/stages.ts';
import { grpcAddressOf } from '../../../src/config/advertised-address.ts';
import type { ErrorCodeName } from '../../../src/errors/codes.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { GroupAssignment } from '../../../src/group/worker-group.ts';
import type { ConfigWrite } from '../../../src/herder/leader-duties.ts';
import { ConnectorRequests } from '../../../src/herder/connector-requests.ts';
import { done, type HerderRequest } from '../../../src/herder/forwarding.ts';
import { RequestQueue } from '../../../src/herder/request-queue.ts';

const never = new AbortController().signal;
const none = { connectors: [], tasks: [] };
const create: HerderRequest = {
  kind: 'create',
  create: { name: 'c', config: new Map(), initialState: 'STARTED' },
};
const put: HerderRequest = { kind: 'put', put: { name: 'c', config: new Map() } };

/** An assignment in which `leader`, this worker or another, leads. */
function ledBy(leader: string): GroupAssignment {
  return {
    generation: 1,
    memberId: 'm-self',
    isLeader: leader === 'self',
    leaderId: `m-${leader}`,
    leaderUrl: `http://${leader}:8083/`,
    leaderGrpcAddress: leader,
    protocolVersion: 2,
    configOffset: 1,
    delayMs: 0,
    work: none,
    added: none,
  };
}

/** Requests on a worker; what other workers answer is a list, `done` where it has ended. */
function requestsOf(leader: string, answers: (ErrorCodeName | (() => never))[] = []) {
  const clock = new SystemClock();
  const stages = new Stages(clock);
  const state = { assignment: ledBy(leader), isServing: true };
  const forwardedTo: string[] = [];
  const written: ConfigWrite['kind'][] = [];
  const unused = (): never => assert.fail('not to be called');
  const queue: RequestQueue = new RequestQueue({
    stages,
    onSubmit: () => void (state.isServing && queue.drain(() => state.isServing)),
  });
  const requests = new ConnectorRequests({
    queue,
    stages,
    group: {
      get assignment() {
        return state.assignment;
      },
      workers: null,
      owner: unused,
    },
    configs: { refresh: () => Promise.resolve(), targetState: () => 'STARTED' },
    view: { config: unused, configOfStopped: unused, requireTask: unused },
    duties: {
      write: ({ kind }) => {
        written.push(kind);
        return Promise.resolve(done);
      },
    },
    preparation: { require: () => Promise.resolve() },
    offsets: { agreeToAlter: unused, agreeToReset: unused },
    isSharedOut: () => true,
    forwarding: {
      forward: address => {
        forwardedTo.push(address);
        const answer = answers.shift();
        if (typeof answer === 'string') return Promise.reject(new ConnectError(answer, 'refused'));
        answer?.();
        return Promise.resolve(done);
      },
    },
    grpcAddressOf,
    find: () => undefined,
    clock,
  });
  return { requests, queue, state, forwardedTo, written };
}

describe('a request to a worker that does not lead', () => {
  for (const code of ['FORWARD_REFUSED', 'GROUP_REBALANCE', 'NOT_LEADER', 'SESSION_KEY_MISSING'] as const) {
    test(`is made again, a creation too, when ${code} says that nothing was done`, async () => {
      const { requests, state, forwardedTo } = requestsOf('old', [code]);

      const answer = requests.serve(create, never);
      state.assignment = ledBy('new');

      assert.deepEqual(await answer, done);
      assert.equal(forwardedTo.length, 2);
      assert.equal(forwardedTo.at(-1), 'new');
    });
  }

  test('is served here, when this worker is the next leader', async () => {
    const { requests, state, forwardedTo, written } = requestsOf('old', ['FORWARD_REFUSED']);

    const answer = requests.serve(create, never);
    await turn();
    state.assignment = ledBy('self');

    assert.deepEqual(await answer, done);
    assert.deepEqual([forwardedTo, written], [['old'], ['create']]);
  });

  test('is not made again when a creation may have been done', async () => {
    const { requests, forwardedTo } = requestsOf('old', ['FORWARD_FAILED']);

    await assert.rejects(requests.serve(create, never), { code: 'FORWARD_FAILED' });
    assert.deepEqual(forwardedTo, ['old']);
  });

  test('is made again when it comes to the same if it is done twice', async () => {
    const { requests, forwardedTo } = requestsOf('old', ['FORWARD_FAILED']);

    assert.deepEqual(await requests.serve(put, never), done);
    assert.deepEqual(forwardedTo, ['old', 'old']);
  });
});

describe('a request from another worker', () => {
  test('that waits when this worker stops is told to be one of which nothing was done', async () => {
    const { requests, queue, state, written } = requestsOf('self');
    state.isServing = false;

    const answer = requests.serveForwarded({ request: create, hops: 1 }, never);
    queue.close(new ConnectError('SHUTTING_DOWN', 'The worker is shutting down'));

    await assert.rejects(answer, { code: 'GROUP_REBALANCE' });
    assert.deepEqual(written, []);
  });
});

describe('a request to a worker that stops', () => {
  test('is told that it stops', async () => {
    const { requests, queue, state } = requestsOf('self');
    state.isServing = false;

    const answer = requests.serve(create, never);
    queue.close(new ConnectError('SHUTTING_DOWN', 'The worker is shutting down'));

    await assert.rejects(answer, { code: 'SHUTTING_DOWN' });
  });
});
