/**
 * The messages of proto/millrace/plugin/v1/data.proto as plain values; the comments there say what each field means.
 *
 * One rule maps all of them: names in camelCase; enums are the names of their values, a value that this version does not know
 * reads as the first; 64-bit integers are numbers, exact up to 2^53; absent `optional` fields and absent messages are null; map
 * fields are Maps; a oneof is a property of its name that holds `{ kind: 'field', field: … }`, or null where none is set.
 */

export type Format = 'FORMAT_UNSPECIFIED' | 'RAW' | 'UTF8' | 'JSON' | 'AVRO' | 'PRE_ENCODED';

export interface SchemaDeclaration {
  readonly id: number;
  readonly format: Format;
  readonly definition: Uint8Array;
  readonly name: string;
  readonly version: number;
}

export interface TopicDeclaration {
  readonly id: number;
  readonly name: string;
}

export interface Declare {
  readonly schemas: readonly SchemaDeclaration[];
  readonly topics: readonly TopicDeclaration[];
}

export interface SourceOffset {
  readonly partitionJson: Uint8Array;
  readonly offsetJson: Uint8Array;
  readonly tombstone: boolean;
}

export interface TopicPartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
}

/** What becomes of the open transaction after a batch. */
export type BatchTxn = 'NONE' | 'COMMIT_AFTER' | 'ABORT_AFTER';

export type FailureCategory =
  'CATEGORY_UNSPECIFIED' | 'BUG' | 'CONFIG' | 'AUTH' | 'TRANSIENT' | 'RATE_LIMITED' | 'DATA';

export interface Failure {
  readonly category: FailureCategory;
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  readonly retryAfterMs: number;
}

export interface Sample {
  readonly name: string;
  readonly value: number;
}

export interface Heartbeat {
  readonly phase: string;
  readonly backlog: number | null;
  readonly quietForMs: number;
  readonly samples: readonly Sample[];
}

export type StopReason = 'REASON_UNSPECIFIED' | 'STOP' | 'REBALANCE' | 'CONFIG' | 'UPGRADE' | 'DELETE';

export interface Stop {
  readonly reason: StopReason;
  readonly deadlineMs: number;
}

export interface ReadOffsets {
  readonly partitionsJson: readonly Uint8Array[];
}

export interface Offsets {
  readonly offsets: readonly SourceOffset[];
}

export interface CreateTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: ReadonlyMap<string, string>;
}

export interface HostCall {
  readonly id: number;
  readonly call:
    | { readonly kind: 'readOffsets'; readonly readOffsets: ReadOffsets }
    | { readonly kind: 'createTopic'; readonly createTopic: CreateTopic }
    | null;
}

export interface HostReply {
  readonly id: number;
  readonly error: Failure | null;
  readonly reply: { readonly kind: 'offsets'; readonly offsets: Offsets } | null;
}

/** A message without fields. */
export type Empty = Readonly<Record<string, never>>;

/** Where a batch lies inside a received message; {@link BatchReader} walks it in place. */
export interface BatchRange {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}
