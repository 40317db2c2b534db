import type { ConfigDef, KeyResult } from '../config/config-def.ts';
import type { ConfigKey, ConfigValue } from '../config/config-key.ts';
import { formatConfigValue } from '../config/config-value.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { Password } from '../config/password.ts';
import type { ConfigKeyDescription, ConfigKeyWidth, ConfigValueReport } from '../wire/plugin-messages.ts';

/** A config definition as the worker is told of it. */
export function describeKeys(def: ConfigDef): readonly ConfigKeyDescription[] {
  return [...def.keys.values()].map(describeKey);
}

/** What validation found, as the worker is told of it. */
export function describeResults(
  def: ConfigDef,
  results: readonly KeyResult[],
  config: ConfigMap,
): readonly ConfigValueReport[] {
  return results.map(result => ({
    name: result.name,
    value: describeValue(result.value, config.get(result.name), def.keys.get(result.name)),
    recommendedValues: result.recommendedValues.map(value => formatConfigValue(value) ?? ''),
    errors: result.errors,
    hidden: !result.visible,
  }));
}

/** A value that could not be parsed is shown as it was given, a secret not at all (I9). */
function describeValue(value: ConfigValue, given: string | undefined, key: ConfigKey | undefined): string | null {
  if (key?.type === 'PASSWORD' || value instanceof Password) return null;
  return formatConfigValue(value) ?? given ?? null;
}

function describeKey(key: ConfigKey): ConfigKeyDescription {
  const isSecret = key.defaultValue instanceof Password;
  return {
    name: key.name,
    type: key.type,
    required: key.isRequired,
    defaultValue: isSecret ? null : formatConfigValue(key.defaultValue),
    importance: key.importance,
    documentation: key.documentation,
    group: key.group ?? '',
    orderInGroup: key.orderInGroup,
    width: widths[key.width],
    displayName: key.displayName,
    dependents: key.dependents,
  };
}

const widths: Readonly<Record<ConfigKey['width'], ConfigKeyWidth>> = {
  NONE: 'NONE',
  SHORT: 'WIDTH_SHORT',
  MEDIUM: 'WIDTH_MEDIUM',
  LONG: 'WIDTH_LONG',
};
