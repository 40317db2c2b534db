/** A record header: Kafka's bytes, or a value that a header converter still has to turn into them. Keys may repeat. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/**
 * A record as ranges of shared buffers (D2). One mutable instance is reused for every record of a walk: who keeps something
 * beyond the next step copies it.
 */
export interface RecordView {
  keyBuffer: Buffer;
  /** First byte of the key; -1 for a null key, which is not an empty one. */
  keyStart: number;
  keyEnd: number;
  valueBuffer: Buffer;
  /** First byte of the value; -1 for a null value, which is not an empty one. */
  valueStart: number;
  valueEnd: number;
  /** Milliseconds since the epoch; -1 where none was given. */
  timestampMs: number;
  /** In order; one shared empty array where there are none. */
  headers: readonly RecordHeader[];
}

/** The headers of every record without headers. */
export const noHeaders: readonly RecordHeader[] = Object.freeze([]);
