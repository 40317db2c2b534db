import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { shortNames } from './class-names.ts';
import { scanManifests } from './manifest-scan.ts';
import type { ConnectorKind, PluginManifest } from './plugin-manifest.ts';
import { compareVersions } from './plugin-version.ts';

/** A connector class that some plugin provides. */
export interface PluginConnector {
  readonly className: string;
  readonly kind: ConnectorKind;
  /** Version of the plugin. */
  readonly version: string;
  readonly manifest: PluginManifest;
}

/** Folder of the plugins that come with Millrace; scanned after the user's paths, which may thus replace one. */
export function builtInPluginPath(): string {
  return join(packageRoot(), 'dist', 'plugins');
}

/** The connectors that are installed. Made from manifests alone: no plugin runs for it. */
export class PluginCatalog {
  /** Newest version first. */
  readonly #byClass: ReadonlyMap<string, readonly PluginConnector[]>;
  /** Short name → class name; a name of two classes is left out. */
  readonly #classByAlias: ReadonlyMap<string, string>;
  /** Folders and manifests that could not be used. */
  readonly problems: readonly ConnectError[];

  constructor(manifests: readonly PluginManifest[], problems: readonly ConnectError[] = []) {
    this.#byClass = groupByClass(manifests);
    this.#classByAlias = collectAliases(this.#byClass);
    this.problems = problems;
  }

  /**
   * Reads the manifests under `paths` and the built-in folder. A manifest that is wrong is logged and kept in
   * {@link problems}, and does not hide the others.
   *
   * @param paths entries of `plugin.path`.
   */
  static scan(paths: readonly string[], log: Logger): PluginCatalog {
    const { manifests, problems } = scanManifests([...paths, builtInPluginPath()]);
    for (const err of problems) log.error({ err }, err.message);
    const catalog = new PluginCatalog(manifests, problems);
    for (const connector of catalog.list()) {
      const { className, version, manifest } = connector;
      log.debug({ connectorClass: className, version, folder: manifest.folder }, 'Found connector plugin');
    }
    return catalog;
  }

  /** Every connector in every version, by class name, newest version first. */
  list(): readonly PluginConnector[] {
    return [...this.#byClass.keys()].sort().flatMap(name => this.#byClass.get(name) ?? []);
  }

  /**
   * The connector of a class name, simple name or alias.
   *
   * @param version as `connector.plugin.version` gives it, exact; the newest if not given (KIP-891).
   * @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN, naming the known ones; PLUGIN_VERSION_NOT_FOUND, naming the versions.
   */
  find(className: string, version?: string): PluginConnector {
    const versions = this.#byClass.get(className) ?? this.#byClass.get(this.#classByAlias.get(className) ?? '');
    const [newest] = versions ?? [];
    if (versions === undefined || newest === undefined) throw this.#unknownClass(className);
    if (version === undefined) return newest;
    const exact = versions.find(connector => connector.version === version);
    if (exact !== undefined) return exact;
    const known = versions.map(connector => connector.version).join(', ');
    throw new ConnectError(
      'PLUGIN_VERSION_NOT_FOUND',
      `No plugin provides version '${version}' of connector '${newest.className}'; installed: ${known}`,
      { details: { connectorClass: newest.className, version } },
    );
  }

  /** The start of the message is Kafka Connect's, for tools that look for it. */
  #unknownClass(className: string): ConnectError {
    const known = [...this.#byClass.keys()].sort().join(', ') || 'none';
    const hint =
      this.problems.length === 0
        ? ''
        : `. Could not be used: ${this.problems.map(problem => problem.message).join('; ')}`;
    return new ConnectError(
      'CONNECTOR_CLASS_UNKNOWN',
      `Failed to find any class that implements Connector and which name matches ${className}, available connectors are: ${known}${hint}`,
      { details: { connectorClass: className } },
    );
  }
}

/** Of two plugins with the same class and version the first counts. */
function groupByClass(manifests: readonly PluginManifest[]): ReadonlyMap<string, readonly PluginConnector[]> {
  const byClass = new Map<string, PluginConnector[]>();
  for (const manifest of manifests) {
    for (const { className, kind } of manifest.connectors) {
      const versions = byClass.get(className) ?? [];
      if (!versions.some(connector => connector.version === manifest.version)) {
        versions.push({ className, kind, version: manifest.version, manifest });
      }
      byClass.set(className, versions);
    }
  }
  for (const versions of byClass.values()) versions.sort((a, b) => compareVersions(b.version, a.version));
  return byClass;
}

function collectAliases(byClass: ReadonlyMap<string, readonly PluginConnector[]>): ReadonlyMap<string, string> {
  const classesByAlias = new Map<string, Set<string>>();
  for (const [className, versions] of byClass) {
    const aliases = versions.flatMap(
      ({ manifest }) => manifest.connectors.find(c => c.className === className)?.aliases ?? [],
    );
    for (const alias of shortNames(className, aliases)) {
      classesByAlias.set(alias, (classesByAlias.get(alias) ?? new Set()).add(className));
    }
  }
  const unambiguous = [...classesByAlias].filter(([, classes]) => classes.size === 1);
  return new Map(unambiguous.map(([alias, classes]) => [alias, [...classes].join('')]));
}
