import { ConnectError } from '../errors/connect-error.ts';
import type { RecordCursor } from '../kafka/record-cursor.ts';
import type { TopicPartition } from '../kafka/record-fetcher.ts';
import { BatchReader } from '../wire/batch-reader.ts';
import { BatchWriter, type RecordPlace } from '../wire/batch-writer.ts';
import { decodeSinkDown } from '../wire/stream-codec.ts';

/** Records of one partition, as they follow each other in a batch for a sink. */
export interface BatchSource extends TopicPartition {
  /** How many the batch has of them. */
  readonly recordCount: number;
  /** Walks the fetch that brought them once more. Null where nobody wants to see them again. */
  readonly reread: (() => RecordCursor) | null;
}

/** A batch as it was sent to a sink plugin. */
export interface SentBatch {
  /** The `SinkDown` message. */
  readonly bytes: Buffer;
  readonly recordCount: number;
  /** Where its records came from, in order. */
  readonly sources: readonly BatchSource[];
}

/** A reader before the first record of a batch that was sent. */
export function openSentBatch(bytes: Buffer): BatchReader {
  const message = decodeSinkDown(bytes);
  if (message.kind !== 'batch') throw new ConnectError('INTERNAL', `A batch was kept, and is a ${message.kind} now`);
  const reader = new BatchReader();
  reader.reset(message.batch.buffer, message.batch.start, message.batch.end);
  return reader;
}

/** The same batch, under the same number, with the records of some of its sources alone. Perhaps none. */
export function keepSources(batch: SentBatch, isKept: (source: BatchSource) => boolean): SentBatch {
  const reader = openSentBatch(batch.bytes);
  const { seq, keySchema, valueSchema } = reader;
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema, valueSchema });
  for (const source of batch.sources) {
    const keeps = isKept(source);
    for (let left = source.recordCount; left > 0 && reader.next(); left -= 1) {
      if (keeps) writer.append(reader, placeOf(reader));
    }
  }
  const { recordCount } = writer;
  return { bytes: writer.finishSinkDown(), recordCount, sources: batch.sources.filter(isKept) };
}

function placeOf(reader: BatchReader): RecordPlace {
  const { topicId, partition, offset, keySchemaId, valueSchemaId } = reader;
  return {
    topicId,
    partition,
    offset,
    keySchema: keySchemaId === reader.keySchema ? undefined : keySchemaId,
    valueSchema: valueSchemaId === reader.valueSchema ? undefined : valueSchemaId,
  };
}
