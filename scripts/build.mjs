/**
 * Compiles everything into `dist`, makes one file of the SDK and of each TypeScript plugin, and puts the plugins' manifests beside
 * them. A plugin starts for every task, and half of its start would be finding and reading some 200 files.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(root, 'dist', 'src', 'cli', 'millrace.js');

/** CommonJS, which Node starts faster than modules. What only reflection needs stays outside until somebody asks. */
const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['@grpc/reflection', 'grpc-health-check'],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'error',
};

/** Ends the process with an exit code when the compiler finds an error. */
export async function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Without an output the compiler's own record of what is up to date means nothing.
  const force = existsSync(command) ? [] : ['--incremental', 'false'];
  if (force.length > 0) console.error('build: compiling');
  const result = spawnSync(process.execPath, [compiler, '-p', root, ...force], { stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
  chmodSync(command, 0o755);
  // Imported here, since a clone has no packages before the setup has installed them.
  const { buildSync } = await import('esbuild');
  const bundle = (entry, target) => buildSync({ ...bundleOptions, entryPoints: [entry], outfile: target });
  bundle(join(root, 'dist', 'src', 'sdk', 'index.js'), join(root, 'dist', 'sdk', 'index.cjs'));
  makePlugins(bundle);
}

function makePlugins(bundle) {
  const plugins = join(root, 'plugins', 'typescript');
  for (const name of existsSync(plugins) ? readdirSync(plugins) : []) {
    const manifest = join(plugins, name, 'plugin.json');
    const target = join(root, 'dist', 'plugins', 'typescript', name);
    if (!existsSync(manifest)) continue;
    mkdirSync(target, { recursive: true });
    bundle(join(target, 'main.js'), join(target, 'plugin.cjs'));
    copyFileSync(manifest, join(target, 'plugin.json'));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build();
