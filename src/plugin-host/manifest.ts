import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import { ManifestFields } from './manifest-fields.ts';
import type { ManifestConnector, PluginManifest } from './plugin-manifest.ts';

/** Where a plugin would run. */
export interface Platform {
  /** `process.platform`. */
  readonly os: string;
  /** `process.arch`. */
  readonly arch: string;
}

/**
 * Reads and checks one plugin.json.
 *
 * @param file absolute path of the plugin.json.
 * @throws {ConnectError} PLUGIN_MANIFEST_INVALID: names file and field and says what to write instead.
 */
export function readManifest(
  file: string,
  platform: Platform = { os: process.platform, arch: process.arch },
): PluginManifest {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, 'cannot be read', error);
  }
  return parseManifest(file, text, platform);
}

/**
 * Checks the text of a plugin.json; `file` is for errors and for the folder.
 *
 * @throws {ConnectError} PLUGIN_MANIFEST_INVALID.
 */
export function parseManifest(file: string, text: string, platform: Platform): PluginManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, 'is not JSON', error);
  }
  const fields = new ManifestFields({ file, path: '' }, json);
  const limits = fields.object('limits');
  return {
    name: fields.text('name', 'file-stream'),
    version: fields.text('version', '1.0.0'),
    folder: dirname(file),
    protocolMajors: parseMajors(fields),
    command: parseCommand(fields, platform),
    connectors: parseConnectors(fields),
    allowedEnvironment: parseEnvironment(fields),
    transport: fields.choice('transport', ['unix', 'tcp'], true),
    limits: { memoryBytes: limits.count('memoryBytes'), openFiles: limits.count('openFiles') },
  };
}

function unreadable(file: string, what: string, cause: unknown): ConnectError {
  return new ConnectError('PLUGIN_MANIFEST_INVALID', `Plugin manifest '${file}' ${what}: ${messageOf(cause)}`, {
    cause,
    details: { file, field: '' },
  });
}

function parseMajors(fields: ManifestFields): readonly number[] {
  const majors = fields.array('protocol').filter(major => typeof major === 'number');
  if (majors.length > 0 && majors.length === fields.array('protocol').length) return majors;
  throw fields.invalid('protocol', 'must list the protocol majors that the plugin speaks, for instance [1]');
}

function parseCommand(fields: ManifestFields, platform: Platform): readonly string[] {
  if (fields.isArray('command')) return checkCommand(fields, 'command');
  if (!fields.has('command')) throw fields.invalid('command', 'must be an array: program and arguments');
  const perPlatform = fields.object('command');
  const keys = [`${platform.os}-${platform.arch}`, platform.os, 'default'];
  const key = keys.find(candidate => perPlatform.has(candidate));
  if (key !== undefined) return checkCommand(perPlatform, key);
  throw fields.invalid('command', `has no entry for this machine; add one of ${keys.map(k => `'${k}'`).join(', ')}`);
}

function checkCommand(fields: ManifestFields, name: string): readonly string[] {
  const command = fields.texts(name);
  if (command.length > 0) return command;
  throw fields.invalid(name, 'must hold at least the program');
}

function parseConnectors(fields: ManifestFields): readonly ManifestConnector[] {
  const count = fields.array('connectors').length;
  if (count === 0) throw fields.invalid('connectors', 'must list at least one connector with "class" and "type"');
  const connectors = Array.from({ length: count }, (_, index) => {
    const connector = fields.object('connectors', index);
    return {
      className: connector.text('class', 'org.example.SampleSourceConnector'),
      aliases: connector.texts('aliases'),
      kind: connector.choice('type', ['source', 'sink']),
    };
  });
  const twice = connectors.find(
    (connector, index) => connectors.findIndex(c => c.className === connector.className) !== index,
  );
  if (twice !== undefined)
    throw fields.invalid('connectors', `names the class '${twice.className}' twice; leave one out`);
  return connectors;
}

function parseEnvironment(fields: ManifestFields): readonly string[] {
  const names = fields.texts('env');
  const wrong = names.find(name => !/^[A-Za-z_][A-Za-z0-9_]*\*?$/.test(name));
  if (wrong === undefined) return names;
  throw fields.invalid('env', `has '${wrong}', which is no variable name; a name may end in *, but needs a prefix`);
}
