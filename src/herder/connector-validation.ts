/**
 * Checks connector configurations: the framework's keys first, then the plugin's own word on its keys. Nothing is stored or started.
 *
 * @see `AbstractHerder#validateConnectorConfig` in Kafka Connect.
 */
import { createConverter } from '../converters/create-converter.ts';
import { converterClassNames } from '../converters/create-converter.ts';
import type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo } from '../config/config-infos.ts';
import { connectorConfigDef } from '../config/connector-config.ts';
import { toKeyInfo, validateConnectorConfig } from '../config/connector-validation.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { abortable } from '../async/abortable.ts';
import { ConfigError, ConnectError, messageOf } from '../errors/connect-error.ts';
import type { PluginConnector } from '../plugin-host/plugin-catalog.ts';
import type { ConfigKeyDescription, ConfigValueReport } from '../wire/plugin-messages.ts';
import type { Worker } from '../worker/worker.ts';
import { TransformChain } from '../transforms/transform-chain.ts';
import { transformConfigKeys } from '../transforms/transform-config-keys.ts';
import {
  findPredicateClass,
  findTransformClass,
  predicateClasses,
  transformClasses,
  type PluginClass,
} from '../transforms/transform-registry.ts';
import type { PluginInfo } from './herder.ts';

/** What validation needs. */
export interface ConnectorValidationOptions {
  readonly worker: Worker;
  /** Millrace's version, which is that of the built-in converters. */
  readonly version: string;
  /** `connector.client.config.override.policy` */
  readonly overridePolicy: string;
  /** Resolves config provider references. */
  readonly resolve: (config: ConfigMap) => Promise<ConfigMap>;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/** Validates connector configurations and describes plugins. */
export class ConnectorValidation {
  readonly #options: ConnectorValidationOptions;

  constructor(options: ConnectorValidationOptions) {
    this.#options = options;
  }

  /**
   * Passes if the configuration can be used.
   *
   * @throws {ConnectError} CONFIG_INVALID with every wrong key; CONNECTOR_CLASS_UNKNOWN; what starting the plugin gives.
   */
  async require(config: ConfigMap, signal: AbortSignal): Promise<void> {
    const className = config.get('connector.class')?.trim() ?? '';
    if (className === '') {
      const message = 'Connector config contains no connector type';
      throw new ConfigError(message, [{ key: 'connector.class', message }]);
    }
    const infos = await this.validate(className, config, signal);
    if (infos.errorCount === 0) return;
    const violations = infos.configs.flatMap(({ value }) =>
      value.errors.map(message => ({ key: value.name, message })),
    );
    const lines = violations.map(({ message }) => `\n${message}`).join('');
    throw new ConfigError(
      `Connector configuration is invalid and contains the following ${violations.length} error(s):${lines}`,
      violations,
    );
  }

  /**
   * Checks every key; what is wrong is in the answer.
   *
   * @param className class or alias of the connector; must be the one of the configuration.
   * @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN, REQUEST_INVALID; what starting the plugin gives.
   */
  async validate(className: string, config: ConfigMap, signal: AbortSignal): Promise<ConfigInfos> {
    const { worker, overridePolicy, resolve, nowMs } = this.#options;
    const connector = worker.catalog.find(className, config.get('connector.plugin.version'));
    this.#requireSameClass(className, connector, config);
    const resolved = await resolve(config);
    const framework = validateConnectorConfig(resolved, {
      type: connector.kind,
      overridePolicy,
      extraKeys: transformConfigKeys(resolved),
      checkTransforms: () => reasonOf(() => new TransformChain(resolved, nowMs())),
      checkConverter: options => reasonOf(() => createConverter(options)),
    });
    const asked = Promise.all([worker.describe(connector, resolved), worker.validate(connector, config)]);
    const [description, reports] = await abortable(asked, signal, () => {
      return new ConnectError(
        'DEADLINE_EXCEEDED',
        `Request timed out. Plugin '${connector.manifest.name}' is still validating`,
      );
    });
    return merge(framework, description.keys, reports);
  }

