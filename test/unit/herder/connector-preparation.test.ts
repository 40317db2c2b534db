import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, ConnectError } from '../../../src/errors/connect-error.ts';
import type { GroupWorker } from '../../../src/group/worker-group.ts';
import { ConnectorPreparation } from '../../../src/herder/connector-preparation.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { signal } = new AbortController();
const nothing = { connectors: [], tasks: [] };
const configOf = (tasksMax: string): ReadonlyMap<string, string> => new Map([['tasks.max', tasksMax]]);

function member(memberId: string, work: GroupWorker['work'] = nothing, isMillrace = true): GroupWorker {
  const peer = isMillrace ? { grpcAddress: `${memberId}:9083`, version: '1' } : null;
  return { memberId, url: '', peer, revoked: nothing, work };
}

/** The worker 'a' prepares in a group; `answers` are those of the others, by address. */
function prepareIn(workers: readonly GroupWorker[] | null, answers: Record<string, () => Promise<void>> = {}) {
  const clock = new ManualClock();
  const done: string[] = [];
  const preparation = new ConnectorPreparation({
    group: { memberId: 'a', workers },
    worker: {
      warmProcesses: 1,
      warmUp: (_config, { tasks, isChecked }) => done.push(`a starts ${tasks}${isChecked ? ' and one to check' : ''}`),
    },
    validation: {
      require: () => {
        done.push('a checks');
        return Promise.resolve();
      },
    },
    forwarding: {
      prepare: (address, { isChecked, tasks }, callSignal) => {
        done.push(`${address} starts ${tasks}${isChecked ? ' and checks' : ''}`);
        const late = new Promise<never>((_, reject) => {
          callSignal.addEventListener('abort', () => reject(callSignal.reason as Error));
        });
        return Promise.race([answers[address]?.() ?? Promise.resolve(), late]);
      },
    },
    clock,
    log: createSilentLogger(),
  });
  const require = (
    options: { readonly tasksMax?: string; readonly willRun?: boolean; readonly signal?: AbortSignal } = {},
  ) =>
    preparation.require(
      { name: 'new', config: configOf(options.tasksMax ?? '1'), willRun: options.willRun ?? true },
      options.signal ?? signal,
    );
  return { clock, done, require, preparation };
}

const runsX = { connectors: ['x'], tasks: [{ connector: 'x', task: 0 }] };

describe('a connector is prepared', () => {
  test('by the worker that is going to run it, which checks it', async () => {
    const { done, require } = prepareIn([member('a', runsX), member('b')]);

    await require();

    assert.deepEqual(done, ['b:9083 starts 1 and checks', 'a starts 0']);
  });

  test('by this worker, if that is the one', async () => {
    const { done, require } = prepareIn([member('a'), member('b', runsX)]);

    await require();

    assert.deepEqual(done, ['a starts 1 and one to check', 'a checks']);
  });

  test('by all who are going to run its tasks; nobody waits for those who run tasks alone', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const { done, require } = prepareIn([member('a'), member('b', runsX), member('c', runsX)], { 'b:9083': never });

    await require({ tasksMax: '9' });

    // Three tasks at most: 'a' has room for two before it has more than the others.
    assert.deepEqual(done, ['b:9083 starts 1', 'a starts 2 and one to check', 'a checks']);
  });

  test('without processes ahead if it is not going to run', async () => {
    const { done, require } = prepareIn([member('a', runsX), member('b')]);

    await require({ willRun: false });

    assert.deepEqual(done, ['b:9083 starts 0 and checks', 'a starts 0']);
  });

  test('for as many tasks as there are processes ahead at most, whatever tasks.max says', async () => {
    const { done, require } = prepareIn([member('a'), member('b')]);

    await require({ tasksMax: '1000000000' });
    await require({ tasksMax: 'many' });

    assert.deepEqual(done.slice(0, 2), ['b:9083 starts 1', 'a starts 1 and one to check']);
    assert.deepEqual(done.slice(3), ['a starts 1 and one to check', 'a checks']);
  });

  test('by this worker while a round is under way', async () => {
    const { done, require } = prepareIn(null);

    await require();

    assert.deepEqual(done, ['a starts 0 and one to check', 'a checks']);
  });

  test('by this worker if the other is one of Kafka Connect', async () => {
    const { done, require } = prepareIn([member('a', runsX), member('b', nothing, false)]);

    await require();

    assert.ok(done.includes('a checks'));
  });
});

describe('what another worker says', () => {
  const others = [member('a', runsX), member('b')];

  test('of the configuration counts', async () => {
    const refused = new ConfigError('1 error(s)', [{ key: 'topic', message: 'missing' }]);
    const { done, require } = prepareIn(others, { 'b:9083': () => Promise.reject(refused) });

    await assert.rejects(require(), refused);

    assert.ok(!done.includes('a checks'));
  });

  for (const code of ['FORWARD_REFUSED', 'FORWARD_FAILED', 'CONNECTOR_CLASS_UNKNOWN', 'SESSION_KEY_MISSING'] as const) {
    test(`does not if it is ${code}: this one checks`, async () => {
      const { done, require } = prepareIn(others, { 'b:9083': () => Promise.reject(new ConnectError(code, 'no')) });

      await require();

      assert.equal(done.at(-1), 'a checks');
    });
  }

  test('is not waited for longer than five seconds', async () => {
    const { clock, done, require } = prepareIn(others, { 'b:9083': () => new Promise(() => undefined) });

    const required = require();
    clock.advance(4999);
    assert.ok(!done.includes('a checks'));
    clock.advance(1);
    await required;

    assert.equal(done.at(-1), 'a checks');
  });

  test('is not waited for when the caller has gone', async () => {
    const caller = new AbortController();
    const { done, require } = prepareIn(others, { 'b:9083': () => new Promise(() => undefined) });

    const required = require({ signal: caller.signal });
    caller.abort(new ConnectError('SHUTTING_DOWN', 'gone'));

    await assert.rejects(required, { code: 'SHUTTING_DOWN' });
    assert.ok(!done.includes('a checks'));
  });
});

describe('a worker that is asked to prepare', () => {
  test('starts processes, and checks if it is to', async () => {
    const { done, preparation } = prepareIn(null);

    await preparation.serve({ config: configOf('1'), isChecked: false, tasks: 2 }, signal);
    await preparation.serve({ config: configOf('1'), isChecked: true, tasks: 0 }, signal);

    assert.deepEqual(done, ['a starts 2', 'a starts 0 and one to check', 'a checks']);
  });
});
