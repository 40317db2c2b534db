/**
 * Makes a clone ready: installs the dependencies when they are missing or older than package-lock.json, makes the Python plugins'
 * environments, builds. Run by npm before `npm test` and `npm run demo`, so it may use nothing but Node itself. What is done
 * already is skipped.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

installDependencies();
for (const plugin of foldersIn(join(root, 'plugins', 'python'))) preparePython(plugin);
build();

function installDependencies() {
  const digest = digestOf(join(root, 'package-lock.json'));
  const stamp = join(root, 'node_modules', '.millrace-installed');
  if (readStamp(stamp) === digest) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, digest);
}

/** A virtual environment beside every Python plugin that lists requirements. */
function preparePython(plugin) {
  const requirements = join(plugin, 'requirements.txt');
  if (!existsSync(requirements)) return;
  const venv = join(plugin, '.venv');
  const digest = digestOf(requirements);
  const stamp = join(venv, '.millrace-installed');
  if (readStamp(stamp) === digest) return;
  say(`preparing Python for ${plugin}`);
  rmSync(venv, { recursive: true, force: true });
  run('python3', ['-m', 'venv', venv]);
  run(join(venv, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ]);
  writeFileSync(stamp, digest);
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter(entry => entry.isDirectory()).map(entry => join(folder, entry.name));
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
