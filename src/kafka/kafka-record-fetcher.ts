import { backoffMs } from '../async/backoff.ts';
import type { Clock, Timer } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { Cluster } from './cluster.ts';
import { parseConsumerConfig, type FetchConfig } from './consumer-config.ts';
import { fromKafkaErrorCode, kafkaErrorInfo } from './error-map.ts';
import { fetchApi, type FetchAnswer, type FetchedPartition } from './fetch-api.ts';
import { FetchState, toFetchedBytes, type AskedFetch } from './fetch-state.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';
import { OffsetTimestamp } from './list-offsets-api.ts';
import { lookUpOffsets, type OffsetOutcome } from './offset-lookup.ts';
import { findNextOffset } from './record-batch-reader.ts';
import { RecordCursor } from './record-cursor.ts';
import { nameOf, type FetchedRecords, type RecordFetcher, type TopicPartition } from './record-fetcher.ts';

/** What a {@link KafkaRecordFetcher} is made of. It owns the cluster. */
export interface KafkaRecordFetcherOptions {
  readonly cluster: Cluster;
  readonly client: KafkaClientConfig;
  readonly fetch: FetchConfig;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes a fetcher from Kafka's consumer keys; `auto.offset.reset` is `earliest` when not set, as for a sink task in Kafka Connect.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function createRecordFetcher(options: {
  readonly config: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Logger;
}): KafkaRecordFetcher {
  const { clock, log } = options;
  const { config } = parseConsumerConfig(options.config, {
    offsetReset: 'earliest',
    defaultClientId: 'millrace-consumer',
  });
  const cluster = new Cluster({ config: config.client, clock, log });
  return new KafkaRecordFetcher({ cluster, client: config.client, fetch: config.fetch, clock, log });
}

/** Kafka's code for an offset that the partition does not hold. */
const offsetOutOfRange = 1;

/**
 * A {@link RecordFetcher} on Fetch requests without sessions. Whatever changes (a partition added, an answer, a poll that took
 * records, time) leads to `#pump`, which sends all the requests that can be sent then.
 */
export class KafkaRecordFetcher implements RecordFetcher {
  readonly #options: KafkaRecordFetcherOptions;
  /** In the order in which they are asked for; who got records goes to the end, so that none starves. */
  readonly #states = new Map<string, FetchState>();
  /** Brokers with a request under way, and those that rest after a failure. */
  readonly #busyNodes = new Set<number>();
  readonly #restingNodes = new Map<number, { readonly failures: number; readonly untilMs: number }>();
  readonly #underWay = new Set<Promise<void>>();
  /** A fault of our own, for the next poll. */
  #fault: ConnectError | null = null;
  #metadata = { isStale: false, isAsked: false, failures: 0, untilMs: 0 };
  #isPumpDue = false;
  #arrival: Deferred<null> = createDeferred<null>();
  #timer: Timer | null = null;
  #isClosed = false;

  constructor(options: KafkaRecordFetcherOptions) {
    this.#options = options;
  }

  add(start: TopicPartition & { readonly offset: number | null }): void {
    this.remove(start.topic, start.partition);
    const state = new FetchState(start);
    this.#states.set(state.name, state);
    this.#pumpSoon();
  }

  remove(topic: string, partition: number): void {
    const state = this.#find(topic, partition);
    if (state === undefined) return;
    state.retire();
    this.#states.delete(state.name);
    this.#pumpSoon();
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#find(topic, partition)?.moveTo(offset);
    this.#pumpSoon();
  }

  pause(topic: string, partition: number): void {
    this.#find(topic, partition)?.pause();
    this.#pumpSoon();
  }

  resume(topic: string, partition: number): void {
    const state = this.#find(topic, partition);
    if (state === undefined) return;
    state.isPaused = false;
    if (state.isReady) this.#arrival.resolve(null);
    this.#pumpSoon();
  }

  position(topic: string, partition: number): number | null {
    return this.#find(topic, partition)?.nextTaken ?? null;
  }

