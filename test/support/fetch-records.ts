import type { FetchedRecords, RecordFetcher } from '../../src/kafka/record-fetcher.ts';

/** A record as a fetcher returned it. */
export interface FetchedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** Takes the records out of what a poll returned. */
export function toRecords(fetched: readonly FetchedRecords[]): FetchedRecord[] {
  const records: FetchedRecord[] = [];
  for (const { partition, cursor } of fetched) {
    while (cursor.next()) {
      const { offset, keyBuffer, keyStart, keyEnd, valueBuffer, valueStart, valueEnd } = cursor;
      records.push({
        partition,
        offset,
        key: keyStart < 0 ? null : keyBuffer.toString('utf8', keyStart, keyEnd),
        value: valueStart < 0 ? null : valueBuffer.toString('utf8', valueStart, valueEnd),
      });
    }
  }
  return records;
}

/**
 * Polls until `count` records have come.
 *
 * @throws {Error} when they have not within `timeoutMs`, with how many have.
 */
export async function fetchRecords(
  fetcher: RecordFetcher,
  count: number,
  timeoutMs = 30_000,
): Promise<readonly FetchedRecord[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  const records: FetchedRecord[] = [];
  while (records.length < count) {
    if (signal.aborted) throw new Error(`Only ${records.length} of ${count} records came within ${timeoutMs} ms`);
    for (const record of toRecords(await fetcher.poll(1000, signal))) records.push(record);
  }
  return records;
}
