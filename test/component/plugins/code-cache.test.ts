import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Script } from 'node:vm';
import { packageRoot } from '../../../src/config/package-root.ts';
import { ReflectionClient } from '../../support/reflection-client.ts';
import { TestFolder } from '../../support/worker-process.ts';

const plugins = ['datagen', 'file-stream'];
const files = ['plugin.cjs', 'plugin.program.cjs', 'plugin.program.cjs.cache'] as const;

function folderOf(plugin: string): string {
  return join(packageRoot(), 'dist', 'plugins', 'typescript', plugin);
}

/** What the program says when nobody has told it where to listen; it has to run for that. */
function refusal(program: string): string {
  const { status, stderr } = spawnSync(process.execPath, [program], { env: {}, encoding: 'utf8' });
  assert.equal(status, 64, stderr);
  return stderr;
}

describe("a plugin's code cache", () => {
  for (const plugin of plugins) {
    test(`of ${plugin} is of its program and taken by this Node`, () => {
      const program = join(folderOf(plugin), 'plugin.program.cjs');
      const text = readFileSync(program, 'utf8');
      const { cachedDataRejected } = new Script(
        `(function (exports, require, module, __filename, __dirname) {\n${text}\n})`,
        { cachedData: readFileSync(`${program}.cache`) },
      );

      assert.equal(cachedDataRejected, false);
    });
  }

  test('leaves the program able to load what it needs later', async t => {
    const folder = await TestFolder.create();
    t.after(() => folder.remove());
    const address = `unix:${folder.file('p.sock')}`;
    const plugin = spawn(process.execPath, [join(folderOf('datagen'), 'plugin.cjs')], {
      env: { MILLRACE_PLUGIN_ADDRESS: address },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => plugin.kill('SIGKILL'));
    // It listens.
    await once(plugin.stderr, 'data');
    const reflection = new ReflectionClient(address);
    t.after(() => reflection.close());

    assert.ok((await reflection.listServices()).includes('millrace.plugin.v1.Plugin'));
  });

  test('may be of another version of V8, or missing', async t => {
    const folder = await TestFolder.create();
    t.after(() => folder.remove());
    const [loader, , cache] = files;
    for (const file of files) copyFileSync(join(folderOf('datagen'), file), folder.file(file));

    // The hash of the version comes after a magic number.
    writeFileSync(folder.file(cache), readFileSync(folder.file(cache)).fill(7, 4, 8));
    assert.match(refusal(folder.file(loader)), /datagen .* is a Millrace plugin/);
    rmSync(folder.file(cache));
    assert.match(refusal(folder.file(loader)), /datagen .* is a Millrace plugin/);
  });
});