  /** Installed connectors, sinks before sources, then converters, transforms and predicates. */
  plugins(): readonly PluginInfo[] {
    const { worker, version } = this.#options;
    const connectors = worker.catalog.list().map(each => ({
      className: each.className,
      aliases: each.manifest.connectors.find(one => one.className === each.className)?.aliases ?? [],
      type: each.kind,
      version: each.version,
      location: each.manifest.folder,
    }));
    const builtIn = (type: PluginInfo['type'], classNames: readonly string[]): readonly PluginInfo[] =>
      classNames.map(className => ({ className, aliases: [], type, version, location: '' }));
    return [
      ...connectors.filter(each => each.type === 'sink'),
      ...connectors.filter(each => each.type === 'source'),
      ...builtIn('converter', converterClassNames('value')),
      ...builtIn('header_converter', converterClassNames('header')),
      ...builtIn('transformation', transformClasses.map(classNameOf)),
      ...builtIn('predicate', predicateClasses.map(classNameOf)),
    ];
  }

  /**
   * Keys of a connector, the plugin's own and then the framework's; or of a transform or predicate.
   *
   * @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN; what starting the plugin gives.
   */
  async pluginConfig(className: string, signal: AbortSignal): Promise<readonly ConfigKeyInfo[]> {
    const builtIn = findTransformClass(className) ?? findPredicateClass(className);
    if (builtIn !== undefined) return [...builtIn.configDef.keys.values()].map(toKeyInfo);
    const connector = this.#options.worker.catalog.find(className);
    const description = await abortable(this.#options.worker.describe(connector), signal, () => {
      return new ConnectError(
        'DEADLINE_EXCEEDED',
        `Request timed out. Plugin '${connector.manifest.name}' did not describe itself`,
      );
    });
    const framework = [...connectorConfigDef(connector.kind).keys.values()].map(toKeyInfo);
    const own = description.keys.map(toPluginKeyInfo).filter(key => !framework.some(each => each.name === key.name));
    return [...own, ...framework];
  }

  #requireSameClass(className: string, connector: PluginConnector, config: ConfigMap): void {
    const given = config.get('connector.class');
    if (given === undefined || given === className) return;
    if (this.#options.worker.catalog.find(given).className === connector.className) return;
    throw new ConnectError(
      'REQUEST_INVALID',
      `Included connector type ${given} does not match request type ${className}`,
    );
  }
}

function classNameOf(plugin: PluginClass): string {
  return plugin.className;
}

/** Why something cannot be made; undefined if it can. */
function reasonOf(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The framework's findings, then the plugin's; a key that both know keeps its place and gets both's errors. */
function merge(
  framework: ConfigInfos,
  keys: readonly ConfigKeyDescription[],
  reports: readonly ConfigValueReport[],
): ConfigInfos {
  const byName = new Map(framework.configs.map(config => [config.value.name, config]));
  const definitions = new Map(keys.map(key => [key.name, toPluginKeyInfo(key)]));
  for (const report of reports) {
    const known = byName.get(report.name);
    const value = toValueInfo(report);
    byName.set(
      report.name,
      known === undefined
        ? { definition: definitions.get(report.name) ?? null, value }
        : { ...known, value: { ...known.value, errors: [...known.value.errors, ...value.errors] } },
    );
  }
  const configs = [...byName.values()];
  return {
    name: framework.name,
    errorCount: configs.reduce((count, config) => count + config.value.errors.length, 0),
    groups: [...new Set([...framework.groups, ...keys.map(key => key.group).filter(group => group !== '')])],
    configs,
  };
}

function toValueInfo(report: ConfigValueReport): ConfigValueInfo {
  return {
    name: report.name,
    value: report.value,
    recommendedValues: report.recommendedValues,
    errors: report.errors,
    visible: !report.hidden,
  };
}

function toPluginKeyInfo(key: ConfigKeyDescription): ConfigKeyInfo {
  const widths = {
    WIDTH_UNSPECIFIED: 'NONE',
    NONE: 'NONE',
    WIDTH_SHORT: 'SHORT',
    WIDTH_MEDIUM: 'MEDIUM',
    WIDTH_LONG: 'LONG',
  } as const;
  return {
    name: key.name,
    type: key.type === 'TYPE_UNSPECIFIED' ? 'STRING' : key.type,
    required: key.required,
    defaultValue: key.defaultValue,
    importance: key.importance === 'IMPORTANCE_UNSPECIFIED' ? 'MEDIUM' : key.importance,
    documentation: key.documentation,
    group: key.group === '' ? null : key.group,
    width: widths[key.width],
    displayName: key.displayName === '' ? key.name : key.displayName,
    dependents: key.dependents,
    order: key.orderInGroup,
  };
}
