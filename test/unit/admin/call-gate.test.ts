import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CallGate, type Entry } from '../../../src/admin/call-gate.ts';
import type { Readiness } from '../../../src/herder/readiness.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A gate before a herder that is as `state` says; `change` tells the gate that it is another way. */
function gateOf(readiness: Readiness, stageText = '') {
  const clock = new ManualClock();
  const state = { readiness, stageText };
  let tell = (): void => undefined;
  const herder = {
    get readiness() {
      return state.readiness;
    },
    get stageText() {
      return state.stageText;
    },
    onReadiness: (listener: () => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const gate = new CallGate({ herder, clock });
  const change = (next: Readiness): void => {
    state.readiness = next;
    tell();
  };
  return { gate, clock, change };
}

/** The code that each kind of call is refused with; null for none. */
function refusals(gate: CallGate): readonly (string | null)[] {
  return (['ready', 'starting', 'internal'] as const).map((entry: Entry) => {
    try {
      gate.enter(entry)();
      return null;
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error);
      return String(error.code);
    }
  });
}

const isDone = (work: Promise<void>): Promise<boolean> => Promise.race([work.then(() => true), turn(false)]);

describe('the gate of admin calls', () => {
  test('lets in by what the worker is ready for', () => {
    const { gate, change } = gateOf('starting');

    const starting = refusals(gate);
    change('ready');
    const ready = refusals(gate);
    const isDraining = gate.draining.aborted;
    change('ended');

    assert.deepEqual([starting, ready, isDraining], [['WORKER_STARTING', null, null], [null, null, null], false]);
    assert.deepEqual(refusals(gate), ['SHUTTING_DOWN', 'SHUTTING_DOWN', 'GROUP_REBALANCE']);
    assert.equal(gate.draining.aborted, true);
  });

  test('tells who comes too early what the worker is doing', () => {
    assert.throws(() => gateOf('starting').gate.enter('ready'), { message: 'Worker is still starting up.' });
    assert.throws(() => gateOf('starting', 'The worker is reading.').gate.enter('ready'), {
      message: 'Worker is still starting up. The worker is reading.',
    });
  });

  test('is drained when the last call inside has ended, and lets nobody in meanwhile', async () => {
    const { gate } = gateOf('ready');
    const leave = [gate.enter('ready'), gate.enter('internal')];

    const drained = gate.drain(1000);
    leave[0]?.();
    const wasDone = await isDone(drained);
    leave[1]?.();

    assert.deepEqual([wasDone, await isDone(drained)], [false, true]);
    assert.deepEqual(refusals(gate), ['SHUTTING_DOWN', 'SHUTTING_DOWN', 'GROUP_REBALANCE']);
  });

  test('is drained at once when nobody is inside, and after its time whoever is', async () => {
    const { gate, clock } = gateOf('ready');
    await gateOf('ready').gate.drain(1000);
    gate.enter('ready');

    const drained = gate.drain(1000);
    clock.advance(999);
    const wasDone = await isDone(drained);
    clock.advance(1);

    assert.deepEqual([wasDone, await isDone(drained)], [false, true]);
  });
});
