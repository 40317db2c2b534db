import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createDeferred } from '../../../src/async/deferred.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { PluginLauncher } from '../../../src/plugin-host/launch.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';
import { ControlProcesses } from '../../../src/worker/control-processes.ts';
import { isAlive, PluginFixture, rogueManifest } from '../../support/plugin-fixture.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';

const { signal } = new AbortController();
let fixture: PluginFixture;
let control: ControlProcesses;
let launches: number;
/** Holds the first launch back. */
let firstMayStart: Promise<undefined>;

beforeEach(() => {
  fixture = new PluginFixture();
  firstMayStart = Promise.resolve(undefined);
  control = openControl(600_000);
});

afterEach(async () => {
  await control.close();
  await fixture.close();
});

function openControl(idleMs: number): ControlProcesses {
  launches = 0;
  const log = createSilentLogger();
  class CountingLauncher extends PluginLauncher {
    override async launch(...[manifest, options]: Parameters<PluginLauncher['launch']>): Promise<PluginProcess> {
      launches += 1;
      if (launches === 1) await firstMayStart;
      return fixture.launch(manifest, options);
    }
  }
  const launcher = new CountingLauncher({ clock: fixture.clock, log, worker: 'test' });
  return new ControlProcesses({ launcher, startTimeoutMs: 10_000, idleMs, clock: fixture.clock, log });
}

const take = (name: string, task = 0): Promise<PluginProcess> =>
  control.take(rogueManifest(name), { bindings: { connector: 'c', task }, signal });

describe('control processes', () => {
  test('hand the one that was borrowed to who takes one next', async () => {
    const borrowed = await control.borrow(rogueManifest('plain'), async process => process.pid);

    assert.equal((await take('plain')).pid, borrowed);
    assert.equal(launches, 1);
  });

  test('start as many ahead as are asked for, and hand them out', async () => {
    control.warmUp(rogueManifest('plain'), 2);
    control.warmUp(rogueManifest('plain'), 2);

    const taken = [await take('plain', 0), await take('plain', 1)];

    assert.equal(launches, 2);
    assert.notEqual(taken[0]?.pid, taken[1]?.pid);
    await take('plain', 2);
    assert.equal(launches, 3);
  });

  test('start the one that is about to be borrowed ahead too, once', async () => {
    control.warmUp(rogueManifest('plain'), 1, true);
    control.warmUp(rogueManifest('plain'), 1, true);

    const borrowed = await control.borrow(rogueManifest('plain'), async process => process.pid);
    const taken = [await take('plain', 0), await take('plain', 1)];

    assert.equal(launches, 2);
    assert.equal(taken[0]?.pid, borrowed);
    assert.notEqual(taken[1]?.pid, borrowed);
  });

  test('lend the first that is ready of those that start together', async () => {
    const first = createDeferred<undefined>();
    firstMayStart = first.promise;
    control.warmUp(rogueManifest('plain'), 1, true);

    const borrowed = await control.borrow(rogueManifest('plain'), async process => process.pid);
    first.resolve(undefined);
    const taken = [await take('plain', 0), await take('plain', 1)];

    assert.equal(launches, 2);
    assert.deepEqual(
      taken.map(({ pid }) => pid),
      fixture.processes.map(({ pid }) => pid),
    );
    assert.equal(taken[0]?.pid, borrowed);
  });

  test('start a plugin that does not start no more often than they were asked to', async () => {
    control.warmUp(rogueManifest('exits-at-once'), 1, true);

    await assert.rejects(
      control.borrow(rogueManifest('exits-at-once'), async process => process.pid),
      { code: 'PLUGIN_EXITED' },
    );

    assert.equal(launches, 2);
  });

  test('lend one that was started ahead, and hand it out after that', async () => {
    control.warmUp(rogueManifest('plain'), 1);

    const borrowed = await control.borrow(rogueManifest('plain'), async process => process.pid);

    assert.equal((await take('plain')).pid, borrowed);
    assert.equal(launches, 1);
  });

  test('end the one that was to be borrowed when nobody does', async () => {
    await control.close();
    control = openControl(1);
    control.warmUp(rogueManifest('plain'), 0, true);
    await untilTrue('it was started', () => fixture.processes.length === 1);

    await untilTrue('it has ended', () => fixture.processes[0]?.hasExited === true);
  });

  test('log what a process prints under the name of who took it', async () => {
    control.warmUp(rogueManifest('prints-much'), 1);
    const task = fixture.openSourceOn(await take('prints-much', 7));

    task.demand();
    const { connector, task: number, role } = await fixture.line(/^printed much$/);

    assert.deepEqual([connector, number, role], ['c', 7, undefined]);
  });

  test('pass over one that has died meanwhile', async () => {
    control.warmUp(rogueManifest('plain'), 1);
    const first = await take('plain');
    control.warmUp(rogueManifest('plain'), 1);
    await untilTrue('the spare is ready', () => fixture.processes.length === 2);
    const [, spare] = fixture.processes;
    await spare?.kill();

    const next = await take('plain');

    assert.ok(isAlive(next.pid) && next.pid !== first.pid && next.pid !== spare?.pid);
  });

  test('end those that nobody took in time', async () => {
    control = openControl(50);
    control.warmUp(rogueManifest('plain'), 1);
    await fixture.line(/^Plugin process ended$/);

    await take('plain');

    assert.equal(launches, 2);
  });

  test('end those that nobody took when they close', async () => {
    control.warmUp(rogueManifest('plain'), 2);

    await control.close();

    assert.deepEqual(
      fixture.processes.map(({ pid }) => isAlive(pid)),
      [false, false],
    );
  });
});
