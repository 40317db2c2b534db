import type { ConnectHeaders } from '../data/connect-headers.ts';
import type { ConnectValue } from '../data/connect-value.ts';
import type { Schema } from '../data/schema.ts';

/** Where a record comes from; transforms do not change it. */
export type RecordOrigin =
  | { readonly kind: 'source' }
  | {
      readonly kind: 'sink';
      /** Topic, partition and offset that it was read from (KIP-793). */
      readonly topic: string;
      readonly partition: number;
      readonly offset: bigint;
    };

/**
 * A record between converter and plugin. Plain data that is never changed: a transform makes another one.
 *
 * @see `ConnectRecord`, `SourceRecord` and `SinkRecord` in Kafka Connect.
 */
export interface ConnectRecord {
  readonly topic: string;
  /** Partition of the topic; null for one that the producer picks. */
  readonly partition: number | null;
  /** Null for a key without schema. */
  readonly keySchema: Schema | null;
  readonly key: ConnectValue;
  /** Null for a value without schema. */
  readonly valueSchema: Schema | null;
  readonly value: ConnectValue;
  /** Milliseconds since the epoch; null if it has none. */
  readonly timestampMs: bigint | null;
  readonly headers: ConnectHeaders;
  readonly origin: RecordOrigin;
}
