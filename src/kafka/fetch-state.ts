import type { ConnectError } from '../errors/connect-error.ts';
import type { FetchedPartition } from './fetch-api.ts';
import type { FetchedBytes } from './record-batch-reader.ts';
import { nameOf, type TopicPartition } from './record-fetcher.ts';

/** What was fetched of a partition and not taken yet. */
export interface BufferedFetch {
  readonly bytes: FetchedBytes;
  readonly nextOffset: number;
  readonly highWatermark: number;
}

/** A partition as it was when a request about it was sent; see {@link FetchState.isStill}. */
export interface AskedFetch {
  readonly state: FetchState;
  readonly epoch: number;
  readonly offset: number;
}

/** Where the reading of one partition stands. */
export class FetchState implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  /** Next offset to fetch; null when `auto.offset.reset` has to tell. */
  position: number | null;
  isPaused = false;
  /** A request about it is under way. */
  isAsked = false;
  /** It failed in a way that its user has to hear of; not tried again until then. */
  failure: ConnectError | null = null;
  /** Kafka's code of the last failure that passes, so that the log tells it once. */
  trouble = 0;
  /** Not tried again before this monotonic time. */
  notBeforeMs = 0;
  buffered: BufferedFetch | null = null;
  /** Grows whenever answers to earlier requests lose their meaning. */
  #epoch = 0;

  constructor(start: TopicPartition & { readonly offset: number | null }) {
    this.topic = start.topic;
    this.partition = start.partition;
    this.name = nameOf(start);
    this.position = start.offset;
  }

  /** Offset of the next record to hand out. */
  get nextTaken(): number | null {
    return this.buffered === null ? this.position : this.buffered.bytes.wantedOffset;
  }

  /** There is something to hand out. */
  get isReady(): boolean {
    return this.buffered !== null && !this.isPaused;
  }

  /** There is something to ask a broker about it, once {@link notBeforeMs} has passed. */
  get wantsRequest(): boolean {
    if (this.isAsked || this.failure !== null) return false;
    return this.position === null || (!this.isPaused && this.buffered === null);
  }

  /** Goes on elsewhere: what was fetched or is being fetched is dropped. */
  moveTo(position: number | null): void {
    this.position = position;
    this.buffered = null;
    this.failure = null;
    this.notBeforeMs = 0;
    this.#epoch += 1;
  }

  /** Nothing fetched for it counts any more. */
  retire(): void {
    this.#epoch += 1;
    this.buffered = null;
  }

  pause(): void {
    this.isPaused = true;
    this.#detachBuffered();
  }

  ask(offset: number): AskedFetch {
    this.isAsked = true;
    return { state: this, epoch: this.#epoch, offset };
  }

  /** Whether an answer to what was asked still counts. */
  isStill(asked: AskedFetch): boolean {
    return asked.epoch === this.#epoch;
  }

  /** Takes what a fetch brought. */
  hold(buffered: BufferedFetch): void {
    this.buffered = buffered;
    this.position = buffered.nextOffset;
    this.trouble = 0;
    if (this.isPaused) this.#detachBuffered();
  }

  /** A paused partition may wait long, and must not keep the whole response with all other partitions in memory meanwhile. */
  #detachBuffered(): void {
    if (this.buffered === null) return;
    const { buffer, start, end } = this.buffered.bytes;
    if (end - start > buffer.length / 2) return;
    const copy = Buffer.from(buffer.subarray(start, end));
    this.buffered = {
      ...this.buffered,
      bytes: { ...this.buffered.bytes, buffer: copy, start: 0, end: copy.length },
    };
  }
}

/** The bytes of a fetched partition, for the cursor. */
export function toFetchedBytes(
  fetched: FetchedPartition,
  context: { readonly buffer: Buffer; readonly wantedOffset: number; readonly isReadCommitted: boolean },
): FetchedBytes {
  return {
    source: nameOf(fetched),
    buffer: context.buffer,
    start: fetched.recordsStart,
    end: fetched.recordsEnd,
    wantedOffset: context.wantedOffset,
    abortedTransactions: context.isReadCommitted ? fetched.abortedTransactions : null,
  };
}
