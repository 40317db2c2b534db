/** Offsets of connectors as operators read and alter them (KIP-875). */

/** How far a source has come in one of its source partitions; both are flat JSON objects, as its tasks write them. */
export interface SourcePartitionOffset {
  readonly partitionJson: string;
  /** Null: to be forgotten. */
  readonly offsetJson: string | null;
}

/** How far a sink has come in a partition of a topic. */
export interface SinkPartitionOffset {
  readonly topic: string;
  readonly partition: number;
  /** Of the record to be read next. Null: to be forgotten. */
  readonly offset: number | null;
}

/** Offsets of a connector, or changes of them. */
export type ConnectorOffsets =
  | { readonly type: 'source'; readonly offsets: readonly SourcePartitionOffset[] }
  | { readonly type: 'sink'; readonly offsets: readonly SinkPartitionOffset[] };

/** Offsets were altered or reset. */
export interface ModifiedOffsets {
  /** The connector did its part, where it keeps offsets elsewhere too; false: only Millrace's own are modified. */
  readonly handled: boolean;
  /** The same for people, in Kafka Connect's words. */
  readonly message: string;
}

/** What came of a modification. */
export function toModifiedOffsets(verb: 'altered' | 'reset', handled: boolean): ModifiedOffsets {
  const message = handled
    ? `The offsets for this connector have been ${verb} successfully`
    : `The Connect framework-managed offsets for this connector have been ${verb} successfully. However, if this connector ` +
      `manages offsets externally, they will need to be manually ${verb} in the system that the connector uses.`;
  return { handled, message };
}
