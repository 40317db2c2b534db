/** One record header. A header's value may be null; its key may not. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** What {@link RecordView.headers} holds when a record has none; shared, so that records without headers cost nothing. */
export const noHeaders: readonly RecordHeader[] = [];

/**
 * One record, as ranges of buffers that its owner keeps. One mutable instance is reused for every record of a batch (D2), so a
 * view is valid only until its owner moves on; whoever needs the bytes longer copies them, as the record batch writer does.
 */
export interface RecordView {
  /** Buffer that holds the key between {@link keyStart} and {@link keyEnd}. */
  keyBuffer: Buffer;
  /** First byte of the key; -1 for a null key. */
  keyStart: number;
  keyEnd: number;
  /** Buffer that holds the value between {@link valueStart} and {@link valueEnd}. */
  valueBuffer: Buffer;
  /** First byte of the value; -1 for a null value, a tombstone. */
  valueStart: number;
  valueEnd: number;
  /** Milliseconds since the epoch; -1 for none, in which case the producer takes the present time. */
  timestampMs: number;
  /** {@link noHeaders} when there are none. */
  headers: readonly RecordHeader[];
}
