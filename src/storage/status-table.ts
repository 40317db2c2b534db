import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { assertNever } from '../errors/assert-never.ts';
import { StatusEntry } from './status-entry.ts';
import type { StatusRecord } from './status-records.ts';
import type { TaskStatus } from './states.ts';
import type { TopicStatus } from './status-store.ts';

/** All statuses and active topics that the status topic tells of. */
export class StatusTable {
  readonly #connectors = new Map<string, StatusEntry>();
  readonly #tasks = new Map<string, Map<number, StatusEntry>>();
  readonly #topics = new Map<string, Map<string, TopicStatus>>();
  #topicResets = 0;

  /** Names of connectors with an entry, of their own or of a task, or an active topic, sorted. */
  connectors(): readonly string[] {
    return [...new Set([...this.#connectors.keys(), ...this.#tasks.keys(), ...this.#topics.keys()])].sort();
  }

  /** How many active topics were taken away. */
  get topicResets(): number {
    return this.#topicResets;
  }

  /** A connector instance's entry; null if nothing was read or begun of it. */
  connector(connector: string): StatusEntry | null {
    return this.#connectors.get(connector) ?? null;
  }

  task(id: ConnectorTaskId): StatusEntry | null {
    return this.#tasks.get(id.connector)?.get(id.task) ?? null;
  }

  /** The entry, made if there is none. */
  connectorForWrite(connector: string): StatusEntry {
    const entry = this.#connectors.get(connector) ?? new StatusEntry();
    this.#connectors.set(connector, entry);
    return entry;
  }

  /** The entry, made if there is none. */
  taskForWrite(id: ConnectorTaskId): StatusEntry {
    const ofConnector = this.#tasks.get(id.connector) ?? new Map<number, StatusEntry>();
    this.#tasks.set(id.connector, ofConnector);
    const entry = ofConnector.get(id.task) ?? new StatusEntry();
    ofConnector.set(id.task, entry);
    return entry;
  }

  /** Statuses of a connector's tasks, by task number. */
  taskStatuses(connector: string): readonly TaskStatus[] {
    return [...(this.#tasks.get(connector) ?? [])]
      .sort(([a], [b]) => a - b)
      .flatMap(([task, { status }]) => (status === null ? [] : [{ ...status, id: { connector, task } }]));
  }

  /** A connector's active topics, by name. */
  topics(connector: string): readonly TopicStatus[] {
    const topics = [...(this.#topics.get(connector)?.values() ?? [])];
    return topics.sort((a, b) => (a.topic < b.topic ? -1 : 1));
  }

  topic(connector: string, topic: string): TopicStatus | null {
    return this.#topics.get(connector)?.get(topic) ?? null;
  }

  /** Takes a record of the topic. */
  apply(record: StatusRecord): void {
    switch (record.kind) {
      case 'connector':
        if (record.status === null) this.#removeConnector(record.connector);
        else this.connectorForWrite(record.connector).take(record.status, false);
        return;
      case 'task':
        if (record.status === null) this.#removeTask(record.id);
        else this.taskForWrite(record.id).take(record.status, true);
        return;
      case 'topic':
        this.#applyTopic(record);
        return;
      default:
        assertNever(record);
    }
  }

  #applyTopic({ connector, topic, status }: StatusRecord & { readonly kind: 'topic' }): void {
    const topics = this.#topics.get(connector) ?? new Map<string, TopicStatus>();
    if (status !== null) topics.set(topic, status);
    else if (topics.delete(topic)) this.#topicResets += 1;
    if (topics.size === 0) this.#topics.delete(connector);
    else this.#topics.set(connector, topics);
  }

  /** Its tasks go with it. */
  #removeConnector(connector: string): void {
    this.#connectors.get(connector)?.delete();
    this.#connectors.delete(connector);
    for (const entry of this.#tasks.get(connector)?.values() ?? []) entry.delete();
    this.#tasks.delete(connector);
  }

  #removeTask(id: ConnectorTaskId): void {
    const tasks = this.#tasks.get(id.connector);
    tasks?.get(id.task)?.delete();
    tasks?.delete(id.task);
    if (tasks?.size === 0) this.#tasks.delete(id.connector);
  }
}
