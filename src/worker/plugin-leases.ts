import type { PluginIsolation } from '../config/millrace-keys.ts';
import { toIsolation, type LeaseOwner, type PluginLease } from '../plugin-host/plugin-lease.ts';
import type { ProcessPool } from '../plugin-host/process-pool.ts';
import type { PluginConnector } from '../plugin-host/plugin-catalog.ts';

/** Who needs a plugin, and how its connector is configured. */
export interface LeaseSpec {
  readonly owner: LeaseOwner;
  readonly connector: PluginConnector;
  /** The connector's configuration, references resolved. */
  readonly config: ReadonlyMap<string, string>;
  /** Values that must not show in a log (I9). */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** Gives connector instances and tasks the plugin that their connector's configuration asks for. */
export class PluginLeases {
  readonly #pool: ProcessPool;
  readonly #isolation: PluginIsolation;

  /** @param options `isolation`: for connectors that say nothing. */
  constructor(options: { readonly pool: ProcessPool; readonly isolation: PluginIsolation }) {
    this.#pool = options.pool;
    this.#isolation = options.isolation;
  }

  /** @throws {ConnectError} as `ProcessPool.lease`. */
  lease({ owner, connector, config, secrets, signal }: LeaseSpec): Promise<PluginLease> {
    return this.#pool.lease({
      manifest: connector.manifest,
      isolation: toIsolation(config.get('plugin.isolation')) ?? this.#isolation,
      owner,
      hiddenValues: secrets,
      signal,
    });
  }
}
