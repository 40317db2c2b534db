import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { AllowedPaths } from './allowed-paths.ts';
import type { ConfigProvider } from './config-provider.ts';
import { JavaPattern } from './java-pattern.ts';
import type { ConfigMap } from './parsed-config.ts';
import { readPropertiesFile } from './properties-file.ts';

/** What a config provider is made from. */
export interface ConfigProviderOptions {
  /** Key that names the class, for errors. */
  readonly key: string;
  /** Java's class name, or its simple name, with or without `ConfigProvider`. */
  readonly className: string;
  /** The provider's own settings, without prefix. */
  readonly settings: ConfigMap;
  /** The worker's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
}

/**
 * Makes the config provider of that class.
 *
 * @throws {ConfigError} when there is no such class, or a setting is wrong.
 */
export async function createConfigProvider(options: ConfigProviderOptions): Promise<ConfigProvider> {
  const simpleName = options.className
    .trim()
    .replace(/^.*\./, '')
    .replace(/ConfigProvider$/, '');
  switch (simpleName) {
    case 'File':
      return new FileConfigProvider(options);
    case 'Directory':
      return new DirectoryConfigProvider(options);
    case 'EnvVar':
      return new EnvVarConfigProvider(options);
    default: {
      const known = 'FileConfigProvider, DirectoryConfigProvider, EnvVarConfigProvider';
      const message = `Config provider class '${options.className}' is not known; known ones are ${known}`;
      throw new ConfigError(message, [{ key: options.key, message }]);
    }
  }
}

/** `${file:/path/file.properties:key}`: a value of a properties file. */
class FileConfigProvider implements ConfigProvider {
  readonly #allowed: AllowedPaths;
  readonly #log: Logger;

  constructor(options: ConfigProviderOptions) {
    this.#allowed = new AllowedPaths(options.settings.get('allowed.paths'));
    this.#log = options.log;
  }

  async get(path: string, names: ReadonlySet<string>): Promise<ConfigMap> {
    if (path === '') return new Map();
    const file = this.#allowed.resolve(path);
    if (file !== undefined) return pick(await readPropertiesFile(file), names);
    this.#log.warn({ path }, 'Config provider may not read this path; references to it stay as they are');
    return new Map();
  }
}

/** `${dir:/path:name}`: the whole content of the file of that name, white space and all. */
class DirectoryConfigProvider implements ConfigProvider {
  readonly #allowed: AllowedPaths;
  readonly #log: Logger;

  constructor(options: ConfigProviderOptions) {
    this.#allowed = new AllowedPaths(options.settings.get('allowed.paths'));
    this.#log = options.log;
  }

  async get(path: string, names: ReadonlySet<string>): Promise<ConfigMap> {
    if (path === '') return new Map();
    const folder = this.#allowed.resolve(path);
    const present = folder === undefined ? undefined : await listFolder(folder);
    if (folder === undefined || present === undefined) {
      this.#log.warn(
        { path },
        'Config provider finds no folder there that it may read; references to it stay as they are',
      );
      return new Map();
    }
    const found = new Map<string, string>();
    for (const name of present) {
      if (!names.has(name)) continue;
      const text = await readRegularFile(join(folder, name));
      if (text !== undefined) found.set(name, text);
    }
    return found;
  }
}

/** `${env:NAME}`: an environment variable of the worker. */
class EnvVarConfigProvider implements ConfigProvider {
  readonly #variables: ConfigMap;

  constructor(options: ConfigProviderOptions) {
    const allowed = new JavaPattern(options.settings.get('allowlist.pattern') ?? '.*');
    const variables = new Map<string, string>();
    for (const [name, value] of Object.entries(options.env)) {
      if (value !== undefined && allowed.matches(name)) variables.set(name, value);
    }
    this.#variables = variables;
  }

  async get(path: string, names: ReadonlySet<string>): Promise<ConfigMap> {
    if (path === '') return pick(this.#variables, names);
    const message = `Path is not supported for EnvVarConfigProvider, invalid value '${path}'`;
    throw new ConfigError(message, []);
  }
}

function pick(values: ConfigMap, names: ReadonlySet<string>): Map<string, string> {
  return new Map([...values].filter(([name]) => names.has(name)));
}

/** Names in a folder; undefined when it is none. */
async function listFolder(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw unreadable(folder, error);
  }
}

/** Text of a file; undefined when it is no regular file. */
async function readRegularFile(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ConnectError {
  return new ConnectError('CONFIG_FILE_UNREADABLE', `Config provider cannot read '${path}': ${messageOf(error)}`, {
    cause: error,
    details: { file: path },
  });
}
