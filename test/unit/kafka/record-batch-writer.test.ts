import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { BufferPool } from '../../../src/kafka/buffer-pool.ts';
import { compressionTypes, defaultCompressionLevels, type CompressionType } from '../../../src/kafka/compression.ts';
import { noStamp, RecordBatchWriter, type BatchStamp } from '../../../src/kafka/record-batch-writer.ts';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import { checkProperty } from '../../support/check-property.ts';
import { recordOf, type PlainRecord } from '../../support/record-views.ts';
import { createRandom } from '../../support/random.ts';

const unbounded = Number.POSITIVE_INFINITY;

function write(records: readonly PlainRecord[], type: CompressionType = 'none', stamp: BatchStamp = noStamp): Buffer {
  const writer = new RecordBatchWriter(new BufferPool(0), 64);
  for (const record of records) assert.ok(writer.append(recordOf(record), record.timestampMs ?? 0, unbounded));
  writer.close(type, defaultCompressionLevels);
  writer.stamp(stamp);
  return writer.bytes;
}

/** Decodes with the client library, which shares no code with the writer. */
function readWithLibrary(bytes: Buffer): { header: Record<string, unknown>; records: PlainRecord[] } {
  const { records, ...header } = readRecordsBatch(Reader.from(bytes));
  return {
    header,
    records: records.map(record => ({
      key: record.key === null ? null : record.key.toString(),
      value: record.value === null ? null : record.value.toString(),
      timestampMs: Number(header.firstTimestamp + record.timestampDelta),
      headers: [...record.headers].map(([key, value]) => ({ key: String(key), value })),
    })),
  };
}

/** Decodes with our reader, checksum included. */
function readWithCursor(bytes: Buffer): PlainRecord[] {
  const fetched = {
    source: 't-0',
    buffer: bytes,
    start: 0,
    end: bytes.length,
    wantedOffset: 0,
    abortedTransactions: null,
  };
  const cursor = new RecordCursor(fetched, { checksCrcs: true });
  const records: PlainRecord[] = [];
  while (cursor.next()) {
    records.push({
      key: cursor.keyStart < 0 ? null : cursor.keyBuffer.toString('utf8', cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : cursor.valueBuffer.toString('utf8', cursor.valueStart, cursor.valueEnd),
      timestampMs: cursor.timestampMs,
      headers: cursor.headers.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) })),
    });
  }
  return records;
}

const samples: readonly PlainRecord[] = [
  { key: 'k', value: 'v', timestampMs: 1_760_000_000_000, headers: [] },
  { key: null, value: 'no key', timestampMs: 1_760_000_000_005, headers: [] },
  { key: 'tombstone', value: null, timestampMs: 1_759_999_999_000, headers: [] },
  { key: '', value: '', timestampMs: 1_760_000_000_000, headers: [] },
  {
    key: 'ключ',
    value: 'x'.repeat(3000),
    timestampMs: 1_860_000_000_000,
    headers: [
      { key: 'größe', value: Buffer.from('12') },
      { key: 'empty', value: Buffer.alloc(0) },
    ],
  },
];

