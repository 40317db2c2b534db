import type { ProduceBatch } from './produce-batch.ts';
import type { RecordAccumulator } from './record-accumulator.ts';
import { RecordCursor } from './record-cursor.ts';

/**
 * Puts two batches of half as many records in the place of one that the broker found too large: a topic's `max.message.bytes` may be
 * below what batches grow to. The halves take over its sequence numbers, so that those behind it stay right.
 */
export function splitBatch(batch: ProduceBatch, accumulator: RecordAccumulator): void {
  const { queue, createdAtMs } = batch;
  const { bytes } = batch.writer;
  const cursor = new RecordCursor(
    { source: queue.name, buffer: bytes, start: 0, end: bytes.length, wantedOffset: 0, abortedTransactions: null },
    { checksCrcs: false },
  );
  const firstCount = Math.ceil(batch.recordCount / 2);
  const roomBytes = Math.ceil(bytes.length / 2);
  const first = accumulator.newBatch(queue, createdAtMs, roomBytes);
  const second = accumulator.newBatch(queue, createdAtMs, roomBytes);
  for (const completion of batch.completionsPerRecord()) {
    cursor.next();
    const part = first.recordCount < firstCount ? first : second;
    part.writer.append(cursor, cursor.timestampMs, Number.POSITIVE_INFINITY);
    part.addRecord(completion);
  }
  const parts = [first, second];
  for (const part of parts) accumulator.closeBatch(part);
  queue.sequence.replace(batch, parts);
  accumulator.replace(batch, parts);
}
