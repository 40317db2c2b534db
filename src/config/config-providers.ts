/**
 * References to values that stand elsewhere: `${alias:path:key}` or `${alias:key}` within a configuration value. The worker's
 * configuration names the providers:
 *
 * ```
 * config.providers=file
 * config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
 * config.providers.file.param.allowed.paths=/etc/secrets
 * ```
 *
 * A reference to an unknown provider, or to a key that its provider does not have, stays as it is. What a value resolves to is
 * not looked at again.
 *
 * @see `ConfigTransformer` and KIP-297.
 */
import { ConfigError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigProvider } from './config-provider.ts';
import { createConfigProvider } from './create-config-provider.ts';
import { withPrefix, type ConfigMap } from './parsed-config.ts';
import { parseConfigValue } from './config-value.ts';

/** Resolves references with the worker's config providers. */
export class ConfigProviders {
  readonly #providers: ReadonlyMap<string, ConfigProvider>;

  /** @param providers by alias. */
  constructor(providers: ReadonlyMap<string, ConfigProvider>) {
    this.#providers = providers;
  }

  /**
   * Makes the providers that a worker's configuration names.
   *
   * @throws {ConfigError} for a provider without class, of an unknown class, or with wrong settings.
   */
  static async create(
    workerProps: ConfigMap,
    options: { readonly env: NodeJS.ProcessEnv; readonly log: Logger },
  ): Promise<ConfigProviders> {
    const aliases = parseConfigValue('LIST', workerProps.get('config.providers') ?? '');
    const providers = new Map<string, ConfigProvider>();
    for (const alias of aliases.ok && Array.isArray(aliases.value) ? aliases.value : []) {
      const key = `config.providers.${String(alias)}.class`;
      const className = workerProps.get(key);
      if (className === undefined) {
        const message = `Config provider '${String(alias)}' has no class; set '${key}'`;
        throw new ConfigError(message, [{ key, message }]);
      }
      const settings = withPrefix(workerProps, `config.providers.${String(alias)}.param.`);
      providers.set(String(alias), await createConfigProvider({ key, className, settings, ...options }));
    }
    return new ConfigProviders(providers);
  }

  /**
   * The configuration with its references resolved. Each provider is asked once per path.
   *
   * @throws {ConnectError} what a provider throws, such as CONFIG_FILE_UNREADABLE.
   */
  async resolve(props: ConfigMap): Promise<Map<string, string>> {
    const lookups = await this.#lookUp(findReferences(props.values()));
    const resolved = new Map<string, string>();
    for (const [key, text] of props) {
      resolved.set(
        key,
        text.replace(referencePattern, (whole, provider: string, _part, path: string | undefined, name: string) => {
          return lookups.get(lookupKey(provider, path ?? ''))?.get(name) ?? whole;
        }),
      );
    }
    return resolved;
  }

  /** As {@link resolve}, but leaves `plugin.path` as it is, because plugins are searched before providers are asked. */
  async resolveWorkerConfig(props: ConfigMap): Promise<Map<string, string>> {
    const resolved = await this.resolve(props);
    const pluginPath = props.get('plugin.path');
    return pluginPath === undefined ? resolved : resolved.set('plugin.path', pluginPath);
  }

  async #lookUp(references: readonly Reference[]): Promise<Map<string, ConfigMap>> {
    const lookups = new Map<string, ConfigMap>();
    for (const { provider: alias, path } of references) {
      const provider = this.#providers.get(alias);
      const key = lookupKey(alias, path);
      if (provider === undefined || lookups.has(key)) continue;
      const names = references.filter(other => lookupKey(other.provider, other.path) === key).map(other => other.name);
      lookups.set(key, await provider.get(path, new Set(names)));
    }
    return lookups;
  }
}

interface Reference {
  readonly provider: string;
  /** Empty where the reference has none. */
  readonly path: string;
  readonly name: string;
}

const referencePattern = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g;

function findReferences(texts: Iterable<string>): readonly Reference[] {
  return [...texts].flatMap(text =>
    [...text.matchAll(referencePattern)].map(([, provider = '', , path = '', name = '']) => ({ provider, path, name })),
  );
}

function lookupKey(provider: string, path: string): string {
  return `${provider}:${path}`;
}
