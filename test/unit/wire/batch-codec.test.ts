import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RecordView } from '../../../src/data/record-view.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import { pluginProtoType } from '../../../src/wire/proto-types.ts';
import { decodeSinkDown, decodeSourceUp } from '../../../src/wire/stream-codec.ts';
import { checkProperty } from '../../support/check-property.ts';
import { createRandom } from '../../support/random.ts';

/** A record as people write it. */
interface PlainRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string | null; readonly schemaId?: number }[];
  readonly topicId?: number;
  readonly partition?: number;
  readonly offset?: number;
  readonly keySchema?: number;
  readonly valueSchema?: number;
}

const records: readonly PlainRecord[] = [
  { key: null, value: 'plain' },
  { key: 'k', value: null, topicId: 1 },
  { key: '', value: '', topicId: 300, partition: 0, offset: 0, timestampMs: 0 },
  {
    key: 'k'.repeat(200),
    value: 'v'.repeat(70_000),
    topicId: 1,
    partition: 2_147_483_647,
    offset: 2 ** 52,
    timestampMs: 1_700_000_000_000,
    keySchema: 0,
    valueSchema: 1_000_000,
  },
  {
    key: null,
    value: 'with headers',
    headers: [
      { key: 'ü', value: 'x' },
      { key: 'ü', value: null },
      { key: '', value: '', schemaId: 7 },
    ],
  },
];

describe('batch writer', () => {
  test('writes what protobufjs reads by itself', () => {
    const read: unknown = pluginProtoType('SourceUp').decode(writeBatch(records, 'source')).toJSON();

    assert.deepEqual(read, {
      batch: {
        seq: '9',
        keySchema: 1,
        valueSchema: 2,
        records: [
          { value: base64('plain') },
          { key: base64('k'), topic: 1 },
          { key: '', value: '', topic: 300, partition: 0, timestampMs: '0', offset: '0' },
          {
            key: base64('k'.repeat(200)),
            value: base64('v'.repeat(70_000)),
            topic: 1,
            partition: 2_147_483_647,
            timestampMs: '1700000000000',
            keySchema: 0,
            valueSchema: 1_000_000,
            offset: String(2 ** 52),
          },
          {
            value: base64('with headers'),
            headers: [{ key: 'ü', value: base64('x') }, { key: 'ü' }, { key: '', value: '', schema: 7 }],
          },
        ],
        offsets: [
          { partitionJson: base64('{"p":1}'), offsetJson: base64('{"o":2}') },
          { partitionJson: base64('{"p":2}'), tombstone: true },
        ],
        txn: 'COMMIT_AFTER',
      },
    });
  });

  test('writes numbers of every length', () => {
    const offsets = [2 ** 31 - 1, 2 ** 31, 2 ** 34 - 1, 2 ** 34, 2 ** 41 + 1, 2 ** 48 - 1, 2 ** 52];

    const message = writeBatch(
      offsets.map(offset => ({ key: null, value: null, offset })),
      'source',
    );
    const read = JSON.stringify(pluginProtoType('SourceUp').decode(message));

    assert.deepEqual(
      [...read.matchAll(/"offset":"(\d+)"/g)].map(([, digits]) => Number(digits)),
      offsets,
    );
  });

  test('keeps a finished batch untouched by the next one', () => {
    const writer = new BatchWriter();
    writer.begin({ seq: 1, keySchema: 0, valueSchema: 0 });
    const first = writer.finishSourceUp();
    const before = Buffer.from(first);

    writer.begin({ seq: 2, keySchema: 3, valueSchema: 4 });
    writer.append(toView({ key: 'a', value: 'b' }), { topicId: 1, partition: -1, offset: -1 });
    writer.finishSourceUp();

    assert.deepEqual(first, before);
  });

  test('says how large a batch is before it is finished', () => {
    const writer = new BatchWriter();
    writer.begin({ seq: 1, keySchema: 0, valueSchema: 0 });
    writer.append(toView({ key: 'a', value: 'b'.repeat(1000) }), { topicId: 1, partition: 3, offset: -1 });
    const { byteLength, recordCount } = writer;

    const message = writer.finishSourceUp();

    const up = decodeSourceUp(message);
    assert.ok(up.kind === 'batch');
    assert.equal(up.batch.end - up.batch.start, byteLength);
    assert.equal(recordCount, 1);
  });
});

