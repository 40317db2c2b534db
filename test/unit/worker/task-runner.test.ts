import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred } from '../../../src/async/deferred.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { defaultRestartPolicy } from '../../../src/plugin-host/restart-policy.ts';
import type { InstanceStatus } from '../../../src/storage/states.ts';
import type { AttemptEnd, AttemptListener, TaskAttempt } from '../../../src/worker/task-attempt.ts';
import { TaskRunner } from '../../../src/worker/task-runner.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** An attempt that the test plays. */
class PlayedAttempt implements TaskAttempt {
  readonly calls: string[] = [];
  readonly end = createDeferred<AttemptEnd>();
  listener: AttemptListener | null = null;

  run(listener: AttemptListener): Promise<AttemptEnd> {
    this.listener = listener;
    listener.launched(42);
    listener.started();
    return this.end.promise;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  stop(): void {
    this.calls.push('stop');
    this.end.resolve({ kind: 'stopped' });
  }
}

function played(options: { readonly paused?: boolean; readonly attemptsMax?: number } = {}) {
  const clock = new ManualClock();
  const attempts: PlayedAttempt[] = [];
  const states: string[] = [];
  let released = 0;
  let status: InstanceStatus | null = null;
  const runner = new TaskRunner(
    {
      makeAttempt: async () => {
        const attempt = new PlayedAttempt();
        attempts.push(attempt);
        return attempt;
      },
      release: async () => {
        released += 1;
      },
      policy: { ...defaultRestartPolicy, attemptsMax: options.attemptsMax ?? 10 },
      workerId: 'here:8083',
      pluginVersion: '1.0',
      clock,
      log: createSilentLogger(),
      onStatus: next => {
        status = next;
        states.push(next.state);
      },
    },
    options.paused ?? false,
  );
  return { runner, clock, attempts, states, released: () => released, status: () => status };
}

const death: AttemptEnd = {
  kind: 'died',
  error: new ConnectError('PLUGIN_EXITED', 'was ended by signal SIGKILL'),
  exit: {
    code: null,
    signal: 'SIGKILL',
    oom: 'possible',
    isRequested: false,
    lastLines: ['last words'],
    cause: undefined,
  },
};

describe('task runner', () => {
  test('replaces a plugin process that died, after a delay, and keeps how it died', async () => {
    const { runner, clock, attempts, states, status } = played();
    runner.start();
    await turn();

    attempts[0]?.end.resolve(death);
    await turn();
    const attemptsBeforeDelay = attempts.length;
    clock.advance(1000);
    await turn();

    assert.equal(attemptsBeforeDelay, 1);
    assert.equal(attempts.length, 2);
    assert.deepEqual(states, ['UNASSIGNED', 'RUNNING', 'RESTARTING', 'RUNNING']);
    assert.equal(status()?.lastExit?.signal, 'SIGKILL');
    assert.deepEqual(status()?.lastExit?.lastLines, ['last words']);
    await runner.stop('STOP', 100);
  });

  test('fails after too many deaths in a row', async () => {
    const { runner, clock, attempts, states, status, released } = played({ attemptsMax: 1 });
    runner.start();
    await turn();
    attempts[0]?.end.resolve(death);
    await turn();
    clock.advance(1000);
    await turn();

    attempts[1]?.end.resolve(death);
    await turn();

    assert.deepEqual(states, ['UNASSIGNED', 'RUNNING', 'RESTARTING', 'RUNNING', 'FAILED']);
    assert.match(status()?.trace ?? '', /died again after 1 restarts in a row/);
    assert.equal(released(), 1);
    await runner.stop('STOP', 100);
    assert.equal(states.at(-1), 'UNASSIGNED');
  });

  test('leaves a task FAILED that reported its failure', async () => {
    const { runner, clock, attempts, states } = played();
    runner.start();
    await turn();

    const error = new ConnectError('TASK_FAILED', 'no such table');
    const failure = { category: 'BUG', code: 'X', message: 'no such table', detail: '', retryAfterMs: 0 } as const;
    attempts[0]?.end.resolve({ kind: 'failed', error, failure });
    await turn();
    clock.advance(3_600_000);
    await turn();

    assert.deepEqual(states, ['UNASSIGNED', 'RUNNING', 'FAILED']);
    assert.equal(attempts.length, 1);
    await runner.stop('STOP', 100);
  });

  test('launches nothing while it is paused from the start', async () => {
    const { runner, attempts, states } = played({ paused: true });
    runner.start();
    await turn();

    const launchedWhilePaused = attempts.length;
    runner.setPaused(false);
    await turn();

    assert.equal(launchedWhilePaused, 0);
    assert.equal(attempts.length, 1);
    assert.deepEqual(states, ['UNASSIGNED', 'PAUSED', 'RUNNING']);
    await runner.stop('STOP', 100);
  });

  test('pauses and resumes a running task without a new process', async () => {
    const { runner, attempts, states } = played();
    runner.start();
    await turn();

    runner.setPaused(true);
    runner.setPaused(false);

    assert.deepEqual(attempts[0]?.calls, ['pause', 'resume']);
    assert.deepEqual(states, ['UNASSIGNED', 'RUNNING', 'PAUSED', 'RUNNING']);
    await runner.stop('STOP', 100);
  });

  test('stops while it waits for the next attempt', async () => {
    const { runner, attempts, states } = played();
    runner.start();
    await turn();
    attempts[0]?.end.resolve(death);
    await turn();

    await runner.stop('STOP', 100);

    assert.equal(attempts.length, 1);
    assert.deepEqual(states, ['UNASSIGNED', 'RUNNING', 'RESTARTING', 'UNASSIGNED']);
  });
});
