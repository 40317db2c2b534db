import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { RestartPlan } from '../../../src/herder/restart-plan.ts';
import { RestartSighting } from '../../../src/herder/restart-sighting.ts';
import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';
import type { InstanceState, InstanceStatus } from '../../../src/storage/states.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const never = new AbortController().signal;

function statusOf(state: InstanceState): InstanceStatus {
  return { state, workerId: 'w:1', trace: '', version: '', lastExit: null, restarts: 0, pid: null };
}

/** A sighting of a restart of connector `c`. */
function look(plan: RestartPlan) {
  const clock = new ManualClock();
  const statuses = new MemoryStatusStore();
  const sighting = new RestartSighting({ name: 'c', plan, statuses, clock });
  return {
    clock,
    sighting,
    instance: (state: InstanceState, connector = 'c') => statuses.putConnectorStatus(connector, statusOf(state)),
    task: (task: number, state: InstanceState, connector = 'c') =>
      statuses.putTaskStatus({ ...statusOf(state), id: { connector, task } }),
    /** Whether it has ended, once all that is due has run. */
    isComplete: (completion: Promise<void>): Promise<boolean> =>
      Promise.race([completion.then(() => true), turn(false)]),
  };
}

describe('the sighting of a restart', () => {
  test('is complete when the instance and each task were RESTARTING, whatever they are by then', async () => {
    const { sighting, instance, task, isComplete } = look({ instance: true, tasks: [0, 1] });
    const completion = sighting.complete(never);

    await instance('RESTARTING');
    await instance('RUNNING');
    await task(0, 'RESTARTING');
    await task(1, 'RUNNING');
    await instance('RESTARTING', 'other');
    await task(1, 'RESTARTING', 'other');
    assert.equal(await isComplete(completion), false);
    await task(1, 'RESTARTING');

    assert.equal(await isComplete(completion), true);
  });

  test('awaits no instance that is not covered', async () => {
    const { sighting, task, isComplete } = look({ instance: false, tasks: [3] });
    const completion = sighting.complete(never);

    await task(3, 'RESTARTING');

    assert.equal(await isComplete(completion), true);
  });

  test('awaits the instance where that is all', async () => {
    const { sighting, instance, isComplete } = look({ instance: true, tasks: [] });
    const completion = sighting.complete(never);

    await instance('RUNNING');
    assert.equal(await isComplete(completion), false);
    await instance('RESTARTING');

    assert.equal(await isComplete(completion), true);
  });

  test('counts what was seen before anybody waits', async () => {
    const { sighting, instance } = look({ instance: true, tasks: [] });

    await instance('RESTARTING');

    await sighting.complete(never);
  });

  test('waits three seconds for a worker that may have died', async () => {
    const { sighting, clock, isComplete } = look({ instance: true, tasks: [] });
    const completion = sighting.complete(never);

    clock.advance(2999);
    assert.equal(await isComplete(completion), false);
    clock.advance(1);

    assert.equal(await isComplete(completion), true);
  });

  test('ends when whoever waits goes away', async () => {
    const { sighting } = look({ instance: true, tasks: [] });
    const gone = new AbortController();
    const completion = sighting.complete(gone.signal);

    gone.abort(new Error('gone'));

    await assert.rejects(completion, /gone/);
  });

  test('looks no more once it is ended', async () => {
    const { sighting, instance, isComplete } = look({ instance: true, tasks: [] });
    sighting.end();
    sighting.end();

    await instance('RESTARTING');

    assert.equal(await isComplete(sighting.complete(never)), false);
  });
});
