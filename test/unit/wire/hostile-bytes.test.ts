import { describe, test } from 'node:test';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import {
  decodeSinkDown,
  decodeSinkUp,
  decodeSourceDown,
  decodeSourceUp,
  encodeSourceUp,
} from '../../../src/wire/stream-codec.ts';
import { assertSurvives, checkDecoder } from '../../support/hostile-bytes.ts';
import { recordOf } from '../../support/record-views.ts';

const batchMessage = writeBatch();
const failure = { category: 'BUG', code: 'c', message: 'm', detail: 'd', retryAfterMs: 5 } as const;

describe('hostile bytes are taken or refused by', () => {
  test('the reader of batches', () => {
    const reader = new BatchReader();

    checkDecoder({
      samples: [batchOf(batchMessage)],
      decode: bytes => {
        reader.reset(bytes, 0, bytes.length);
        while (reader.next()) if (reader.headers.length > bytes.length) throw new TypeError('More headers than bytes');
        reader.readOffsets();
      },
      runs: 3000,
    });
  });

  test("the readers of the streams' messages", () => {
    const samples = [batchMessage, encodeSourceUp({ kind: 'failure', failure })];

    checkDecoder({
      samples,
      decode: bytes => {
        for (const decode of [decodeSourceDown, decodeSinkUp, decodeSinkDown])
          assertSurvives(bytes, () => void decode(bytes));
        decodeSourceUp(bytes);
      },
    });
  });
});

function batchOf(message: Buffer): Buffer {
  const up = decodeSourceUp(message);
  if (up.kind !== 'batch') throw new TypeError('The message holds no batch');
  return up.batch.buffer.subarray(up.batch.start, up.batch.end);
}

function writeBatch(): Buffer {
  const writer = new BatchWriter();
  writer.begin({ seq: 1, keySchema: 1, valueSchema: 2 });
  const header = { key: 'h', value: Buffer.from('v'), schemaId: 3 };
  const record = recordOf({ key: 'k', value: 'v'.repeat(50), timestampMs: 1_700_000_000_000, headers: [header] });
  writer.append(record, { topicId: 1, partition: 3, offset: 4_000_000_000, keySchema: 9, valueSchema: 10 });
  writer.append(recordOf({ key: null, value: null }), { topicId: 2, partition: -1, offset: -1 });
  return writer.finishSourceUp();
}
