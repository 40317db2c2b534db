import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { isAlive, PluginFixture } from '../../support/plugin-fixture.ts';
import { programArguments } from '../../support/program-command.ts';

let fixture: PluginFixture;

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(() => fixture.close());

/** Process id of the child that the rogue `spawns-child` has started. */
function childPid(message: string): number {
  return Number(/child (\d+)/.exec(message)?.[1]);
}

/** Waits until a process is gone; fails after 5 s. */
async function assertGone(pid: number): Promise<void> {
  const clock = new SystemClock();
  const deadlineMs = clock.monotonicMs() + 5000;
  while (isAlive(pid)) {
    assert.ok(clock.monotonicMs() < deadlineMs, `process ${pid} is still there`);
    await clock.sleep(20);
  }
}

describe('children of a plugin', () => {
  test('end with it when it is stopped', async () => {
    const task = await fixture.openSource('spawns-child');
    const child = childPid(String((await fixture.line(/^child /))['msg']));

    await task.client.stop('STOP', 100);

    await assertGone(child);
  });

  test('end with it when it is killed from outside', async () => {
    const task = await fixture.openSource('spawns-child');
    const child = childPid(String((await fixture.line(/^child /))['msg']));

    process.kill(task.plugin.pid, 'SIGKILL');
    await task.client.ended;

    await assertGone(child);
  });
});

describe('a worker that is killed', () => {
  test('leaves neither its plugins nor their children behind', async () => {
    const host = spawn(process.execPath, programArguments('test/support/plugin-host-program.ts'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    for await (const line of createInterface({ input: host.stdout })) {
      pids.push(Number(line));
      if (pids.length === 2) break;
    }
    assert.deepEqual(pids.map(isAlive), [true, true]);

    host.kill('SIGKILL');
    await once(host, 'exit');

    for (const pid of pids) await assertGone(pid);
  });
});