describe('batch reader', () => {
  test('gives back what the batch writer wrote, to a worker and to a sink', () => {
    const expected = records.map(record => ({
      timestampMs: -1,
      headers: [],
      topicId: 0,
      partition: -1,
      offset: -1,
      keySchema: 1,
      valueSchema: 2,
      ...record,
    }));

    for (const direction of ['source', 'sink'] as const) {
      const { reader, read } = readMessage(writeBatch(records, direction), direction);

      assert.deepEqual(
        read.map(record => ({ ...record, headers: record.headers?.map(dropRawSchema) })),
        expected,
      );
      assert.equal(reader.seq, 9);
      assert.equal(reader.txn, 'COMMIT_AFTER');
      assert.equal(reader.recordCount, records.length);
    }
  });

  test('gives back whatever the batch writer wrote', () => {
    const plainObjects = { noNullPrototype: true };
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 40 }));
    const header = fc.record({ key: fc.string({ unit: 'binary' }), value: text, schemaId: fc.nat() }, plainObjects);
    const record = fc.record(
      {
        key: text,
        value: text,
        timestampMs: fc.maxSafeNat(),
        headers: fc.array(header, { maxLength: 3 }),
        topicId: fc.nat(),
        partition: fc.nat(),
        offset: fc.maxSafeNat(),
        keySchema: fc.nat(),
        valueSchema: fc.nat(),
      },
      plainObjects,
    );

    const givesBack = (some: readonly PlainRecord[]): void => {
      for (const direction of ['source', 'sink'] as const) {
        assert.deepEqual(readMessage(writeBatch(some, direction), direction).read, some);
      }
    };
    checkProperty(fc.array(record, { maxLength: 10 }), givesBack, { runs: 100 });
  });

  test('reads a batch whose fields come in another order, with unknown fields between', () => {
    const recordType = pluginProtoType('Record');
    const record = Buffer.concat([
      Buffer.from([
        0xa2, 0x06, 0x01, 0x00, 0xa0, 0x06, 0x05, 0xad, 0x06, 1, 2, 3, 4, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8,
      ]),
      recordType.encode({ value: Buffer.from('late'), topic: 4 }).finish(),
    ]);
    const batch = Buffer.concat([
      Buffer.from([0x22, record.length]),
      record,
      Buffer.from([0xa0, 0x06, 0x7f]),
      Buffer.from([0x18, 6, 0x08, 3]),
    ]);
    const reader = new BatchReader();

    reader.reset(batch, 0, batch.length);

    assert.deepEqual([reader.seq, reader.valueSchema, reader.next()], [3, 6, true]);
    assert.equal(batch.toString('utf8', reader.valueStart, reader.valueEnd), 'late');
    assert.deepEqual([reader.topicId, reader.valueSchemaId, reader.next()], [4, 6, false]);
  });

  test('decodes source offsets without losing its place among the records', () => {
    const message = writeBatch(records, 'source');
    const { reader } = openMessage(message, 'source');
    reader.next();

    const offsets = reader.readOffsets();

    assert.deepEqual(offsets, [
      { partitionJson: Buffer.from('{"p":1}'), offsetJson: Buffer.from('{"o":2}'), tombstone: false },
      { partitionJson: Buffer.from('{"p":2}'), offsetJson: Buffer.alloc(0), tombstone: true },
    ]);
    assert.equal(message.toString('utf8', reader.valueStart, reader.valueEnd), 'plain');
    reader.next();
    assert.equal(reader.topicId, 1);
  });

  test('reads negative timestamps and partitions as protobuf writes them', () => {
    const encoded = pluginProtoType('Batch')
      .encode({ records: [{ partition: -7, timestampMs: -123_456_789_012 }] })
      .finish();
    const batch = Buffer.from(encoded);
    const reader = new BatchReader();

    reader.reset(batch, 0, batch.length);
    reader.next();

    assert.deepEqual([reader.partition, reader.timestampMs], [-7, -123_456_789_012]);
  });

  for (const [what, bytes] of [
    ['a group', [0x22, 0x01, 0x0b]],
    ['a key that is a number', [0x22, 0x02, 0x08, 0x01]],
    ['a record that is a number', [0x20, 0x01]],
    ['field number 0', [0x22, 0x02, 0x02, 0x00]],
    ['a record longer than its batch', [0x22, 0x05, 0x0a, 0x00]],
    ['a key longer than its record', [0x22, 0x02, 0x0a, 0x05, 0x08, 0x01]],
    ['a varint without end', [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a sequence number beyond 2^53', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a header cut off', [0x22, 0x04, 0x32, 0x02, 0x0a, 0x01]],
  ] as const) {
    test(`reports ${what} as WIRE_MALFORMED`, () => {
      assert.throws(() => walk(Buffer.from(bytes)), { code: 'WIRE_MALFORMED' });
    });
  }

  test('agrees with protobufjs on every batch with bytes cut off or changed, or reports it', () => {
    const random = createRandom(20_240_607);
    const whole = writeBatch([...records.slice(0, 3), ...records.slice(4)], 'source');
    const up = decodeSourceUp(whole);
    assert.ok(up.kind === 'batch');
    const batch = up.batch.buffer.subarray(up.batch.start, up.batch.end);
    let accepted = 0;

    for (let round = 0; round < 20_000; round += 1) {
      const mutated = Buffer.from(batch.subarray(0, round % 2 === 0 ? batch.length : random(batch.length)));
      for (let changes = random(3); changes > 0 && mutated.length > 0; changes -= 1) {
        mutated[random(mutated.length)] = random(256);
      }
      const mine = outcome(() => walk(mutated));
      if (mine === 'malformed') continue;
      accepted += 1;
      assert.equal(mine, countRecords(pluginProtoType('Batch').decode(mutated)));
    }

    assert.ok(accepted > 1000, `only ${accepted} accepted`);
  });
});

