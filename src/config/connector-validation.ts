import type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo } from './config-infos.ts';
import type { ConfigDef, KeyResult } from './config-def.ts';
import type { ConfigKey, ConfigKeySpec, ConfigValue } from './config-key.ts';
import { formatConfigValue, invalidValueText } from './config-value.ts';
import { connectorConfigDef, type ConnectorType } from './connector-config.ts';
import { checkOverrides } from './override-policy.ts';
import type { ConfigMap } from './parsed-config.ts';
import { checkSinkTopics } from './sink-topics-rules.ts';
import { findUnavailable } from './unavailable-settings.ts';
import { pluginSettings } from './worker-config.ts';

/** Something wrong with a key, found after the keys were checked one by one. */
export interface KeyError {
  readonly key: string;
  readonly message: string;
}

/** What validation needs to know of the worker. */
export interface ConnectorValidationOptions {
  readonly type: ConnectorType;
  /** The worker's `connector.client.config.override.policy`. */
  readonly overridePolicy: string;
  /** Keys that the connector's own settings bring, such as those of its transforms. */
  readonly extraKeys: readonly ConfigKeySpec[];
  /** What is wrong with the connector's transforms although each of their keys is right; undefined if nothing is. */
  readonly checkTransforms: () => string | undefined;
  /** What is wrong with a converter that the connector names; undefined if nothing is. */
  readonly checkConverter: (converter: {
    readonly role: 'key' | 'value' | 'header';
    readonly className: string;
    readonly settings: ConfigMap;
  }) => string | undefined;
}

/**
 * Checks the part of a connector's configuration that is the framework's, before the connector is created. Settings that this
 * version does not honour are errors, so that none is silently without effect.
 *
 * @param props with references to config providers already resolved.
 * @returns keys in Kafka Connect's order, then keys without definition that have errors.
 */
export function validateConnectorConfig(props: ConfigMap, options: ConnectorValidationOptions): ConfigInfos {
  const def = connectorConfigDef(options.type).extend(options.extraKeys);
  const results = def.validate(props);
  const errors = [
    ...checkConverters(props, options),
    ...(options.type === 'sink' ? checkSinkTopics(props) : []),
    ...findUnavailable(options.type, { props, results }),
    ...checkOverrides(options.overridePolicy, options.type, props),
    ...checkTransforms(results, options),
  ];
  return toConfigInfos(props.get('connector.class') ?? '', def, { props, results, errors });
}

/** Results of a validation in the form that tools read. */
export function toConfigInfos(
  name: string,
  def: ConfigDef,
  found: { readonly props: ConfigMap; readonly results: readonly KeyResult[]; readonly errors: readonly KeyError[] },
): ConfigInfos {
  const errorsByKey = new Map<string, string[]>();
  for (const { key, message } of found.errors) errorsByKey.set(key, [...(errorsByKey.get(key) ?? []), message]);
  const defined = found.results.map(result => {
    const extra = errorsByKey.get(result.name) ?? [];
    errorsByKey.delete(result.name);
    const key = def.keys.get(result.name);
    const value = toValueInfo(result, extra);
    return { definition: key === undefined ? null : toKeyInfo(key), value };
  });
  const undefinedKeys = [...errorsByKey].map(([key, errors]) => ({
    definition: null,
    // The value is not shown: nobody declared whether it is secret (I9).
    value: { name: key, value: null, recommendedValues: [], errors, visible: true },
  }));
  const configs = [...defined, ...undefinedKeys];
  const errorCount = configs.reduce((count, config) => count + config.value.errors.length, 0);
  return { name, errorCount, groups: def.groups, configs };
}

/** The declaration of a key in the form that tools read. */
export function toKeyInfo(key: ConfigKey): ConfigKeyInfo {
  return {
    name: key.name,
    type: key.type,
    required: key.isRequired,
    defaultValue: formatConfigValue(key.defaultValue),
    importance: key.importance,
    documentation: key.documentation,
    group: key.group,
    width: key.width,
    displayName: key.displayName,
    dependents: key.dependents,
    order: key.orderInGroup,
  };
}

function toValueInfo(result: KeyResult, extraErrors: readonly string[]): ConfigValueInfo {
  return {
    name: result.name,
    value: formatConfigValue(result.value),
    recommendedValues: result.recommendedValues.map((value: ConfigValue) => formatConfigValue(value) ?? ''),
    errors: [...result.errors, ...extraErrors],
    visible: result.visible,
  };
}

/** Transforms are made to see whether they can be; wrong keys are told already and would be told again. */
function checkTransforms(results: readonly KeyResult[], options: ConnectorValidationOptions): KeyError[] {
  const isTransformKey = ({ name }: KeyResult): boolean => /^(?:transforms|predicates)(?:\.|$)/.test(name);
  if (results.some(result => isTransformKey(result) && result.errors.length > 0)) return [];
  const message = options.checkTransforms();
  return message === undefined ? [] : [{ key: 'transforms', message }];
}

function checkConverters(props: ConfigMap, options: ConnectorValidationOptions): KeyError[] {
  const errors: KeyError[] = [];
  for (const role of ['key', 'value', 'header'] as const) {
    const key = `${role}.converter`;
    const className = props.get(key);
    if (className === undefined) continue;
    const reason = options.checkConverter({ role, className, settings: pluginSettings(props, `${key}.`) });
    if (reason !== undefined) errors.push({ key, message: invalidValueText(key, className, reason) });
  }
  return errors;
}
