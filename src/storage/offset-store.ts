/** Where the source offsets of source connectors live. */

/** A source partition with the offset reached in it; both are compact JSON objects in UTF-8. */
export interface StoredOffset {
  readonly partitionJson: Uint8Array;
  readonly offsetJson: Uint8Array;
}

/** What to store for a source partition; a null offset removes it. */
export interface OffsetWrite {
  readonly partitionJson: Uint8Array;
  readonly offsetJson: Uint8Array | null;
}

/**
 * The worker's source offsets. Two partitions are the same if their fields are, whatever the order in the JSON.
 * Reads answer what is durable.
 */
export interface OffsetStore {
  /** Reads what is stored. Call once, before all else. */
  load(signal?: AbortSignal): Promise<void>;
  /** Names of the connectors that have offsets, sorted. A deleted connector's offsets stay until removed. */
  connectors(): Promise<readonly string[]>;
  /** All offsets of a connector. */
  get(connector: string): Promise<readonly StoredOffset[]>;
  /**
   * Offsets of the given partitions, in their order; null where there is none.
   *
   * @throws OFFSET_INVALID if a partition is not a flat JSON object.
   */
  lookup(connector: string, partitions: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]>;
  /**
   * Stores offsets; durable when it resolves. If it rejects any of them may be stored, and all of them are to be put again. Of two
   * writes to one partition the later call wins. Whoever takes a partition over from another worker has read before.
   *
   * @throws OFFSET_INVALID if a partition or offset is not a flat JSON object; retriable errors if it could not be written now.
   */
  put(connector: string, writes: readonly OffsetWrite[]): Promise<void>;
  /** Finishes what was put and lets go of what is held. Idempotent. */
  close(): Promise<void>;
}
