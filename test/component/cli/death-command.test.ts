import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../../src/async/clock.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import { pollUntil } from '../../../scripts/poll-until.ts';

describe('a death command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-death-'));
  after(() => rmSync(folder, { recursive: true }));
  const modulePath = join(packageRoot(), 'dist', 'src', 'cli', 'broker', 'death-command.js');

  /** Runs a program that holds a command which makes `file`; resolves when program and waiting shell are gone. */
  const runHolder = async (file: string, ending: string): Promise<void> => {
    const code = `
      const { DeathCommand } = await import(${JSON.stringify(modulePath)});
      const command = new DeathCommand(['touch', ${JSON.stringify(file)}]);
      ${ending}`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' });
    await once(holder, 'exit');
    const wait = { what: 'the end of the shell', timeoutMs: 10_000, intervalMs: 20 };
    await pollUntil(new SystemClock(), wait, async () =>
      execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' }).includes(file) ? undefined : true,
    );
  };

  test('runs when its process is killed', async () => {
    const file = join(folder, 'killed');

    await runHolder(file, `process.kill(process.pid, 'SIGKILL');`);

    assert.ok(existsSync(file));
  });

  test('runs when its process ends by itself', async () => {
    const file = join(folder, 'ended');

    await runHolder(file, 'process.exitCode = 3;');

    assert.ok(existsSync(file));
  });

  test('does not run once it is disarmed', async () => {
    const file = join(folder, 'disarmed');

    await runHolder(file, 'command.disarm();');

    assert.ok(!existsSync(file));
  });
});
