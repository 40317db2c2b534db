import { PartitionSequence } from './partition-sequence.ts';
import type { ProduceBatch } from './produce-batch.ts';

/** The batches of one topic partition: one that takes records, those that wait for their first send, those without outcome. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Takes records; null when the next record opens one. */
  open: ProduceBatch | null = null;
  /** Closed and not sent yet, oldest first. */
  readonly waiting: ProduceBatch[] = [];
  readonly sequence: PartitionSequence<ProduceBatch>;
  /** Room to give the next batch, from the size of the last. */
  nextBatchBytes: number;

  constructor(options: {
    readonly topic: string;
    readonly partition: number;
    readonly isIdempotent: boolean;
    readonly firstBatchBytes: number;
  }) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.sequence = new PartitionSequence(options.isIdempotent);
    this.nextBatchBytes = options.firstBatchBytes;
  }

  /** For messages: `orders-3`. */
  get name(): string {
    return `${this.topic}-${this.partition}`;
  }

  /** There is something that is not in flight. */
  get hasUnsent(): boolean {
    return this.open !== null || this.waiting.length > 0 || this.sequence.unresolved.some(batch => !batch.isInFlight);
  }

  /** The oldest batch that has never been sent. */
  get firstUnsent(): ProduceBatch | null {
    return this.waiting[0] ?? this.open;
  }
}
