import { createRecordsBatch, crc32c, type MessageRecord } from '@platformatic/kafka';

/** A record as a test writes it down. */
export interface BatchRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers?: readonly (readonly [string, string | null])[];
  /** Its place in the batch if not given. */
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
}

/** What a batch may have; all else is as of a plain producer. */
export interface BatchShape {
  readonly baseOffset: number;
  readonly records: readonly BatchRecord[];
  readonly attributes?: number;
  readonly lastOffsetDelta?: number;
  readonly baseTimestampMs?: number;
  readonly maxTimestampMs?: number;
  readonly producerId?: number;
  readonly recordCount?: number;
  /** Bytes after the header instead of the records, compressed ones for example. */
  readonly body?: Buffer;
}

/** Attributes of batches. */
export const BatchAttribute = { LOG_APPEND_TIME: 0x08, TRANSACTIONAL: 0x10, CONTROL: 0x20 } as const;

/** Encodes a batch in format v2, written from Kafka's documentation alone, so that it can disagree with the code under test. */
export function encodeBatch(shape: BatchShape): Buffer {
  const body = shape.body ?? encodeRecords(shape.records);
  const batch = Buffer.alloc(61 + body.length);
  batch.writeBigInt64BE(BigInt(shape.baseOffset), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(0, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(shape.attributes ?? 0, 21);
  const deltas = shape.records.map((record, index) => record.offsetDelta ?? index);
  batch.writeInt32BE(shape.lastOffsetDelta ?? Math.max(0, ...deltas), 23);
  batch.writeBigInt64BE(BigInt(shape.baseTimestampMs ?? 1000), 27);
  batch.writeBigInt64BE(BigInt(shape.maxTimestampMs ?? 2000), 35);
  batch.writeBigInt64BE(BigInt(shape.producerId ?? -1), 43);
  batch.writeInt16BE(0, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(shape.recordCount ?? shape.records.length, 57);
  body.copy(batch, 61);
  return withChecksum(batch);
}

/** Sets the checksum of a batch whose bytes were changed. */
export function withChecksum(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A batch that ends a transaction. */
export function encodeMarker(options: {
  readonly baseOffset: number;
  readonly producerId: number;
  readonly kind: 'commit' | 'abort';
}): Buffer {
  const type = options.kind === 'commit' ? 1 : 0;
  const key = Buffer.from([0, 0, 0, type]);
  const value = Buffer.from([0, 0, 0, 0, 0, 0]);
  const fields = Buffer.concat([Buffer.from([0]), varint(0), varint(0), field(key), field(value), varint(0)]);
  return encodeBatch({
    baseOffset: options.baseOffset,
    records: [{ key: '', value: '' }],
    body: Buffer.concat([varint(fields.length), fields]),
    attributes: BatchAttribute.TRANSACTIONAL | BatchAttribute.CONTROL,
    producerId: options.producerId,
  });
}

/** A batch made by the client library's own encoder. */
export function encodeBatchByLibrary(
  messages: readonly MessageRecord[],
  compression: 'none' | 'gzip' | 'snappy' | 'lz4',
): Buffer {
  return createRecordsBatch([...messages], { compression }).buffer;
}

function encodeRecords(records: readonly BatchRecord[]): Buffer {
  return Buffer.concat(
    records.map((record, index) => {
      const headers = record.headers ?? [];
      const fields = Buffer.concat([
        Buffer.from([0]),
        varint(record.timestampDelta ?? index),
        varint(record.offsetDelta ?? index),
        field(record.key),
        field(record.value),
        varint(headers.length),
        ...headers.flatMap(([key, value]) => [field(key), field(value)]),
      ]);
      return Buffer.concat([varint(fields.length), fields]);
    }),
  );
}

function field(value: string | Buffer | null): Buffer {
  if (value === null) return varint(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
