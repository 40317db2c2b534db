import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseManifest } from '../../../src/plugin-host/manifest.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';

const file = '/plugins/sample/plugin.json';
const platform = { os: 'linux', arch: 'x64' };

const valid = {
  name: 'sample',
  version: '1.2.0',
  protocol: [1],
  command: ['node', 'main.js'],
  connectors: [{ class: 'org.example.SampleSourceConnector', aliases: ['Sample'], type: 'source' }],
};

function parse(changes: Readonly<Record<string, unknown>> = {}): PluginManifest {
  return parseManifest(file, JSON.stringify({ ...valid, ...changes }), platform);
}

describe('a plugin manifest', () => {
  test('is read with its defaults', () => {
    assert.deepEqual(parse(), {
      name: 'sample',
      version: '1.2.0',
      folder: '/plugins/sample',
      protocolMajors: [1],
      command: ['node', 'main.js'],
      connectors: [{ className: 'org.example.SampleSourceConnector', aliases: ['Sample'], kind: 'source' }],
      allowedEnvironment: [],
      transport: 'unix',
      limits: { memoryBytes: undefined, openFiles: undefined },
    });
  });

  test('may hold fields that this version does not know', () => {
    assert.equal(parse({ homepage: 'https://example.org' }).name, 'sample');
  });

  test('may name a command per platform, the most exact key first', () => {
    const commands = { default: ['./any'], linux: ['./linux'], 'linux-x64': ['./linux-x64'], darwin: ['./darwin'] };

    const commandOf = (os: string, arch: string): readonly string[] =>
      parseManifest(file, JSON.stringify({ ...valid, command: commands }), { os, arch }).command;

    assert.deepEqual(
      [commandOf('linux', 'x64'), commandOf('linux', 'arm64'), commandOf('freebsd', 'x64')],
      [['./linux-x64'], ['./linux'], ['./any']],
    );
  });
});

describe('a wrong plugin manifest', () => {
  const cases: readonly (readonly [changes: Readonly<Record<string, unknown>>, field: string, remedy: RegExp])[] = [
    [{ name: undefined }, 'name', /must be a text, for instance "file-stream"/],
    [{ version: 1 }, 'version', /must be a text, for instance "1\.0\.0"/],
    [{ protocol: undefined }, 'protocol', /must list the protocol majors .* for instance \[1\]/],
    [{ protocol: ['1'] }, 'protocol', /must list the protocol majors/],
    [{ command: undefined }, 'command', /must be an array: program and arguments/],
    [{ command: [] }, 'command', /must hold at least the program/],
    [{ command: ['node', 7] }, 'command[1]', /must be a text that is not empty/],
    [{ command: { darwin: ['./x'] } }, 'command', /add one of 'linux-x64', 'linux', 'default'/],
    [{ connectors: [] }, 'connectors', /must list at least one connector/],
    [{ connectors: ['x'] }, 'connectors[0]', /must be a JSON object/],
    [{ connectors: [{ type: 'source' }] }, 'connectors[0].class', /must be a text/],
    [{ connectors: [{ class: 'C', type: 'both' }] }, 'connectors[0].type', /must be one of "source", "sink"/],
    [
      { connectors: [...valid.connectors, ...valid.connectors] },
      'connectors',
      /'org.example.SampleSourceConnector' twice/,
    ],
    [{ env: ['A=B'] }, 'env', /'A=B', which is no variable name/],
    [{ env: ['*'] }, 'env', /needs a prefix/],
    [{ transport: 'http' }, 'transport', /must be one of "unix", "tcp"/],
    [{ limits: { openFiles: -1 } }, 'limits.openFiles', /must be an integer above 0/],
    [{ limits: [] }, 'limits', /must be a JSON object/],
  ];
  for (const [changes, field, remedy] of cases) {
    test(`is refused with file, field and remedy: ${field} in ${JSON.stringify(changes)}`, () => {
      assert.throws(
        () => parse(changes),
        (error: Error & { code?: string; details?: object }) => {
          assert.equal(error.code, 'PLUGIN_MANIFEST_INVALID');
          assert.deepEqual(error.details, { file, field });
          assert.ok(error.message.startsWith(`Plugin manifest '${file}': field '${field}'`), error.message);
          assert.match(error.message, remedy);
          return true;
        },
      );
    });
  }

  test('is refused with its file when it is not JSON', () => {
    assert.throws(() => parseManifest(file, '{', platform), {
      code: 'PLUGIN_MANIFEST_INVALID',
      message: /^Plugin manifest '\/plugins\/sample\/plugin.json' is not JSON: /,
    });
  });
});
