/**
 * Batches that were sent to a sink plugin and are not durable there yet: the window that bounds what is sent, the bytes kept for
 * redelivery, and the offsets that may be committed (I5).
 *
 * A batch is `sent` until its result comes, then `taken` or `retrying`; it leaves the window when `Durable` covers it. While records
 * of it are being reported as failed it is held: what the plugin says of its durability counts only once the reports are durable too.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { keepSources, type SentBatch } from './sent-batch.ts';

/** A Kafka topic partition with the offset of the next record to read. */
export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** An offset that a plugin names as durable. */
export interface DurableOffset extends PartitionOffset {
  /** It may be of another partition: transforms gave records of several topics one name. */
  readonly isAmbiguous?: boolean;
}

/** A batch on its way; its bytes are kept for redelivery until the sink took it. */
export interface Delivery extends SentBatch {
  readonly seq: number;
  /** Position after this batch, one per topic partition in it. */
  readonly positions: readonly PartitionOffset[];
}

interface Entry {
  delivery: Delivery;
  /** Positions of partitions that are still this task's. */
  positions: readonly PartitionOffset[];
  state: 'sent' | 'taken' | 'retrying';
  /** When the sink asked for it again first. */
  retryingSinceMs: number | null;
  /** Reports under way. */
  holds: number;
  /** Partitions that were given up since it was sent: their records are not sent again. */
  readonly forgotten: Set<string>;
}

/** What a plugin says is durable. */
export interface DurableClaim {
  readonly upToSeq: number;
  /** Where less is durable than the batches give. */
  readonly lower: readonly DurableOffset[];
  /** Flush that this answers; 0 for none. */
  readonly flushId: number;
}

/** Most claims that wait for reports: a plugin has no reason to repeat itself that often (I7). */
const claimsMax = 1000;

/** Bookkeeping of one stream; pure state, no waiting. */
export class SinkDeliveries {
  readonly #maxBatches: number;
  readonly #entries = new Map<number, Entry>();
  /** Claims that wait for reports, in order. */
  readonly #claims: DurableClaim[] = [];
  readonly #durable = new Map<string, PartitionOffset>();
  #lastSeq = 0;
  #durableSeq = 0;

  constructor(maxBatches: number) {
    this.#maxBatches = maxBatches;
  }

  /** Another batch may be sent. */
  get hasRoom(): boolean {
    return this.#entries.size < this.#maxBatches && !this.hasRetries;
  }

