/**
 * Offsets read, altered and reset (KIP-875). A modification has two parts: the plugin agrees, which takes as long as the plugin does,
 * then the offsets are written, which is quick and must find the connector still stopped.
 *
 * @see `Worker#connectorOffsets`, `#modifyConnectorOffsets` in Kafka Connect.
 */
import type { ConfigMap } from '../config/parsed-config.ts';
import { ConnectError, RequestError } from '../errors/connect-error.ts';
import type { PluginConnector } from '../plugin-host/plugin-catalog.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { ConnectorOffsets, SinkPartitionOffset, SourcePartitionOffset } from './connector-offsets.ts';
import type { SinkOffsets } from './sink-offsets.ts';
import { parseSourceOffsets, type SourceOffsets } from './source-offsets.ts';

/** What the operations need. */
export interface OffsetsOperationsOptions {
  readonly worker: Pick<Worker, 'alterOffsets'> & {
    readonly catalog: { find(className: string, version?: string): Pick<PluginConnector, 'kind'> };
  };
  readonly source: Pick<SourceOffsets, 'read' | 'toReset' | 'write'>;
  readonly sink: Pick<SinkOffsets, 'read' | 'check' | 'alter' | 'reset'>;
  /** Resolves config provider references. */
  readonly resolve: (config: ConnectorConfig) => Promise<ConfigMap>;
}

/** A connector whose offsets are meant, with its configuration as it is stored. */
export interface ConnectorRef {
  readonly name: string;
  readonly config: ConnectorConfig;
}

/** A modification that the connector agreed to and that is not written yet. */
export interface AgreedModification {
  /** The connector did its part; false: it had nothing to say. */
  readonly handled: boolean;
  /** Writes; durable when it resolves. */
  write(): Promise<void>;
}

/** Offsets of connectors of both kinds. */
export class OffsetsOperations {
  readonly #options: OffsetsOperationsOptions;

  constructor(options: OffsetsOperationsOptions) {
    this.#options = options;
  }

  /** All offsets of a connector, whatever its state. @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN; as the store or the broker. */
  async read(connector: ConnectorRef): Promise<ConnectorOffsets> {
    const { source, sink } = this.#options;
    const { name } = connector;
    return this.#kindOf(connector) === 'source'
      ? { type: 'source', offsets: await source.read(name) }
      : { type: 'sink', offsets: await sink.read({ name, config: await this.#options.resolve(connector.config) }) };
  }

  /**
   * Has the plugin agree to other offsets.
   *
   * @throws {RequestError} with every wrong field; {ConnectError} OFFSETS_REFUSED, and what starting the plugin gives.
   */
  async agreeToAlter(connector: ConnectorRef, offsets: ConnectorOffsets): Promise<AgreedModification> {
    const kind = this.#kindOf(connector);
    if (offsets.type !== kind) {
      const message = `must be empty: '${connector.name}' is a ${kind} connector, whose offsets go into '${kind}'`;
      throw new RequestError([{ key: offsets.type, message }]);
    }
    return offsets.type === 'source'
      ? this.#agreeToAlterSource(connector, offsets.offsets)
      : this.#agreeToAlterSink(connector, offsets.offsets);
  }

  /** Has the plugin agree that all offsets are forgotten. @throws {ConnectError} as {@link agreeToAlter}. */
  async agreeToReset(connector: ConnectorRef): Promise<AgreedModification> {
    const { worker, source, sink } = this.#options;
    const { name } = connector;
    if (this.#kindOf(connector) === 'source') {
      const handled = await worker.alterOffsets(connector, { source: await source.toReset(name), sink: [] });
      // What a task that was late wrote meanwhile is forgotten too.
      return { handled, write: async () => source.write(name, await source.toReset(name)) };
    }
    const resolved = { name, config: await this.#options.resolve(connector.config) };
    const known = (await sink.read(resolved)).map(each => ({ ...each, offset: null }));
    const handled = await worker.alterOffsets(connector, { source: [], sink: known });
    return { handled, write: () => sink.reset(resolved) };
  }

  async #agreeToAlterSource(
    connector: ConnectorRef,
    offsets: readonly SourcePartitionOffset[],
  ): Promise<AgreedModification> {
    const { worker, source } = this.#options;
    const writes = parseSourceOffsets(offsets);
    const handled = await worker.alterOffsets(connector, { source: writes, sink: [] });
    return { handled, write: () => source.write(connector.name, writes) };
  }

  async #agreeToAlterSink(
    connector: ConnectorRef,
    offsets: readonly SinkPartitionOffset[],
  ): Promise<AgreedModification> {
    const { worker, sink } = this.#options;
    const resolved = { name: connector.name, config: await this.#options.resolve(connector.config) };
    await sink.check(resolved, offsets);
    const handled = await worker.alterOffsets(connector, { source: [], sink: offsets });
    return { handled, write: () => sink.alter(resolved, offsets) };
  }

  #kindOf({ config }: ConnectorRef): 'source' | 'sink' {
    const { catalog } = this.#options.worker;
    return catalog.find(config.get('connector.class') ?? '', config.get('connector.plugin.version')).kind;
  }
}

/** @throws {ConnectError} REQUEST_INVALID for an alteration that alters nothing. */
export function requireOffsets({ offsets }: ConnectorOffsets): void {
  if (offsets.length > 0) return;
  throw new ConnectError('REQUEST_INVALID', 'Partitions / offsets need to be provided for an alter offsets request');
}