  async poll(maxWaitMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + maxWaitMs;
    for (;;) {
      const fetched = this.#take();
      const leftMs = deadlineMs - clock.monotonicMs();
      if (fetched.length > 0 || this.#isClosed || signal.aborted || leftMs <= 0) return fetched;
      await this.#awaitArrival(leftMs, signal);
    }
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#timer?.cancel();
      for (const state of this.#states.values()) state.retire();
      this.#states.clear();
      this.#arrival.resolve(null);
    }
    await this.#options.cluster.close();
    await Promise.all(this.#underWay);
  }

  #find(topic: string, partition: number): FetchState | undefined {
    return this.#states.get(nameOf({ topic, partition }));
  }

  #take(): readonly FetchedRecords[] {
    this.#throwFailure();
    const taken: FetchedRecords[] = [];
    for (const state of [...this.#states.values()]) {
      if (state.buffered === null || state.isPaused) continue;
      const { bytes, nextOffset, highWatermark } = state.buffered;
      state.buffered = null;
      this.#states.delete(state.name);
      this.#states.set(state.name, state);
      const reread = (): RecordCursor => new RecordCursor(bytes, this.#options.fetch);
      taken.push({
        topic: state.topic,
        partition: state.partition,
        cursor: reread(),
        reread,
        nextOffset,
        highWatermark,
        byteLength: bytes.end - bytes.start,
      });
    }
    if (taken.length > 0) this.#pumpSoon();
    return taken;
  }

  #throwFailure(): void {
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault;
    for (const state of this.#states.values()) {
      const { failure } = state;
      if (failure === null) continue;
      state.failure = null;
      this.#pumpSoon();
      throw failure;
    }
  }

  async #awaitArrival(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const arrival = createDeferred<null>();
    this.#arrival = arrival;
    const wake = (): void => arrival.resolve(null);
    const timer = this.#options.clock.after(maxWaitMs, wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await arrival.promise;
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', wake);
    }
  }

  /** Calls {@link #pump} once all that happens in this turn has happened: partitions that are added together are fetched together. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  /** Sends every request that can be sent now, and sets the timer for the next that cannot. Never waits, never throws. */
  #pump(): void {
    if (this.#isClosed) return;
    const { cluster, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const fetches = new Map<number, FetchState[]>();
    const resets: FetchState[] = [];
    const loadedNodes = new Set<number>();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const state of this.#states.values()) {
      const leader = cluster.leaderOf(state.topic, state.partition);
      // Records that wait to be taken hold their broker back: its next answer would have to be kept beside them.
      if (state.isReady && leader !== undefined) loadedNodes.add(leader);
      if (!state.wantsRequest) continue;
      if (leader === undefined) this.#metadata.isStale = true;
      else if (state.notBeforeMs > nowMs) wakeAtMs = Math.min(wakeAtMs, state.notBeforeMs);
      else if (state.position === null) resets.push(state);
      else addTo(fetches, leader, state);
    }
    if (resets.length > 0) this.#track(this.#reset(resets));
    for (const [node, states] of fetches) {
      if (loadedNodes.has(node) || this.#busyNodes.has(node)) continue;
      const restsUntilMs = this.#restingNodes.get(node)?.untilMs ?? 0;
      if (restsUntilMs > nowMs) wakeAtMs = Math.min(wakeAtMs, restsUntilMs);
      else this.#track(this.#fetch(node, states));
    }
    if (this.#metadata.isStale && !this.#metadata.isAsked) {
      if (this.#metadata.untilMs > nowMs) wakeAtMs = Math.min(wakeAtMs, this.#metadata.untilMs);
      else this.#track(this.#askMetadata());
    }
    this.#timer?.cancel();
    this.#timer = Number.isFinite(wakeAtMs) ? clock.after(wakeAtMs - nowMs, () => this.#pump()) : null;
  }

  /** Keeps the promise of a request that runs in the background. What it throws is a fault of ours and reaches the poller. */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#fault = toConnectError(error);
        this.#arrival.resolve(null);
      })
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #fetch(node: number, states: readonly FetchState[]): Promise<void> {
    const { cluster, fetch } = this.#options;
    const asked = states.flatMap(state => (state.position === null ? [] : [state.ask(state.position)]));
    this.#busyNodes.add(node);
    try {
      const connection = await cluster.connection(node);
      const partitions = asked.map(({ state, offset }) => ({
        topic: state.topic,
        partition: state.partition,
        leaderEpoch: -1,
        offset,
      }));
      const answer = await cluster.send(connection, fetchApi, { ...fetch, partitions });
      if (this.#isClosed) return;
      if (answer.errorCode !== 0) throw fromKafkaErrorCode(answer.errorCode, `Fetching from broker ${node}`);
      this.#nodeAnswered(node, answer.throttleMs);
      this.#accept(answer, asked);
    } catch (error) {
      this.#nodeFailed(node, toConnectError(error));
    } finally {
      this.#busyNodes.delete(node);
      for (const { state } of asked) state.isAsked = false;
      this.#pumpSoon();
    }
  }

  #accept(answer: FetchAnswer, asked: readonly AskedFetch[]): void {
    const byName = new Map(asked.map(one => [one.state.name, one]));
    for (const fetched of answer.partitions) {
      const one = byName.get(nameOf(fetched));
      if (one === undefined || !one.state.isStill(one)) continue;
      if (fetched.errorCode !== 0) this.#partitionFailed(one, fetched);
      else if (fetched.recordsEnd > fetched.recordsStart) this.#hold(one, fetched, answer.buffer);
    }
  }

  #hold({ state, offset }: AskedFetch, fetched: FetchedPartition, buffer: Buffer): void {
    const { isReadCommitted } = this.#options.fetch;
    try {
      const bytes = toFetchedBytes(fetched, { buffer, wantedOffset: offset, isReadCommitted });
      const nextOffset = findNextOffset(bytes);
      if (nextOffset === null) return;
      state.hold({ bytes, nextOffset, highWatermark: fetched.highWatermark });
      if (state.isReady) this.#arrival.resolve(null);
    } catch (error) {
      this.#fail(toConnectError(error), state);
    }
  }

  #partitionFailed({ state, offset }: AskedFetch, { errorCode, logStartOffset }: FetchedPartition): void {
    const { fetch, log } = this.#options;
    if (errorCode === offsetOutOfRange) {
      if (fetch.offsetReset === 'none') {
        this.#fail(outOfRange(state, `Offset ${offset} of '${state.name}' is not there (any more)`), state);
        return;
      }
      log.warn(
        { topic: state.topic, partition: state.partition, offset, reset: fetch.offsetReset, logStartOffset },
        'Fetch offset is out of range; going on as auto.offset.reset says',
      );
      state.moveTo(null);
      return;
    }
    const info = kafkaErrorInfo(errorCode);
    const error = fromKafkaErrorCode(errorCode, `Fetching '${state.name}'`);
    if (!info.isRetriable && !info.hasStaleMetadata) {
      this.#fail(error, state);
      return;
    }
    if (state.trouble !== errorCode) log.warn({ err: error }, 'Partition cannot be fetched now; retrying until it can');
    state.trouble = errorCode;
    this.#rest(state);
  }

  /** Tries a partition again after a while, with new metadata. */
  #rest(state: FetchState): void {
    state.notBeforeMs = this.#options.clock.monotonicMs() + this.#options.client.retryBackoffMs;
    this.#metadata.isStale = true;
  }

  async #reset(states: readonly FetchState[]): Promise<void> {
    const { cluster, fetch } = this.#options;
    const asked = states.map(state => state.ask(-1));
    try {
      if (fetch.offsetReset === 'none') {
        for (const state of states) this.#fail(outOfRange(state, `No offset is committed for '${state.name}'`), state);
        return;
      }
      const timestampMs = OffsetTimestamp[fetch.offsetReset === 'earliest' ? 'EARLIEST' : 'LATEST'];
      const queries = states.map(({ topic, partition }) => ({ topic, partition, timestampMs }));
      const outcomes = await lookUpOffsets(cluster, queries, fetch);
      if (this.#isClosed) return;
      const byName = new Map(outcomes.map(outcome => [nameOf(outcome.query), outcome]));
      for (const one of asked) {
        const outcome = byName.get(one.state.name);
        if (outcome !== undefined && one.state.isStill(one)) this.#applyReset(one.state, outcome);
      }
    } finally {
      for (const { state } of asked) state.isAsked = false;
      this.#pumpSoon();
    }
  }

  #applyReset(state: FetchState, outcome: OffsetOutcome): void {
    if (outcome.kind === 'found') {
      state.moveTo(outcome.offset);
      const { topic, partition } = state;
      this.#options.log.info({ topic, partition, offset: outcome.offset }, 'Offset set by auto.offset.reset');
      return;
    }
    if (outcome.error.isRetriable) this.#rest(state);
    else this.#fail(outcome.error, state);
  }

  #nodeAnswered(node: number, throttleMs: number): void {
    const { clock, log } = this.#options;
    if ((this.#restingNodes.get(node)?.failures ?? 0) > 0) log.info({ broker: node }, 'Fetching from broker again');
    this.#restingNodes.delete(node);
    // A broker over its quota asks its clients to be quiet for a while (KIP-219).
    if (throttleMs > 0) this.#restingNodes.set(node, { failures: 0, untilMs: clock.monotonicMs() + throttleMs });
  }

  #nodeFailed(node: number, err: ConnectError): void {
    if (this.#isClosed) return;
    const { clock, client, log } = this.#options;
    const failures = (this.#restingNodes.get(node)?.failures ?? 0) + 1;
    const delayMs = backoffMs({ initialMs: client.retryBackoffMs, maxMs: client.retryBackoffMaxMs }, failures);
    if (failures === 1) log.warn({ broker: node, err }, 'Fetching from broker failed; retrying until it answers');
    else log.debug({ broker: node, err, failures }, 'Fetching from broker failed again');
    this.#restingNodes.set(node, { failures, untilMs: clock.monotonicMs() + delayMs });
    this.#metadata.isStale = true;
  }

  /** Asks for metadata of all topics. Called once at a time and no more often than the backoff allows. */
  async #askMetadata(): Promise<void> {
    const { cluster, fetch, client, clock, log } = this.#options;
    this.#metadata.isAsked = true;
    this.#metadata.isStale = false;
    let failures = 0;
    try {
      const topics = [...new Set([...this.#states.values()].map(state => state.topic))];
      const answer = await cluster.metadata(topics, { refresh: true, allowAutoCreate: fetch.allowsAutoCreate });
      for (const topic of answer.topics.values()) {
        const info = kafkaErrorInfo(topic.errorCode);
        if (topic.errorCode === 0 || info.isRetriable || info.hasStaleMetadata) continue;
        this.#failTopic(topic.name, topic.errorCode);
      }
    } catch (error) {
      failures = this.#metadata.failures + 1;
      this.#metadata.isStale = true;
      log.debug({ err: error }, 'Metadata could not be had; retrying');
    }
    const delayMs = backoffMs({ initialMs: client.retryBackoffMs, maxMs: client.retryBackoffMaxMs }, failures + 1);
    this.#metadata = { ...this.#metadata, isAsked: false, failures, untilMs: clock.monotonicMs() + delayMs };
    this.#pumpSoon();
  }

  #failTopic(topic: string, errorCode: number): void {
    for (const state of this.#states.values()) {
      if (state.topic !== topic || state.failure !== null) continue;
      this.#fail(fromKafkaErrorCode(errorCode, `Fetching '${state.name}'`), state);
    }
  }

  /** Hands an error to the next poll; the partition is not tried again before. */
  #fail(error: ConnectError, state: FetchState): void {
    state.failure = error;
    this.#arrival.resolve(null);
  }
}

function addTo(fetches: Map<number, FetchState[]>, node: number, state: FetchState): void {
  const known = fetches.get(node);
  if (known === undefined) fetches.set(node, [state]);
  else known.push(state);
}

function outOfRange(state: FetchState, what: string): ConnectError {
  return new ConnectError(
    'KAFKA_OFFSET_OUT_OF_RANGE',
    `${what}, and auto.offset.reset is 'none': commit an offset for it, or set auto.offset.reset to earliest or latest`,
    { details: { topic: state.topic, partition: String(state.partition) } },
  );
}
