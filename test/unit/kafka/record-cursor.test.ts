import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { AbortedTransaction } from '../../../src/kafka/aborted-transactions.ts';
import { findNextOffset, type FetchedBytes } from '../../../src/kafka/record-batch-reader.ts';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import { createRandom } from '../../support/random.ts';
import {
  BatchAttribute,
  encodeBatch,
  encodeBatchByLibrary,
  encodeMarker,
  withChecksum,
} from '../../support/record-batches.ts';

function fetched(buffer: Buffer, options: Partial<FetchedBytes> = {}): FetchedBytes {
  return {
    source: 'orders-3',
    buffer,
    start: 0,
    end: buffer.length,
    wantedOffset: 0,
    abortedTransactions: null,
    ...options,
  };
}

function read(
  bytes: FetchedBytes,
  checksCrcs = true,
): { offset: number; key: string | null; value: string | null; timestampMs: number }[] {
  const cursor = new RecordCursor(bytes, { checksCrcs });
  const records = [];
  while (cursor.next()) {
    const { keyBuffer, keyStart, keyEnd, valueBuffer, valueStart, valueEnd, offset, timestampMs } = cursor;
    records.push({
      offset,
      key: keyStart < 0 ? null : keyBuffer.toString('utf8', keyStart, keyEnd),
      value: valueStart < 0 ? null : valueBuffer.toString('utf8', valueStart, valueEnd),
      timestampMs,
    });
  }
  return records;
}

function offsets(bytes: FetchedBytes): number[] {
  return read(bytes).map(record => record.offset);
}

const isMalformed = (what: RegExp) => (error: unknown) =>
  error instanceof ConnectError && error.code === 'KAFKA_BATCH_MALFORMED' && what.test(error.message);

const three = [
  { key: 'a', value: '1' },
  { key: null, value: '' },
  { key: '', value: null },
];

