import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SupervisionEvent, type SupervisionState, superviseStep } from '../../../src/plugin-host/supervision.ts';

const stop: SupervisionEvent = { kind: 'stop', deadlines: { shutdownMs: 10, terminateMs: 20 } };
const timer: SupervisionEvent = { kind: 'timer' };
const exit: SupervisionEvent = { kind: 'exit' };
const kill: SupervisionEvent = { kind: 'kill' };

/** Effects of each event in turn, as words, with the state that is reached. */
function run(...events: SupervisionEvent[]): readonly string[] {
  let state: SupervisionState = { kind: 'running' };
  return events.map(event => {
    const [next, effects] = superviseStep(state, event);
    state = next;
    const words = effects.map(effect => {
      if (effect.kind === 'signalGroup') return effect.signal;
      return effect.kind === 'armTimer' ? `arm ${effect.delayMs}` : effect.kind;
    });
    return `${state.kind}: ${words.join(', ') || '-'}`;
  });
}

describe('the supervision of a process', () => {
  test('climbs the ladder rung by rung when the plugin does not move', () => {
    assert.deepEqual(run(stop, timer, timer, exit), [
      'leaving: callShutdown, arm 10',
      'terminating: SIGTERM, arm 20',
      'killing: SIGKILL, arm 10000',
      'exited: cancelTimer, SIGKILL',
    ]);
  });

  test('goes on at once when the plugin has no Shutdown', () => {
    assert.deepEqual(run(stop, { kind: 'shutdownFailed' }), [
      'leaving: callShutdown, arm 10',
      'terminating: SIGTERM, arm 20',
    ]);
  });

  test('kills what is left of the group after any exit', () => {
    assert.deepEqual(run(exit, exit), ['exited: cancelTimer, SIGKILL', 'exited: -']);
    assert.deepEqual(run(stop, exit), ['leaving: callShutdown, arm 10', 'exited: cancelTimer, SIGKILL']);
  });

  test('does not begin the ladder anew at a second stop', () => {
    assert.deepEqual(run(stop, stop, timer, stop), [
      'leaving: callShutdown, arm 10',
      'leaving: -',
      'terminating: SIGTERM, arm 20',
      'terminating: -',
    ]);
  });

  test('kills at once from every rung', () => {
    assert.equal(run(kill)[0], 'killing: SIGKILL, arm 10000');
    assert.equal(run(stop, kill)[1], 'killing: SIGKILL, arm 10000');
    assert.equal(run(stop, timer, kill)[2], 'killing: SIGKILL, arm 10000');
    assert.equal(run(kill, kill)[1], 'killing: -');
  });

  test('gives up a killed process that hangs in the kernel', () => {
    assert.deepEqual(run(kill, timer), ['killing: SIGKILL, arm 10000', 'exited: abandon']);
  });

  test('ignores what comes too late', () => {
    assert.deepEqual(run(exit, stop, kill, timer, { kind: 'shutdownFailed' }).slice(1), [
      'exited: -',
      'exited: -',
      'exited: -',
      'exited: -',
    ]);
    assert.deepEqual(run(timer, { kind: 'shutdownFailed' }), ['running: -', 'running: -']);
  });
});
