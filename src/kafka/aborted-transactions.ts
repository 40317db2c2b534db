import type { RecordBatchHeader } from './record-batch-header.ts';

/** An aborted transaction that overlaps a fetch, as the broker lists it. */
export interface AbortedTransaction {
  readonly producerId: number;
  /** Offset of its first record; it ends at the producer's next abort marker. */
  readonly firstOffset: number;
}

/** Value of a control record's type field that ends a transaction without its records (`ControlRecordType.ABORT`). */
const abortMarker = 0;

/**
 * Tells which batches of a fetch belong to aborted transactions. Batches must be shown to it in the order of the log.
 *
 * @see `CompletedFetch#nextFetchedRecord` in Kafka's consumer.
 */
export class AbortedTransactions {
  /** Not begun yet, by first offset, the nearest last. */
  readonly #ahead: AbortedTransaction[];
  /** Producers whose transaction at the present position was aborted. */
  readonly #open = new Set<number>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#ahead = [...transactions].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Whether a transactional batch was aborted. */
  includes(batch: RecordBatchHeader): boolean {
    this.#openUpTo(batch.lastOffset);
    return this.#open.has(batch.producerId);
  }

  /**
   * Takes note of a control batch, whose one record lies in `records` from `start` to `end`.
   *
   * @throws {ConnectError} KAFKA_BATCH_MALFORMED.
   */
  endAt(batch: RecordBatchHeader, records: Buffer, start: number, end: number): void {
    this.#openUpTo(batch.lastOffset);
    if (readMarkerType(batch, records, start, end) === abortMarker) this.#open.delete(batch.producerId);
  }

  #openUpTo(offset: number): void {
    let next = this.#ahead.at(-1);
    while (next !== undefined && next.firstOffset <= offset) {
      this.#open.add(next.producerId);
      this.#ahead.pop();
      next = this.#ahead.at(-1);
    }
  }
}

/**
 * A control record's key is `version int16, type int16`. All varints before it are short: length, one byte of attributes, timestamp
 * delta, offset delta, key length.
 */
function readMarkerType(batch: RecordBatchHeader, records: Buffer, start: number, end: number): number {
  let position = skipVarint(records, start);
  position = skipVarint(records, position + 1);
  position = skipVarint(records, position);
  position = skipVarint(records, position);
  if (position + 4 > end) throw batch.malformed('its control record has no type');
  return records.readInt16BE(position + 2);
}

/** Position after the varint, or after the buffer when there is none. */
function skipVarint(buffer: Buffer, start: number): number {
  let position = start;
  while ((buffer[position] ?? 0) >= 0x80) position += 1;
  return position + 1;
}
