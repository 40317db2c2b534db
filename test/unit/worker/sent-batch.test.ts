import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchWriter, type HeaderToWrite } from '../../../src/wire/batch-writer.ts';
import { encodeSinkDown } from '../../../src/wire/stream-codec.ts';
import { keepSources, openSentBatch } from '../../../src/worker/sent-batch.ts';

interface Sent {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly keySchema?: number;
  readonly valueSchema?: number;
  readonly headers: readonly HeaderToWrite[];
}

const sent: readonly Sent[] = [
  { partition: 0, offset: 7, key: 'a', value: null, headers: [] },
  { partition: 0, offset: 9, key: null, value: 'x', valueSchema: 5, headers: [] },
  { partition: 1, offset: 3, key: 'b', value: 'y', headers: [] },
  {
    partition: 2,
    offset: 2 ** 40,
    key: 'c',
    value: 'z',
    keySchema: 0,
    headers: [
      { key: 'h', value: Buffer.from('v'), schemaId: 3 },
      { key: 'n', value: null, schemaId: 0 },
    ],
  },
];

function write(records: readonly Sent[]): Buffer {
  const writer = new BatchWriter();
  writer.begin({ seq: 12, keySchema: 1, valueSchema: 2 });
  for (const record of records) {
    const { key, value, headers, ...place } = record;
    const [keyBuffer, valueBuffer] = [Buffer.from(key ?? ''), Buffer.from(value ?? '')];
    const view = {
      keyBuffer,
      keyStart: key === null ? -1 : 0,
      keyEnd: keyBuffer.length,
      valueBuffer,
      valueStart: value === null ? -1 : 0,
      valueEnd: valueBuffer.length,
      timestampMs: 1_700_000_000_000,
      headers,
    };
    writer.append(view, { topicId: 4, ...place });
  }
  return writer.finishSinkDown();
}

const sourceOf = (partition: number, recordCount: number) => ({ topic: 't', partition, recordCount, reread: null });
const batch = {
  bytes: write(sent),
  recordCount: 4,
  sources: [sourceOf(0, 2), sourceOf(1, 1), sourceOf(3, 0), sourceOf(2, 1)],
};

describe('batch that was sent', () => {
  for (const [dropped, recordCount, left] of [
    [0, 2, [sourceOf(1, 1), sourceOf(3, 0), sourceOf(2, 1)]],
    [1, 3, [sourceOf(0, 2), sourceOf(3, 0), sourceOf(2, 1)]],
  ] as const) {
    test(`can be had without the records of partition ${dropped}, all else the same`, () => {
      const kept = keepSources(batch, ({ partition }) => partition !== dropped);

      assert.equal(kept.recordCount, recordCount);
      assert.deepEqual(kept.sources, left);
      assert.deepEqual(kept.bytes, write(sent.filter(({ partition }) => partition !== dropped)));
    });
  }

  test('keeps its number with no record left', () => {
    const kept = keepSources(batch, () => false);

    const reader = openSentBatch(kept.bytes);
    assert.deepEqual([kept.recordCount, kept.sources, reader.seq, reader.recordCount], [0, [], 12, 0]);
  });

  test('is none of the other messages for a sink', () => {
    assert.throws(() => openSentBatch(encodeSinkDown({ kind: 'flush', flush: { id: 1 } })), {
      code: 'INTERNAL',
      message: 'A batch was kept, and is a flush now',
    });
  });
});
