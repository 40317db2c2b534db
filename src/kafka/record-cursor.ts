/**
 * Records of one partition's fetch, read in place. A record in format v2, all numbers but `attributes` being zigzag varints:
 *
 * ```
 * length attributes(int8) timestampDelta offsetDelta keyLength key valueLength value headerCount [header…]
 * header => keyLength key valueLength value          // a length of -1 is null
 * ```
 */

import type { TimestampType } from './record-batch-header.ts';
import { RecordBatchReader, type FetchedBytes } from './record-batch-reader.ts';
import { noHeaders, type RecordHeader, type RecordView } from '../data/record-view.ts';

/**
 * Stands on one record at a time: call {@link next}, then read the fields. They and the buffers they point into are valid until the
 * next call of {@link next}; the same buffer may serve many records (D2).
 */
export class RecordCursor implements RecordView {
  keyBuffer: Buffer;
  keyStart = -1;
  keyEnd = -1;
  valueBuffer: Buffer;
  valueStart = -1;
  valueEnd = -1;
  timestampMs = -1;
  /** Whether the timestamp was set by the producer or by the broker when it appended the record. */
  timestampType: TimestampType = 'CreateTime';
  offset = -1;
  /** Number of headers; zero costs nothing to learn, unlike {@link headers}. */
  headerCount = 0;

  readonly #batches: RecordBatchReader;
  readonly #wantedOffset: number;
  /** Records of the present batch: its bytes, where the walk stands in them, and how many are still to come. */
  #bytes: Buffer;
  #position = 0;
  #end = 0;
  #left = 0;
  #recordEnd = 0;
  #headersStart = 0;
  #headers: readonly RecordHeader[] | null = null;

  /** @param options `checksCrcs`: `check.crcs`. */
  constructor(fetched: FetchedBytes, options: { readonly checksCrcs: boolean }) {
    this.keyBuffer = fetched.buffer;
    this.valueBuffer = fetched.buffer;
    this.#bytes = fetched.buffer;
    this.#wantedOffset = fetched.wantedOffset;
    this.#batches = new RecordBatchReader(fetched, options);
  }

  /** Headers of the record, decoded when first asked for. Values share the record's buffer. */
  get headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return noHeaders;
    this.#headers ??= this.#readHeaders();
    return this.#headers;
  }

  /**
   * Moves to the next record.
   *
   * @returns false at the end.
   * @throws {ConnectError} KAFKA_BATCH_MALFORMED; the records before were good, and the cursor must not be used any more.
   */
  next(): boolean {
    for (;;) {
      if (this.#left === 0) {
        if (!this.#enterBatch()) return false;
        continue;
      }
      this.#left -= 1;
      this.#readRecord();
      if (this.#left === 0 && this.#position !== this.#end) {
        throw this.#malformed(`${this.#end - this.#position} bytes follow its last record`);
      }
      if (this.offset >= this.#wantedOffset) return true;
    }
  }

  #enterBatch(): boolean {
    const batches = this.#batches;
    if (!batches.next()) return false;
    this.#bytes = batches.records;
    this.keyBuffer = batches.records;
    this.valueBuffer = batches.records;
    this.#position = batches.recordsStart;
    this.#end = batches.recordsEnd;
    this.#left = batches.header.recordCount;
    this.timestampType = batches.header.timestampType;
    return true;
  }

  #readRecord(): void {
    const { header } = this.#batches;
    const length = this.#readVarint();
    const recordEnd = this.#position + length;
    if (length < 0 || recordEnd > this.#end) throw this.#malformed(`a record of ${length} bytes does not fit into it`);
    this.#recordEnd = recordEnd;
    this.#position += 1;
    const timestampDelta = this.#readVarint();
    this.timestampMs =
      header.timestampType === 'LogAppendTime' ? header.maxTimestampMs : header.baseTimestampMs + timestampDelta;
    const offsetDelta = this.#readVarint();
    this.offset = header.baseOffset + offsetDelta;
    if (offsetDelta < 0 || this.offset > header.lastOffset) {
      throw this.#malformed(`a record's offset ${this.offset} is outside of it`);
    }
    this.keyStart = this.#readField();
    this.keyEnd = this.#position;
    this.valueStart = this.#readField();
    this.valueEnd = this.#position;
    this.headerCount = this.#readVarint();
    this.#headersStart = this.#position;
    this.#headers = null;
    // A header takes two bytes at least, so that its number cannot promise more than the record holds.
    const headerBytes = recordEnd - this.#position;
    if (this.headerCount < 0 || this.headerCount * 2 > headerBytes || (this.headerCount === 0 && headerBytes !== 0)) {
      throw this.#malformed(
        `the record at offset ${this.offset} has ${this.headerCount} headers in ${headerBytes} bytes`,
      );
    }
    this.#position = recordEnd;
  }

  /** Reads a length and passes over as many bytes. Returns their start, or -1 for null. */
  #readField(): number {
    const length = this.#readVarint();
    const start = this.#position;
    if (length < 0) {
      if (length !== -1) throw this.#malformed(`a length in a record is ${length}`);
      return -1;
    }
    this.#position = start + length;
    if (this.#position > this.#recordEnd)
      throw this.#malformed(`a field of ${length} bytes does not fit into its record`);
    return start;
  }

  #readHeaders(): readonly RecordHeader[] {
    const resumeAt = this.#position;
    this.#position = this.#headersStart;
    const headers: RecordHeader[] = [];
    for (let left = this.headerCount; left > 0; left -= 1) {
      const keyStart = this.#readField();
      if (keyStart < 0) throw this.#malformed(`the record at offset ${this.offset} has a header without key`);
      const key = this.#bytes.toString('utf8', keyStart, this.#position);
      const valueStart = this.#readField();
      headers.push({ key, value: valueStart < 0 ? null : this.#bytes.subarray(valueStart, this.#position) });
    }
    if (this.#position !== this.#recordEnd) {
      throw this.#malformed(`the headers of the record at offset ${this.offset} do not fill it`);
    }
    this.#position = resumeAt;
    return headers;
  }

  #readVarint(): number {
    const byte = this.#bytes[this.#position];
    this.#position += 1;
    if (byte !== undefined && byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    return this.#readLongVarint(byte);
  }

  /** A varint of more than one byte. Doubles hold what it can give exactly up to 2^53; more is refused. */
  #readLongVarint(first: number | undefined): number {
    let byte = first;
    let value = 0;
    for (let scale = 1; byte !== undefined && scale <= 2 ** 63; scale *= 128) {
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        const result = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
        if (!Number.isSafeInteger(result)) break;
        return result;
      }
      byte = this.#bytes[this.#position];
      this.#position += 1;
    }
    throw this.#malformed('a number in a record has no end or is too large');
  }

  #malformed(what: string): Error {
    return this.#batches.header.malformed(what);
  }
}
