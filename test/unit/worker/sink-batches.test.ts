import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Converter } from '../../../src/converters/converter.ts';
import { createConverter } from '../../../src/converters/create-converter.ts';
import type { PluginFormat } from '../../../src/converters/plugin-format.ts';
import { SchemaPending } from '../../../src/converters/schema-pending.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { FetchedRecords } from '../../../src/kafka/record-fetcher.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { findConsumed } from '../../../src/worker/errors/consumed-record.ts';
import { SinkBatches } from '../../../src/worker/sink-batches.ts';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import { decodeSinkDown } from '../../../src/wire/stream-codec.ts';
import { failingAt, fetchOf } from '../../support/fetched-records.ts';
import { makeRecordErrors } from '../../support/record-errors.ts';

const tolerant = { 'errors.tolerance': 'all' };
const queued = { ...tolerant, 'errors.deadletterqueue.topic.name': 'dlq' };
const signal = new AbortController().signal;

function batchesWith(
  options: {
    readonly keys?: Readonly<Record<string, string>>;
    readonly transforms?: Readonly<Record<string, string>>;
    readonly fail?: () => Error;
    readonly value?: Converter;
    readonly headers?: { readonly format: PluginFormat; readonly className: string };
  } = {},
) {
  const noted: string[] = [];
  const made = makeRecordErrors(options.keys);
  const string = createConverter({ className: 'StringConverter', settings: new Map(), role: 'key' });
  const value = options.value ?? failingAt('bad', options.fail ?? (() => new ConnectError('DATA_INVALID', 'no data')));
  const header = createConverter({
    className: options.headers?.className ?? 'SimpleHeaderConverter',
    settings: new Map([['schemas.enable', 'false']]),
    role: 'header',
  });
  const batches = new SinkBatches({
    converters: { key: string, value, header },
    formats: { key: 'UTF8', value: 'UTF8', header: options.headers?.format ?? null },
    maxBytes: 1024 * 1024,
    chain: new TransformChain(new Map(Object.entries(options.transforms ?? {})), 0),
    errors: made.errors,
    tracker: { resets: 0, note: topic => void noted.push(topic) },
  });
  return { batches, noted, ...made };
}

/** Headers of the records of the next batch: key, value, schema. */
function headersOf(batches: SinkBatches, fetched: readonly FetchedRecords[]) {
  const message = decodeSinkDown(batches.build(1, [...fetched]).delivery.bytes);
  if (message.kind !== 'batch') assert.fail(`a batch was written, ${message.kind} was read`);
  const reader = new BatchReader();
  reader.reset(message.batch.buffer, message.batch.start, message.batch.end);
  const headers: unknown[] = [];
  while (reader.next()) {
    const record = reader.headers.map(({ key, value, schemaId }) => [
      key,
      value === null ? null : Buffer.from(value).toString(),
      schemaId,
    ]);
    headers.push(record);
  }
  return headers;
}

