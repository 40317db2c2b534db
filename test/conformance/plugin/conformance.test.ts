import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { packageRoot } from '../../../src/config/package-root.ts';
import { programArguments } from '../../support/program-command.ts';
import { tickerManifest } from '../../support/python-ticker.ts';

/** Runs the kit as `npm run conformance` does. */
async function runKit(...args: string[]): Promise<{ code: number | null; lines: readonly string[] }> {
  const program = programArguments('test/conformance/plugin/conformance.ts');
  const kit = spawn(process.execPath, [...program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(kit.stdout), once(kit, 'exit')]);
  return { code: kit.exitCode, lines: output.trim().split('\n') };
}

describe('the conformance kit', () => {
  test('finds that the Python ticker keeps every rule', async () => {
    const { folder } = tickerManifest();

    const { code, lines } = await runKit(
      ...['--config', 'topic=t', '--config', 'interval.ms=100'],
      ...[join(folder, '.venv/bin/python'), join(folder, 'ticker.py')],
    );

    assert.equal(lines.at(-1), `${lines.length - 1} passed, 0 failed`, lines.join('\n'));
    assert.equal(code, 0);
  });

  test('names the rule that a plugin breaks, with the reason', async () => {
    const rogue = join(packageRoot(), 'test/fixtures/plugins/rogue.js');

    const { code, lines } = await runKit(process.execPath, rogue, 'wrong-seq');

    const broken = lines.filter(line => line.startsWith('not ok')).join('\n');
    assert.match(broken, /answers each token with one batch.*batch 7 where 1 was due/);
    assert.match(lines.at(-1) ?? '', /^\d+ passed, [1-9]\d* failed$/);
    assert.equal(code, 1);
  });
});