  /** Nothing is sent that is not durable. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The sink asked for some batch again. */
  get hasRetries(): boolean {
    for (const entry of this.#entries.values()) if (entry.state === 'retrying') return true;
    return false;
  }

  /** Sequence number for the next batch. */
  get nextSeq(): number {
    return this.#lastSeq + 1;
  }

  /** Last batch that is durable. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** Adds a batch that is about to be sent. */
  add(delivery: Delivery): void {
    this.#lastSeq = delivery.seq;
    this.#entries.set(delivery.seq, {
      delivery,
      positions: delivery.positions,
      state: 'sent',
      retryingSinceMs: null,
      holds: 0,
      forgotten: new Set(),
    });
  }

  /**
   * Counts what was read up to these positions as delivered although none of it was to be sent: durable with the last batch before it,
   * at once if there is none.
   */
  skip(positions: readonly PartitionOffset[]): void {
    const last = [...this.#entries.values()].at(-1);
    if (last === undefined) for (const position of positions) this.#durable.set(keyOf(position), position);
    else last.positions = [...last.positions, ...positions];
  }

  /** The sink took the batch. @throws {ConnectError} PROTOCOL_VIOLATION if no such batch waits for a result. */
  taken(seq: number): void {
    this.#waiting(seq).state = 'taken';
  }

  /**
   * The sink wants the batch again.
   *
   * @param nowMs on the monotonic clock.
   * @returns for how long it has wanted that, ms.
   * @throws {ConnectError} PROTOCOL_VIOLATION if no such batch waits for a result.
   */
  retry(seq: number, nowMs: number): number {
    const entry = this.#waiting(seq);
    entry.state = 'retrying';
    entry.retryingSinceMs ??= nowMs;
    return nowMs - entry.retryingSinceMs;
  }

  /**
   * A batch that waits for its result.
   *
   * @throws {ConnectError} PROTOCOL_VIOLATION if no such batch waits for a result.
   */
  sent(seq: number): Delivery {
    return this.#waiting(seq).delivery;
  }

  /** Records of the batch are being reported: it does not become durable before {@link release}, called as often. */
  hold(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry !== undefined) entry.holds += 1;
  }

  /**
   * Reports of the batch are durable.
   *
   * @returns claims that waited for that and count now.
   */
  release(seq: number): readonly DurableClaim[] {
    const entry = this.#entries.get(seq);
    if (entry !== undefined) entry.holds -= 1;
    const due = this.#claims.findIndex(claim => this.#isHeld(claim.upToSeq));
    const applied = this.#claims.splice(0, due < 0 ? this.#claims.length : due);
    for (const claim of applied) this.#apply(claim);
    return applied;
  }

  /**
   * Batches to send again, in order, without the records of partitions that were forgotten; they count as sent from now on. One of
   * which no record is left is sent all the same, since the plugin waits for its number.
   */
  takeRetries(): readonly Delivery[] {
    const due: Delivery[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.state !== 'retrying') continue;
      entry.state = 'sent';
      dropForgotten(entry);
      due.push(entry.delivery);
    }
    return due;
  }

  /**
   * All batches up to `upToSeq` are durable, or where `lower` names a partition, only its records below that offset.
   *
   * @returns whether that counts now; if not, {@link release} will tell when it does.
   * @throws {ConnectError} PROTOCOL_VIOLATION if it covers a batch that was to be sent again, or an offset above what was delivered.
   */
  durable(claim: DurableClaim): boolean {
    const { upToSeq } = claim;
    if (upToSeq > this.#lastSeq) {
      throw violation(`Durable covers batch ${upToSeq}, but only ${this.#lastSeq} were sent`);
    }
    for (const [seq, entry] of this.#entries) {
      if (seq > upToSeq) break;
      // What is durable was taken, whether or not the result said so first.
      if (entry.state === 'retrying') throw violation(`Durable covers batch ${seq}, which was to be sent again`);
    }
    if (this.#claims.length > 0 || this.#isHeld(upToSeq)) {
      if (this.#claims.length >= claimsMax) throw violation(`Durable came ${claimsMax} times during one report`);
      this.#claims.push(claim);
      return false;
    }
    this.#apply(claim);
    return true;
  }

  /** Offsets that may be committed, newest per partition. */
  committable(): readonly PartitionOffset[] {
    return [...this.#durable.values()];
  }

  #isHeld(upToSeq: number): boolean {
    for (const [seq, entry] of this.#entries) if (seq <= upToSeq && entry.holds > 0) return true;
    return false;
  }

  #apply({ upToSeq, lower }: DurableClaim): void {
    for (const [seq, entry] of this.#entries) {
      if (seq > upToSeq) break;
      this.#entries.delete(seq);
      for (const position of entry.positions) this.#durable.set(keyOf(position), position);
    }
    for (const position of lower) {
      const reached = this.#durable.get(keyOf(position));
      if (reached !== undefined && position.offset > reached.offset) {
        if (position.isAmbiguous === true) continue;
        throw violation(
          `Durable names offset ${position.offset} of '${position.topic}-${position.partition}', but only ${reached.offset} is durable`,
        );
      }
      if (reached !== undefined) this.#durable.set(keyOf(position), { ...reached, offset: position.offset });
    }
    this.#durableSeq = Math.max(this.#durableSeq, upToSeq);
  }

  /** Forgets partitions that are no longer this task's. */
  forget(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    const keys = new Set(partitions.map(keyOf));
    for (const key of keys) this.#durable.delete(key);
    for (const entry of this.#entries.values()) {
      entry.positions = entry.positions.filter(position => !keys.has(keyOf(position)));
      for (const key of keys) entry.forgotten.add(key);
    }
  }

  #waiting(seq: number): Entry {
    const entry = this.#entries.get(seq);
    if (entry?.state !== 'sent') throw violation(`A result came for batch ${seq}, which waits for none`);
    return entry;
  }
}

function dropForgotten(entry: Entry): void {
  const { delivery, forgotten } = entry;
  if (!delivery.sources.some(source => forgotten.has(keyOf(source)))) return;
  entry.delivery = { ...delivery, ...keepSources(delivery, source => !forgotten.has(keyOf(source))) };
}

function keyOf(partition: { readonly topic: string; readonly partition: number }): string {
  return `${partition.topic}-${partition.partition}`;
}

function violation(message: string): ConnectError {
  return new ConnectError('PROTOCOL_VIOLATION', message);
}
