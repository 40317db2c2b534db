import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/** A program with its arguments, ready to be spawned. */
export interface Program {
  /** Absolute path. */
  readonly path: string;
  readonly args: readonly string[];
}

/**
 * The program that a manifest's `command` names. `node` is the Node that runs the worker; a name without `/` is looked up on
 * PATH; a path is relative to the manifest's folder, and so is an argument that begins with `./` or `../` or names a file there.
 * The working directory stays the worker's: relative paths in a connector's configuration count from it, as in Kafka Connect.
 *
 * @throws {ConnectError} PLUGIN_NOT_EXECUTABLE.
 */
export function resolveProgram(manifest: PluginManifest, searchPath: string = process.env['PATH'] ?? ''): Program {
  const [name = '', ...args] = manifest.command;
  return {
    path: resolveExecutable(manifest, { name, searchPath }),
    args: args.map(arg => (isOfPlugin(manifest, arg) ? resolve(manifest.folder, arg) : arg)),
  };
}

/**
 * The program wrapped so that the operating system ends it with the worker and keeps it to its limits: `setpriv` and `prlimit`
 * of util-linux set what Node cannot, then become the program. Without them (not Linux, or not installed) stdin and the orphan
 * guard still end it, and limits are reported as not kept.
 *
 * The death signal comes when the *thread* that spawned ends, so it is asked for on the main thread only.
 */
export function wrapProgram(program: Program, manifest: PluginManifest): Program & { readonly areLimitsKept: boolean } {
  const { memoryBytes, openFiles } = manifest.limits;
  const limits = [
    ...(memoryBytes === undefined ? [] : [`--data=${memoryBytes}`]),
    ...(openFiles === undefined ? [] : [`--nofile=${openFiles}`]),
  ];
  const prlimit = limits.length === 0 ? undefined : findLinuxTool('prlimit');
  const limited = prlimit === undefined ? program : prefixed(prlimit, [...limits, '--'], program);
  const setpriv = isMainThread ? findLinuxTool('setpriv') : undefined;
  const wrapped = setpriv === undefined ? limited : prefixed(setpriv, ['--pdeathsig', 'KILL', '--'], limited);
  return { ...wrapped, areLimitsKept: limits.length === 0 || prlimit !== undefined };
}

/** Text that a wrapper leaves when the kernel refused to run the program although its file may be executed. */
export function isRefusedExec(line: string): boolean {
  return /^(setpriv|prlimit): failed to execute /.test(line);
}

function isOfPlugin(manifest: PluginManifest, arg: string): boolean {
  return (
    /^\.\.?\//.test(arg) || (statSync(resolve(manifest.folder, arg), { throwIfNoEntry: false })?.isFile() ?? false)
  );
}

function prefixed(tool: string, args: readonly string[], program: Program): Program {
  return { path: tool, args: [...args, program.path, ...program.args] };
}

function resolveExecutable(
  manifest: PluginManifest,
  command: { readonly name: string; readonly searchPath: string },
): string {
  const { name, searchPath } = command;
  if (name === 'node') return process.execPath;
  if (!name.includes('/')) {
    const found = findOnPath(name, searchPath);
    if (found !== undefined) return found;
    throw notExecutable(manifest, `program '${name}' is not on the worker's PATH; install it or name its path`);
  }
  const path = isAbsolute(name) ? name : resolve(manifest.folder, name);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw notExecutable(manifest, `program '${path}' does not exist; build or install the plugin`);
  }
  if (statSync(path).isDirectory()) throw notExecutable(manifest, `program '${path}' is a folder`);
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw notExecutable(manifest, `program '${path}' may not be executed; run: chmod +x '${path}'`, error);
  }
  return path;
}

/** @param reason follows the plugin's name, without a full stop. */
export function notExecutable(manifest: PluginManifest, reason: string, cause?: unknown): ConnectError {
  return new ConnectError('PLUGIN_NOT_EXECUTABLE', `Plugin '${manifest.name}' cannot be started: ${reason}`, {
    cause,
    details: { plugin: manifest.name, ...(cause === undefined ? {} : { reason: messageOf(cause) }) },
  });
}

function findLinuxTool(name: string): string | undefined {
  return process.platform === 'linux' ? findOnPath(name, '/usr/bin:/bin:/usr/sbin:/sbin') : undefined;
}

function findOnPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter(folder => folder !== '')
    .map(folder => join(folder, name))
    .find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: the search goes on with the next folder.
    return false;
  }
}
