import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { SinkTransforms } from '../../../src/worker/sink-transforms.ts';
import { createTaskConverters } from '../../../src/worker/task-converters.ts';
import { encodeBatch, type BatchRecord } from '../../support/record-batches.ts';

/** Standing on the record, which has offset 7. */
function cursorOn(record: BatchRecord): RecordCursor {
  const buffer = encodeBatch({ baseOffset: 7, records: [record] });
  const fetched = { source: 't-3', buffer, start: 0, end: buffer.length, wantedOffset: 0, abortedTransactions: null };
  const cursor = new RecordCursor(fetched, { checksCrcs: false });
  cursor.next();
  return cursor;
}

/** Transforms between JsonConverters without schemas, and a plugin that takes texts as keys and JSON as values. */
function transformsOf(props: Readonly<Record<string, string>>): SinkTransforms {
  const json = 'org.apache.kafka.connect.json.JsonConverter';
  const worker = {
    'key.converter': json,
    'key.converter.schemas.enable': 'false',
    'value.converter': json,
    'value.converter.schemas.enable': 'false',
    'header.converter': json,
    'header.converter.schemas.enable': 'false',
  };
  return new SinkTransforms({
    chain: new TransformChain(new Map(Object.entries(props)), 0),
    converters: createTaskConverters(new Map(Object.entries(worker)), new Map()),
    formats: { key: 'UTF8', value: 'JSON' },
  });
}

const insert = {
  transforms: 'i,h',
  'transforms.i.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.i.topic.field': 'topic',
  'transforms.i.partition.field': 'partition',
  'transforms.i.offset.field': 'offset',
  'transforms.h.type': 'org.apache.kafka.connect.transforms.InsertHeader',
  'transforms.h.header': 'new',
  'transforms.h.value.literal': '5',
};
const from = { topic: 't', partition: 3 };

describe('sink transforms', () => {
  test('give the plugin what they made, in its formats, and headers as Kafka has them', () => {
    const record = { key: '"k"', value: '{"a":1}', headers: [['h', '"x"']] as const };

    const result = transformsOf(insert).apply(cursorOn(record), from);

    const view = result?.view ?? assert.fail('the record was dropped');
    assert.equal(view.keyBuffer.toString('utf8', view.keyStart, view.keyEnd), 'k');
    assert.equal(
      view.valueBuffer.toString('utf8', view.valueStart, view.valueEnd),
      '{"a":1,"topic":"t","partition":3,"offset":7}',
    );
    assert.deepEqual(
      view.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
      [
        ['h', '"x"'],
        ['new', '5'],
      ],
    );
  });

  for (const [record, stage] of [
    [{ key: '{', value: '{}' }, 'KEY_CONVERTER'],
    [{ key: '"k"', value: '{' }, 'VALUE_CONVERTER'],
    [{ key: '"k"', value: '{}', headers: [['h', '{']] }, 'HEADER_CONVERTER'],
  ] as const) {
    test(`tell that the ${stage} failed`, () => {
      const transforms = transformsOf(insert);

      assert.throws(() => transforms.apply(cursorOn(record), from), { code: 'DATA_INVALID' });

      const className = 'org.apache.kafka.connect.json.JsonConverter';
      assert.deepEqual(transforms.operation, { stage, className });
    });
  }
});
