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
  /** Says that nothing more will be expected of this batch. */
  seal(): void;
}

/** What the bookkeeping tells its task. */
export interface SubmittedBatchesListener {
  /** All batches up to `seq` are done. */
  produced(seq: number): void;
  /** Records could not be delivered; the task must fail. Told once: what fails after it fails for the same reason. */
  failed(error: ConnectError): void;
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
      failed: error => this.#fail(error),
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

  #fail(error: ConnectError): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#listener.failed(error);
  }

  #advance(): void {
    const before = this.#producedSeq;
    for (let batch = this.#queue[this.#head]; batch?.isDone === true; batch = this.#queue[this.#head]) {
      for (const { partition, offset } of batch.offsets) this.#offsets.set(partition, offset);
      this.#producedSeq = batch.seq;
      this.#head += 1;
    }
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#producedSeq !== before) this.#listener.produced(this.#producedSeq);
  }
}

class InFlight implements SubmittedBatch {
  readonly seq: number;
  readonly offsets: readonly SourceOffsetEntry[];
  readonly #events: { done(): void; failed(error: ConnectError): void };
  /** Records not acknowledged yet, and one more until the batch is sealed. */
  #pending = 1;

  constructor(
    seq: number,
    offsets: readonly SourceOffsetEntry[],
    events: { done(): void; failed(error: ConnectError): void },
  ) {
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
    if (this.#pending === 0) this.#events.done();
  }

  failed(_count: number, error: ConnectError): void {
    // The records stay pending for ever, so no offset at or after this batch is written (I1).
    this.#events.failed(error);
  }
}
