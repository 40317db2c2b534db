import { noHeaders, type RecordHeader, type RecordView } from '../../src/data/record-view.ts';

/** A record in words. */
export interface PlainRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs?: number;
  readonly headers?: readonly RecordHeader[];
}

/** A view of a record, its key and value in one buffer with other bytes around them. */
export function recordOf(record: PlainRecord): RecordView {
  const key = Buffer.from(record.key ?? '');
  const value = Buffer.from(record.value ?? '');
  const buffer = Buffer.concat([Buffer.from('<<'), key, Buffer.from('|'), value, Buffer.from('>>')]);
  const keyEnd = 2 + key.length;
  return {
    keyBuffer: buffer,
    keyStart: record.key === null ? -1 : 2,
    keyEnd,
    valueBuffer: buffer,
    valueStart: record.value === null ? -1 : keyEnd + 1,
    valueEnd: keyEnd + 1 + value.length,
    timestampMs: record.timestampMs ?? -1,
    headers: record.headers ?? noHeaders,
  };
}
