import assert from 'node:assert/strict';
import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { noHeaders, type RecordView } from '../data/record-view.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { CompactedLog, LogListener, LogRecord } from './compacted-log.ts';
import { ensureCompactedTopic, type CompactedTopic } from './compacted-topic.ts';
import type { RecordCursor } from './record-cursor.ts';
import type { FetchedRecords, RecordFetcher } from './record-fetcher.ts';
import type { ProducerTopic, RecordProducer } from './record-producer.ts';
import type { TopicAdmin } from './topic-admin.ts';

/** What a {@link KafkaCompactedLog} is made of. It owns producer and fetcher, and shares the admin client. */
export interface KafkaCompactedLogOptions {
  readonly topic: CompactedTopic;
  readonly producer: RecordProducer;
  readonly fetcher: RecordFetcher;
  readonly admin: TopicAdmin;
  /** `default.api.timeout.ms`: how long the topic's creation is tried while there are too few brokers. */
  readonly creationTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Waits after a failure that passes. */
const retryBackoff = { initialMs: 100, maxMs: 10_000 } as const;
/** How long start waits for a broker that tells where the log begins and ends, as Kafka Connect does. */
const startTimeoutMs = 15 * 60_000;
/** How long close waits for records that are not acknowledged yet. */
const closeTimeoutMs = 5000;
const pollMs = 60_000;

/** Offsets, by partition, that the listener has to have reached. */
interface Goal {
  readonly ends: ReadonlyMap<number, number>;
  readonly reached: Deferred<undefined>;
}

/** Reads to the end that share one look at where the end is, all of them asked for before that look. */
interface Round {
  readonly done: Promise<void>;
}

/**
 * A {@link CompactedLog} on a {@link RecordProducer} and a {@link RecordFetcher}. One loop polls and hands records on; a failure of it
 * is logged and tried again, and a record is never passed over: reading goes on at the one that could not be read.
 */
export class KafkaCompactedLog implements CompactedLog {
  readonly #options: KafkaCompactedLogOptions;
  readonly #closing = new AbortController();
  readonly #log: Logger;
  #listener: LogListener = () => undefined;
  #topic: ProducerTopic | null = null;
  /** By partition, where the listener stands: every record before has been handed to it. */
  readonly #positions = new Map<number, number>();
  #goal: Goal | null = null;
  /** Takes further reads to the end until it begins. */
  #nextRound: Round | null = null;
  #lastRound: Promise<void> = Promise.resolve();
  #tail: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(options: KafkaCompactedLogOptions) {
    this.#options = options;
    this.#log = options.log.child({ topic: options.topic.name });
  }

  get partitionCount(): number {
    return this.#positions.size;
  }

  async start(listener: LogListener, signal: AbortSignal): Promise<void> {
    assert(this.#topic === null, 'start is called once');
    const { topic, producer, fetcher, clock } = this.#options;
    this.#listener = listener;
    const late = new AbortController();
    const timer = clock.after(startTimeoutMs, () => late.abort(startTimeout(topic)));
    const ended = AbortSignal.any([signal, late.signal, this.#closing.signal]);
    try {
      await awaitUntil(ensureCompactedTopic(topic, this.#options, ended), ended);
      this.#topic = await producer.topic(topic.name, ended);
      for (const [partition, offset] of await this.#askOffsets('earliest', ended)) {
        this.#positions.set(partition, offset);
        fetcher.add({ topic: topic.name, partition, offset });
      }
      this.#tail = this.#readForEver();
      await this.#reach(await this.#askOffsets('latest', ended), ended);
    } finally {
      timer.cancel();
    }
  }

  send(key: Uint8Array, value: Uint8Array | null): Promise<void> {
    const { producer } = this.#options;
    const topic = this.#started();
    return new Promise((resolve, reject) => {
      this.#throwIfClosing();
      if (producer.isFull) {
        throw new ConnectError('QUEUE_FULL', `Too many records wait to be written to '${topic.name}'; try again later`);
      }
      producer.append(topic, -1, toView(key, value), {
        acked: () => resolve(),
        failed: (_count, error) => reject(error),
      });
    });
  }

  async flush(signal: AbortSignal): Promise<void> {
    await awaitUntil(awaitUntil(this.#options.producer.flush(), this.#closing.signal), signal);
  }

  async readToEnd(signal: AbortSignal): Promise<void> {
    this.#started();
    this.#throwIfClosing();
    this.#nextRound ??= this.#openRound();
    await awaitUntil(this.#nextRound.done, signal);
  }

  async close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { producer, fetcher } = this.#options;
    this.#closing.abort(new ConnectError('SHUTTING_DOWN', `The log of topic '${this.#options.topic.name}' is closed`));
    await Promise.all([this.#tail, this.#lastRound]);
    await Promise.all([producer.close(closeTimeoutMs), fetcher.close()]);
  }

  #started(): ProducerTopic {
    assert(this.#topic !== null, 'start comes before all else');
    return this.#topic;
  }

  #throwIfClosing(): void {
    this.#closing.signal.throwIfAborted();
  }

  /** Begins when the round before it has ended; until then it takes all that ask. */
  #openRound(): Round {
    const { signal } = this.#closing;
    const done = this.#lastRound.then(async () => {
      await this.flush(signal);
      // From here on a record may be written behind the end that is about to be looked up.
      this.#nextRound = null;
      await this.#reach(await this.#askOffsets('latest', signal), signal);
    });
    this.#lastRound = done.catch(() => {
      this.#nextRound = null; // Those who asked are told; the next round starts anew.
    });
    return { done };
  }

  /** Asks until there is an answer. */
  async #askOffsets(edge: 'earliest' | 'latest', signal: AbortSignal): Promise<ReadonlyMap<number, number>> {
    const { admin, topic, clock } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await awaitUntil(admin.partitionOffsets(topic.name, edge), signal);
      } catch (error) {
        const failure = toConnectError(error);
        if (signal.aborted || !failure.isRetriable) throw failure;
        this.#log.warn({ err: failure, attempt }, 'The end of an internal topic cannot be looked up; trying again');
        await clock.sleep(backoffMs(retryBackoff, attempt), signal);
      }
    }
  }

