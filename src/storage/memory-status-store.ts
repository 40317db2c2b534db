import { Listeners } from '../async/listeners.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { InstanceStatus, TaskStatus } from './states.ts';
import type { StatusStore, TopicStatus } from './status-store.ts';

/**
 * Statuses of a standalone worker: gone when it ends.
 *
 * @see `MemoryStatusBackingStore` in Kafka Connect.
 */
export class MemoryStatusStore implements StatusStore {
  readonly #connectors = new Map<string, InstanceStatus>();
  readonly #tasks = new Map<string, Map<number, TaskStatus>>();
  readonly #topics = new Map<string, Map<string, TopicStatus>>();
  #topicResets = 0;

  readonly #listeners = new Listeners<string>();

  async start(): Promise<void> {}

  watch(listener: (connector: string) => void): () => void {
    return this.#listeners.add(listener);
  }

  async refresh(): Promise<void> {}

  connectors(): readonly string[] {
    return [...new Set([...this.#connectors.keys(), ...this.#tasks.keys(), ...this.#topics.keys()])].sort();
  }

  connectorStatus(connector: string): InstanceStatus | null {
    return this.#connectors.get(connector) ?? null;
  }

  taskStatus(id: ConnectorTaskId): TaskStatus | null {
    return this.#tasks.get(id.connector)?.get(id.task) ?? null;
  }

  taskStatuses(connector: string): readonly TaskStatus[] {
    return [...(this.#tasks.get(connector)?.values() ?? [])].sort((a, b) => a.id.task - b.id.task);
  }

  async putConnectorStatus(connector: string, status: InstanceStatus): Promise<void> {
    this.#connectors.set(connector, status);
    this.#listeners.tell(connector);
  }

  async putTaskStatus(status: TaskStatus): Promise<void> {
    const tasks = this.#tasks.get(status.id.connector) ?? new Map<number, TaskStatus>();
    this.#tasks.set(status.id.connector, tasks.set(status.id.task, status));
    this.#listeners.tell(status.id.connector);
  }

  async removeConnector(connector: string): Promise<void> {
    this.#connectors.delete(connector);
    this.#tasks.delete(connector);
    this.#listeners.tell(connector);
  }

  async removeTask(id: ConnectorTaskId): Promise<void> {
    this.#tasks.get(id.connector)?.delete(id.task);
    this.#listeners.tell(id.connector);
  }

  activeTopics(connector: string): readonly TopicStatus[] {
    return [...(this.#topics.get(connector)?.values() ?? [])].sort((a, b) => (a.topic < b.topic ? -1 : 1));
  }

  get topicResets(): number {
    return this.#topicResets;
  }

  async putActiveTopic(status: TopicStatus): Promise<void> {
    const topics = this.#topics.get(status.connector) ?? new Map<string, TopicStatus>();
    if (!topics.has(status.topic)) topics.set(status.topic, status);
    this.#topics.set(status.connector, topics);
  }

  async resetActiveTopics(connector: string): Promise<void> {
    if (this.#topics.delete(connector)) this.#topicResets += 1;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
