import type { ConnectorTaskId, InstanceStatus, TaskStatus } from './states.ts';

/**
 * Observed state of connector instances and tasks. Reads answer at once from what this worker knows; a write resolves when the reads
 * show it.
 *
 * @see `StatusBackingStore` in Kafka Connect.
 */
export interface StatusStore {
  /** Reads what is stored. Call once, before all else. */
  start(): Promise<void>;
  /** Status of a connector instance; null if none was put. */
  connectorStatus(connector: string): InstanceStatus | null;
  /** Status of a task; null if none was put. */
  taskStatus(id: ConnectorTaskId): TaskStatus | null;
  /** Statuses of a connector's tasks, by task number. */
  taskStatuses(connector: string): readonly TaskStatus[];
  putConnectorStatus(connector: string, status: InstanceStatus): Promise<void>;
  putTaskStatus(status: TaskStatus): Promise<void>;
  /** Forgets a connector instance and its tasks (state DESTROYED). */
  removeConnector(connector: string): Promise<void>;
  /** Forgets a task (state DESTROYED). */
  removeTask(id: ConnectorTaskId): Promise<void>;
  /** Finishes what was put and lets go of what is held. Idempotent. */
  close(): Promise<void>;
}
