import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { ConfigError, ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { Cluster } from './cluster.ts';
import { parseConsumerConfig, type AssignorName, type ConsumerConfig } from './consumer-config.ts';
import type { AssignedPartition, ConsumerGroup, ConsumerGroupEvents, TopicSelection } from './consumer-group.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';
import { assignCooperativeSticky } from './cooperative-sticky-assignor.ts';
import type { CommitOffset, JoinedGroup, JoinRound, RejoinReason } from './group-member.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { evictPredecessors } from './group-predecessors.ts';
import { KafkaGroupMember } from './kafka-group-member.ts';
import type { AssignorMember, PartitionAssignor } from './partition-assignor.ts';
import { assignRanges } from './range-assignor.ts';
import { nameOf, type TopicPartition } from './record-fetcher.ts';
import { assignRoundRobin } from './round-robin-assignor.ts';
import { TopicSubscription } from './topic-subscription.ts';
import { fencePollMs, type WriteFence } from './write-fence.ts';

const assignors: Readonly<Record<AssignorName, PartitionAssignor>> = {
  range: assignRanges,
  roundrobin: assignRoundRobin,
  'cooperative-sticky': assignCooperativeSticky,
};

/** How often topics that do not exist yet are looked for, unless `metadata.max.age.ms` is shorter. */
const missingTopicsIntervalMs = 3000;

/** What a {@link KafkaConsumerGroup} is made of. */
export interface ConsumerGroupOptions {
  /** Kafka's consumer keys, `group.id` among them. */
  readonly config: ReadonlyMap<string, string>;
  readonly selection: TopicSelection;
  /** No other member of the group has its client id, unless it is a predecessor: such a one is put out before this one joins. */
  readonly evictsPredecessors?: boolean;
  /** Keeps it from joining while others may be in charge of what it would consume. */
  readonly fence?: WriteFence | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes a member of the consumer group that `group.id` names.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function createConsumerGroup(options: ConsumerGroupOptions): KafkaConsumerGroup {
  const { config } = parseConsumerConfig(options.config, {
    offsetReset: 'earliest',
    defaultClientId: 'millrace-consumer',
  });
  if (config.group.groupId === '') {
    const message = "'group.id' is missing: give the name of the consumer group to join";
    throw new ConfigError(message, [{ key: 'group.id', message }]);
  }
  return new KafkaConsumerGroup(config, options);
}

/** A {@link ConsumerGroup} on a {@link KafkaGroupMember}. One loop does all: join, hand out, wait for a reason to rejoin, take back. */
export class KafkaConsumerGroup implements ConsumerGroup {
  readonly #config: ConsumerConfig;
  readonly #options: Omit<ConsumerGroupOptions, 'config'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #cluster: Cluster;
  readonly #member: KafkaGroupMember;
  readonly #subscription: TopicSubscription;
  readonly #closing = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;
  #assigned: readonly TopicPartition[] = [];
  /** What the present round was based on; a difference calls for a new one. Counts are null on members that do not lead. */
  #basis: { readonly topics: readonly string[]; readonly counts: ReadonlyMap<string, number> | null } = {
    topics: [],
    counts: null,
  };

  constructor(config: ConsumerConfig, options: Omit<ConsumerGroupOptions, 'config'>) {
    const { clock } = options;
    this.#options = options;
    const { client, group, fetch } = config;
    this.#config = config;
    this.#clock = clock;
    this.#log = options.log.child({ group: group.groupId });
    this.#cluster = new Cluster({ config: client, clock, log: this.#log });
    this.#member = new KafkaGroupMember({ ...group, client, protocolType: 'consumer', clock, log: options.log });
    this.#subscription = new TopicSubscription({
      cluster: this.#cluster,
      selection: options.selection,
      excludesInternalTopics: group.excludesInternalTopics,
      allowsAutoCreate: fetch.allowsAutoCreate,
      log: this.#log,
    });
  }

  get memberId(): string {
    return this.#member.memberId;
  }

  get generation(): number {
    return this.#member.generation;
  }

  start(events: ConsumerGroupEvents): Promise<void> {
    this.#loop = this.#run(events);
    return Promise.resolve();
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    const assigned = new Set(this.#assigned.map(nameOf));
    const foreign = offsets.find(one => !assigned.has(nameOf(one)));
    if (foreign !== undefined) {
      const message = `'${nameOf(foreign)}' is not assigned to this member of group '${this.#config.group.groupId}'`;
      throw new ConnectError('GROUP_REBALANCE', message, { details: { group: this.#config.group.groupId } });
    }
    await this.#member.commit(offsets, { timeoutMs: this.#config.group.apiTimeoutMs });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', 'The consumer group is closed'));
    await this.#loop;
    await this.#member.leave();
    await this.#cluster.close();
  }

  async #run(events: ConsumerGroupEvents): Promise<void> {
    const { signal } = this.#closing;
    let failure: ConnectError | null = null;
    try {
      if (this.#options.evictsPredecessors === true) await this.#evictPredecessors(signal);
      for (;;) {
        const joined = await this.#join(signal);
        await this.#handOut(joined, events, signal);
        const reason = await this.#awaitReason(joined, signal);
        if (reason.kind === 'failed') throw reason.error;
        this.#log.info({ reason: reason.message }, 'Joining the group again');
        await this.#takeBack(reason.kind, events);
      }
    } catch (error) {
      // The signal ends every wait above by throwing; that is how this loop is told to end.
      if (!signal.aborted) failure = toConnectError(error);
    }
    try {
      await this.#takeBack(this.generation < 0 ? 'lost' : 'rebalance', events);
    } catch (err) {
      this.#log.error({ err }, 'Giving up partitions failed');
    }
    if (failure !== null) {
      await this.#member.leave();
      events.failed(failure);
    }
  }

  /** One attempt: where it fails, the group waits for the predecessor's session to end. */
  async #evictPredecessors(signal: AbortSignal): Promise<void> {
    const { client, group } = this.#config;
    const coordinator = new GroupCoordinator({ client, groupId: group.groupId, log: this.#log });
    const work = evictPredecessors(coordinator, { ...group, clientId: client.clientId, log: this.#log });
    try {
      await abortable(work, signal, () => toConnectError(signal.reason));
    } catch (err) {
      signal.throwIfAborted();
      this.#log.warn({ err }, 'Predecessors could not be looked for; if there is one, its session has to end first');
    } finally {
      coordinator.close();
    }
  }

  async #awaitFence(signal: AbortSignal): Promise<void> {
    const { fence } = this.#options;
    if (fence === undefined) return;
    while (fence.judge(this.#clock.monotonicMs()) !== 'send') await this.#clock.sleep(fencePollMs, signal);
  }

  async #join(signal: AbortSignal): Promise<JoinedGroup> {
    await this.#awaitFence(signal);
    const topics = await this.#untilKnown(() => this.#subscription.topics(), signal);
    this.#basis = { topics, counts: null };
    const metadata = encodeSubscription(topics);
    const protocols = this.#config.group.assignors.map(name => ({ name, metadata }));
    return this.#member.join({ protocols, assign: round => this.#assign(round) }, signal);
  }

  /** The leader's part: decides who gets what. */
  async #assign(round: JoinRound): Promise<ReadonlyMap<string, Uint8Array>> {
    const assignor = Object.entries(assignors).find(([name]) => name === round.protocol)?.[1];
    if (assignor === undefined) {
      throw new ConnectError('INTERNAL', `The group picked the assignor '${round.protocol}', which was not offered`);
    }
    const members = round.members.map(({ memberId, metadata }): AssignorMember => {
      try {
        return { memberId, ...decodeSubscription(metadata) };
      } catch (err) {
        this.#log.warn({ err, memberId }, 'Subscription of a group member cannot be read; it gets nothing');
        return { memberId, topics: [], owned: [], generation: -1 };
      }
    });
    const topics = [...new Set(members.flatMap(member => member.topics))];
    const counts = await this.#subscription.countPartitions(topics);
    this.#basis = { ...this.#basis, counts };
    const assignment = assignor(members, counts);
    return new Map([...assignment].map(([memberId, partitions]) => [memberId, encodeAssignment(partitions)]));
  }

  async #handOut(joined: JoinedGroup, events: ConsumerGroupEvents, signal: AbortSignal): Promise<void> {
    const partitions = decodeAssignment(joined.assignment);
    const committed = await this.#member.fetchCommitted(partitions, signal);
    // While the offsets were fetched the membership may have ended: then there is nothing to hand out.
    if (this.generation !== joined.generation) return;
    this.#assigned = partitions;
    const assigned = partitions.map((one): AssignedPartition => ({
      ...one,
      offset: committed.get(nameOf(one)) ?? null,
    }));
    this.#log.info({ generation: joined.generation, partitions: partitions.map(nameOf) }, 'Partitions assigned');
    await this.#bounded(events.assigned(assigned), 'Taking on partitions');
  }

  async #takeBack(kind: 'rebalance' | 'lost', events: ConsumerGroupEvents): Promise<void> {
    const partitions = this.#assigned;
    if (partitions.length === 0) return;
    try {
      if (kind === 'lost') await this.#bounded(events.lost(partitions), 'Dropping lost partitions');
      else await this.#bounded(events.revoked(partitions), 'Giving up partitions');
    } finally {
      this.#assigned = [];
    }
  }

  /** Waits for the member to be told to join again, or for topics to change. */
  async #awaitReason(joined: JoinedGroup, signal: AbortSignal): Promise<RejoinReason> {
    const rejoin = this.#member.awaitRejoin();
    for (;;) {
      const maxAgeMs = Math.max(100, this.#config.client.metadataMaxAgeMs);
      const intervalMs = this.#subscription.hasMissingTopics ? Math.min(missingTopicsIntervalMs, maxAgeMs) : maxAgeMs;
      const reason = await this.#raceWithTime(rejoin, intervalMs, signal);
      if (reason !== null) return reason;
      if (await this.#hasChanged(joined)) this.#member.requestRejoin('Topics or their partitions have changed');
    }
  }

  /** What the promise gives, or null after `delayMs`. */
  async #raceWithTime<T>(promise: Promise<T>, delayMs: number, signal: AbortSignal): Promise<T | null> {
    const end = new AbortController();
    // Ends by time, by the signal, or because the promise was first; only the first and the last of these count here.
    const timeUp = this.#clock.sleep(delayMs, AbortSignal.any([signal, end.signal])).catch(() => undefined);
    try {
      return await abortable(Promise.race([promise, timeUp.then(() => null)]), signal, () =>
        toConnectError(signal.reason),
      );
    } finally {
      end.abort();
    }
  }

  /** Whether topics differ from what the round was based on. The leader looks at all topics of the group, others at their own. */
  async #hasChanged(joined: JoinedGroup): Promise<boolean> {
    const { topics, counts } = this.#basis;
    try {
      const topicsNow = await this.#subscription.topics();
      if (topicsNow.join() !== topics.join()) return true;
      if (!joined.isLeader || counts === null) return false;
      const wanted = [...new Set([...counts.keys(), ...topics])];
      const countsNow = await this.#subscription.countPartitions(wanted);
      return wanted.some(topic => countsNow.get(topic) !== counts.get(topic));
    } catch (err) {
      this.#log.debug({ err }, 'Topics could not be looked up; trying again later');
      return false;
    }
  }

  async #untilKnown<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.#config.client;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await abortable(ask(), signal, () => toConnectError(signal.reason));
      } catch (error) {
        signal.throwIfAborted();
        const failure = toConnectError(error);
        if (!failure.isRetriable) throw failure;
        if (attempt === 1) this.#log.warn({ err: failure }, 'Topics could not be looked up; retrying');
        await this.#clock.sleep(backoffMs({ initialMs, maxMs }, attempt), signal);
      }
    }
  }

  /** Waits for a handler, but not so long that the group would give this member up. */
  async #bounded(work: Promise<void>, what: string): Promise<void> {
    const timeoutMs = this.#config.group.rebalanceTimeoutMs;
    const late = new ConnectError(
      'DEADLINE_EXCEEDED',
      `${what} took longer than max.poll.interval.ms (${timeoutMs} ms)`,
    );
    try {
      await withDeadline(this.#clock, { timeoutMs, onTimeout: () => late }, work);
    } catch (error) {
      if (error !== late) throw error;
      this.#log.warn({ err: late }, 'Going on without waiting for it');
    }
  }
}
