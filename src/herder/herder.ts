import type { ConfigInfos, ConfigKeyInfo } from '../config/config-infos.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { InstanceStatus, TargetState, TaskStatus } from '../storage/states.ts';
import type { ConnectorOffsets, ModifiedOffsets } from './connector-offsets.ts';
import type { ClusterInfo } from './cluster-info.ts';
import type { TaskErrorCounts } from '../worker/errors/task-error-metrics.ts';
import type { LoggerControl } from './logger-levels.ts';
import type { Outage } from './outage.ts';
import type { Readiness } from './readiness.ts';

export type { ConnectorTaskId } from '../data/connector-task-id.ts';
export type { InstanceState, InstanceStatus, ProcessExit, TargetState, TaskStatus } from '../storage/states.ts';
export type { TaskErrorCounts } from '../worker/errors/task-error-metrics.ts';
export type {
  ConnectorOffsets,
  ModifiedOffsets,
  SinkPartitionOffset,
  SourcePartitionOffset,
} from './connector-offsets.ts';

export type { ClusterInfo, ClusterWorker } from './cluster-info.ts';
export type { Outage } from './outage.ts';

/**
 * The herder's port: everything that operators can ask of a worker, whatever the mode it runs in. The gRPC admin service and the
 * REST façade are thin translations of it (D10) and see nothing under it.
 *
 * Every call settles when what it asked for is true and readable (D9), or rejects with a `ConnectError`; each takes the caller's
 * signal and rejects with DEADLINE_EXCEEDED when it aborts first. The work itself then goes on.
 */

/** Direction of a connector; `unknown` when its plugin is not installed on this worker. */
export type ConnectorType = 'source' | 'sink' | 'unknown';

/** A connector's configuration and tasks. */
export interface ConnectorInfo {
  readonly name: string;
  /** As it was submitted: config provider references are unresolved. */
  readonly config: ReadonlyMap<string, string>;
  readonly tasks: readonly ConnectorTaskId[];
  readonly type: ConnectorType;
}

/** State of a connector and its tasks, tasks in order. */
export interface ConnectorStatus {
  readonly name: string;
  readonly type: ConnectorType;
  readonly targetState: TargetState;
  readonly connector: InstanceStatus;
  readonly tasks: readonly TaskStatus[];
  /** What tasks have met of errors, by number; of those alone whose worker tells. */
  readonly taskErrors: ReadonlyMap<number, TaskErrorCounts>;
  /** Workers that run something of it and were asked in vain, sorted: of that part no more is told than the status topic says. */
  readonly unreachedWorkers: readonly string[];
  /** Why this may be out of date; null where the worker that tells it reads the status topic and is a member of its group. */
  readonly outage: Outage | null;
}

/** A task's configuration. */
export interface TaskConfigInfo {
  readonly id: ConnectorTaskId;
  readonly config: ReadonlyMap<string, string>;
}

/** An installed plugin. */
export interface PluginInfo {
  readonly className: string;
  readonly aliases: readonly string[];
  readonly type: 'source' | 'sink' | 'converter' | 'header_converter' | 'transformation' | 'predicate';
  readonly version: string;
  /** Folder of its manifest; empty for what is built in. */
  readonly location: string;
}

/** What the worker is and does. */
export interface WorkerInfo {
  readonly version: string;
  readonly workerId: string;
  readonly mode: 'standalone' | 'distributed';
  /** Empty until a broker was reached. */
  readonly kafkaClusterId: string;
  readonly startedAtMs: number;
  readonly connectorCount: number;
  readonly taskCount: number;
  readonly pid: number;
}

/** Asks for a new connector. */
export interface CreateConnector {
  readonly name: string;
  readonly config: ReadonlyMap<string, string>;
  /** STARTED if not given. */
  readonly initialState?: TargetState;
}

