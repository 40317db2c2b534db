/** Compiles everything into `dist` and puts the manifests of the TypeScript plugins beside their programs. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(root, 'dist', 'src', 'cli', 'millrace.js');

/** Ends the process with an exit code when the compiler finds an error. */
export function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Without an output the compiler's own record of what is up to date means nothing.
  const force = existsSync(command) ? [] : ['--incremental', 'false'];
  const result = spawnSync(process.execPath, [compiler, '-p', root, ...force], { stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
  chmodSync(command, 0o755);
  copyManifests();
}

function copyManifests() {
  const plugins = join(root, 'plugins', 'typescript');
  for (const name of existsSync(plugins) ? readdirSync(plugins) : []) {
    const manifest = join(plugins, name, 'plugin.json');
    const target = join(root, 'dist', 'plugins', 'typescript', name);
    if (!existsSync(manifest)) continue;
    mkdirSync(target, { recursive: true });
    copyFileSync(manifest, join(target, 'plugin.json'));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) build();