describe('record cursor', () => {
  test('tells null from empty in keys and values', () => {
    const records = read(fetched(encodeBatch({ baseOffset: 7, records: three })));

    assert.deepEqual(records, [
      { offset: 7, key: 'a', value: '1', timestampMs: 1000 },
      { offset: 8, key: null, value: '', timestampMs: 1001 },
      { offset: 9, key: '', value: null, timestampMs: 1002 },
    ]);
  });

  test('goes through several batches with gaps between and within them', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 10, records: [{ key: 'a', value: null, offsetDelta: 2 }], lastOffsetDelta: 5 }),
      encodeBatch({ baseOffset: 16, records: [], lastOffsetDelta: 3 }),
      encodeBatch({ baseOffset: 40, records: three }),
    ]);

    assert.deepEqual(offsets(fetched(bytes)), [12, 40, 41, 42]);
    assert.equal(findNextOffset(fetched(bytes)), 43);
  });

  test('passes over records below the wanted offset', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 0, records: three }),
      encodeBatch({ baseOffset: 3, records: three }),
    ]);

    assert.deepEqual(offsets(fetched(bytes, { wantedOffset: 4 })), [4, 5]);
  });

  test('leaves a batch alone that was cut at the end', () => {
    const whole = encodeBatch({ baseOffset: 0, records: three });
    const next = encodeBatch({ baseOffset: 3, records: three });

    for (let length = 0; length < next.length; length += 1) {
      const bytes = fetched(Buffer.concat([whole, next.subarray(0, length)]));

      assert.deepEqual(offsets(bytes), [0, 1, 2]);
      assert.equal(findNextOffset(bytes), 3);
    }
  });

  test('gives every record the time of the batch when the broker set it', () => {
    const bytes = encodeBatch({
      baseOffset: 0,
      records: three,
      attributes: BatchAttribute.LOG_APPEND_TIME,
      maxTimestampMs: 1_700_000_000_123,
    });
    const cursor = new RecordCursor(fetched(bytes), { checksCrcs: true });

    cursor.next();

    assert.equal(cursor.timestampType, 'LogAppendTime');
    assert.equal(cursor.timestampMs, 1_700_000_000_123);
  });

  test('reads timestamps that are far from the first of their batch, either way', () => {
    const deltas = [0, -1, 63, 64, -65, 2 ** 31, -(2 ** 40), 2 ** 50];
    const records = deltas.map(timestampDelta => ({ key: null, value: 'v', timestampDelta }));

    const times = read(fetched(encodeBatch({ baseOffset: 0, records, baseTimestampMs: 5 }))).map(
      one => one.timestampMs,
    );

    assert.deepEqual(
      times,
      deltas.map(delta => 5 + delta),
    );
  });

  test('reads headers when asked, and shares an empty list when there are none', () => {
    const records = [
      {
        key: 'a',
        value: 'v',
        headers: [
          ['k', 'v1'],
          ['k', null],
          ['ü', ''],
        ] as const,
      },
      { key: 'b', value: 'w' },
    ];
    const cursor = new RecordCursor(fetched(encodeBatch({ baseOffset: 0, records })), { checksCrcs: true });

    cursor.next();
    const first = cursor.headers;
    const again = cursor.headers;
    cursor.next();
    const second = cursor.headers;

    assert.deepEqual(
      first.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
      [
        ['k', 'v1'],
        ['k', null],
        ['ü', ''],
      ],
    );
    assert.equal(again, first);
    assert.equal(second.length, 0);
    assert.equal(cursor.keyBuffer.toString('utf8', cursor.keyStart, cursor.keyEnd), 'b');
  });

  for (const compression of ['none', 'gzip', 'snappy', 'lz4'] as const) {
    test(`reads what another client wrote with compression ${compression}`, () => {
      const messages = Array.from({ length: 50 }, (_, index) => ({
        topic: 'orders',
        partition: 3,
        key: Buffer.from(`key-${index}`),
        value: Buffer.from(`value-${index}`.repeat(20)),
        timestamp: BigInt(1000 + index),
      }));

      const records = read(fetched(encodeBatchByLibrary(messages, compression)));

      assert.deepEqual(
        records,
        messages.map(({ key, value, timestamp }, index) => ({
          offset: index,
          key: key.toString(),
          value: value.toString(),
          timestampMs: Number(timestamp),
        })),
      );
    });
  }

  test('passes over control batches', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 0, records: three, attributes: BatchAttribute.TRANSACTIONAL, producerId: 9 }),
      encodeMarker({ baseOffset: 3, producerId: 9, kind: 'abort' }),
      encodeBatch({ baseOffset: 4, records: three }),
    ]);

    assert.deepEqual(offsets(fetched(bytes)), [0, 1, 2, 4, 5, 6]);
  });

  test('leaves out aborted transactions, up to their marker and of their producer only', () => {
    const inTransaction = (baseOffset: number, producerId: number): Buffer =>
      encodeBatch({ baseOffset, records: three, attributes: BatchAttribute.TRANSACTIONAL, producerId });
    const bytes = Buffer.concat([
      inTransaction(0, 1),
      inTransaction(3, 2),
      encodeBatch({ baseOffset: 6, records: three, producerId: 1 }),
      encodeMarker({ baseOffset: 9, producerId: 2, kind: 'commit' }),
      inTransaction(10, 1),
      encodeMarker({ baseOffset: 13, producerId: 1, kind: 'abort' }),
      inTransaction(14, 1),
      encodeMarker({ baseOffset: 17, producerId: 1, kind: 'commit' }),
    ]);
    const abortedTransactions: AbortedTransaction[] = [{ producerId: 1, firstOffset: 0 }];

    assert.deepEqual(offsets(fetched(bytes, { abortedTransactions })), [3, 4, 5, 6, 7, 8, 14, 15, 16]);
    assert.equal(findNextOffset(fetched(bytes)), 18);
  });

  test('counts a transaction that begins before the wanted offset', () => {
    const bytes = Buffer.concat([
      encodeBatch({ baseOffset: 0, records: three, attributes: BatchAttribute.TRANSACTIONAL, producerId: 1 }),
      encodeBatch({ baseOffset: 3, records: three, attributes: BatchAttribute.TRANSACTIONAL, producerId: 1 }),
      encodeMarker({ baseOffset: 6, producerId: 1, kind: 'abort' }),
      encodeBatch({ baseOffset: 7, records: three }),
    ]);
    const abortedTransactions: AbortedTransaction[] = [{ producerId: 1, firstOffset: 0 }];

    assert.deepEqual(offsets(fetched(bytes, { abortedTransactions, wantedOffset: 4 })), [7, 8, 9]);
  });

  test('refuses a batch whose checksum is wrong, unless told not to look', () => {
    const bytes = encodeBatch({ baseOffset: 5, records: [{ key: 'a', value: '1' }] });
    bytes[bytes.length - 2] = 0x32;

    assert.throws(() => read(fetched(bytes)), isMalformed(/'orders-3' at offset 5 is not valid: its checksum/));
    assert.deepEqual(read(fetched(bytes), false), [{ offset: 5, key: 'a', value: '2', timestampMs: 1000 }]);
  });

  test('gives the good records before a bad batch', () => {
    const bad = encodeBatch({ baseOffset: 3, records: three });
    bad[70] = 0xff;
    const cursor = new RecordCursor(fetched(Buffer.concat([encodeBatch({ baseOffset: 0, records: three }), bad])), {
      checksCrcs: true,
    });

    assert.deepEqual([cursor.next(), cursor.next(), cursor.next()], [true, true, true]);
    assert.throws(() => cursor.next(), isMalformed(/at offset 3/));
  });

  for (const magic of [0, 1]) {
    test(`names the old message format v${magic} and says what to do`, () => {
      const bytes = encodeBatch({ baseOffset: 5, records: three });
      bytes.writeInt8(magic, 16);

      assert.throws(
        () => findNextOffset(fetched(bytes)),
        isMalformed(new RegExp(`old format v${magic} at offset 5.*copy the topic`)),
      );
    });
  }

  test('refuses bytes that are no batch', () => {
    const cases: [RegExp, (batch: Buffer) => void][] = [
      [/its length is 48 bytes/, batch => batch.writeInt32BE(48, 8)],
      [/its length is -1 bytes/, batch => batch.writeInt32BE(-1, 8)],
      [/its format is 9/, batch => batch.writeInt8(9, 16)],
      [/last offset delta is -1/, batch => batch.writeInt32BE(-1, 23)],
      [/offset is not possible/, batch => batch.writeBigInt64BE(-5n, 0)],
      [/record count is -3/, batch => batch.writeInt32BE(-3, 57)],
      [/has no end/, batch => batch.writeInt32BE(4, 57)],
      [/a record of 63 bytes does not fit into it/, batch => batch.writeInt8(126, 61)],
      [/bytes follow its last record/, batch => batch.writeInt32BE(2, 57)],
      [/offset 9 is outside of it/, batch => batch.writeInt32BE(1, 23)],
      [/cannot be decompressed/, batch => batch.writeInt16BE(1, 21)],
      [/cannot be decompressed/, batch => batch.writeInt16BE(7, 21)],
      [/does not fit into its record/, batch => batch.writeInt8(126, 65)],
      [/length in a record is -2/, batch => batch.writeInt8(3, 65)],
      [/headers in/, batch => batch.writeInt8(2, 69)],
      [/has no end or is too large/, batch => batch.fill(0xff, 61)],
    ];
    for (const [what, spoil] of cases) {
      const batch = encodeBatch({ baseOffset: 7, records: three });
      spoil(batch);
      withChecksum(batch);

      assert.throws(() => {
        findNextOffset(fetched(batch));
        read(fetched(batch));
      }, isMalformed(what));
    }
  });

  test('refuses batches that do not reach the wanted offset, since asking again would bring them again', () => {
    const bytes = fetched(encodeBatch({ baseOffset: 0, records: three }), { wantedOffset: 3 });

    assert.throws(() => findNextOffset(bytes), isMalformed(/offset 3 was asked for/));
  });

  test('survives any damage: it ends, or throws that the batch is not valid', () => {
    const random = createRandom(20);
    const records = Array.from({ length: 20 }, (_, index) => ({
      key: `key-${index}`,
      value: index % 3 === 0 ? null : 'v'.repeat(random(200)),
      headers: [['h', 'x'.repeat(random(5))]] as const,
    }));
    const whole = Buffer.concat([
      encodeBatch({ baseOffset: 0, records }),
      encodeBatch({ baseOffset: 20, records: [], body: gzipSync(Buffer.alloc(0)), attributes: 1 }),
      encodeMarker({ baseOffset: 21, producerId: 4, kind: 'abort' }),
      encodeBatch({ baseOffset: 22, records, attributes: BatchAttribute.TRANSACTIONAL, producerId: 4 }),
    ]);
    for (let round = 0; round < 3000; round += 1) {
      const bytes = Buffer.from(whole.subarray(0, random(whole.length) + 1));
      for (let changes = random(4); changes > 0; changes -= 1) bytes[random(bytes.length)] = random(256);
      const damaged = fetched(bytes, { abortedTransactions: [{ producerId: 4, firstOffset: 3 }] });
      try {
        findNextOffset(damaged);
        const cursor = new RecordCursor(damaged, { checksCrcs: false });
        while (cursor.next()) assert.ok(cursor.headers.length <= cursor.headerCount);
      } catch (error) {
        assert.ok(error instanceof ConnectError, String(error));
        assert.equal(error.code, 'KAFKA_BATCH_MALFORMED');
      }
    }
  });
});
