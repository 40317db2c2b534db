/**
 * Makes a clone ready: installs the dependencies when they are missing or not those of package-lock.json, with `--python` prepares
 * the Python plugins, and builds. Run by npm before `npm test` and `npm run demo`, so it may use nothing but Node itself. What is
 * done already is skipped.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

installDependencies();
if (process.argv.includes('--python')) run('sh', [join(root, 'plugins', 'python', 'setup.sh')]);
await build();

function installDependencies() {
  const digest = digestOf(join(root, 'package-lock.json'));
  const stamp = join(root, 'node_modules', '.millrace-installed');
  if (readStamp(stamp) === digest) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, digest);
}

function digestOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function run(program, args) {
  // npm's own messages belong to what this prepares, not to what it prints.
  const result = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status === 0) return;
  const reason = result.error === undefined ? `exit code ${result.status ?? result.signal}` : result.error.message;
  console.error(`setup: '${program} ${args.join(' ')}' failed: ${reason}`);
  process.exit(1);
}

function say(text) {
  console.error(`setup: ${text}`);
}
