import { existsSync } from 'node:fs';
import { isAbsolute, normalize, relative } from 'node:path';
import { ConfigError } from '../errors/connect-error.ts';

/** The folders that a config provider may read, its setting `allowed.paths`. Symbolic links are not followed when comparing. */
export class AllowedPaths {
  readonly #folders: readonly string[] | undefined;

  /**
   * @param setting comma-separated absolute paths; undefined or empty allows all.
   * @throws {ConfigError} for a path that is not absolute or does not exist.
   */
  constructor(setting: string | undefined) {
    if (setting === undefined || setting === '') return;
    this.#folders = setting.split(',').map(normalize);
    for (const folder of this.#folders) {
      if (!isAbsolute(folder)) throw refuse(`Path ${folder} is not absolute`);
      if (!existsSync(folder)) throw refuse(`Path ${folder} does not exist`);
    }
  }

  /** The path to read; undefined when it is not within an allowed folder. */
  resolve(path: string): string | undefined {
    if (this.#folders === undefined) return path;
    const normalized = normalize(path);
    return this.#folders.some(folder => isWithin(folder, normalized)) ? normalized : undefined;
  }
}

function isWithin(folder: string, path: string): boolean {
  if (!isAbsolute(path)) return false;
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith('../');
}

function refuse(message: string): ConfigError {
  return new ConfigError(message, [{ key: 'allowed.paths', message }]);
}
