import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compress, compressionTypes, defaultCompressionLevels } from '../../../src/kafka/compression.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/kafka/consumer-protocol.ts';
import { parseFetchResponse } from '../../../src/kafka/fetch-api.ts';
import { findNextOffset } from '../../../src/kafka/record-batch-reader.ts';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import { checkProperty } from '../../support/check-property.ts';
import { assertSurvives, checkDecoder } from '../../support/hostile-bytes.ts';
import { encodeBatch, encodeMarker, withChecksum, type BatchRecord } from '../../support/record-batches.ts';

const records: readonly BatchRecord[] = [
  { key: 'k', value: 'value' },
  { key: null, value: null, timestampDelta: -5 },
  {
    key: '',
    value: 'x'.repeat(70),
    headers: [
      ['h', 'v'],
      ['h', null],
    ],
    offsetDelta: 4,
  },
];
const plain = encodeBatch({ baseOffset: 7, records });
const body = plain.subarray(61);
const batches = [
  plain,
  Buffer.concat([plain, encodeBatch({ baseOffset: 12, records })]),
  Buffer.concat([plain, encodeMarker({ baseOffset: 12, producerId: 9, kind: 'abort' })]),
  ...compressionTypes.map((type, attributes) =>
    encodeBatch({ baseOffset: 7, records, attributes, body: compress(type, body, defaultCompressionLevels) }),
  ),
];

/** Reads all records with their headers. */
function readAll(bytes: Buffer): void {
  const fetched = {
    source: 't-0',
    buffer: bytes,
    start: 0,
    end: bytes.length,
    wantedOffset: 0,
    abortedTransactions: [{ producerId: 9, firstOffset: 7 }],
  };
  assertSurvives(bytes, () => findNextOffset(fetched));
  const cursor = new RecordCursor(fetched, { checksCrcs: true });
  while (cursor.next()) if (cursor.headers.length > bytes.length) throw new TypeError('More headers than bytes');
}

describe('hostile bytes are taken or refused by', () => {
  test('the reader of record batches', () => {
    checkDecoder({ samples: batches, decode: readAll, runs: 1000 });
  });

  test('the reader of record batches behind their checksums', () => {
    checkDecoder({ samples: batches, decode: readAll, seal: sealBatch, runs: 2500 });
  });

  test('every decompression', () => {
    for (const [attributes, type] of compressionTypes.entries()) {
      const samples = [
        compress(type, body, defaultCompressionLevels),
        compress(type, Buffer.alloc(100_000), defaultCompressionLevels),
      ];
      const inBatch = (bytes: Buffer): void =>
        readAll(encodeBatch({ baseOffset: 7, records, attributes, body: bytes }));

      checkProperty(fc.constantFrom(...samples), bytes => assertSurvives(Buffer.from(bytes), inBatch), {
        runs: samples.length,
      });
      checkDecoder({ samples: [samples[0] ?? body], decode: bytes => assertSurvives(bytes, inBatch), runs: 600 });
    }
  });

  test('the reader of fetch responses', () => {
    checkDecoder({ samples: [fetchResponse(plain)], decode: bytes => void parseFetchResponse(bytes) });
  });

  test('the readers of what consumers of a group tell each other', () => {
    const partitions = [
      { topic: 'orders', partition: 3 },
      { topic: 'orders', partition: 4 },
    ];

    checkDecoder({ samples: [encodeSubscription(['orders', 'x'])], decode: bytes => void decodeSubscription(bytes) });
    checkDecoder({ samples: [encodeAssignment(partitions)], decode: bytes => void decodeAssignment(bytes) });
  });
});

/** Lets a spoilt batch pass as far as a whole one: its length and checksum are right. */
function sealBatch(bytes: Buffer): Buffer {
  if (bytes.length < 61) return bytes;
  const batch = Buffer.from(bytes);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  return withChecksum(batch);
}

/** Version 11, one topic with one partition. */
function fetchResponse(batch: Buffer): Buffer {
  const head = Buffer.from('00000000' + '0000' + '00000001' + '00000001' + '000174' + '00000001', 'hex');
  const partition = Buffer.alloc(4 + 2 + 8 + 8 + 8);
  const rest = Buffer.from('00000001' + '0000000000000009' + '0000000000000007' + 'ffffffff', 'hex');
  const length = Buffer.alloc(4);
  length.writeInt32BE(batch.length);
  return Buffer.concat([head, partition, rest, length, batch]);
}
