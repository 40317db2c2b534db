import { ClusterConfigBuilder } from './cluster-config-builder.ts';
import type { ClusterConfig } from './cluster-config.ts';
import type { ConfigRecord } from './config-records.ts';
import type {
  ConfigListener,
  ConfigStore,
  ConfigStoreStart,
  ConnectorConfig,
  RestartRequest,
  SessionKey,
} from './config-store.ts';
import type { TargetState } from './states.ts';

/**
 * Connector configurations of a standalone worker: gone when it ends. It takes the records that a config topic would hold.
 *
 * @see `MemoryConfigBackingStore` in Kafka Connect.
 */
export class MemoryConfigStore implements ConfigStore {
  readonly #builder = new ClusterConfigBuilder();
  #listener: ConfigListener = () => undefined;

  async start(options: ConfigStoreStart = {}): Promise<void> {
    this.#listener = options.listener ?? this.#listener;
  }

  snapshot(): ClusterConfig {
    return this.#builder.snapshot;
  }

  async refresh(): Promise<void> {}

  connectorNames(): readonly string[] {
    return this.snapshot().connectors();
  }

  connectorConfig(connector: string): ConnectorConfig | null {
    return this.snapshot().connectorConfig(connector);
  }

  targetState(connector: string): TargetState {
    return this.snapshot().targetState(connector);
  }

  taskConfigs(connector: string): readonly ConnectorConfig[] {
    return this.snapshot().taskConfigs(connector);
  }

  async putConnectorConfig(connector: string, config: ConnectorConfig, initialState?: TargetState): Promise<void> {
    if (initialState !== undefined) this.#apply({ kind: 'target-state', connector, state: initialState });
    this.#apply({ kind: 'connector', connector, config: new Map(config) });
  }

  async removeConnectorConfig(connector: string): Promise<void> {
    if (!this.snapshot().contains(connector)) return;
    this.#apply({ kind: 'connector', connector, config: null });
    this.#apply({ kind: 'target-state', connector, state: null });
  }

  async putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    if (!this.snapshot().contains(connector)) return;
    for (const [task, config] of configs.entries())
      this.#apply({ kind: 'task', connector, task, config: new Map(config) });
    this.#apply({ kind: 'commit', connector, taskCount: configs.length });
  }

  async putTargetState(connector: string, state: TargetState): Promise<void> {
    if (this.snapshot().contains(connector)) this.#apply({ kind: 'target-state', connector, state });
  }

  async putTaskCountRecord(connector: string, taskCount: number): Promise<void> {
    this.#apply({ kind: 'task-count', connector, taskCount });
  }

  async putSessionKey(sessionKey: SessionKey): Promise<void> {
    this.#apply({ kind: 'session-key', sessionKey });
  }

  async putRestartRequest(request: RestartRequest): Promise<void> {
    this.#apply({ kind: 'restart', request });
  }

  async putLoggerLevel(namespace: string, level: string): Promise<void> {
    this.#apply({ kind: 'logger-level', namespace, level });
  }

  async close(): Promise<void> {}

  #apply(record: ConfigRecord): void {
    const offset = Math.max(0, this.snapshot().offset);
    for (const update of this.#builder.apply(record, offset)) this.#listener(update);
  }
}