describe('headers in sink batches', () => {
  const json = { format: 'JSON', className: 'JsonConverter' } as const;
  const insert = {
    transforms: 'i',
    'transforms.i.type': 'org.apache.kafka.connect.transforms.InsertHeader',
    'transforms.i.header': 'new',
    'transforms.i.value.literal': 'z',
  };

  test('have the bytes that Kafka has, where the sink wants nothing else', () => {
    const { batches } = batchesWith();

    assert.deepEqual(headersOf(batches, [fetchOf(['a'])]), [[['h', 'x', 0]]]);
    assert.deepEqual(
      batches.declareSchemas().schemas.map(({ id }) => id),
      [1, 2],
    );
  });

  test('are read by the header converter and given in the format that the sink wants', () => {
    const simple = 'SimpleHeaderConverter';
    const [text, guessed, parsed] = [
      batchesWith({ headers: { format: 'UTF8', className: simple } }).batches,
      batchesWith({ headers: { format: 'JSON', className: simple } }).batches,
      batchesWith({ headers: { format: 'UTF8', className: 'JsonConverter' } }).batches,
    ];

    const fetched = (header: string | null): FetchedRecords[] => [fetchOf(['a'], { headers: [header] })];
    assert.deepEqual(headersOf(text, fetched('5')), [[['h', '5', 3]]]);
    assert.deepEqual(headersOf(guessed, fetched('[1, "b"]')), [[['h', '[1,"b"]', 3]]]);
    assert.deepEqual(headersOf(parsed, fetched('"a\\"b"')), [[['h', 'a"b', 3]]]);
    assert.deepEqual(headersOf(parsed, fetched(null)), [[['h', null, 3]]]);
    assert.deepEqual(parsed.declareSchemas().schemas.at(-1), {
      id: 3,
      format: 'UTF8',
      definition: new Uint8Array(),
      name: '',
      version: 0,
    });
  });

  test('are converted where keys and values go as they are, and do not change each other', () => {
    const string = createConverter({ className: 'StringConverter', settings: new Map(), role: 'value' });
    const { batches } = batchesWith({ value: string, headers: { format: 'UTF8', className: 'JsonConverter' } });

    assert.deepEqual(headersOf(batches, [fetchOf(['a'], { headers: ['"first"', '"other"'] })]), [
      [
        ['h', 'first', 3],
        ['h', 'other', 3],
      ],
    ]);
  });

  test('come after the transforms', () => {
    const { batches } = batchesWith({ transforms: insert, headers: json });

    assert.deepEqual(headersOf(batches, [fetchOf(['a'], { headers: ['{"n": 1}'] })]), [
      [
        ['h', '{"n": 1}', 3],
        ['new', '"z"', 3],
      ],
    ]);
  });

  for (const transforms of [{}, insert]) {
    test(`fail their record at the header converter when they cannot be read${transforms === insert ? ', after transforms' : ''}`, () => {
      const headers = { format: 'UTF8', className: 'JsonConverter' } as const;
      const fetched = (): FetchedRecords[] => [
        fetchOf(['a'], { headers: ['{'] }),
        fetchOf(['b'], { firstOffset: 1, headers: ['"good"'] }),
      ];
      const tolerating = batchesWith({ keys: tolerant, transforms, headers });

      const passed = headersOf(tolerating.batches, fetched());

      assert.equal(passed.length, 1);
      assert.equal(tolerating.metrics.counts.recordsSkipped, 1);
      assert.throws(
        () => batchesWith({ transforms, headers }).batches.build(1, fetched()),
        (error: unknown) => {
          assert.ok(error instanceof ConnectError);
          assert.equal(error.code, 'DATA_INVALID');
          assert.match(error.message, /t-0|partition 0/);
          return true;
        },
      );
    });
  }
});

