import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { PluginIsolation } from '../../../src/config/millrace-keys.ts';
import type { PluginLease } from '../../../src/plugin-host/plugin-lease.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';
import type { ProcessPool } from '../../../src/plugin-host/process-pool.ts';
import type { TaskEnd } from '../../../src/plugin-host/task-end.ts';
import {
  isAlive,
  PluginFixture,
  probeManifest,
  rogueManifest,
  type SourceProbe,
} from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;
let pool: ProcessPool;

beforeEach(() => {
  fixture = new PluginFixture();
  pool = fixture.openPool();
});

afterEach(() => fixture.close());

/** Asks for a place, as `connector-task`, or `connector` for the instance. */
function lease(
  manifest: string | PluginManifest,
  owner: string,
  options: { readonly isolation?: PluginIsolation; readonly signal?: AbortSignal; readonly from?: ProcessPool } = {},
): Promise<PluginLease> {
  const [connector = '', task] = owner.split('-');
  return (options.from ?? pool).lease({
    manifest: typeof manifest === 'string' ? rogueManifest(manifest) : manifest,
    isolation: options.isolation ?? 'plugin',
    owner: { connector, task: task === undefined ? null : Number(task) },
    hiddenValues: [],
    signal: options.signal ?? new AbortController().signal,
  });
}

async function leasePids(name: string, isolation: PluginIsolation, owners: readonly string[]): Promise<number[]> {
  const leases = await Promise.all(owners.map(owner => lease(name, owner, { isolation })));
  return leases.map(pidOf);
}

function pidOf({ pid }: PluginLease): number {
  return pid ?? assert.fail('no process');
}

/** Owners by process: equal letters share one. */
function letters(pids: readonly number[]): string {
  const order = [...new Set(pids)];
  return pids.map(pid => String.fromCodePoint(97 + order.indexOf(pid))).join('');
}

/** A running task of the probe in a shared process. */
async function openProbe(owner: string, behaviour: string): Promise<SourceProbe<PluginLease>> {
  const place = await lease(probeManifest(), owner);
  const [connector = '', task] = owner.split('-');
  const config = new Map([
    ['task.class', 'test.ProbeSourceConnector'],
    ['behaviour', behaviour],
  ]);
  return fixture.openSourceOn(place, { connector, task: Number(task), config });
}

async function expectBatch(task: SourceProbe<PluginLease>): Promise<void> {
  const have = task.messages.filter(message => message.kind === 'batch').length;
  task.demand();
  await task.take('batch', have + 1);
}

/** The end's kind, and its error's code and message. */
function summary(end: TaskEnd): string {
  return end.kind === 'stopped' ? `stopped ${end.isClean}` : `${end.kind} ${end.error.code} ${end.error.message}`;
}

describe('a pool of plugin processes', () => {
  test('gives every owner a process of its own under isolation task', async () => {
    assert.equal(letters(await leasePids('two-tasks', 'task', ['a', 'a-0', 'a-1'])), 'abc');
  });

  test('has a connector and its tasks share under isolation connector', async () => {
    assert.equal(letters(await leasePids('two-tasks', 'connector', ['a', 'a-0', 'a-1', 'b', 'b-0'])), 'aaabb');
  });

  test('has all of a plugin share under isolation plugin', async () => {
    assert.equal(letters(await leasePids('two-tasks', 'plugin', ['a', 'a-0', 'b', 'b-0'])), 'aaaa');
  });

  test('does not mix plugins', async () => {
    const [one, other] = await Promise.all([lease('two-tasks', 'a-0'), lease('plain', 'b-0')]);

    assert.notEqual(one.pid, other.pid);
  });

  test('takes one task and one instance for a plugin that does not say how many it takes', async () => {
    assert.equal(letters(await leasePids('plain', 'plugin', ['a', 'a-0', 'b', 'b-0'])), 'aabb');
  });

  test('launches as few processes as hold all who come at once', async () => {
    const pids = await leasePids('two-tasks', 'plugin', ['a-0', 'a-1', 'a-2', 'b-0', 'b-1']);

    assert.equal(letters(pids), 'aabbc');
    assert.equal(fixture.processes.length, 3);
  });

  test('gives the place of one who left to the next', async () => {
    const [first] = await Promise.all([lease('two-tasks', 'a-0'), lease('two-tasks', 'a-1')]);

    await first.release({ isClean: true });
    const next = await lease('two-tasks', 'a-2');

    assert.equal(next.pid, first.pid);
  });

  test('keeps an unused process for a while, then ends it', async () => {
    const brief = fixture.openPool(50);
    const first = await lease('two-tasks', 'a-0', { from: brief });
    await first.release({ isClean: true });
    const second = await lease('two-tasks', 'a-1', { from: brief });
    assert.equal(second.pid, first.pid);

    await second.release({ isClean: true });
    await fixture.processes[0]?.exited;

    assert.equal(isAlive(pidOf(first)), false);
  });

  test('ends what is left when it closes', async () => {
    const place = await lease('two-tasks', 'a-0');

    await pool.close();

    assert.equal(isAlive(pidOf(place)), false);
    assert.equal((await place.exited).isRequested, true);
  });
});

