import type { TargetState } from './states.ts';

/** A connector's configuration: keys and values as submitted, config provider references unresolved. */
export type ConnectorConfig = ReadonlyMap<string, string>;

/**
 * Wanted state of the cluster: connector configurations, target states and task configurations. Reads answer at once from what this
 * worker knows; writes resolve when they are durable and the reads show them (D9).
 *
 * @see `ConfigBackingStore` in Kafka Connect.
 */
export interface ConfigStore {
  /** Reads what is stored. Call once, before all else. */
  start(): Promise<void>;
  /** Names of all connectors, sorted. */
  connectorNames(): readonly string[];
  /** A connector's configuration; null if there is no such connector. */
  connectorConfig(connector: string): ConnectorConfig | null;
  /** A connector's target state; STARTED unless another was asked for. */
  targetState(connector: string): TargetState;
  /** Configurations of a connector's tasks, by task number; empty if there is no such connector or it has no tasks yet. */
  taskConfigs(connector: string): readonly ConnectorConfig[];
  /** Creates or replaces a connector. An initial state is set first, so that no worker sees the connector without it. */
  putConnectorConfig(connector: string, config: ConnectorConfig, initialState?: TargetState): Promise<void>;
  /** Forgets a connector with its tasks and target state; without effect if there is none. */
  removeConnectorConfig(connector: string): Promise<void>;
  /** Replaces all task configurations of a connector at once; without effect if there is no such connector. */
  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void>;
  /** Sets a connector's target state; without effect if there is no such connector. */
  putTargetState(connector: string, state: TargetState): Promise<void>;
  /** Finishes what was put and lets go of what is held. Idempotent. */
  close(): Promise<void>;
}
