/** What a herder answers about a connector, from the stores alone. The same in both modes. */
import { nameOfTask } from '../data/connector-task-id.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { ConfigStore, ConnectorConfig } from '../storage/config-store.ts';
import type { InstanceStatus, TaskStatus } from '../storage/states.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { ConnectorInfo, ConnectorStatus, ConnectorTaskId, TaskConfigInfo, TaskErrorCounts } from './herder.ts';

/** What a view asks of the worker. */
type ViewedWorker = Pick<Worker, 'workerId' | 'typeOf' | 'errorCounts'>;

/** Reads of one worker's stores. */
export class ConnectorView {
  readonly #worker: ViewedWorker;
  readonly #configs: ConfigStore;
  readonly #statuses: StatusStore;

  constructor(options: {
    readonly worker: ViewedWorker;
    readonly configs: ConfigStore;
    readonly statuses: StatusStore;
  }) {
    this.#worker = options.worker;
    this.#configs = options.configs;
    this.#statuses = options.statuses;
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND */
  config(name: string): ConnectorConfig {
    const config = this.#configs.connectorConfig(name);
    if (config !== null) return config;
    throw connectorNotFound(name);
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND, TASK_NOT_FOUND */
  requireTask(id: ConnectorTaskId): void {
    this.config(id.connector);
    if (this.#configs.taskConfigs(id.connector)[id.task] !== undefined) return;
    throw new ConnectError('TASK_NOT_FOUND', `Unknown task: ${nameOfTask(id)}`, {
      details: { connector: id.connector, task: String(id.task) },
    });
  }

  /** Configuration of a connector that is stopped and has no tasks. @throws {ConnectError} CONNECTOR_NOT_FOUND, CONNECTOR_NOT_STOPPED */
  configOfStopped(name: string): ConnectorConfig {
    const config = this.config(name);
    if (this.#configs.targetState(name) === 'STOPPED' && this.#configs.taskConfigs(name).length === 0) return config;
    throw new ConnectError(
      'CONNECTOR_NOT_STOPPED',
      'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector ' +
        `by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
      { details: { connector: name } },
    );
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND */
  info(name: string): ConnectorInfo {
    const config = this.config(name);
    const tasks = this.#configs.taskConfigs(name).map((_, task) => ({ connector: name, task }));
    return { name, config, tasks, type: this.#worker.typeOf(config) };
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND */
  status(name: string): ConnectorStatus {
    const config = this.config(name);
    const tasks = this.#statuses.taskStatuses(name);
    return {
      name,
      type: this.#worker.typeOf(config),
      targetState: this.#configs.targetState(name),
      connector: this.#statuses.connectorStatus(name) ?? unassigned(this.#worker.workerId),
      tasks,
      taskErrors: this.#taskErrors(tasks),
      unreachedWorkers: [],
      outage: null,
    };
  }

  #taskErrors(tasks: readonly TaskStatus[]): ReadonlyMap<number, TaskErrorCounts> {
    const errors = new Map<number, TaskErrorCounts>();
    for (const { id } of tasks) {
      const counts = this.#worker.errorCounts(id);
      if (counts !== null) errors.set(id.task, counts);
    }
    return errors;
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND */
  taskConfigs(name: string): readonly TaskConfigInfo[] {
    this.config(name);
    return this.#configs.taskConfigs(name).map((config, task) => ({ id: { connector: name, task }, config }));
  }
}

/** The connector does not exist. */
export function connectorNotFound(name: string): ConnectError {
  return new ConnectError('CONNECTOR_NOT_FOUND', `Connector ${name} not found`, { details: { connector: name } });
}

/** The connector exists already. */
export function connectorExists(name: string): ConnectError {
  return new ConnectError('CONNECTOR_EXISTS', `Connector ${name} already exists`, { details: { connector: name } });
}

/** The configuration with the connector's name in it. @throws {ConnectError} REQUEST_INVALID when it has another. */
export function withName(name: string, config: ConnectorConfig): ConnectorConfig {
  const given = config.get('name');
  if (given !== undefined && given !== name) {
    throw new ConnectError(
      'REQUEST_INVALID',
      `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`,
      { details: { connector: name, name: given } },
    );
  }
  return given === undefined ? new Map([...config, ['name', name]]) : config;
}

/** The configuration after a merge: null removes its key (KIP-477). */
export function applyPatch(config: ConnectorConfig, patch: ReadonlyMap<string, string | null>): ConnectorConfig {
  const merged = new Map(config);
  for (const [key, value] of patch) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return merged;
}

/** Before the instance told its first status. */
function unassigned(workerId: string): InstanceStatus {
  return { state: 'UNASSIGNED', workerId, trace: '', version: '', lastExit: null, restarts: 0, pid: null };
}
