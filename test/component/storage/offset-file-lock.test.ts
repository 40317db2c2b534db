import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { packageRoot } from '../../../src/config/package-root.ts';

describe('an offsets file', () => {
  let folder = '';
  const started: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-offsets-'));
  });
  after(async () => {
    for (const child of started.filter(each => each.exitCode === null && each.signalCode === null))
      child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** Starts a worker's share of it: a process that opens the store, and the first thing it says. */
  async function startHolder(path: string): Promise<{ readonly child: ChildProcess; readonly says: string }> {
    const program = join(packageRoot(), 'test/support/offset-file-holder.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', program, path], {
      cwd: packageRoot(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    started.push(child);
    assert.ok(child.stdout);
    const line: unknown[] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(30_000) });
    return { child, says: String(line[0]) };
  }

  test('has one worker at a time; the second is told the process id of the first', async () => {
    const path = join(folder, 'shared');
    const first = await startHolder(path);

    const second = await startHolder(path);

    assert.equal(first.says, 'held');
    assert.equal(
      second.says,
      `OFFSET_FILE_LOCKED: Offsets file '${path}' is in use by the worker with process id ${first.child.pid}. ` +
        "Stop that worker, or give each its own 'offset.storage.file.filename'",
    );
  });

  test('is free again after its worker was killed', async () => {
    const path = join(folder, 'killed');
    const first = await startHolder(path);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await startHolder(path);

    assert.deepEqual([first.says, second.says], ['held', 'held']);
  });

  test('is free again after its worker closed it', async () => {
    const path = join(folder, 'closed');
    const first = await startHolder(path);
    first.child.stdin?.end();
    await once(first.child, 'exit');

    const second = await startHolder(path);

    assert.deepEqual([first.says, first.child.exitCode, second.says], ['held', 0, 'held']);
  });

  test('has one worker when several start at the same time', async () => {
    const path = join(folder, 'raced');

    const holders = await Promise.all(Array.from({ length: 4 }, () => startHolder(path)));

    assert.equal(holders.filter(({ says }) => says === 'held').length, 1);
    assert.equal(holders.filter(({ says }) => says.startsWith('OFFSET_FILE_LOCKED')).length, 3);
  });
});
