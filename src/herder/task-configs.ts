import type { ConnectorConfig } from '../storage/config-store.ts';

/** Both lists hold the same task configurations in the same order. */
export function haveSameConfigs(a: readonly ConnectorConfig[], b: readonly ConnectorConfig[]): boolean {
  return a.length === b.length && a.every((config, task) => isSameConfig(config, b[task] ?? new Map()));
}

/** Both hold the same keys with the same values. */
export function isSameConfig(a: ConnectorConfig, b: ConnectorConfig): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
