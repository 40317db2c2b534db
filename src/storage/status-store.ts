import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { InstanceStatus, TaskStatus } from './states.ts';

/** A topic that a connector's tasks were seen to write to or read from (KIP-558). */
export interface TopicStatus {
  readonly topic: string;
  readonly connector: string;
  /** Number of the task that saw it first. */
  readonly task: number;
  /** Milliseconds since the epoch. */
  readonly discoveredAtMs: number;
}

/**
 * Observed state of connector instances and tasks. Reads answer at once from what this worker knows; a write resolves when the reads
 * show it, or when a later one, of this worker or another, made it void. UNASSIGNED and FAILED are not written over what another
 * worker said in a later generation of the group.
 *
 * @see `StatusBackingStore` in Kafka Connect.
 */
export interface StatusStore {
  /** Reads what is stored. Call once, before all else. */
  start(signal?: AbortSignal): Promise<void>;
  /** Calls `listener` with a connector's name after each change of its or its tasks' status. @returns ends that. */
  watch(listener: (connector: string) => void): () => void;
  /** Resolves when the reads show all that anyone had written at the time of the call. Rejects with the signal's reason. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Names of all connectors that have a status, of their own or of a task, or an active topic, sorted. */
  connectors(): readonly string[];
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
  /** A connector's active topics, by name. */
  activeTopics(connector: string): readonly TopicStatus[];
  /** How often active topics were forgotten, of whatever connector: whoever remembers what it added is to add it again then. */
  readonly topicResets: number;
  /** Adds an active topic; without effect, and cheap, if it is one already or is being added. */
  putActiveTopic(status: TopicStatus): Promise<void>;
  /** Forgets a connector's active topics. */
  resetActiveTopics(connector: string): Promise<void>;
  /** Resolves when all that was put so far is written or given up, as before a rebalance that takes work away. */
  flush(signal: AbortSignal): Promise<void>;
  /** Finishes what was put and lets go of what is held. Idempotent. */
  close(): Promise<void>;
}
