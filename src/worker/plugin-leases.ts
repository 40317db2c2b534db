import type { PluginIsolation } from '../config/millrace-keys.ts';
import { toPluginTarget } from '../config/plugin-attach.ts';
import type { AttachedPlugins } from '../plugin-host/attached-plugins.ts';
import type { PluginConnector } from '../plugin-host/plugin-catalog.ts';
import { toIsolation, type LeaseOwner, type PluginLease } from '../plugin-host/plugin-lease.ts';
import type { ProcessPool } from '../plugin-host/process-pool.ts';
import type { ControlProcesses } from './control-processes.ts';

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

/** What gives plugins out. */
export interface PluginLeasesOptions {
  readonly pool: ProcessPool;
  readonly attached: AttachedPlugins;
  readonly control: ControlProcesses;
  /** `plugin.isolation` of the worker, for connectors that say nothing. */
  readonly isolation: PluginIsolation;
}

/** Gives connector instances and tasks the plugin that their connector's configuration asks for. */
export class PluginLeases {
  readonly #options: PluginLeasesOptions;

  constructor(options: PluginLeasesOptions) {
    this.#options = options;
  }

  /**
   * Starts processes ahead for the tasks of a connector, unless they will share one, or attach. Returns at once.
   *
   * @param isBorrowed one to ask is about to be {@link borrow}ed too.
   */
  warmUp(
    { manifest }: PluginConnector,
    config: ReadonlyMap<string, string>,
    { tasks, isBorrowed }: { readonly tasks: number; readonly isBorrowed: boolean },
  ): void {
    if (addressOf(config) !== undefined) return;
    const spares = this.#isolationOf(config) === 'task' ? tasks : 0;
    this.#options.control.warmUp(manifest, spares, isBorrowed);
  }

  /**
   * Runs `action` with a plugin that the connector's tasks would use, to ask it about their configuration.
   *
   * @throws {ConnectError} as {@link lease}, and what the action throws.
   */
  async borrow<T>(
    connector: PluginConnector,
    config: ReadonlyMap<string, string>,
    action: (lease: PluginLease) => Promise<T>,
  ): Promise<T> {
    const { attached, control } = this.#options;
    const address = addressOf(config);
    if (address === undefined) return control.borrow(connector.manifest, action);
    const { signal } = new AbortController();
    const token = config.get('plugin.attach.token');
    const lease = await attached.attach({ address, token, manifest: connector.manifest, owner: null, signal });
    try {
      return await action(lease);
    } finally {
      await lease.release({ isClean: true });
    }
  }

  /** @throws {ConnectError} as `AttachedPlugins.attach` for a connector that attaches, else as `ProcessPool.lease`. */
  lease({ owner, connector, config, secrets, signal }: LeaseSpec): Promise<PluginLease> {
    const { manifest } = connector;
    const { attached, pool } = this.#options;
    const address = addressOf(config);
    if (address !== undefined) {
      return attached.attach({ address, token: config.get('plugin.attach.token'), manifest, owner, signal });
    }
    return pool.lease({ manifest, isolation: this.#isolationOf(config), owner, hiddenValues: secrets, signal });
  }

  #isolationOf(config: ReadonlyMap<string, string>): PluginIsolation {
    return toIsolation(config.get('plugin.isolation')) ?? this.#options.isolation;
  }
}

/** Where to attach. A value that is no address is told of by the validation of the key. */
export function addressOf(config: ReadonlyMap<string, string>): string | undefined {
  const address = config.get('plugin.attach');
  return address === undefined || toPluginTarget(address) === undefined ? undefined : address;
}
