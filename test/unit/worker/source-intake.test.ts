import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { toRange, type SideConversion } from '../../../src/converters/byte-conversion.ts';
import { SchemaPending } from '../../../src/converters/schema-pending.ts';
import { createConverter } from '../../../src/converters/create-converter.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { SourceTransforms } from '../../../src/worker/source-transforms.ts';
import { makeRecordErrors } from '../../support/record-errors.ts';
import { batchOf, brackets, intakeWith, utf8 } from '../../support/source-intake.ts';

const signal = new AbortController().signal;

describe('source intake', () => {
  const twoTopics = {
    topics: [
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
    ],
    schemas: [utf8(1)],
  };

  test('notes a topic when the first batch with a record for it is acknowledged', async () => {
    const { intake, producer, tracker } = intakeWith();
    intake.declare(twoTopics);

    await intake.take(batchOf(1, [{ value: 'a' }, { value: 'b' }]), signal);
    await intake.take(batchOf(2, [{ value: 'c' }, { value: 'd', topicId: 2 }]), signal);
    producer.completions[0]?.acked(1);
    const afterOne = [...tracker.noted];
    for (const completion of producer.completions.slice(1)) completion.acked(1);

    assert.deepEqual(afterOne, []);
    assert.deepEqual(tracker.noted, ['one', 'two']);
  });

  test('notes topics that are still in use again after a reset', async () => {
    const { intake, producer, tracker } = intakeWith();
    intake.declare(twoTopics);
    await intake.take(batchOf(1, [{ value: 'a' }, { value: 'b', topicId: 2 }]), signal);

    tracker.resets = 1;
    await intake.take(batchOf(2, [{ value: 'c', topicId: 2 }]), signal);
    await intake.take(batchOf(3, [{ value: 'd', topicId: 2 }]), signal);
    for (const completion of producer.completions) completion.acked(1);

    assert.deepEqual(tracker.noted, ['one', 'two', 'two']);
  });

  test('appends every record of a batch to its topic, null keys as they are', async () => {
    const { intake, producer } = intakeWith();
    intake.declare({
      topics: [
        { id: 1, name: 'one' },
        { id: 2, name: 'two' },
      ],
      schemas: [utf8(1)],
    });

    await intake.take(batchOf(1, [{ value: 'a' }, { value: 'b', topicId: 2, partition: 3 }, { value: 'c' }]), signal);

    assert.deepEqual(producer.produced, [
      { topic: 'one', partition: -1, key: null, value: 'a' },
      { topic: 'two', partition: 3, key: null, value: 'b' },
      { topic: 'one', partition: -1, key: null, value: 'c' },
    ]);
    assert.deepEqual(producer.lookups, ['one', 'two']);
  });

  test('makes a batch done only when all of its records are acked', async () => {
    const { intake, producer, produced, submitted } = intakeWith();
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });
    await intake.take(batchOf(1, [{ value: 'a' }, { value: 'b' }]), signal);

    producer.completions[0]?.acked(1);
    const early = [...produced];
    producer.completions[1]?.acked(1);

    assert.deepEqual(early, []);
    assert.deepEqual(produced, [1]);
    assert.deepEqual(submitted.takeCommittable()?.offsets, new Map([['{"f":"a"}', '{"n":1}']]));
  });

  test('converts values and keeps a tombstone null', async () => {
    const { intake, producer } = intakeWith({ value: brackets });
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: 'a' }, {}]), signal);

    assert.deepEqual(
      producer.produced.map(record => record.value),
      ['<a>', null],
    );
  });

  test('refuses a record whose topic was not declared, and leaves its batch undone', async () => {
    const { intake, submitted } = intakeWith();
    intake.declare({ topics: [], schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }]), signal), {
      code: 'PROTOCOL_VIOLATION',
      message: /topic id 1, which was not declared/,
    });

    assert.equal(submitted.takeCommittable(), null);
  });

  test('refuses a record whose schema was not declared', async () => {
    const { intake } = intakeWith();
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }], 7), signal), { code: 'PROTOCOL_VIOLATION' });
  });

  test('refuses data in a format that the converter cannot write, when such data comes', async () => {
    const { intake } = intakeWith();
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ key: 'raw key', value: 'a' }]), signal), { code: 'DATA_INVALID' });
  });

  test('refuses an id that is declared twice', () => {
    const { intake } = intakeWith();
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [] });

    assert.throws(() => intake.declare({ topics: [{ id: 1, name: 'two' }], schemas: [] }), {
      code: 'PROTOCOL_VIOLATION',
    });
  });

  test('fetches a schema that a conversion lacks once, and loses no record', async () => {
    let fetches = 0;
    const value: SideConversion = {
      convert: (source, start, end, topic) => {
        if (fetches === 0 && source.toString('utf8', start, end) === 'b') {
          throw new SchemaPending('Schema 1', async () => void (fetches += 1));
        }
        return toRange(Buffer.from(`${topic}:${source.toString('utf8', start, end)}`));
      },
    };
    const { intake, producer } = intakeWith({ value });
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: 'a' }, { value: 'b' }, { value: 'c' }]), signal);

    assert.deepEqual(
      producer.produced.map(record => record.value),
      ['one:a', 'one:b', 'one:c'],
    );
    assert.equal(fetches, 1);
  });

  test('fails the batch when a schema cannot be fetched', async () => {
    const value: SideConversion = {
      convert: () => {
        throw new SchemaPending('Schema 1', () => Promise.reject(new ConnectError('REGISTRY_UNAVAILABLE', 'down')));
      },
    };
    const { intake } = intakeWith({ value });
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }]), signal), { code: 'REGISTRY_UNAVAILABLE' });
  });

  test('refuses schema id 0, which stands for RAW', () => {
    const { intake } = intakeWith();

    assert.throws(() => intake.declare({ topics: [], schemas: [utf8(0)] }), { code: 'PROTOCOL_VIOLATION' });
  });
});

