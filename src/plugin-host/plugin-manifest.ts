/**
 * What a `plugin.json` says about the plugin beside it.
 *
 * ```json
 * {
 *   "name": "ticker",
 *   "version": "1.0.0",
 *   "protocol": [1],
 *   "command": [".venv/bin/python", "./ticker.py"],
 *   "connectors": [{ "class": "io.millrace.ticker.TickerSourceConnector", "aliases": ["Ticker"], "type": "source" }],
 *   "env": ["SSL_CERT_FILE", "AWS_*"],
 *   "transport": "unix",
 *   "limits": { "memoryBytes": 536870912, "openFiles": 1024 }
 * }
 * ```
 * `command` may also be an object of arrays, keyed `linux-x64`, `linux` or `default` (Node's names of platforms and
 * architectures); the most exact key wins. Unknown fields are ignored, so that a later worker's manifest still loads.
 */

/** Direction of a connector. */
export type ConnectorKind = 'source' | 'sink';

/** How worker and plugin process reach each other. */
export type PluginTransport = 'unix' | 'tcp';

/** One connector class that a plugin provides. */
export interface ManifestConnector {
  /** As in `connector.class`. */
  readonly className: string;
  /** Further names, beside the simple name and the simple name without `Connector`. */
  readonly aliases: readonly string[];
  readonly kind: ConnectorKind;
}

/** Bounds that the operating system sets to each process of the plugin. */
export interface PluginLimits {
  /** Writable memory of one process, bytes (RLIMIT_DATA). */
  readonly memoryBytes: number | undefined;
  /** Open files of one process (RLIMIT_NOFILE). */
  readonly openFiles: number | undefined;
}

/** A manifest that was read and checked. */
export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the folder that holds the plugin.json. */
  readonly folder: string;
  /** Protocol majors that the plugin speaks. */
  readonly protocolMajors: readonly number[];
  /** Program and arguments for this operating system and architecture; at least the program. */
  readonly command: readonly string[];
  readonly connectors: readonly ManifestConnector[];
  /** Names of environment variables that the plugin may see; a name that ends in `*` stands for all with that prefix. */
  readonly allowedEnvironment: readonly string[];
  readonly transport: PluginTransport;
  readonly limits: PluginLimits;
}
