import type { PluginManifest } from './plugin-manifest.ts';

/** What every plugin may see of the worker's environment. */
const commonNames = ['PATH', 'HOME', 'LANG', 'TZ'];

/**
 * The environment of a plugin process: PATH, HOME, LANG, TZ, the manifest's allow-list and the given `MILLRACE_…` variables;
 * nothing else of the worker's, whose environment may hold secrets that are no business of this plugin.
 */
export function pluginEnvironment(
  manifest: Pick<PluginManifest, 'allowedEnvironment'>,
  own: ReadonlyMap<string, string>,
  worker: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const allowed = [...commonNames, ...manifest.allowedEnvironment];
  const isAllowed = (name: string): boolean =>
    allowed.some(entry => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(worker)) {
    if (value !== undefined && isAllowed(name)) environment[name] = value;
  }
  return Object.assign(environment, Object.fromEntries(own));
}