/** Transforms between StringConverters. */
function transformsOf(props: Readonly<Record<string, string>>): SourceTransforms {
  const string = createConverter({ className: 'StringConverter', settings: new Map(), role: 'value' });
  const header = createConverter({ className: 'SimpleHeaderConverter', settings: new Map(), role: 'header' });
  const chain = new TransformChain(new Map(Object.entries(props)), 0);
  return new SourceTransforms({ chain, converters: { key: string, value: string, header } });
}

describe('source intake with transforms', () => {
  const topics = [{ id: 1, name: 'one' }];

  test('sends records to the topics that transforms name', async () => {
    const transforms = transformsOf({
      transforms: 'route',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': '(.*)',
      'transforms.route.replacement': 'to-$1',
    });
    const { intake, producer } = intakeWith({ transforms });
    intake.declare({ topics, schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: 'a', partition: 2 }, { value: 'b' }]), signal);

    assert.deepEqual(producer.produced, [
      { topic: 'to-one', partition: 2, key: null, value: 'a' },
      { topic: 'to-one', partition: -1, key: null, value: 'b' },
    ]);
    assert.deepEqual(producer.lookups, ['to-one']);
  });

  test('writes what transforms make of the value, and leaves the key alone', async () => {
    const transforms = transformsOf({
      transforms: 'hoist',
      'transforms.hoist.type': 'HoistField$Value',
      'transforms.hoist.field': 'line',
    });
    const { intake, producer } = intakeWith({ transforms });
    intake.declare({ topics, schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: 'a' }]), signal);

    assert.deepEqual(producer.produced, [{ topic: 'one', partition: -1, key: null, value: 'Struct{line=a}' }]);
  });

  test('counts a dropped record as done (I1)', async () => {
    const transforms = transformsOf({
      transforms: 'drop',
      'transforms.drop.type': 'Filter',
      'transforms.drop.predicate': 'tombstone',
      'predicates.tombstone.type': 'RecordIsTombstone',
    });
    const { intake, producer, produced, dropped } = intakeWith({ transforms });
    intake.declare({ topics, schemas: [utf8(1)] });
    await intake.take(batchOf(1, [{}, { value: 'kept' }]), signal);
    await intake.take(batchOf(2, [{}, {}]), signal);

    const early = [...produced];
    producer.completions[0]?.acked(1);

    assert.deepEqual(early, []);
    assert.deepEqual(
      producer.produced.map(({ value }) => value),
      ['kept'],
    );
    assert.deepEqual(produced, [2]);
    assert.deepEqual(dropped, [
      { seq: 1, index: [0], why: null, count: 1 },
      { seq: 2, index: [0, 1], why: null, count: 2 },
    ]);
  });

  test('tells the place of a record that cannot be transformed', async () => {
    const transforms = transformsOf({
      transforms: 'mask',
      'transforms.mask.type': 'MaskField$Value',
      'transforms.mask.fields': 'a',
    });
    const { intake, submitted } = intakeWith({ transforms });
    intake.declare({ topics, schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }]), signal), {
      code: 'DATA_INVALID',
      message:
        /^Tolerance exceeded in error handler: the record 0 of batch 1 failed at stage TRANSFORMATION in org\.apache\.kafka\.connect\.transforms\.MaskField\$Value: Only Struct objects supported/,
    });

    assert.equal(submitted.takeCommittable(), null);
  });

  test('drops a record that cannot be transformed where that is tolerated, and goes on behind it', async () => {
    const transforms = transformsOf({
      transforms: 'cast',
      'transforms.cast.type': 'Cast$Value',
      'transforms.cast.spec': 'int32',
    });
    const { intake, producer, dropped } = intakeWith({ transforms, keys: { 'errors.tolerance': 'all' } });
    intake.declare({ topics, schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: '1' }, { value: 'x' }, { value: '3' }]), signal);
    producer.finish(completion => completion.acked(1));

    assert.deepEqual(
      producer.produced.map(({ value }) => value),
      ['1', '3'],
    );
    assert.deepEqual(
      dropped.map(({ index, why }) => [index, why?.category]),
      [[[1], 'DATA']],
    );
  });
});

