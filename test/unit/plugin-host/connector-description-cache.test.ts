import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ConnectorDescriptionCache } from '../../../src/plugin-host/connector-description-cache.ts';
import { readManifest } from '../../../src/plugin-host/manifest.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';

let folder: string;
let manifest: PluginManifest;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
  const connectors = [{ class: 'a.A', type: 'source' }];
  const json = { name: 'p', version: '1', protocol: [1], command: ['node'], connectors };
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify(json));
  manifest = readManifest(join(folder, 'plugin.json'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('descriptions of connectors', () => {
  test('are asked for once as long as the folder stays the same', async () => {
    const cache = new ConnectorDescriptionCache();
    let asked = 0;
    const describeAll = async (): Promise<readonly []> => {
      asked += 1;
      return [];
    };

    await Promise.all([cache.get(manifest, describeAll), cache.get(manifest, describeAll)]);
    await cache.get(manifest, describeAll);
    assert.equal(asked, 1);

    writeFileSync(join(folder, 'main.js'), 'changed');
    await cache.get(manifest, describeAll);
    assert.equal(asked, 2);
  });

  test('are asked for again after a failure', async () => {
    const cache = new ConnectorDescriptionCache();
    await assert.rejects(cache.get(manifest, () => Promise.reject(new Error('no'))));

    assert.deepEqual(await cache.get(manifest, async () => []), []);
  });
});
