import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { scanManifests } from '../../../src/plugin-host/manifest-scan.ts';
import { PluginCatalog } from '../../../src/plugin-host/plugin-catalog.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'catalog-'));
});

afterEach(() => rmSync(root, { recursive: true }));

interface Plugin {
  readonly name?: string;
  readonly version?: string;
  readonly classes: readonly string[];
  readonly aliases?: readonly string[];
}

function writePlugin(folder: string, { name = 'p', version = '1.0.0', classes, aliases = [] }: Plugin): void {
  mkdirSync(join(root, folder), { recursive: true });
  const connectors = classes.map(className => ({ class: className, aliases, type: 'source' }));
  const manifest = { name, version, protocol: [1], command: ['node'], connectors };
  writeFileSync(join(root, folder, 'plugin.json'), JSON.stringify(manifest));
}

function catalogOf(...paths: string[]): PluginCatalog {
  const { manifests, problems } = scanManifests(paths.map(path => join(root, path)));
  return new PluginCatalog(manifests, problems);
}

describe('plugin.path', () => {
  test('may name a plugin itself, a folder of plugins, or a folder of groups of plugins', () => {
    writePlugin('itself', { classes: ['a.A'] });
    writePlugin('folder/one', { classes: ['b.B'] });
    writePlugin('groups/group/two', { classes: ['c.C'] });
    writePlugin('deep/x/y/three', { classes: ['d.D'] });

    const catalog = catalogOf('itself', 'folder', 'groups', 'deep');

    assert.deepEqual(
      catalog.list().map(connector => connector.className),
      ['a.A', 'b.B', 'c.C'],
    );
  });

  test('finds a plugin once, however often its path is named', () => {
    writePlugin('folder/one', { classes: ['a.A'] });

    const { manifests } = scanManifests([join(root, 'folder'), join(root, 'folder/one'), `${root}/folder/`]);

    assert.equal(manifests.length, 1);
  });

  test('with a wrong manifest or a missing folder gives the other plugins, and the problems', () => {
    writePlugin('folder/good', { classes: ['a.A'] });
    mkdirSync(join(root, 'folder/bad'));
    writeFileSync(join(root, 'folder/bad/plugin.json'), '{');

    const catalog = catalogOf('folder', 'missing');

    assert.deepEqual(
      catalog.list().map(connector => connector.className),
      ['a.A'],
    );
    assert.deepEqual(
      catalog.problems.map(problem => problem.code),
      ['PLUGIN_MANIFEST_INVALID', 'PLUGIN_MANIFEST_INVALID'],
    );
    assert.throws(() => catalog.find('b.B'), /folder\/bad\/plugin.json' is not JSON/);
  });
});

describe('a connector', () => {
  test('is found by class name, simple name, simple name without Connector, and alias', () => {
    writePlugin('one', { classes: ['org.example.SampleSourceConnector'], aliases: ['Sampler'] });
    const catalog = catalogOf('one');

    const names = ['org.example.SampleSourceConnector', 'SampleSourceConnector', 'SampleSource', 'Sampler'];

    assert.deepEqual(
      names.map(name => catalog.find(name).className),
      names.map(() => 'org.example.SampleSourceConnector'),
    );
  });

  test('is not found by a name that two classes share', () => {
    writePlugin('one', { name: 'one', classes: ['a.SampleConnector'] });
    writePlugin('two', { name: 'two', classes: ['b.SampleConnector'] });
    const catalog = catalogOf('one', 'two');

    assert.throws(() => catalog.find('Sample'), { code: 'CONNECTOR_CLASS_UNKNOWN' });
    assert.equal(catalog.find('b.SampleConnector').className, 'b.SampleConnector');
  });

  test('that is unknown is told in the words of Kafka Connect, with the known ones', () => {
    writePlugin('one', { classes: ['b.B', 'a.A'] });
    const catalog = catalogOf('one');

    assert.throws(() => catalog.find('Nope'), {
      code: 'CONNECTOR_CLASS_UNKNOWN',
      message:
        'Failed to find any class that implements Connector and which name matches Nope, available connectors are: a.A, b.B',
    });
  });

  test('is found in its newest version, or in the one asked for', () => {
    for (const version of ['1.9.0', '1.10.0', '1.10.0-rc1']) writePlugin(version, { version, classes: ['a.A'] });
    const catalog = catalogOf('');

    assert.deepEqual(
      catalog.list().map(connector => connector.version),
      ['1.10.0', '1.10.0-rc1', '1.9.0'],
    );
    assert.equal(catalog.find('a.A').version, '1.10.0');
    assert.equal(catalog.find('A', '1.9.0').version, '1.9.0');
    assert.throws(() => catalog.find('a.A', '2.0.0'), {
      code: 'PLUGIN_VERSION_NOT_FOUND',
      message: "No plugin provides version '2.0.0' of connector 'a.A'; installed: 1.10.0, 1.10.0-rc1, 1.9.0",
    });
  });

  test('of the same class and version comes from the first path', () => {
    writePlugin('first', { name: 'first', classes: ['a.A'] });
    writePlugin('second', { name: 'second', classes: ['a.A'] });

    const manifest: PluginManifest = catalogOf('second', 'first').find('a.A').manifest;

    assert.equal(manifest.name, 'second');
  });
});