/** A conversion that fails at values that begin with `bad`, as often as it is told. */
function failing(error: ConnectError, times = Infinity): SideConversion {
  let left = times;
  return {
    convert: (source, start, end) => {
      if (source.toString('utf8', start, end).startsWith('bad') && left > 0) {
        left -= 1;
        throw error;
      }
      return { buffer: source, start, end, schema: null };
    },
  };
}

describe('source intake with errors of records', () => {
  const topics = [{ id: 1, name: 'one' }];
  const invalid = new ConnectError('DATA_INVALID', 'no data');
  const passing = new ConnectError('KAFKA_UNAVAILABLE', 'the registry is away');
  const tolerant = { 'errors.tolerance': 'all' };

  test('fails at a record that cannot be converted, with stage and place', async () => {
    const { intake, producer, metrics } = intakeWith({ value: failing(invalid) });
    intake.declare({ topics, schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }, { value: 'bad' }]), signal), {
      code: 'DATA_INVALID',
      message:
        'Tolerance exceeded in error handler: the record 1 of batch 1 failed at stage VALUE_CONVERTER in V: no data',
      cause: invalid,
    });

    assert.equal(producer.produced.length, 1);
    assert.deepEqual([metrics.counts.recordErrors, metrics.counts.recordsSkipped], [1, 0]);
  });

  test('drops such records where that is tolerated, and tells which and why once the others are acked (I1)', async () => {
    const { intake, producer, produced, dropped, metrics } = intakeWith({ value: failing(invalid), keys: tolerant });
    intake.declare({ topics, schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ value: 'bad 1' }, { value: 'a' }, { value: 'bad 2' }, { value: 'b' }]), signal);
    const early = [...produced];
    producer.finish(completion => completion.acked(1));

    assert.deepEqual(early, []);
    assert.deepEqual(produced, [1]);
    const why = { category: 'DATA', code: 'DATA_INVALID', message: 'no data', detail: '', retryAfterMs: 0 };
    assert.deepEqual(dropped, [{ seq: 1, index: [0, 2], why, count: 2 }]);
    const { recordFailures, recordErrors, recordsSkipped, retries } = metrics.counts;
    assert.deepEqual([recordFailures, recordErrors, recordsSkipped, retries], [2, 2, 2, 0]);
  });

  test('names the key converter for a key, and goes on with the stages of the next record', async () => {
    const { intake, dropped } = intakeWith({ keys: tolerant });
    intake.declare({ topics, schemas: [utf8(1)] });

    await intake.take(batchOf(1, [{ key: 'raw', value: 'a' }]), signal);

    assert.deepEqual(
      dropped.map(({ why }) => why?.message),
      ['cannot write RAW'],
    );
  });

  test('tries again what may pass, after 300 ms and then twice as long', async () => {
    const { intake, producer, metrics, clock } = intakeWith({
      value: failing(passing, 2),
      keys: { 'errors.retry.timeout': '10000' },
    });
    intake.declare({ topics, schemas: [utf8(1)] });

    const taking = intake.take(batchOf(1, [{ value: 'bad at first' }, { value: 'b' }]), signal);
    const countAfter = async (ms: number): Promise<number> => {
      clock.advance(ms);
      await turn();
      return producer.produced.length;
    };
    const counts = [await countAfter(0), await countAfter(300), await countAfter(599), await countAfter(1)];
    await taking;

    assert.deepEqual(counts, [0, 0, 0, 2]);
    assert.deepEqual([metrics.counts.retries, metrics.counts.recordErrors], [2, 0]);
  });

  test('fails with what may pass once errors.retry.timeout is over, rather than dropping it untolerated', async () => {
    const { intake } = intakeWith({ value: failing(passing) });
    intake.declare({ topics, schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'bad' }]), signal), { code: 'KAFKA_UNAVAILABLE' });
  });

  test('waits for no other try when the task is to stop', async () => {
    const { errors } = makeRecordErrors({ 'errors.retry.timeout': '-1' }, { type: 'source' });

    const waiting = errors.awaitRetry(60_000, signal);
    errors.stopRetries();

    await assert.rejects(waiting, { code: 'SHUTTING_DOWN' });
  });

  test('drops a record that is too large for Kafka where errors are tolerated', async () => {
    const { intake, producer, dropped } = intakeWith({ keys: tolerant });
    intake.declare({ topics, schemas: [utf8(1)] });
    producer.refusal = new ConnectError('MESSAGE_TOO_LARGE', 'more than max.request.size');

    await intake.take(batchOf(1, [{ value: 'a' }]), signal);

    assert.deepEqual(
      dropped.map(({ index, why }) => [index, why?.code]),
      [[[0], 'MESSAGE_TOO_LARGE']],
    );
  });

  test('tolerates nothing that the plugin does against the protocol', async () => {
    const { intake } = intakeWith({ keys: tolerant });
    intake.declare({ topics: [], schemas: [utf8(1)] });

    await assert.rejects(intake.take(batchOf(1, [{ value: 'a' }]), signal), { code: 'PROTOCOL_VIOLATION' });
  });
});
