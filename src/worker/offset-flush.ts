import type { Clock, Timer } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import type { SubmittedBatches } from './submitted-batches.ts';

/** What flushing a task's offsets needs. */
export interface OffsetFlushOptions {
  readonly connector: string;
  readonly store: OffsetStore;
  readonly submitted: SubmittedBatches;
  /** `offset.flush.interval.ms` */
  readonly intervalMs: number;
  /** `offset.flush.timeout.ms` */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Every offset up to this batch is durable (I2). */
  readonly onCommitted: (seq: number) => void;
}

/** Writes a source task's offsets, regularly and on demand, one write at a time. */
export class OffsetFlush {
  readonly #options: OffsetFlushOptions;
  #timer: Timer | null = null;
  #committedSeq = 0;
  #running: Promise<boolean> | null = null;
  #stopped = false;

  constructor(options: OffsetFlushOptions) {
    this.#options = options;
  }

  /** Last batch whose offsets are durable. */
  get committedSeq(): number {
    return this.#committedSeq;
  }

  /** Flushes every `offset.flush.interval.ms` (fixed delay) until {@link stop}. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.after(this.#options.intervalMs, () => {
      void this.flush().then(() => this.start());
    });
  }

  /** No more regular flushes. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /**
   * Writes the offsets that may be written. Never rejects: false means that they could not be written in time and are kept for the
   * next flush.
   */
  async flush(): Promise<boolean> {
    while (this.#running !== null) await this.#running;
    this.#running = this.#write();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  async #write(): Promise<boolean> {
    const { connector, store, submitted, timeoutMs, clock, log, onCommitted } = this.#options;
    const committable = submitted.takeCommittable();
    if (committable === null) return true;
    const writes = [...committable.offsets].map(([partition, offset]) => ({
      partitionJson: Buffer.from(partition),
      offsetJson: offset === null ? null : Buffer.from(offset),
    }));
    const onTimeout = (): Error =>
      new ConnectError(
        'OFFSET_FLUSH_FAILED',
        `Offsets of connector '${connector}' were not written within ${timeoutMs} ms`,
      );
    try {
      if (writes.length > 0) await withDeadline(clock, { timeoutMs, onTimeout }, store.put(connector, writes));
    } catch (err) {
      submitted.giveBack(committable, this.#committedSeq);
      log.error({ err }, 'Commit of offsets failed; will try again at the next flush');
      return false;
    }
    this.#committedSeq = committable.upToSeq;
    onCommitted(committable.upToSeq);
    return true;
  }
}