describe('sink batches', () => {
  test('note the topics of records that were converted, not of those that could not be', () => {
    const { batches, noted } = batchesWith({ keys: tolerant });

    batches.build(1, [fetchOf(['a', 'b', 'bad']), fetchOf(['bad'], { topic: 'u' }), fetchOf([], { topic: 'v' })]);

    assert.deepEqual(noted, ['t']);
  });

  test('note the topic that a record was read from, whatever transforms make of it', () => {
    const filter = { transforms: 'f', 'transforms.f.type': 'org.apache.kafka.connect.transforms.Filter' };
    const router = {
      transforms: 'r',
      'transforms.r.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.r.regex': '.*',
      'transforms.r.replacement': 'other',
    };

    const noted = [filter, router].map(transforms => {
      const made = batchesWith({ transforms });
      made.batches.build(1, [fetchOf(['a'])]);
      return made.noted;
    });

    assert.deepEqual(noted, [['t'], ['t']]);
  });

  test('end with an error that names stage and place at a record that cannot be converted', () => {
    const { batches } = batchesWith();

    assert.throws(() => batches.build(1, [fetchOf(['a', 'bad', 'c'], { firstOffset: 5 })]), {
      message: /record at offset 6 of 't-0' failed at stage VALUE_CONVERTER in Failing: no data$/,
    });
  });

  test('leave such records out where that is tolerated, and pass them', () => {
    const { batches, metrics } = batchesWith({ keys: tolerant });
    const fetched = [
      fetchOf(['bad', 'b', 'bad', 'd', 'bad'], { firstOffset: 5 }),
      fetchOf(['bad'], { firstOffset: 7, topic: 'u' }),
      fetchOf(['z'], { topic: 'v' }),
    ];

    const { delivery, obstacle } = batches.build(1, fetched);

    assert.deepEqual([delivery.recordCount, obstacle, fetched.length], [3, null, 0]);
    assert.deepEqual(
      delivery.positions.map(({ topic, offset }) => [topic, offset]),
      [
        ['t', 10],
        ['u', 8],
        ['v', 1],
      ],
    );
    assert.deepEqual([metrics.counts.recordsSkipped, metrics.counts.deadLetterQueueRequests], [4, 0]);
  });

  test('end before a record that may pass at another try, and begin with it the next time', () => {
    let isAway = true;
    const { batches } = batchesWith({
      keys: { 'errors.retry.timeout': '1000' },
      fail: () => (isAway ? new ConnectError('REGISTRY_UNAVAILABLE', 'away') : new ConnectError('DATA_INVALID', 'no')),
    });
    const fetched = [fetchOf(['a', 'b', 'bad'], { firstOffset: 5 })];

    const first = batches.build(1, fetched);
    isAway = false;

    assert.deepEqual(first.obstacle, { kind: 'retry', afterMs: 300 });
    assert.deepEqual([first.delivery.recordCount, first.delivery.positions[0]?.offset], [2, 7]);
    assert.throws(() => batches.build(2, fetched), { message: /offset 7/ });
  });

  test('end before a record whose schema has to be fetched; where that fails, the record did', () => {
    const { batches, metrics } = batchesWith({
      keys: tolerant,
      fail: () => new SchemaPending('schema 7', async () => undefined),
    });
    const fetched = [fetchOf(['a', 'bad', 'c'], { firstOffset: 5 })];

    const first = batches.build(1, fetched);
    const retryMs = batches.failHeld(new ConnectError('REGISTRY_UNAVAILABLE', 'away'));
    const second = batches.build(2, fetched);

    assert.equal(first.obstacle?.kind, 'schema');
    assert.equal(retryMs, null);
    assert.deepEqual([second.delivery.recordCount, second.delivery.positions[0]?.offset], [1, 8]);
    assert.equal(metrics.counts.recordsSkipped, 1);
  });

  test('blame no record for credentials that the registry refuses', () => {
    const { batches } = batchesWith({ keys: tolerant, fail: () => new ConnectError('REGISTRY_AUTHORIZATION', 'no') });

    assert.throws(() => batches.build(1, [fetchOf(['bad'])]), { code: 'REGISTRY_AUTHORIZATION' });
  });

  test('end early when the dead letter queue is full (I7)', async () => {
    const { batches, producer, errors } = batchesWith({ keys: queued });
    await errors.open(signal);
    producer.isFull = true;
    const fetched = [fetchOf(['a', 'bad', 'c'], { firstOffset: 5 }), fetchOf(['d'], { topic: 'u' })];

    const first = batches.build(1, fetched);
    producer.isFull = false;
    const second = batches.build(2, fetched);

    assert.deepEqual([first.delivery.recordCount, first.delivery.positions[0]?.offset], [1, 7]);
    assert.equal(second.delivery.recordCount, 2);
  });

  test('know their records as they were consumed', () => {
    const { batches } = batchesWith({ keys: queued });
    const fetched = [
      fetchOf(['a', 'bad', 'c'], { firstOffset: 5 }),
      fetchOf(['bad'], { topic: 'u' }),
      fetchOf(['x', 'y'], { firstOffset: 100, topic: 'v' }),
    ];
    const { delivery } = batchesBuilt(batches, fetched);

    const found = [...findConsumed(delivery, [1, 3])].map(({ topic, offset, key, value, headers }) => [
      topic,
      offset,
      key?.toString(),
      value?.toString(),
      headers.map(header => header.key),
    ]);

    assert.deepEqual(found, [
      ['t', 7, 'k2', 'c', ['h']],
      ['v', 101, 'k1', 'y', ['h']],
    ]);
  });

  test('keep no fetched bytes where nobody looks at failed records', () => {
    const { batches } = batchesWith({ keys: tolerant });

    const { delivery } = batches.build(1, [fetchOf(['a'])]);

    assert.deepEqual(delivery.sources, [{ topic: 't', partition: 0, recordCount: 1, reread: null }]);
  });
});

function batchesBuilt(batches: SinkBatches, fetched: FetchedRecords[]) {
  batches.declareTopics(fetched);
  return batches.build(1, fetched);
}