/** What a restart covers (KIP-745). */
export interface RestartScope {
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** The control plane of a worker. */
export interface Herder {
  /** Names of all connectors, sorted. */
  connectorNames(signal: AbortSignal): Promise<readonly string[]>;
  /** @throws CONNECTOR_NOT_FOUND */
  connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo>;
  /** @throws CONNECTOR_NOT_FOUND */
  connectorStatus(name: string, signal: AbortSignal): Promise<ConnectorStatus>;
  /** All connectors, by name. */
  connectorInfos(signal: AbortSignal): Promise<readonly ConnectorInfo[]>;
  /** States of all connectors, by name. */
  connectorStatuses(signal: AbortSignal): Promise<readonly ConnectorStatus[]>;
  /**
   * What this worker knows of a connector's state now, without reading on; null if it knows no such connector. The workers that run it
   * are asked.
   */
  knownStatus(name: string, signal: AbortSignal): Promise<ConnectorStatus | null>;
  /** @throws CONNECTOR_NOT_FOUND */
  taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskConfigInfo[]>;
  /**
   * Validates and creates. Settles once the connector is stored and its status readable; its tasks may still be starting.
   *
   * @throws CONNECTOR_EXISTS, CONNECTOR_CLASS_UNKNOWN, CONFIG_INVALID with every wrong key.
   */
  createConnector(request: CreateConnector, signal: AbortSignal): Promise<ConnectorInfo>;
  /** Creates or replaces; `created` tells which. @throws CONNECTOR_CLASS_UNKNOWN, CONFIG_INVALID. */
  putConnectorConfig(
    name: string,
    config: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  /** Merges; a null value removes its key (KIP-477). @throws CONNECTOR_NOT_FOUND, CONFIG_INVALID. */
  patchConnectorConfig(
    name: string,
    patch: ReadonlyMap<string, string | null>,
    signal: AbortSignal,
  ): Promise<ConnectorInfo>;
  /** Stops and forgets; its offsets are kept. @throws CONNECTOR_NOT_FOUND */
  deleteConnector(name: string, signal: AbortSignal): Promise<void>;
  /** PAUSED keeps the tasks, STOPPED ends them, STARTED resumes; idempotent (KIP-875). @throws CONNECTOR_NOT_FOUND */
  setTargetState(name: string, state: TargetState, signal: AbortSignal): Promise<void>;
  /** Restarts as the scope says and answers the status with RESTARTING on what restarts. @throws CONNECTOR_NOT_FOUND */
  restartConnector(name: string, scope: RestartScope, signal: AbortSignal): Promise<ConnectorStatus>;
  /** Restarts one task. @throws CONNECTOR_NOT_FOUND, TASK_NOT_FOUND */
  restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void>;
  /** Offsets of a connector in any state; none if there are none. @throws CONNECTOR_NOT_FOUND, CONNECTOR_CLASS_UNKNOWN */
  connectorOffsets(name: string, signal: AbortSignal): Promise<ConnectorOffsets>;
  /**
   * Alters the offsets that are given and leaves the others (KIP-875); the connector is asked first.
   *
   * @throws CONNECTOR_NOT_FOUND, CONNECTOR_NOT_STOPPED, REQUEST_INVALID with every wrong field, OFFSETS_REFUSED by the connector,
   * SINK_TASKS_LINGER.
   */
  alterConnectorOffsets(name: string, offsets: ConnectorOffsets, signal: AbortSignal): Promise<ModifiedOffsets>;
  /** Forgets all offsets of a connector; that there are none is fine. @throws as {@link alterConnectorOffsets}. */
  resetConnectorOffsets(name: string, signal: AbortSignal): Promise<ModifiedOffsets>;
  /** Topics that a connector was seen to use (KIP-558), sorted; none of one that does not exist. @throws TOPIC_TRACKING_DISABLED */
  connectorTopics(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Forgets them; those that are still in use come back. @throws TOPIC_TRACKING_DISABLED */
  resetConnectorTopics(name: string, signal: AbortSignal): Promise<void>;
  /** Installed plugins: sinks, sources, then converters. */
  plugins(signal: AbortSignal): Promise<readonly PluginInfo[]>;
  /** Config definition of a plugin, by class or alias. @throws CONNECTOR_CLASS_UNKNOWN */
  pluginConfig(className: string, signal: AbortSignal): Promise<readonly ConfigKeyInfo[]>;
  /** Checks a connector configuration key by key; bad values are told in the answer, not thrown. @throws CONNECTOR_CLASS_UNKNOWN */
  validateConfig(className: string, config: ReadonlyMap<string, string>, signal: AbortSignal): Promise<ConfigInfos>;
  workerInfo(signal: AbortSignal): Promise<WorkerInfo>;
  /** The cluster as this worker knows it, with its leader's help. */
  clusterInfo(signal: AbortSignal): Promise<ClusterInfo>;
  /** Calls `listener` after each change of what {@link clusterInfo} answers. @returns ends that. */
  watchCluster(listener: () => void): () => void;
  /** Calls `listener` with the name of a connector after each change of what {@link knownStatus} answers of it. @returns ends that. */
  watchStatuses(listener: (connector: string) => void): () => void;
  readonly loggers: LoggerControl;
  /** `ready` once the worker has started what it was given at start; `ended` when it takes no more requests. */
  readonly readiness: Readiness;
  /** What the worker is doing, or did last, as a sentence; empty before it did anything. */
  readonly stageText: string;
  /**
   * Set while a worker that was a member of its group is one no more, as when the brokers are away: it runs nothing and can do nothing
   * that is asked for. Null for a worker that is alone. {@link watchCluster} tells of changes.
   */
  readonly lostMembership: Outage | null;
  /** Calls `listener` after each change of {@link readiness}. */
  onReadiness(listener: () => void): void;
}
