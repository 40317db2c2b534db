/**
 * Which batches of a source task are done, and which offsets may therefore be written.
 *
 * A batch is done when every record of it was acknowledged by the broker or deliberately dropped. Its offsets count only when it
 * and all before it are done (I1), so one prefix of the sequence tells everything: PRODUCED reaches to its end, and the newest
 * offset per source partition within it is what a flush writes. Batches outside the prefix are bounded by the producer's
 * `buffer.memory`, for a batch without records in flight is done.
 *
 * @see `SubmittedRecords` in Kafka Connect (KAFKA-12226), which keeps one queue per source partition; here a batch may carry
 * several partitions, and its offsets are true only for the whole of it.
 */
import type { Completion } from '../kafka/record-producer.ts';
import type { ConnectError } from '../errors/connect-error.ts';
import type { SourceOffset } from '../wire/data-messages.ts';
import type { Dropped } from '../wire/source-messages.ts';
import { DroppedRecords } from './dropped-records.ts';

/** One offset to write: compact JSON of the source partition and of its offset, null to forget the partition. */
export interface SourceOffsetEntry {
  readonly partition: string;
  readonly offset: string | null;
}

/** Offsets that may be written, and the last batch that they cover. */
export interface CommittableOffsets {
  /** Newest offset per source partition: partition JSON to offset JSON, or null to forget it. */
  readonly offsets: ReadonlyMap<string, string | null>;
  /** Sequence number of the last batch covered. */
  readonly upToSeq: number;
}

/** A batch in flight. */
export interface SubmittedBatch extends Completion {
  readonly seq: number;
  /** Counts records that go to the producer; called before they are appended. */
  expect(count: number): void;
  /** The record at this position goes nowhere, on purpose: transforms filtered it (null), or its error is tolerated. */
  drop(index: number, error: ConnectError | null): void;
  /** Says that nothing more will be expected of this batch. */
  seal(): void;
  /** Runs `action` when the batch is done, which it must not be yet; never if it fails. */
  whenDone(action: () => void): void;
}

/** What the bookkeeping tells its task. */
export interface SubmittedBatchesListener {
  /** All batches up to `seq` are done; these of their records were dropped. */
  produced(seq: number, dropped: readonly Dropped[]): void;
  /**
   * Records could not be delivered. True to go on without them; false when the task must fail, and then nothing more is told: what
   * fails after it fails for the same reason.
   */
  failed(failure: UndeliveredRecords): boolean;
}

/** Records that Kafka did not take. */
export interface UndeliveredRecords {
  readonly seq: number;
  readonly count: number;
  readonly error: ConnectError;
  /** Of the batch. */
  readonly offsets: readonly SourceOffsetEntry[];
}

/** A source offset of a batch, in text. */
export function toSourceOffsetEntry({ partitionJson, offsetJson, tombstone }: SourceOffset): SourceOffsetEntry {
  return {
    partition: Buffer.from(partitionJson).toString('utf8'),
    offset: tombstone ? null : Buffer.from(offsetJson).toString('utf8'),
  };
}

/** The batches of one stream, in the order of their sequence numbers. */
export class SubmittedBatches {
  readonly #listener: SubmittedBatchesListener;
  #queue: InFlight[] = [];
  #head = 0;
  #producedSeq = 0;
  #committedSeq = 0;
  #offsets = new Map<string, string | null>();
  #hasFailed = false;

  constructor(listener: SubmittedBatchesListener) {
    this.#listener = listener;
  }

  /** Last batch such that it and all before it are done; 0 if none is. */
  get producedSeq(): number {
    return this.#producedSeq;
  }

  /** Some batch is not done yet. */
  get hasInFlight(): boolean {
    return this.#head < this.#queue.length;
  }

  /** Adds the next batch with the offsets that are true once it is done. It is not done before it is sealed. */
  submit(seq: number, offsets: readonly SourceOffsetEntry[]): SubmittedBatch {
    const batch = new InFlight(seq, offsets, {
      done: () => this.#advance(),
      failed: failure => this.#isTolerated(failure),
    });
    this.#queue.push(batch);
    return batch;
  }

  /**
   * Offsets of the done prefix that were not taken before, or null if there was no progress. The caller writes them and calls
   * {@link giveBack} if it could not.
   */
  takeCommittable(): CommittableOffsets | null {
    if (this.#producedSeq === this.#committedSeq) return null;
    const taken = { offsets: this.#offsets, upToSeq: this.#producedSeq };
    this.#offsets = new Map();
    this.#committedSeq = this.#producedSeq;
    return taken;
  }

  /** Returns offsets that could not be written; newer ones of the same partition win. */
  giveBack(committable: CommittableOffsets, committedSeq: number): void {
    const merged = new Map(committable.offsets);
    for (const [partition, offset] of this.#offsets) merged.set(partition, offset);
    this.#offsets = merged;
    this.#committedSeq = committedSeq;
  }

  #isTolerated(failure: UndeliveredRecords): boolean {
    if (this.#hasFailed) return false;
    this.#hasFailed = !this.#listener.failed(failure);
    return !this.#hasFailed;
  }

  #advance(): void {
    const before = this.#producedSeq;
    const dropped: Dropped[] = [];
    for (let batch = this.#queue[this.#head]; batch?.isDone === true; batch = this.#queue[this.#head]) {
      for (const { partition, offset } of batch.offsets) this.#offsets.set(partition, offset);
      this.#producedSeq = batch.seq;
      if (batch.dropped !== null) dropped.push(...batch.dropped.toDropped(batch.seq));
      this.#head += 1;
    }
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#producedSeq !== before) this.#listener.produced(this.#producedSeq, dropped);
  }
}

class InFlight implements SubmittedBatch {
  readonly seq: number;
  readonly offsets: readonly SourceOffsetEntry[];
  /** Null while none is. */
  dropped: DroppedRecords | null = null;
  readonly #events: BatchEvents;
  /** Records not acknowledged yet, and one more until the batch is sealed. */
  #pending = 1;
  #actions: (() => void)[] = [];

  constructor(seq: number, offsets: readonly SourceOffsetEntry[], events: BatchEvents) {
    this.seq = seq;
    this.offsets = offsets;
    this.#events = events;
  }

  get isDone(): boolean {
    return this.#pending === 0;
  }

  expect(count: number): void {
    this.#pending += count;
  }

  seal(): void {
    this.acked(1);
  }

  acked(count: number): void {
    this.#pending -= count;
    if (this.#pending > 0) return;
    this.#events.done();
    for (const action of this.#actions.splice(0)) action();
  }

  whenDone(action: () => void): void {
    this.#actions.push(action);
  }

  drop(index: number, error: ConnectError | null): void {
    this.dropped ??= new DroppedRecords();
    this.dropped.add(index, error);
    this.acked(1);
  }

  failed(count: number, error: ConnectError): void {
    // Records that are not tolerated stay pending for ever, so no offset at or after this batch is written (I1).
    if (!this.#events.failed({ seq: this.seq, count, error, offsets: this.offsets })) return;
    this.dropped ??= new DroppedRecords();
    this.dropped.addUnknown(count, error);
    this.acked(count);
  }
}

interface BatchEvents {
  done(): void;
  failed(failure: UndeliveredRecords): boolean;
}
