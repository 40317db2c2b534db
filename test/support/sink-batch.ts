import { noHeaders } from '../../src/data/record-view.ts';
import { BatchWriter } from '../../src/wire/batch-writer.ts';

/** A batch of UTF8 values (schema 1) of topic 1, partition 0, with offsets from 0, as a worker sends it. */
export function writeSinkBatch(seq: number, values: readonly (string | null)[]): Buffer {
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema: 0, valueSchema: 1 });
  for (const [offset, value] of values.entries()) {
    const bytes = Buffer.from(value ?? '');
    writer.append(
      {
        keyBuffer: bytes,
        keyStart: -1,
        keyEnd: -1,
        valueBuffer: bytes,
        valueStart: value === null ? -1 : 0,
        valueEnd: value === null ? -1 : bytes.length,
        timestampMs: 0,
        headers: noHeaders,
      },
      { topicId: 1, partition: 0, offset },
    );
  }
  return writer.finishSinkDown();
}
