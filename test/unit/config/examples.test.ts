import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../../src/config/package-root.ts';
import type { ParsedConfig } from '../../../src/config/parsed-config.ts';
import { readPropertiesFile } from '../../../src/config/properties-file.ts';
import {
  findIgnoredWorkerSettings,
  parseDistributedConfig,
  parseStandaloneConfig,
} from '../../../src/config/worker-config.ts';

async function readDistributed(file: string): Promise<ParsedConfig> {
  return parseDistributedConfig(await readPropertiesFile(join(packageRoot(), file)));
}

describe('the example files', () => {
  test('make one cluster of the three workers, each on ports of its own', async () => {
    const files = [1, 2, 3].map(number => `examples/cluster/worker-${number}.properties`);
    const workers = await Promise.all(files.map(readDistributed));

    const [first = new Map<string, string>(), ...others] = workers.map(({ originals }) => originals);
    const differences = others.map(other =>
      [...first].flatMap(([key, value]) => (other.get(key) === value ? [] : [key])),
    );
    const ports = workers.flatMap(worker => [...worker.list('listeners'), ...worker.list('grpc.listeners')]);
    assert.deepEqual(differences, [
      ['listeners', 'grpc.listeners'],
      ['listeners', 'grpc.listeners'],
    ]);
    assert.equal(new Set(ports).size, 6);
    assert.deepEqual(workers.flatMap(findIgnoredWorkerSettings), []);
  });

  test('are valid for standalone workers and for containers', async () => {
    const standalone = parseStandaloneConfig(
      await readPropertiesFile(join(packageRoot(), 'examples/worker.properties')),
    );
    const container = await readDistributed('docker/worker.properties');

    assert.deepEqual([standalone, container].flatMap(findIgnoredWorkerSettings), []);
  });

  test('are all there where the README names them', () => {
    const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
    const named = [...readme.matchAll(/\bexamples\/[\w./-]+\.properties/g)].map(([path]) => path);

    assert.ok(named.length >= 6);
    assert.deepEqual(
      named.filter(path => !existsSync(join(packageRoot(), path))),
      [],
    );
  });
});
