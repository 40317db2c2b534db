import type { Converter } from '../../src/converters/converter.ts';
import { createConverter } from '../../src/converters/create-converter.ts';
import { RecordCursor } from '../../src/kafka/record-cursor.ts';
import type { FetchedRecords } from '../../src/kafka/record-fetcher.ts';
import { encodeBatch } from './record-batches.ts';

/** Where records came from. */
export interface FetchPlace {
  readonly topic?: string;
  readonly partition?: number;
  readonly firstOffset?: number;
  /** Values of the header `h` that each record has. */
  readonly headers?: readonly (string | null)[];
}

/** Records with these values, as one fetch brings them: of `t-0`, from offset 0, with one header, unless told otherwise. */
export function fetchOf(values: readonly string[], place: FetchPlace = {}): FetchedRecords {
  const { topic = 't', partition = 0, firstOffset = 0, headers = ['x'] } = place;
  const bytes = encodeBatch({
    baseOffset: firstOffset,
    records: values.map((value, index) => ({
      key: `k${index}`,
      value,
      headers: headers.map(header => ['h', header] as const),
    })),
  });
  const fetched = { source: `${topic}-${partition}`, buffer: bytes, start: 0, end: bytes.length, wantedOffset: 0 };
  const reread = () => new RecordCursor({ ...fetched, abortedTransactions: null }, { checksCrcs: false });
  const nextOffset = firstOffset + values.length;
  return { topic, partition, cursor: reread(), reread, nextOffset, highWatermark: nextOffset, byteLength: 0 };
}

/** A value converter of strings that fails at those that begin with `prefix`; with what, `fail` says. */
export function failingAt(prefix: string, fail: (value: string) => Error): Converter {
  const string = createConverter({ className: 'StringConverter', settings: new Map(), role: 'value' });
  return {
    ...string,
    className: 'Failing',
    fromConnectData: (...args) => string.fromConnectData(...args),
    toConnectData: (...args) => string.toConnectData(...args),
    toKafka: schema => string.toKafka(schema),
    toPlugin: () => ({
      convert: (buffer, start, end) => {
        const value = buffer.toString('utf8', start, end);
        if (value.startsWith(prefix)) throw fail(value);
        return { buffer, start, end, schema: null };
      },
    }),
  };
}
