import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { BatchReader } from '../../../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../../../src/wire/batch-writer.ts';
import { decodeSourceUp } from '../../../../src/wire/stream-codec.ts';
import {
  failedSourceRecord,
  failedSourceWrite,
  isFaultOfRecord,
  isLossTolerable,
} from '../../../../src/worker/errors/source-record.ts';
import { kafkaProduce, type Operation } from '../../../../src/worker/errors/stage.ts';
import { recordOf, type PlainRecord } from '../../../support/record-views.ts';

const operation: Operation = { stage: 'VALUE_CONVERTER', className: 'org.X' };
const error = new ConnectError('DATA_INVALID', 'bad');

/** A reader on the record, which is the second of batch 9. */
function readerOn(
  record: PlainRecord,
  partition = -1,
  offsets: readonly (readonly [string, string | null])[] = [],
): BatchReader {
  const writer = new BatchWriter();
  writer.begin({ seq: 9, keySchema: 0, valueSchema: 0 });
  writer.append(recordOf({ key: null, value: 'first' }), { topicId: 1, partition, offset: -1 });
  writer.append(recordOf(record), { topicId: 1, partition, offset: -1 });
  for (const [place, offset] of offsets)
    writer.addOffset(Buffer.from(place), offset === null ? null : Buffer.from(offset));
  const message = decodeSourceUp(writer.finishSourceUp());
  if (message.kind !== 'batch') assert.fail(`a batch was written, ${message.kind} was read`);
  const reader = new BatchReader();
  reader.reset(message.batch.buffer, message.batch.start, message.batch.end);
  reader.next();
  reader.next();
  return reader;
}

const describeRecord = (record: PlainRecord, partition?: number): string =>
  failedSourceRecord({ reader: readerOn(record, partition), topic: 't', operation, error }).describe();

