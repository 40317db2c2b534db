import type { RecordHeader } from '../../data/record-view.ts';
import type { ConnectError } from '../../errors/connect-error.ts';
import type { TimestampType } from '../../kafka/record-batch-header.ts';
import type { Failure } from '../../wire/data-messages.ts';
import type { Operation } from './stage.ts';

/** A record as a sink's consumer read it. Its bytes are valid only while its failure is handled. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** -1 for none. */
  readonly timestampMs: number;
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** A record that could not go on. */
export interface FailedRecord {
  readonly operation: Operation;
  readonly error: ConnectError;
  /** What the plugin said, where it was the plugin that could not take the record. */
  readonly failure: Failure | null;
  /** Tells it from all other records of its task, in words: `record at offset 5 of 'orders-3'`. */
  readonly place: string;
  /** The record for the log: `, where consumed record is {…}`. */
  readonly describe: () => string;
  /** Null for records of sources. */
  readonly consumed: ConsumedRecord | null;
}
