import { messageOf } from '../errors/connect-error.ts';
import { AbortedTransactions, type AbortedTransaction } from './aborted-transactions.ts';
import { decompress } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { RecordBatchHeader } from './record-batch-header.ts';

/** The records field of one partition in a Fetch response. */
export interface FetchedBytes {
  /** Whose records these are, for messages: `orders-3`. */
  readonly source: string;
  /** Holds the batches from `start` to `end`, the last one perhaps cut. Must not change while it is read. */
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** Records below this offset are passed over: a batch is fetched whole even when its middle was asked for. */
  readonly wantedOffset: number;
  /** Transactions to leave out; null to hand out everything (`isolation.level=read_uncommitted`). */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

/**
 * Walks the record batches of one partition's fetch in place. Control batches, batches of aborted transactions and batches wholly
 * below the wanted offset are passed over.
 */
export class RecordBatchReader {
  /** The batch that {@link next} stopped at. */
  readonly header: RecordBatchHeader;
  /** The batch's records, decompressed: they fill {@link records} from {@link recordsStart} to {@link recordsEnd}. */
  records: Buffer;
  recordsStart = 0;
  recordsEnd = 0;

  readonly #fetched: FetchedBytes;
  readonly #checksCrcs: boolean;
  readonly #aborted: AbortedTransactions | null;
  #position: number;

  /** @param options `checksCrcs`: `check.crcs`. */
  constructor(fetched: FetchedBytes, options: { readonly checksCrcs: boolean }) {
    this.header = new RecordBatchHeader(fetched.source);
    this.records = fetched.buffer;
    this.#fetched = fetched;
    this.#checksCrcs = options.checksCrcs;
    this.#position = fetched.start;
    this.#aborted = fetched.abortedTransactions === null ? null : new AbortedTransactions(fetched.abortedTransactions);
  }

  /**
   * Moves to the next batch that has records to hand out.
   *
   * @returns false when there is none left.
   * @throws {ConnectError} KAFKA_BATCH_MALFORMED.
   */
  next(): boolean {
    const { buffer, end, wantedOffset } = this.#fetched;
    while (this.header.read(buffer, this.#position, end)) {
      this.#position = this.header.end;
      this.#checkCrc();
      // Every batch passes here, wanted or not: its markers tell which transactions end.
      if (this.#isLeftOut()) continue;
      if (this.header.lastOffset < wantedOffset || this.header.recordCount === 0) continue;
      this.#openRecords();
      return true;
    }
    return false;
  }

  #checkCrc(): void {
    if (!this.#checksCrcs) return;
    const { buffer } = this.#fetched;
    const carried = this.header.crc(buffer);
    const counted = crc32c(buffer.subarray(this.header.checkedStart, this.header.end));
    if (carried !== counted) throw this.header.malformed(`its checksum is ${carried}, but its bytes give ${counted}`);
  }

  #isLeftOut(): boolean {
    const { header } = this;
    if (header.isControl) {
      if (this.#aborted !== null && header.producerId >= 0 && header.recordCount > 0) {
        this.#openRecords();
        this.#aborted.endAt(header, this.records, this.recordsStart, this.recordsEnd);
      }
      return true;
    }
    return this.#aborted !== null && header.isTransactional && this.#aborted.includes(header);
  }

  #openRecords(): void {
    const { header } = this;
    const { buffer } = this.#fetched;
    if (header.compression === 0) {
      this.records = buffer;
      this.recordsStart = header.recordsStart;
      this.recordsEnd = header.end;
      return;
    }
    try {
      this.records = decompress(header.compression, buffer.subarray(header.recordsStart, header.end));
    } catch (error) {
      throw header.malformed(`its records cannot be decompressed: ${messageOf(error)}`, error);
    }
    this.recordsStart = 0;
    this.recordsEnd = this.records.length;
  }
}

/**
 * Offset after the last whole batch of a fetch, from the headers alone.
 *
 * @returns null when there is no whole batch.
 * @throws {ConnectError} KAFKA_BATCH_MALFORMED; also when the batches do not reach the wanted offset, since fetching them again
 * would go on for ever.
 */
export function findNextOffset(fetched: FetchedBytes): number | null {
  const header = new RecordBatchHeader(fetched.source);
  let nextOffset: number | null = null;
  let position = fetched.start;
  while (header.read(fetched.buffer, position, fetched.end)) {
    position = header.end;
    nextOffset = header.lastOffset + 1;
  }
  if (nextOffset !== null && nextOffset <= fetched.wantedOffset) {
    throw header.malformed(`it was sent as the last one although offset ${fetched.wantedOffset} was asked for`);
  }
  return nextOffset;
}
