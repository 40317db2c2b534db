import type { ConfigKeySpec } from '../../config/config-key.ts';
import type { ConfigMap, ParsedConfig } from '../../config/parsed-config.ts';
import { ConfigError } from '../../errors/connect-error.ts';
import { parseRegistryConfig } from './registry-config.ts';
import { registryKeys } from './registry-keys.ts';
import { readSchemaChoice, refuseUnavailable, serializerKeys } from './serializer-keys.ts';
import { createSubjectNameStrategy } from './subject-name.ts';
import type { SubjectConfig } from './typed-registry.ts';

/** Keys that the converters of schema registries have in common. */
export const registryConverterKeys: readonly ConfigKeySpec[] = [
  ...registryKeys,
  ...serializerKeys,
  {
    name: 'schemas.cache.config',
    type: 'INT',
    default: 1000,
    importance: 'LOW',
    documentation: 'Most schemas that are kept compiled.',
  },
];

/**
 * What the settings say of the registry and its subjects.
 *
 * @param config the settings, parsed with {@link registryConverterKeys} among the keys.
 * @throws {ConfigError}
 */
export function readSubjectConfig(settings: ConfigMap, config: ParsedConfig, role: 'key' | 'value'): SubjectConfig {
  refuseUnavailable(settings);
  return {
    registry: parseRegistryConfig(settings),
    choice: readSchemaChoice(config),
    normalize: config.boolean('normalize.schemas'),
    subjects: createSubjectNameStrategy(config.string(`${role}.subject.name.strategy`), role),
  };
}

/** Most schemas that are kept compiled. */
export function readCacheSize(config: ParsedConfig): number {
  return Math.max(1, config.int('schemas.cache.config'));
}

/** @throws {ConfigError} for settings other than their default that are not honoured here. */
export function refuseOthers(settings: ConfigMap, defaults: ReadonlyMap<string, string>): void {
  for (const [key, fallback] of defaults) {
    const value = settings.get(key);
    if (value === undefined || value.trim().toLowerCase() === fallback.toLowerCase()) continue;
    const message = `Configuration ${key} is not available in this version of Millrace; remove the setting`;
    throw new ConfigError(message, [{ key, message }]);
  }
}