describe('a shared process that does not start', () => {
  test('is one launch and one error for all who wait for it', async () => {
    const results = await Promise.allSettled(['a-0', 'a-1', 'b'].map(owner => lease('exits-at-once', owner)));

    for (const result of results) assert.match(inspect(result), /rejected.*code: 'PLUGIN_EXITED'/s);
    assert.equal(fixture.lines.filter(({ msg }) => msg === 'Started plugin process').length, 1);
  });

  test('is given up by one without the others', async () => {
    const leaving = new AbortController();
    const first = lease('two-tasks', 'a-0', { signal: leaving.signal });
    const second = lease('two-tasks', 'a-1');

    leaving.abort();

    await assert.rejects(first, { code: 'SHUTTING_DOWN' });
    assert.ok(isAlive(pidOf(await second)));
  });
});

describe('tasks in one process', () => {
  test('run side by side on connections of their own', async () => {
    const [one, other] = await Promise.all([openProbe('a-0', ''), openProbe('a-1', '')]);

    await Promise.all([expectBatch(one), expectBatch(other)]);

    assert.equal(one.plugin.pid, other.plugin.pid);
    assert.notEqual(one.plugin.channel, other.plugin.channel);
  });

  test('stop one by one', async () => {
    const [one, other] = await Promise.all([openProbe('a-0', ''), openProbe('a-1', '')]);
    await Promise.all([one.client.started, other.client.started]);

    const ended = one.client.stop('STOP', 10_000);
    await one.take('stopped', 1);
    one.client.finish();

    assert.equal(summary(await ended), 'stopped true');
    await expectBatch(other);
    assert.equal((await openProbe('a-2', '')).plugin.pid, other.plugin.pid);
  });

  test('fail one by one', async () => {
    const [bad, good] = await Promise.all([openProbe('a-0', 'fail-start'), openProbe('a-1', '')]);

    assert.equal(summary(await bad.client.ended), 'failed TASK_FAILED Too fast');
    await expectBatch(good);
  });

  test('die together with their process, and those that come back meet in one', async () => {
    const [one, other] = await Promise.all([openProbe('a-0', ''), openProbe('b-0', '')]);
    await Promise.all([one.client.started, other.client.started]);

    process.kill(pidOf(one.plugin), 'SIGKILL');
    const ends = await Promise.all([one.client.ended, other.client.ended]);
    const next = await Promise.all([openProbe('a-0', ''), openProbe('b-0', '')]);

    for (const end of ends) assert.match(summary(end), /^died PLUGIN_EXITED .*was ended by signal SIGKILL/);
    assert.equal(next[0].plugin.pid, next[1].plugin.pid);
    assert.equal(fixture.processes.length, 2);
  });

  test('are told whose silence the process was killed for', async () => {
    const mute = fixture.openSourceOn(await lease('two-tasks', 'a-0'), { heartbeatMs: 600_000, deadAfterMs: 300 });
    const lively = fixture.openSourceOn(await lease('two-tasks', 'b-0'), { connector: 'b' });

    const ends = await Promise.all([mute.client.ended, lively.client.ended]);

    assert.match(summary(ends[0]), /^died PLUGIN_SILENT Plugin 'two-tasks' gave no sign of life/);
    assert.match(summary(ends[1]), /^died PLUGIN_EXITED The process was shared with task a-0: Plugin .* gave no sign/);
  });

  test('have no successor in a process where one of them did not stop', async () => {
    const [stuck, other] = await Promise.all([openProbe('a-0', 'block'), openProbe('a-1', '')]);
    await Promise.all([stuck.client.started, other.client.started]);
    stuck.demand();

    assert.equal(summary(await stuck.client.stop('STOP', 50)), 'stopped false');
    const successor = await openProbe('a-0', '');
    await expectBatch(other);
    assert.notEqual(successor.plugin.pid, other.plugin.pid);

    await other.plugin.release({ isClean: true });
    await fixture.processes[0]?.exited;
    assert.equal(isAlive(pidOf(other.plugin)), false);
  });
});
