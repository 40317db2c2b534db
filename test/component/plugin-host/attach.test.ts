import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { type AttachRequest, AttachedPlugins } from '../../../src/plugin-host/attached-plugins.ts';
import { PluginLauncher } from '../../../src/plugin-host/launch.ts';
import type { PluginLease } from '../../../src/plugin-host/plugin-lease.ts';
import type { TaskEnd } from '../../../src/plugin-host/task-end.ts';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';
import { HandStartedPlugin } from '../../support/hand-started-plugin.ts';
import { isAlive, PluginFixture, probeManifest, type SourceProbe } from '../../support/plugin-fixture.ts';

const { signal } = new AbortController();
let fixture: PluginFixture;
let plugin: HandStartedPlugin;
let attached: AttachedPlugins;

beforeEach(() => {
  fixture = new PluginFixture();
  plugin = new HandStartedPlugin('probe');
  attached = openAttached(10_000);
});

afterEach(async () => {
  await fixture.close();
  await plugin.close();
});

function openAttached(timeoutMs: number): AttachedPlugins {
  const launcher = new PluginLauncher({ clock: fixture.clock, log: createSilentLogger(), worker: 'test' });
  return new AttachedPlugins({ launcher, timeoutMs });
}

function attach(change: Partial<AttachRequest> = {}): Promise<PluginLease> {
  const owner = { connector: 'c', task: 0 };
  const { address } = plugin;
  return attached.attach({ address, token: undefined, manifest: probeManifest(), owner, signal, ...change });
}

async function openTask(start: { readonly deadAfterMs?: number } = {}): Promise<SourceProbe<PluginLease>> {
  const config = new Map([['task.class', 'test.ProbeSourceConnector']]);
  const task = fixture.openSourceOn(await attach(), { config, ...start });
  await task.client.started;
  return task;
}

function summary(end: TaskEnd): string {
  return end.kind === 'stopped' ? `stopped ${end.isClean}` : `${end.kind} ${end.error.code} ${end.error.message}`;
}

describe('an attached plugin', () => {
  test('runs a task, and lives on after it', async () => {
    await plugin.start();
    const task = await openTask();
    task.demand();
    await task.take('batch', 1);

    const ended = task.client.stop('STOP', 10_000);
    await task.take('stopped', 1);
    task.client.finish();

    assert.equal(summary(await ended), 'stopped true');
    assert.equal(task.plugin.pid, null);
    assert.ok(isAlive(plugin.pid));
    assert.equal((await openTask()).client.tokens, 0);
  });

  test('that goes away is the death of its tasks, and can be attached to again when it is back', async () => {
    await plugin.start();
    const task = await openTask();

    await plugin.kill();
    const end = summary(await task.client.ended);
    await plugin.start();
    const next = await openTask();
    next.demand();

    await next.take('batch', 1);
    assert.match(end, /^died PLUGIN_EXITED The connection to the plugin at 'unix:.*' was lost/);
  });

  test('that falls silent is given up and not killed', async () => {
    await plugin.start();
    const task = await openTask({ deadAfterMs: 500 });

    process.kill(plugin.pid, 'SIGSTOP');
    const end = summary(await task.client.ended);
    process.kill(plugin.pid, 'SIGCONT');

    assert.match(end, /^died PLUGIN_SILENT .* and was given up/);
    assert.ok(isAlive(plugin.pid));
    await openTask();
  });

  test('gets no more tasks than it takes', async () => {
    await plugin.start();
    const [first] = await Promise.all([openTask(), openTask(), openTask()]);

    await assert.rejects(attach(), { code: 'PLUGIN_HANDSHAKE_REFUSED', message: /takes 3 task\(s\) at a time/ });
    await attach({ owner: { connector: 'c', task: null } });
    await first.plugin.release({ isClean: true });
    await openTask();
  });

  test('is asked for its token over TCP', async () => {
    await plugin.close();
    plugin = new HandStartedPlugin('probe', { MILLRACE_PLUGIN_TOKEN: 'open sesame' });
    plugin.address = `tcp:127.0.0.1:${await findFreePort()}`;
    await plugin.start();

    await assert.rejects(attach(), { code: 'PLUGIN_HANDSHAKE_REFUSED', message: /set 'plugin.attach.token'/ });
    await assert.rejects(attach({ token: 'guess' }), { message: /'plugin.attach.token' is not its token/ });
    await attach({ token: 'open sesame' });
  });

  test('takes the socket that a killed one left behind', async () => {
    await plugin.start();
    await plugin.kill();

    await plugin.start();

    await openTask();
  });
});

describe('an address to attach to', () => {
  test('at which nobody answers is told, with what to do', async () => {
    attached = openAttached(200);

    await assert.rejects(attach(), {
      code: 'PLUGIN_UNREACHABLE',
      message: `No plugin answers at '${plugin.address}' (plugin.attach) within 200 ms; start it with MILLRACE_PLUGIN_ADDRESS=${plugin.address}`,
    });
  });

  for (const [what, change] of [
    ['in another version', { version: '2.6.0' }],
    ['under another name', { name: 'sonde' }],
  ] as const) {
    test(`is refused where the plugin is ${what} than the one installed`, async () => {
      await plugin.start();
      const manifest = { ...probeManifest(), ...change };

      await assert.rejects(attach({ manifest }), {
        code: 'PLUGIN_HANDSHAKE_REFUSED',
        message: /says to be 'probe' in version '2.5.0', but the connector is of/,
      });
    });
  }

  test('is no longer waited for when its owner is stopped', async () => {
    const leaving = new AbortController();
    const waiting = attach({ signal: leaving.signal });

    leaving.abort();

    await assert.rejects(waiting, { code: 'SHUTTING_DOWN' });
  });
});
