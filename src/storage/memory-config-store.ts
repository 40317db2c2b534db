import type { ConfigStore, ConnectorConfig } from './config-store.ts';
import type { TargetState } from './states.ts';

interface Connector {
  readonly config: ConnectorConfig;
  readonly targetState: TargetState;
  readonly taskConfigs: readonly ConnectorConfig[];
}

/**
 * Connector configurations of a standalone worker: gone when it ends.
 *
 * @see `MemoryConfigBackingStore` in Kafka Connect.
 */
export class MemoryConfigStore implements ConfigStore {
  readonly #connectors = new Map<string, Connector>();

  async start(): Promise<void> {}

  connectorNames(): readonly string[] {
    return [...this.#connectors.keys()].sort();
  }

  connectorConfig(connector: string): ConnectorConfig | null {
    return this.#connectors.get(connector)?.config ?? null;
  }

  targetState(connector: string): TargetState {
    return this.#connectors.get(connector)?.targetState ?? 'STARTED';
  }

  taskConfigs(connector: string): readonly ConnectorConfig[] {
    return this.#connectors.get(connector)?.taskConfigs ?? [];
  }

  async putConnectorConfig(connector: string, config: ConnectorConfig, initialState?: TargetState): Promise<void> {
    const earlier = this.#connectors.get(connector);
    this.#connectors.set(connector, {
      config: new Map(config),
      targetState: initialState ?? earlier?.targetState ?? 'STARTED',
      taskConfigs: earlier?.taskConfigs ?? [],
    });
  }

  async removeConnectorConfig(connector: string): Promise<void> {
    this.#connectors.delete(connector);
  }

  async putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    this.#change(connector, { taskConfigs: configs.map(config => new Map(config)) });
  }

  async putTargetState(connector: string, state: TargetState): Promise<void> {
    this.#change(connector, { targetState: state });
  }

  async close(): Promise<void> {}

  #change(connector: string, change: Partial<Connector>): void {
    const earlier = this.#connectors.get(connector);
    if (earlier !== undefined) this.#connectors.set(connector, { ...earlier, ...change });
  }
}