describe('record batch writer', () => {
  test('writes whatever it is given so that both readers give it back', () => {
    const plainObjects = { noNullPrototype: true };
    const field = fc.option(fc.string({ unit: 'binary', maxLength: 60 }));
    const header = fc.record(
      { key: fc.string({ unit: 'binary' }), value: fc.option(fc.uint8Array().map(bytes => Buffer.from(bytes))) },
      plainObjects,
    );
    const timestampMs = fc.integer({ min: 0, max: 2 ** 48 });
    const record = fc.record(
      { key: field, value: field, timestampMs, headers: fc.array(header, { maxLength: 3 }) },
      plainObjects,
    );

    checkProperty(
      fc.tuple(fc.array(record, { minLength: 1, maxLength: 20 }), fc.constantFrom(...compressionTypes)),
      ([some, type]) => {
        const bytes = write(some, type);
        assert.deepEqual(readWithCursor(bytes), some);
        if (type !== 'zstd' && type !== 'snappy') assert.deepEqual(readWithLibrary(bytes).records, some);
      },
      { runs: 100 },
    );
  });

  test('writes what the client library reads', () => {
    const { records } = readWithLibrary(write(samples));

    assert.deepEqual(records, samples);
  });

  test('writes every field of the header', () => {
    const bytes = write(samples.slice(0, 3), 'none', { producerId: 77n, producerEpoch: 3, baseSequence: 500 });

    const { crc, ...header } = readWithLibrary(bytes).header;

    assert.equal(typeof crc, 'number');
    assert.deepEqual(header, {
      firstOffset: 0n,
      length: bytes.length - 12,
      partitionLeaderEpoch: -1,
      magic: 2,
      attributes: 0,
      lastOffsetDelta: 2,
      firstTimestamp: 1_760_000_000_000n,
      maxTimestamp: 1_760_000_000_005n,
      producerId: 77n,
      producerEpoch: 3,
      firstSequence: 500,
    });
  });

  test('writes a header with null value', () => {
    const record = { key: 'k', value: 'v', timestampMs: 1, headers: [{ key: 'nothing', value: null }] };

    assert.deepEqual(readWithCursor(write([record])), [record]);
  });

  for (const type of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`compresses with ${type}`, () => {
      const many = Array.from({ length: 500 }, () => samples).flat();

      const bytes = write(many, type);

      assert.ok(bytes.length < write(many).length / 4, `${bytes.length} bytes`);
      assert.deepEqual(readWithCursor(bytes), many);
    });

    test(`keeps data that ${type} cannot compress`, () => {
      const record = { key: null, value: 'z', timestampMs: 5, headers: [] };

      assert.deepEqual(readWithCursor(write([record], type)), [record]);
    });
  }

  test('can be stamped again with another sequence', () => {
    const writer = new RecordBatchWriter(new BufferPool(0), 64);
    writer.append(recordOf({ key: 'k', value: 'v' }), 1, unbounded);
    writer.close('none', defaultCompressionLevels);
    writer.stamp({ producerId: 1n, producerEpoch: 0, baseSequence: 9 });
    writer.stamp({ producerId: 2n, producerEpoch: 0, baseSequence: 0 });

    const { producerId, firstSequence } = readWithLibrary(writer.bytes).header;

    assert.deepEqual([producerId, firstSequence], [2n, 0]);
    assert.equal(readWithCursor(writer.bytes).length, 1);
  });

  test('refuses a record that would exceed the limit, and stays as it was', () => {
    const writer = new RecordBatchWriter(new BufferPool(0), 64);
    const small = recordOf({ key: null, value: 'a' });
    assert.ok(writer.append(small, 1, 100));
    const before = writer.byteLength;

    const isTaken = writer.append(recordOf({ key: null, value: 'b'.repeat(100) }), 1, 100);

    assert.deepEqual([isTaken, writer.byteLength, writer.recordCount], [false, before, 1]);
    assert.ok(writer.append(small, 1, 100));
  });

  test('counts exactly the bytes it writes', () => {
    const writer = new RecordBatchWriter(new BufferPool(0), 64);
    for (const record of samples) writer.append(recordOf(record), record.timestampMs ?? 0, unbounded);
    const counted = writer.byteLength;

    writer.close('none', defaultCompressionLevels);

    assert.equal(writer.bytes.length, counted);
    assert.ok(!writer.append(recordOf({ key: null, value: 'x' }), 1, counted + 8));
    assert.equal(writer.bytes.readInt32BE(8), counted - 12);
  });

  test('writes any mix of lengths and timestamps so that both readers agree', () => {
    const random = createRandom(7);
    const text = (): string | null =>
      random(10) === 0 ? null : 'y'.repeat(random(5) === 0 ? random(20_000) : random(200));
    const records = Array.from({ length: 400 }, () => ({
      key: text(),
      value: text(),
      timestampMs: random(4) === 0 ? random(2 ** 31) * 1000 : 1_760_000_000_000 + random(1000),
      headers: Array.from({ length: random(8) === 0 ? random(5) : 0 }, (_, index) => ({
        key: `header-${index}`,
        value: Buffer.from('v'.repeat(random(100))),
      })),
    }));

    const bytes = write(records);

    assert.deepEqual(readWithCursor(bytes), records);
    assert.deepEqual(readWithLibrary(bytes).records, records);
  });
});
