import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConnectError, messageOf, toConnectError } from '../errors/connect-error.ts';
import { readManifest } from './manifest.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/** What a scan of folders found. */
export interface ManifestScan {
  /** In the order of the paths, then by name of folder. */
  readonly manifests: readonly PluginManifest[];
  /** One per folder or manifest that could not be used; the others are not harmed by it. */
  readonly problems: readonly ConnectError[];
}

/** A plugin lies in a path itself, or in a folder one or two levels below: `plugin.path/name` or `plugin.path/group/name`. */
const depthMax = 2;

/** Folders that never hold a plugin and may be huge. */
const skippedFolders = new Set(['node_modules', '__pycache__']);

/** Reads every plugin.json under `paths`. Runs no plugin. A folder that holds a plugin.json is not searched further. */
export function scanManifests(paths: readonly string[]): ManifestScan {
  const manifests = new Map<string, PluginManifest>();
  const problems: ConnectError[] = [];
  const visit = (folder: string, depth: number): void => {
    const names = readdirSync(folder).sort();
    if (names.includes('plugin.json')) {
      const file = join(folder, 'plugin.json');
      if (!manifests.has(file)) manifests.set(file, readManifest(file));
      return;
    }
    if (depth === depthMax) return;
    for (const name of names) {
      const child = join(folder, name);
      if (name.startsWith('.') || skippedFolders.has(name) || !isFolder(child)) continue;
      attempt(() => visit(child, depth + 1), child);
    }
  };
  const attempt = (action: () => void, path: string): void => {
    try {
      action();
    } catch (error) {
      problems.push(error instanceof ConnectError ? error : unreadable(path, error));
    }
  };
  for (const path of paths) attempt(() => visit(resolve(path), 0), path);
  return { manifests: [...manifests.values()], problems };
}

function unreadable(path: string, error: unknown): ConnectError {
  const message = `Plugin path '${path}' cannot be read: ${messageOf(error)}; correct 'plugin.path'`;
  return new ConnectError('PLUGIN_MANIFEST_INVALID', message, {
    cause: toConnectError(error),
    details: { file: path },
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