describe('failed record of a source', () => {
  test('is told by its place in the stream, and is in no dead letter queue', () => {
    const failed = failedSourceRecord({ reader: readerOn({ key: null, value: 'v' }), topic: 't', operation, error });

    const told = { operation, error, failure: null, place: 'record 1 of batch 9', consumed: null };
    assert.deepEqual({ ...failed, describe: null }, { ...told, describe: null });
  });

  test('is shown in the log as the plugin gave it', () => {
    const place =
      ', where source record is = SourceRecord{sourcePartition=null, sourceOffset=null, batch=9, record=1} ';

    const noHeaders = 'headers=ConnectHeaders(headers=[])';
    const shown = [
      describeRecord({ key: 'k', value: 'v', timestampMs: 0 }, 0),
      describeRecord({ key: '', value: '' }),
      describeRecord({ key: null, value: null, timestampMs: 7 }, 3),
    ];

    assert.deepEqual(shown, [
      `${place}ConnectRecord{topic='t', kafkaPartition=0, key=k, value=v, timestamp=0, ${noHeaders}}`,
      `${place}ConnectRecord{topic='t', kafkaPartition=null, key=, value=, timestamp=null, ${noHeaders}}`,
      `${place}ConnectRecord{topic='t', kafkaPartition=3, key=null, value=null, timestamp=7, ${noHeaders}}`,
    ]);
  });

  test('is shown with the source partition of its batch, and the offset behind that, as Java writes maps', () => {
    const offsets = [['{"filename":"/in","n":null}', '{"position":9223372036854775807,"x":1.0,"ok":true}']] as const;

    const shown = failedSourceRecord({
      reader: readerOn({ key: null, value: 'v' }, -1, offsets),
      topic: 't',
      operation,
      error,
    }).describe();

    assert.match(
      shown,
      /SourceRecord{sourcePartition={filename=\/in, n=null}, sourceOffset={position=9223372036854775807, x=1\.0, ok=true}, batch=9, record=1} /,
    );
  });

  test('is shown with all source partitions where its batch has several, up to 10', () => {
    const two = [
      ['{"f":"a"}', '{"n":1}'],
      ['{"f":"b"}', null],
    ] as const;
    const many = Array.from({ length: 11 }, (_, n) => [`{"f":${n}}`, '[]'] as const);
    const shownOf = (offsets: readonly (readonly [string, string | null])[]): string =>
      failedSourceRecord({
        reader: readerOn({ key: null, value: 'v' }, -1, offsets),
        topic: 't',
        operation,
        error,
      }).describe();

    assert.match(shownOf(two), /{sourcePartition=one of \[{f=a}, {f=b}\], sourceOffset=of \[{n=1}, null\], batch=9/);
    assert.match(shownOf(many), /{f=9}, … \(11 partitions\)\], sourceOffset=of \[\[\], /);
  });

  test('is shown with its headers', () => {
    const headers = [
      { key: 'h', value: Buffer.from('1') },
      { key: 'n', value: null },
    ];

    const shown = describeRecord({ key: null, value: 'v', headers });

    assert.match(
      shown,
      /headers=ConnectHeaders\(headers=\[ConnectHeader\(key=h, value=1\), ConnectHeader\(key=n, value=null\)\]\)}$/,
    );
  });

  test('is shown up to 1000 bytes of a value', () => {
    const [whole, cut] = [1000, 1001].map(length => describeRecord({ key: null, value: 'x'.repeat(length) }));

    assert.match(whole ?? '', /value=x{1000}, timestamp/);
    assert.match(cut ?? '', /value=x{1000}… \(1001 bytes\), timestamp/);
  });

  test('that Kafka refused after it was sent is told by its batch', () => {
    const { describe: describeWrite, ...told } = failedSourceWrite({
      seq: 9,
      count: 3,
      error,
      offsets: [{ partition: '{"f":"a"}', offset: null }],
    });

    assert.deepEqual(told, {
      operation: { stage: 'KAFKA_PRODUCE', className: 'org.apache.kafka.connect.runtime.WorkerSourceTask' },
      error,
      failure: null,
      place: '3 records of batch 9',
      consumed: null,
    });
    assert.equal(
      describeWrite(),
      ', where source record is = SourceRecord{sourcePartition={f=a}, sourceOffset=null, batch=9, records=3}',
    );
  });
});

describe('fault of a record', () => {
  for (const [code, at, isFault] of [
    ['DATA_INVALID', operation, true],
    ['REGISTRY_UNAVAILABLE', operation, true],
    ['PROTOCOL_VIOLATION', operation, false],
    ['WIRE_MALFORMED', operation, false],
    ['SHUTTING_DOWN', operation, false],
    ['KAFKA_FENCED', operation, false],
    ['KAFKA_OUTCOME_UNKNOWN', operation, false],
    ['GROUP_REBALANCE', operation, false],
    ['REGISTRY_AUTHORIZATION', operation, false],
    ['MESSAGE_TOO_LARGE', kafkaProduce, true],
    ['KAFKA_UNAVAILABLE', kafkaProduce, false],
  ] as const) {
    test(`${isFault ? 'is' : 'is not'} ${code} at ${at.stage}`, () => {
      assert.equal(isFaultOfRecord(new ConnectError(code, 'm'), at), isFault);
    });
  }
});

describe('records that Kafka did not take', () => {
  for (const [code, isTolerable] of [
    ['KAFKA_DELIVERY_TIMEOUT', true],
    ['MESSAGE_TOO_LARGE', true],
    ['SHUTTING_DOWN', false],
    ['KAFKA_FENCED', false],
    ['KAFKA_OUTCOME_UNKNOWN', false],
    ['GROUP_REBALANCE', false],
  ] as const) {
    test(`${isTolerable ? 'can' : 'cannot'} be left out after ${code}`, () => {
      assert.equal(isLossTolerable(new ConnectError(code, 'm')), isTolerable);
    });
  }
});
