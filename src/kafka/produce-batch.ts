import type { ConnectError } from '../errors/connect-error.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { SequencedBatch } from './partition-sequence.ts';
import type { RecordBatchWriter } from './record-batch-writer.ts';

/** Who wants to know how the records that were appended for it fared. One per source batch, not per record. */
export interface Completion {
  /** `count` more of its records are written. Records of one partition are told in their order. */
  acked(count: number): void;
  /** `count` more of its records were given up. */
  failed(count: number, error: ConnectError): void;
}

/**
 * A record batch on its way, with the completions of its records as segments: consecutive records of one completion are one
 * segment, so that nothing is allocated per record.
 */
export class ProduceBatch implements SequencedBatch {
  readonly queue: PartitionQueue;
  readonly writer: RecordBatchWriter;
  readonly createdAtMs: number;
  baseSequence = -1;
  isInFlight = false;
  /** Acked or given up; late answers are no longer of interest. */
  isDone = false;
  /** It has the size from which on a batch does not wait for more. */
  isFull = false;
  /** No record can be appended; the bytes are final but for the stamp. */
  isClosed = false;
  /** Failed sends so far. */
  attempts = 0;
  /** When it may be sent again after a failure, on the monotonic clock. */
  retryAtMs = 0;
  /** The failure of the last send. */
  lastError: ConnectError | null = null;
  readonly #completions: Completion[] = [];
  readonly #counts: number[] = [];
  /** Called when the batch is done, after its completions. */
  readonly #onDone: (() => void)[] = [];

  constructor(options: {
    readonly queue: PartitionQueue;
    readonly writer: RecordBatchWriter;
    readonly createdAtMs: number;
  }) {
    this.queue = options.queue;
    this.writer = options.writer;
    this.createdAtMs = options.createdAtMs;
  }

  get recordCount(): number {
    return this.writer.recordCount;
  }

  /** Counts the record that was appended last for a completion. */
  addRecord(completion: Completion): void {
    const last = this.#completions.length - 1;
    if (this.#completions[last] === completion) {
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
    } else {
      this.#completions.push(completion);
      this.#counts.push(1);
    }
  }

  /** Completion of each record, in order: for taking a batch apart. */
  *completionsPerRecord(): Generator<Completion> {
    for (const [index, completion] of this.#completions.entries()) {
      for (let count = this.#counts[index] ?? 0; count > 0; count -= 1) yield completion;
    }
  }

  /** Calls `action` once the batch is done. */
  whenDone(action: () => void): void {
    this.#onDone.push(action);
  }

  /** Hands what waits for this batch over to one that takes its place. */
  moveWaitersTo(other: ProduceBatch): void {
    for (const action of this.#onDone.splice(0)) other.whenDone(action);
  }

  /** Tells all completions, then whoever waits. `error` is null when the records are written. */
  tell(error: ConnectError | null): void {
    for (const [index, completion] of this.#completions.entries()) {
      const count = this.#counts[index] ?? 0;
      if (error === null) completion.acked(count);
      else completion.failed(count, error);
    }
    for (const action of this.#onDone) action();
  }
}
