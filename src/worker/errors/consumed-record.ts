/** Records that a sink's consumer read, when they fail: before they reach the plugin, or found again after it. */
import { ConnectError } from '../../errors/connect-error.ts';
import type { RecordCursor } from '../../kafka/record-cursor.ts';
import type { TopicPartition } from '../../kafka/record-fetcher.ts';
import { nameOf } from '../../kafka/record-fetcher.ts';
import type { BatchReader } from '../../wire/batch-reader.ts';
import type { Failure } from '../../wire/data-messages.ts';
import { openSentBatch, type BatchSource, type SentBatch } from '../sent-batch.ts';
import type { ConsumedRecord, FailedRecord } from './failed-record.ts';
import { describeConsumed } from './log-reporter.ts';
import type { Operation } from './stage.ts';

/** The record on which the cursor stands. */
export function toConsumedRecord(cursor: RecordCursor, { topic, partition }: TopicPartition): ConsumedRecord {
  const { offset, timestampMs, timestampType, headers } = cursor;
  return {
    topic,
    partition,
    offset,
    timestampMs,
    timestampType,
    key: cursor.keyStart < 0 ? null : cursor.keyBuffer.subarray(cursor.keyStart, cursor.keyEnd),
    value: cursor.valueStart < 0 ? null : cursor.valueBuffer.subarray(cursor.valueStart, cursor.valueEnd),
    headers,
  };
}

/** A consumed record that failed. */
export function failedConsumedRecord(options: {
  readonly consumed: ConsumedRecord;
  readonly operation: Operation;
  readonly error: ConnectError;
  readonly failure?: Failure;
}): FailedRecord {
  const { consumed, operation, error, failure = null } = options;
  const place = `record at offset ${consumed.offset} of '${nameOf(consumed)}'`;
  return { operation, error, failure, place, describe: () => describeConsumed(consumed), consumed };
}

/**
 * Finds records of a batch as they were consumed.
 *
 * @param batch the message as it was sent, and where its records came from, in order.
 * @param indexes positions in the batch, rising.
 * @returns the records in the same order. Their bytes are valid as long as those of the fetch.
 */
export function* findConsumed(
  batch: Pick<SentBatch, 'bytes' | 'sources'>,
  indexes: readonly number[],
): Generator<ConsumedRecord> {
  const reader = openSentBatch(batch.bytes);
  const sources = batch.sources[Symbol.iterator]();
  let source = sources.next().value;
  let sourceEnd = source?.recordCount ?? 0;
  let cursor = source?.reread?.();
  for (const index of indexes) {
    while (reader.index < index) reader.next();
    while (source !== undefined && index >= sourceEnd) {
      source = sources.next().value;
      sourceEnd += source?.recordCount ?? 0;
      cursor = source?.reread?.();
    }
    if (source === undefined) throw new ConnectError('INTERNAL', `Record ${index} of the batch came from nowhere`);
    yield cursor === undefined ? withoutBytes(source, reader) : toConsumedRecord(seek(cursor, reader.offset), source);
  }
}

function seek(cursor: RecordCursor, offset: number): RecordCursor {
  while (cursor.offset !== offset) {
    if (!cursor.next())
      throw new ConnectError('INTERNAL', `The record at offset ${offset} is not in its fetch any more`);
  }
  return cursor;
}

/** Where nobody looks at the record itself. */
function withoutBytes({ topic, partition }: BatchSource, { offset, timestampMs }: BatchReader): ConsumedRecord {
  const nothing = { key: null, value: null, headers: [] };
  return { topic, partition, offset, timestampMs, timestampType: 'CreateTime', ...nothing };
}
