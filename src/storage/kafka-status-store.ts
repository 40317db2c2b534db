import { setMaxListeners } from 'node:events';
import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { Listeners } from '../async/listeners.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import { isFencedOff } from '../kafka/write-fence.ts';
import type { CompactedLog, LogRecord } from '../kafka/compacted-log.ts';
import type { Logger } from '../logging/logger.ts';
import type { StatusEntry } from './status-entry.ts';
import { parseStatusRecord, writeStatusRecord, type StatusRecord, type StoredStatus } from './status-records.ts';
import type { InstanceStatus, TaskStatus } from './states.ts';
import type { StatusStore, TopicStatus } from './status-store.ts';
import { StatusTable } from './status-table.ts';
import type { StoredRecord } from './stored-json.ts';

/** Waits before a record is sent again. */
const retryBackoff = { initialMs: 100, maxMs: 1000 } as const;

/** What a {@link KafkaStatusStore} is made of. */
export interface KafkaStatusStoreOptions {
  /** The log of `status.storage.topic`, not started; its producer gives up at the first failure. It becomes the store's own. */
  readonly topic: CompactedLog;
  /** The group's generation as this worker sees it now. */
  readonly generation: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The status topic of a cluster. A status is visible once it was read from there, to its writer too, so that all workers agree on
 * which came last. Sends are repeated here and not in the producer, for meanwhile another status may have made one void.
 *
 * @see `KafkaStatusBackingStore` in Kafka Connect.
 */
export class KafkaStatusStore implements StatusStore {
  readonly #options: KafkaStatusStoreOptions;
  readonly #table = new StatusTable();
  readonly #listeners = new Listeners<string>();
  readonly #closing = new AbortController();
  /** Active topics that are being added, as `topic:connector`. */
  readonly #topicsUnderWay = new Set<string>();
  readonly #writes = new Set<Promise<void>>();

  constructor(options: KafkaStatusStoreOptions) {
    this.#options = options;
    // Every write under way listens, as many as there are tasks.
    setMaxListeners(0, this.#closing.signal);
  }

  /** @throws {ConfigError} the topic is not compacted. */
  async start(signal: AbortSignal = this.#closing.signal): Promise<void> {
    const { topic } = this.#options;
    await topic.start(record => this.#take(record), signal);
    // What was written while the start read is asked for soon after it.
    await topic.readToEnd(signal);
  }

  watch(listener: (connector: string) => void): () => void {
    return this.#listeners.add(listener);
  }

  async refresh(signal: AbortSignal): Promise<void> {
    await this.#options.topic.readToEnd(signal);
  }

  connectors(): readonly string[] {
    return this.#table.connectors();
  }

  connectorStatus(connector: string): InstanceStatus | null {
    return this.#table.connector(connector)?.status ?? null;
  }

  taskStatus(id: ConnectorTaskId): TaskStatus | null {
    const status = this.#table.task(id)?.status ?? null;
    return status && { ...status, id };
  }

  taskStatuses(connector: string): readonly TaskStatus[] {
    return this.#table.taskStatuses(connector);
  }

  activeTopics(connector: string): readonly TopicStatus[] {
    return this.#table.topics(connector);
  }

  get topicResets(): number {
    return this.#table.topicResets;
  }

  async putConnectorStatus(connector: string, status: InstanceStatus): Promise<void> {
    const entry = this.#table.connectorForWrite(connector);
    await this.#put(entry, status, stored => ({ kind: 'connector', connector, status: stored }));
  }

  async putTaskStatus(status: TaskStatus): Promise<void> {
    const { id } = status;
    await this.#put(this.#table.taskForWrite(id), status, stored => ({ kind: 'task', id, status: stored }));
  }

  async removeConnector(connector: string): Promise<void> {
    const tasks = this.#table.taskStatuses(connector).map(({ id }) => this.removeTask(id));
    const entry = this.#table.connectorForWrite(connector);
    await Promise.all([...tasks, this.#put(entry, null, () => ({ kind: 'connector', connector, status: null }))]);
  }

  async removeTask(id: ConnectorTaskId): Promise<void> {
    await this.#put(this.#table.taskForWrite(id), null, () => ({ kind: 'task', id, status: null }));
  }

  async putActiveTopic(status: TopicStatus): Promise<void> {
    const { connector, topic } = status;
    const name = `${topic}:${connector}`;
    if (this.#table.topic(connector, topic) !== null || this.#topicsUnderWay.has(name)) return;
    this.#topicsUnderWay.add(name);
    try {
      await this.#write({ kind: 'topic', connector, topic, status }, () => true);
    } finally {
      this.#topicsUnderWay.delete(name);
    }
  }

  async resetActiveTopics(connector: string): Promise<void> {
    const topics = this.#table.topics(connector);
    await Promise.all(
      topics.map(({ topic }) => this.#write({ kind: 'topic', connector, topic, status: null }, () => true)),
    );
  }

  async flush(signal: AbortSignal): Promise<void> {
    await abortable(Promise.allSettled([...this.#writes]), signal, () => toConnectError(signal.reason));
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', 'The status store is closed'));
    await this.#options.topic.close();
    await Promise.allSettled(this.#writes);
  }

  #take({ key, value, partition, offset }: LogRecord): void {
    const record = parseStatusRecord(key, value);
    if (record === null) {
      this.#options.log.warn({ partition, offset }, 'A record of the status topic is ignored');
      return;
    }
    this.#table.apply(record);
    if (record.kind !== 'topic') this.#listeners.tell(record.kind === 'task' ? record.id.connector : record.connector);
  }

  /** A null status removes. */
  async #put(
    entry: StatusEntry,
    status: InstanceStatus | null,
    toRecord: (stored: StoredStatus | null) => StatusRecord,
  ): Promise<void> {
    const generation = this.#options.generation();
    const isAllowed = (): boolean => status === null || entry.allows(status, generation);
    if (!isAllowed()) return;
    const sequence = entry.beginWrite(status, generation);
    // What says that somebody does not have it any more is void when somebody else may have got it. All else holds until this worker
    // says something later, or is no member any more.
    const isOfGeneration = status === null || status.state === 'UNASSIGNED';
    const isWanted = (): boolean =>
      entry.isLatest(sequence) && isAllowed() && (!isOfGeneration || this.#options.generation() === generation);
    await this.#write(toRecord(status && toStored(status, generation)), isWanted);
  }

  /** Sends until it is written, or not wanted any more after a failure, then reads it. */
  async #write(record: StatusRecord, isWanted: () => boolean): Promise<void> {
    const write = this.#sendAndRead(writeStatusRecord(record), isWanted);
    this.#writes.add(write);
    try {
      await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  async #sendAndRead({ key, value }: StoredRecord, isWanted: () => boolean): Promise<void> {
    const { topic, clock, log } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await topic.send(key, value);
        break;
      } catch (error) {
        const failure = toConnectError(error);
        // Said under a membership that is over: whoever has the work now says it.
        if (isFencedOff(failure)) return;
        if (!failure.isRetriable || signal.aborted) throw failure;
        if (attempt === 1) log.warn({ err: failure }, 'A status could not be written; trying again while it holds');
        await clock.sleep(backoffMs(retryBackoff, attempt), signal);
        if (!isWanted()) return;
      }
    }
    await topic.readToEnd(signal);
  }
}

function toStored(status: InstanceStatus, generation: number): StoredStatus {
  const { state, trace, workerId, version } = status;
  return { state, trace, workerId, generation, version };
}
