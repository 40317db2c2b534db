/** Compiles everything into `dist`, and makes single files of what is started often: the worker, the SDK, the plugins. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'dist', 'src', 'cli', 'millrace.js');

/** Ends the process with an exit code when the compiler finds an error. */
export async function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Without an output the compiler's own record of what is up to date means nothing.
  const force = existsSync(output) ? [] : ['--incremental', 'false'];
  if (force.length > 0) console.error('build: compiling');
  const result = spawnSync(process.execPath, [compiler, '-p', root, ...force], { stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
  await bundle(root);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build();
