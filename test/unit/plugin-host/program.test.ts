import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pluginEnvironment } from '../../../src/plugin-host/plugin-environment.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';
import { type Program, resolveProgram } from '../../../src/plugin-host/program.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function resolve(command: readonly string[], searchPath = '/usr/bin:/bin'): Program {
  const manifest: PluginManifest = {
    name: 'p',
    version: '1',
    folder,
    protocolMajors: [1],
    command,
    connectors: [],
    allowedEnvironment: [],
    transport: 'unix',
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
  return resolveProgram(manifest, searchPath);
}

describe('the program of a plugin', () => {
  test('is the worker’s own Node where it says node', () => {
    assert.deepEqual(resolve(['node', '--enable-source-maps', '../main.js']), {
      path: process.execPath,
      args: ['--enable-source-maps', join(folder, '..', 'main.js')],
    });
  });

  test('is looked up on the path when it is a bare name', () => {
    writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });

    assert.equal(resolve(['tool'], `/nowhere:${folder}`).path, join(folder, 'tool'));
    assert.throws(() => resolve(['tool'], '/nowhere'), {
      code: 'PLUGIN_NOT_EXECUTABLE',
      message: /'tool' is not on the worker's PATH/,
    });
  });

  test('is relative to the manifest when it is a path, and so are arguments that name a file there', () => {
    writeFileSync(join(folder, 'run.sh'), '', { mode: 0o755 });

    assert.deepEqual(resolve(['./run.sh', 'run.sh', 'other.sh', '/abs', '--x=run.sh']), {
      path: join(folder, 'run.sh'),
      args: [join(folder, 'run.sh'), 'other.sh', '/abs', '--x=run.sh'],
    });
  });

  test('is refused with the reason when it cannot be run', () => {
    writeFileSync(join(folder, 'run.sh'), '');
    chmodSync(join(folder, 'run.sh'), 0o644);

    assert.throws(() => resolve(['./run.sh']), { code: 'PLUGIN_NOT_EXECUTABLE', message: /chmod \+x/ });
    assert.throws(() => resolve(['./none']), { code: 'PLUGIN_NOT_EXECUTABLE', message: /does not exist/ });
    assert.throws(() => resolve(['./']), { code: 'PLUGIN_NOT_EXECUTABLE', message: /is a folder/ });
  });
});

describe('the environment of a plugin', () => {
  test('has the common variables, the allow-list and its own, and nothing else', () => {
    const worker = {
      PATH: '/bin',
      HOME: '/h',
      TZ: 'UTC',
      AWS_REGION: 'eu',
      AWS_KEY: 'k',
      SASL_PASSWORD: 's',
      MILLRACE_X: 'x',
      NODE_OPTIONS: '-r x',
    };

    const environment = pluginEnvironment(
      { allowedEnvironment: ['AWS_*', 'MISSING'] },
      new Map([['MILLRACE_PLUGIN_ADDRESS', 'unix:/p']]),
      worker,
    );

    assert.deepEqual(environment, {
      PATH: '/bin',
      HOME: '/h',
      TZ: 'UTC',
      AWS_REGION: 'eu',
      AWS_KEY: 'k',
      MILLRACE_PLUGIN_ADDRESS: 'unix:/p',
    });
  });
});