describe('stream codec', () => {
  test('finds the batch behind fields that it does not know', () => {
    const message = Buffer.concat([Buffer.from([0xa0, 0x06, 0x01]), writeBatch(records, 'source')]);

    assert.equal(readMessage(message, 'source').read.length, records.length);
  });

  test('takes a message of an unknown case for unknown', () => {
    assert.deepEqual(decodeSourceUp(Buffer.from([0xa2, 0x06, 0x00])), { kind: 'unknown' });
    assert.deepEqual(decodeSinkDown(Buffer.alloc(0)), { kind: 'unknown' });
  });
});

function writeBatch(plain: readonly PlainRecord[], direction: 'source' | 'sink'): Buffer {
  const writer = new BatchWriter();
  writer.begin({ seq: 9, keySchema: 1, valueSchema: 2 });
  for (const record of plain) {
    writer.append(toView(record), {
      topicId: record.topicId ?? 0,
      partition: record.partition ?? -1,
      offset: record.offset ?? -1,
      ...(record.keySchema === undefined ? {} : { keySchema: record.keySchema }),
      ...(record.valueSchema === undefined ? {} : { valueSchema: record.valueSchema }),
    });
  }
  writer.addOffset(Buffer.from('{"p":1}'), Buffer.from('{"o":2}'));
  writer.addOffset(Buffer.from('{"p":2}'), null);
  writer.markTransaction('COMMIT_AFTER');
  return direction === 'source' ? writer.finishSourceUp() : writer.finishSinkDown();
}

function toView(record: PlainRecord): RecordView {
  const key = Buffer.from(record.key ?? '');
  const value = Buffer.from(record.value ?? '');
  return {
    keyBuffer: key,
    keyStart: record.key === null ? -1 : 0,
    keyEnd: record.key === null ? -1 : key.length,
    valueBuffer: value,
    valueStart: record.value === null ? -1 : 0,
    valueEnd: record.value === null ? -1 : value.length,
    timestampMs: record.timestampMs ?? -1,
    headers: (record.headers ?? []).map(header => ({
      ...header,
      value: header.value === null ? null : Buffer.from(header.value),
    })),
  };
}

function openMessage(message: Buffer, direction: 'source' | 'sink'): { readonly reader: BatchReader } {
  const decoded = direction === 'source' ? decodeSourceUp(message) : decodeSinkDown(message);
  assert.ok(decoded.kind === 'batch');
  const reader = new BatchReader();
  reader.reset(decoded.batch.buffer, decoded.batch.start, decoded.batch.end);
  return { reader };
}

function readMessage(message: Buffer, direction: 'source' | 'sink'): { reader: BatchReader; read: PlainRecord[] } {
  const { reader } = openMessage(message, direction);
  const read: PlainRecord[] = [];
  while (reader.next()) read.push(toPlain(reader));
  return { reader, read };
}

function toPlain(reader: BatchReader): PlainRecord {
  return {
    key: reader.keyStart < 0 ? null : reader.keyBuffer.toString('utf8', reader.keyStart, reader.keyEnd),
    value: reader.valueStart < 0 ? null : reader.valueBuffer.toString('utf8', reader.valueStart, reader.valueEnd),
    timestampMs: reader.timestampMs,
    headers: reader.headers.map(({ key, value, schemaId }) => ({
      key,
      value: value === null ? null : Buffer.from(value).toString(),
      schemaId,
    })),
    topicId: reader.topicId,
    partition: reader.partition,
    offset: reader.offset,
    keySchema: reader.keySchemaId,
    valueSchema: reader.valueSchemaId,
  };
}

function dropRawSchema(header: { key: string; value: string | null; schemaId?: number }): object {
  return header.schemaId === 0 ? { key: header.key, value: header.value } : header;
}

/** Number of records that the reader finds, with its offsets read too. */
function walk(batch: Buffer): number {
  const reader = new BatchReader();
  reader.reset(batch, 0, batch.length);
  let count = 0;
  while (reader.next()) count += 1;
  reader.readOffsets();
  return count;
}

function countRecords(batch: object): number {
  return 'records' in batch && Array.isArray(batch.records) ? batch.records.length : 0;
}

function outcome(action: () => number): number | 'malformed' {
  try {
    return action();
  } catch (error) {
    assert.ok(error instanceof ConnectError && error.code === 'WIRE_MALFORMED', String(error));
    return 'malformed';
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
