import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordCursor } from '../../../../src/kafka/record-cursor.ts';
import { findConsumed } from '../../../../src/worker/errors/consumed-record.ts';
import type { BatchSource } from '../../../../src/worker/sent-batch.ts';
import { encodeBatch, type BatchRecord } from '../../../support/record-batches.ts';
import { writeSinkBatch } from '../../../support/sink-batch.ts';

/** Records of a partition as they were fetched, from offset 0. */
function sourceOf(partition: number, recordCount: number, records: readonly BatchRecord[]): BatchSource {
  const buffer = encodeBatch({ baseOffset: 0, records });
  const fetched = { source: 't', buffer, start: 0, end: buffer.length, wantedOffset: 0, abortedTransactions: null };
  return { topic: 't', partition, recordCount, reread: () => new RecordCursor(fetched, { checksCrcs: false }) };
}

const valueOf = (value: string): BatchRecord => ({ key: null, value });
const find = (sources: readonly BatchSource[], sent: number, ...indexes: readonly number[]) => [
  ...findConsumed(
    {
      bytes: writeSinkBatch(
        1,
        Array.from({ length: sent }, () => 'sent'),
      ),
      sources,
    },
    indexes,
  ),
];

describe('consumed records', () => {
  test('are found with all that they were read with', () => {
    const records = [
      { key: null, value: 'v', timestampDelta: 5 },
      { key: 'k', value: null, headers: [['h', 'x'] as const, ['h', null] as const] },
      { key: '', value: '' },
    ];

    const found = find([sourceOf(3, 3, records)], 3, 0, 1, 2);

    const place = { topic: 't', partition: 3, timestampType: 'CreateTime' };
    const headers = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'h', value: null },
    ];
    assert.deepEqual(found, [
      { ...place, offset: 0, timestampMs: 1005, key: null, value: Buffer.from('v'), headers: [] },
      { ...place, offset: 1, timestampMs: 1001, key: Buffer.from('k'), value: null, headers },
      { ...place, offset: 2, timestampMs: 1002, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ]);
  });

  test('are those of the partition that their positions fall into, at the offsets that were sent', () => {
    const first = sourceOf(0, 2, [valueOf('a0'), valueOf('a1'), valueOf('a2'), valueOf('a3')]);
    const none = sourceOf(1, 0, [valueOf('b')]);
    const last = sourceOf(2, 2, [valueOf('c0'), valueOf('c1'), valueOf('c2'), valueOf('c3')]);

    const found = find([first, none, last], 4, 1, 2, 3);

    assert.deepEqual(
      found.map(({ partition, value }) => [partition, value?.toString()]),
      [
        [0, 'a1'],
        [2, 'c2'],
        [2, 'c3'],
      ],
    );
  });

  test('have their places alone where nobody keeps what was fetched', () => {
    const found = find([{ topic: 't', partition: 3, recordCount: 2, reread: null }], 2, 1);

    const nothing = { key: null, value: null, headers: [] };
    assert.deepEqual(found, [
      { topic: 't', partition: 3, offset: 1, timestampMs: 0, timestampType: 'CreateTime', ...nothing },
    ]);
  });

  test('are not made up: a position or an offset that is not there is a fault', () => {
    const source = sourceOf(0, 2, [valueOf('a')]);

    assert.throws(() => find([source], 3, 2), { code: 'INTERNAL', message: 'Record 2 of the batch came from nowhere' });
    assert.throws(() => find([source], 2, 1), {
      code: 'INTERNAL',
      message: 'The record at offset 1 is not in its fetch any more',
    });
  });
});
