import type { ClusterConfig } from './cluster-config.ts';
import type { TargetState } from './states.ts';

/** A connector's configuration: keys and values as submitted, config provider references unresolved. */
export type ConnectorConfig = ReadonlyMap<string, string>;

/** Key that the workers of a cluster sign their requests to each other with. */
export interface SessionKey {
  readonly key: Uint8Array;
  /** Name of a Java key generator, such as `HmacSHA256`. */
  readonly algorithm: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** Asks every worker to restart what it runs of a connector (KIP-745). */
export interface RestartRequest {
  readonly connector: string;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** Something that a worker read and may have to act on. */
export type ConfigUpdate =
  | { readonly kind: 'connector-config'; readonly connector: string; readonly isNew: boolean }
  | { readonly kind: 'connector-removed'; readonly connector: string }
  /** The set of tasks was committed. `tasks`: numbers of those that were written since the last commit. */
  | { readonly kind: 'task-configs'; readonly connector: string; readonly tasks: readonly number[] }
  | { readonly kind: 'target-state'; readonly connector: string; readonly state: TargetState }
  | { readonly kind: 'session-key'; readonly sessionKey: SessionKey }
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  | { readonly kind: 'logger-level'; readonly namespace: string; readonly level: string };

/** Hears of updates in the order they were written, once the reads show them. Called in the midst of reading: it only takes note. */
export type ConfigListener = (update: ConfigUpdate) => void;

/** How a store is started. */
export interface ConfigStoreStart {
  /** Hears of what is written after the start; what is there already is in the snapshot. */
  readonly listener?: ConfigListener;
  readonly signal?: AbortSignal;
}

/**
 * Wanted state of the cluster: connector configurations, target states and task configurations. Reads answer at once from what this
 * worker knows; writes resolve when they are durable and the reads show them (D9). A write that rejects may still have happened, in
 * part or as a whole, and may be made again.
 *
 * In a cluster only the leader writes (I4), but for target states and log levels, which any worker may.
 *
 * @see `ConfigBackingStore` in Kafka Connect.
 */
export interface ConfigStore {
  /** Reads what is stored. Call once, before all else. */
  start(options?: ConfigStoreStart): Promise<void>;
  /** All that this worker knows, as it is now. */
  snapshot(): ClusterConfig;
  /** Resolves when the reads show all that anyone had written at the time of the call. Rejects with the signal's reason. */
  refresh(signal: AbortSignal): Promise<void>;
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
  /** Writes down how many producers a connector's tasks have, after all earlier ones were fenced. */
  putTaskCountRecord(connector: string, taskCount: number): Promise<void>;
  /** Hands a new key to all workers. */
  putSessionKey(sessionKey: SessionKey): Promise<void>;
  /** Tells every worker, this one included; a worker that is starting does not hear of it. */
  putRestartRequest(request: RestartRequest): Promise<void>;
  /** Tells every worker, this one included; a worker that is starting does not hear of it. */
  putLoggerLevel(namespace: string, level: string): Promise<void>;
  /** Finishes what was put and lets go of what is held. Idempotent. */
  close(): Promise<void>;
}
