/**
 * A sink task's place in its connector's consumer group, and what it reads there. It outlives the runs of the task: a plugin that
 * dies and is replaced makes no rebalance (D7), and its successor goes on from what was durable.
 */
import type { ConnectError } from '../errors/connect-error.ts';
import { toConnectError } from '../errors/connect-error.ts';
import type { AssignedPartition, ConsumerGroup } from '../kafka/consumer-group.ts';
import { nameOf, type FetchedRecords, type RecordFetcher, type TopicPartition } from '../kafka/record-fetcher.ts';
import type { Logger } from '../logging/logger.ts';
import type { PartitionOffset } from './sink-deliveries.ts';

/** The run of the task that has the partitions now. */
export interface SubscriptionUser {
  /** These partitions are new. Answers where to read on, which may differ from the given offsets; null: `auto.offset.reset`. */
  opened(partitions: readonly AssignedPartition[]): Promise<readonly AssignedPartition[]>;
  /** These are to be given up when this returns; until then offsets can be committed. */
  closing(partitions: readonly TopicPartition[]): Promise<void>;
  /** These are gone. */
  lost(partitions: readonly TopicPartition[]): Promise<void>;
  /** The membership ended for good. */
  failed(error: ConnectError): void;
}

/** What a subscription is made of. */
export interface SinkSubscriptionOptions {
  readonly group: ConsumerGroup;
  readonly fetcher: RecordFetcher;
  readonly log: Logger;
}

/** One task's subscription. */
export class SinkSubscription {
  readonly #group: ConsumerGroup;
  readonly #fetcher: RecordFetcher;
  readonly #log: Logger;
  /** What is assigned, with the offset where a run that starts now has to read on. */
  readonly #owned = new Map<string, AssignedPartition>();
  readonly #paused = new Set<string>();
  /** What is being given up. */
  readonly #closing = new Set<string>();
  #user: SubscriptionUser | null = null;
  #isStarted = false;
  #failure: ConnectError | null = null;

  constructor(options: SinkSubscriptionOptions) {
    this.#group = options.group;
    this.#fetcher = options.fetcher;
    this.#log = options.log;
  }

  /** What is assigned to the task now. */
  get owned(): readonly AssignedPartition[] {
    return [...this.#owned.values()];
  }

  /** This partition is assigned to the task now. */
  owns(partition: TopicPartition): boolean {
    return this.#owned.has(nameOf(partition));
  }

  /** Records of this partition may be delivered: it is assigned, and not being given up. */
  delivers(partition: TopicPartition): boolean {
    return this.owns(partition) && !this.#closing.has(nameOf(partition));
  }

  /** Hands what is assigned, and what will be, to a run of the task; the first run begins the membership. */
  async attach(user: SubscriptionUser): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#user = user;
    if (this.#owned.size > 0) await this.#open(this.owned);
    if (this.#isStarted) return;
    this.#isStarted = true;
    await this.#group.start({
      assigned: partitions => this.#onAssigned(partitions),
      revoked: partitions => this.#onRevoked(partitions),
      lost: partitions => this.#onLost(partitions),
      failed: error => this.#onFailed(error),
    });
  }

  /** The run has ended: nothing is read until the next one. */
  detach(): void {
    this.#user = null;
    for (const { topic, partition } of this.#owned.values()) this.#fetcher.remove(topic, partition);
    this.#paused.clear();
  }

  /** Records of the assigned partitions; see {@link RecordFetcher.poll}. */
  poll(maxWaitMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]> {
    return this.#fetcher.poll(maxWaitMs, signal);
  }

  /** These offsets are durable in the sink: a later run reads on from here. Partitions not owned are ignored. */
  advance(offsets: readonly PartitionOffset[]): void {
    for (const offset of offsets) if (this.owns(offset)) this.#owned.set(nameOf(offset), offset);
  }

  /** Commits offsets of owned partitions. @throws {ConnectError} as {@link ConsumerGroup.commit}. */
  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const owned = offsets.filter(offset => this.owns(offset));
    if (owned.length > 0) await this.#group.commit(owned);
  }

  /** Nothing is read from these partitions until {@link resume}. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) {
      this.#paused.add(nameOf(each));
      this.#fetcher.pause(each.topic, each.partition);
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) {
      this.#paused.delete(nameOf(each));
      this.#fetcher.resume(each.topic, each.partition);
    }
  }

  /** Leaves the group and closes both clients. Idempotent. */
  async close(): Promise<void> {
    await this.#group.close();
    await this.#fetcher.close();
  }

  async #onAssigned(partitions: readonly AssignedPartition[]): Promise<void> {
    this.#log.info({ partitions: partitions.map(nameOf) }, 'Partitions assigned');
    for (const each of partitions) this.#owned.set(nameOf(each), each);
    if (partitions.length > 0) await this.#open(partitions);
  }

  async #open(partitions: readonly AssignedPartition[]): Promise<void> {
    if (this.#user === null) return; // the next run opens them
    for (const each of await this.#user.opened(partitions)) {
      if (!this.owns(each)) continue;
      this.#fetcher.add(each);
      if (this.#paused.has(nameOf(each))) this.#fetcher.pause(each.topic, each.partition);
    }
  }

  async #onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.#log.info({ partitions: partitions.map(nameOf) }, 'Partitions revoked');
    for (const each of partitions) {
      this.#closing.add(nameOf(each));
      this.#fetcher.remove(each.topic, each.partition);
    }
    try {
      await this.#user?.closing(partitions);
    } catch (error) {
      this.#onFailed(toConnectError(error));
    } finally {
      this.#forget(partitions);
    }
  }

  async #onLost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#log.warn({ partitions: partitions.map(nameOf) }, 'Partitions lost: the group has given them to others');
    for (const { topic, partition } of partitions) this.#fetcher.remove(topic, partition);
    this.#forget(partitions);
    await this.#user?.lost(partitions);
  }

  #onFailed(error: ConnectError): void {
    this.#failure = error;
    this.#user?.failed(error);
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) {
      this.#owned.delete(nameOf(each));
      this.#paused.delete(nameOf(each));
      this.#closing.delete(nameOf(each));
    }
  }
}
