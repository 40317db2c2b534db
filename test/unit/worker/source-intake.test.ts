import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toRange, type SideConversion } from '../../../src/converters/byte-conversion.ts';
import { SchemaPending } from '../../../src/converters/schema-pending.ts';
import { createConverter } from '../../../src/converters/create-converter.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { Completion, ProducerTopic, RecordProducer } from '../../../src/kafka/record-producer.ts';
import type { RecordView } from '../../../src/data/record-view.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import { decodeSourceUp } from '../../../src/wire/stream-codec.ts';
import type { BatchRange, SchemaDeclaration } from '../../../src/wire/data-messages.ts';
import { SourceIntake } from '../../../src/worker/source-intake.ts';
import { SourceTransforms } from '../../../src/worker/source-transforms.ts';
import { SubmittedBatches } from '../../../src/worker/submitted-batches.ts';
import { recordOf } from '../../support/record-views.ts';

interface Produced {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** Keeps what it is given, and acks when the test says so. */
class KeepingProducer implements RecordProducer {
  readonly produced: Produced[] = [];
  readonly lookups: string[] = [];
  readonly completions: Completion[] = [];
  readonly isFull = false;

  async topic(name: string): Promise<ProducerTopic> {
    this.lookups.push(name);
    return { name, partitionCount: 1 };
  }

  append(topic: ProducerTopic, partition: number, record: RecordView, completion: Completion): void {
    this.produced.push({
      topic: topic.name,
      partition,
      key: record.keyStart < 0 ? null : record.keyBuffer.toString('utf8', record.keyStart, record.keyEnd),
      value: record.valueStart < 0 ? null : record.valueBuffer.toString('utf8', record.valueStart, record.valueEnd),
    });
    this.completions.push(completion);
  }

  async waitForSpace(): Promise<void> {
    return;
  }

  async flush(): Promise<void> {
    return;
  }

  async close(): Promise<void> {
    return;
  }
}

const utf8 = (id: number): SchemaDeclaration => ({
  id,
  format: 'UTF8',
  definition: new Uint8Array(),
  name: '',
  version: 0,
});
const signal = new AbortController().signal;

/** Puts `<` and `>` around. */
const brackets: SideConversion = {
  convert: (source, start, end) => {
    const buffer = Buffer.from(`<${source.toString('utf8', start, end)}>`);
    return toRange(buffer);
  },
};

const refusing = (): SideConversion => {
  throw new ConnectError('DATA_INVALID', 'cannot write RAW');
};

function batchOf(
  seq: number,
  records: readonly {
    readonly key?: string;
    readonly value?: string;
    readonly topicId?: number;
    readonly partition?: number;
  }[],
  valueSchema = 1,
): BatchRange {
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema: 0, valueSchema });
  for (const { key, value, topicId = 1, partition = -1 } of records) {
    writer.append(recordOf({ key: key ?? null, value: value ?? null }), { topicId, partition, offset: -1 });
  }
  writer.addOffset(Buffer.from('{"f":"a"}'), Buffer.from(`{"n":${seq}}`));
  const message = decodeSourceUp(writer.finishSourceUp());
  if (message.kind !== 'batch') assert.fail(`a batch was written, ${message.kind} was read`);
  return message.batch;
}

function intakeWith(options: { readonly value?: SideConversion; readonly transforms?: SourceTransforms } = {}) {
  const producer = new KeepingProducer();
  const produced: number[] = [];
  const submitted = new SubmittedBatches({ produced: seq => produced.push(seq), failed: () => undefined });
  const conversion = {
    key: (schema: { readonly format: string }) => (schema.format === 'UTF8' ? ('as-is' as const) : refusing()),
    value: (schema: { readonly format: string }) =>
      schema.format === 'UTF8' ? (options.value ?? 'as-is') : refusing(),
  };
  const intake = new SourceIntake({ producer, submitted, conversion, transforms: options.transforms ?? null });
  return { intake, producer, submitted, produced };
}

describe('source intake', () => {
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
    const { intake, producer, produced } = intakeWith({ transforms });
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
      message: /^Record 0 of batch 1 cannot be transformed: Only Struct objects supported/,
    });

    assert.equal(submitted.takeCommittable(), null);
  });
});