  /** One at a time. */
  async #reach(ends: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    const reached = createDeferred<undefined>();
    this.#goal = { ends, reached };
    this.#checkGoal();
    await awaitUntil(reached.promise, signal);
  }

  #checkGoal(): void {
    if (this.#goal === null) return;
    for (const [partition, end] of this.#goal.ends) {
      // A partition that came later is read by nobody until the worker starts again.
      if ((this.#positions.get(partition) ?? end) < end) return;
    }
    this.#goal.reached.resolve(undefined);
    this.#goal = null;
  }

  async #readForEver(): Promise<void> {
    const { fetcher, clock } = this.#options;
    const { signal } = this.#closing;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const fetched = await fetcher.poll(pollMs, signal);
        this.#handOver(fetched);
        if (fetched.length > 0) failures = 0;
      } catch (error) {
        failures += 1;
        this.#log.error({ err: error, failures }, 'An internal topic cannot be read; trying again');
        await clock.sleep(backoffMs(retryBackoff, failures), signal).catch(() => undefined); // The loop sees the signal.
      }
    }
  }

  /** Hands on what can be read of every partition; throws after that if there was some that cannot. */
  #handOver(fetched: readonly FetchedRecords[]): void {
    let failure: unknown = null;
    for (const records of fetched) {
      try {
        this.#handOverPartition(records);
      } catch (error) {
        failure = error;
      }
    }
    this.#checkGoal();
    if (failure !== null) throw toConnectError(failure);
  }

  #handOverPartition({ cursor, topic, partition, nextOffset }: FetchedRecords): void {
    try {
      while (cursor.next()) {
        this.#positions.set(partition, cursor.offset + 1);
        this.#tell(toLogRecord(partition, cursor));
      }
      this.#positions.set(partition, nextOffset);
    } catch (error) {
      this.#options.fetcher.seek(topic, partition, this.#positions.get(partition) ?? 0);
      throw error;
    }
  }

  #tell(record: LogRecord): void {
    try {
      this.#listener(record);
    } catch (error) {
      // A fault of ours must not keep this worker from all that is written later.
      this.#log.error(
        { err: error, partition: record.partition, offset: record.offset },
        'A record was not understood',
      );
    }
  }
}

/** Settles as the work does, or rejects with the signal's reason. */
function awaitUntil<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return abortable(work, signal, () => toConnectError(signal.reason));
}

function startTimeout(topic: CompactedTopic): ConnectError {
  return new ConnectError(
    'DEADLINE_EXCEEDED',
    `Topic '${topic.name}' of '${topic.configKey}' could not be read to its end within ${startTimeoutMs} ms`,
  );
}

function toView(key: Uint8Array, value: Uint8Array | null): RecordView {
  return {
    keyBuffer: asBuffer(key),
    keyStart: 0,
    keyEnd: key.length,
    valueBuffer: asBuffer(value ?? key),
    valueStart: value === null ? -1 : 0,
    valueEnd: value?.length ?? 0,
    timestampMs: -1,
    headers: noHeaders,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function toLogRecord(partition: number, cursor: RecordCursor): LogRecord {
  const { offset, timestampMs, keyBuffer, keyStart, keyEnd, valueBuffer, valueStart, valueEnd } = cursor;
  return {
    partition,
    offset,
    timestampMs,
    key: keyStart < 0 ? null : Buffer.from(keyBuffer.subarray(keyStart, keyEnd)),
    value: valueStart < 0 ? null : Buffer.from(valueBuffer.subarray(valueStart, valueEnd)),
  };
}
