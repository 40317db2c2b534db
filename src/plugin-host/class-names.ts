/** Short names of connector classes, as `connector.class` accepts them. */

/** Class name without its package: `FileStreamSourceConnector`. */
export function simpleName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1);
}

/**
 * Every name but the full one under which a class may be asked for: simple name, simple name without `Connector`, and the
 * aliases of the manifest.
 *
 * @see `PluginUtils#simpleName` and `PluginUtils#prunedName` in Kafka Connect.
 */
export function shortNames(className: string, aliases: readonly string[]): ReadonlySet<string> {
  const simple = simpleName(className);
  const suffix = 'Connector';
  const pruned = simple.endsWith(suffix) && simple !== suffix ? simple.slice(0, -suffix.length) : simple;
  return new Set([simple, pruned, ...aliases].filter(name => name !== className));
}
