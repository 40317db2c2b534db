import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PluginFormat } from '../../../src/converters/plugin-format.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import { decodeSourceUp } from '../../../src/wire/stream-codec.ts';
import { SourceTransforms } from '../../../src/worker/source-transforms.ts';
import { createTaskConverters } from '../../../src/worker/task-converters.ts';
import { recordOf, type PlainRecord } from '../../support/record-views.ts';

interface WrittenHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly schemaId: number;
}

/** A reader on a record whose key is of schema 0 and whose value is of that one. */
function readerOn(record: PlainRecord, valueSchema: number, headers: readonly WrittenHeader[] = []): BatchReader {
  const writer = new BatchWriter();
  writer.begin({ seq: 1, keySchema: 0, valueSchema });
  writer.append({ ...recordOf(record), headers }, { topicId: 1, partition: -1, offset: -1 });
  const message = decodeSourceUp(writer.finishSourceUp());
  if (message.kind !== 'batch') assert.fail(`a batch was written, ${message.kind} was read`);
  const reader = new BatchReader();
  reader.reset(message.batch.buffer, message.batch.start, message.batch.end);
  reader.next();
  return reader;
}

const json = 'org.apache.kafka.connect.json.JsonConverter';
const hoist = { transforms: 'h', 'transforms.h.field': 'f', 'transforms.h.type': 'HoistField$Value' };

/** Transforms before JsonConverters without schemas; schema 1 is of the format. */
function transformsOf(props: Readonly<Record<string, string>>, format: PluginFormat = 'UTF8'): SourceTransforms {
  const worker = Object.fromEntries(
    ['key', 'value', 'header'].flatMap(role => [
      [`${role}.converter`, json],
      [`${role}.converter.schemas.enable`, 'false'],
    ]),
  );
  const transforms = new SourceTransforms({
    chain: new TransformChain(new Map(Object.entries(props)), 0),
    converters: createTaskConverters(new Map(Object.entries(worker)), new Map()),
  });
  transforms.declare({ id: 1, format, definition: new Uint8Array(), name: '', version: 0 });
  return transforms;
}

function valueOf(transforms: SourceTransforms, reader: BatchReader): string | null {
  const result = transforms.apply(reader, 't') ?? assert.fail('the record was dropped');
  const { valueBuffer, valueStart, valueEnd } = result.view;
  return valueStart < 0 ? null : valueBuffer.toString('utf8', valueStart, valueEnd);
}

describe('source transforms', () => {
  for (const [format, given, expected] of [
    ['UTF8', 'x', '{"f":"x"}'],
    ['RAW', 'x', '{"f":"eA=="}'],
    ['JSON', '{"a":1}', '{"f":{"a":1}}'],
    // What is encoded for Kafka already is read as the converter wrote it.
    ['PRE_ENCODED', '"x"', '{"f":"x"}'],
  ] as const) {
    test(`read ${format} as what it is`, () => {
      assert.equal(valueOf(transformsOf(hoist, format), readerOn({ key: null, value: given }, 1)), expected);
    });
  }

  test('take what names no schema for bytes', () => {
    assert.equal(valueOf(transformsOf(hoist), readerOn({ key: null, value: 'x' }, 0)), '{"f":"eA=="}');
  });

  test('leave an absent value absent', () => {
    assert.equal(valueOf(transformsOf(hoist), readerOn({ key: null, value: null }, 1)), '{"f":null}');
  });

  test('convert what they do not touch', () => {
    const route = { transforms: 'r', 'transforms.r.type': 'RegexRouter', 'transforms.r.regex': 't' };

    const transforms = transformsOf({ ...route, 'transforms.r.replacement': 'u' });

    assert.equal(valueOf(transforms, readerOn({ key: null, value: 'x' }, 1)), '"x"');
    assert.equal(transforms.apply(readerOn({ key: null, value: 'x' }, 1), 't')?.topic, 'u');
  });

  test('read headers by their own schemas', () => {
    const insert = { transforms: 'i', 'transforms.i.header': 'new', 'transforms.i.value.literal': '5' };
    const move = {
      transforms: 'm',
      'transforms.m.type': 'org.apache.kafka.connect.transforms.HeaderFrom$Value',
      'transforms.m.fields': 'a',
      'transforms.m.headers': 'moved',
      'transforms.m.operation': 'copy',
    };
    const headers = [
      { key: 'text', value: Buffer.from('x'), schemaId: 1 },
      { key: 'none', value: null, schemaId: 1 },
    ];
    const transforms = transformsOf({ ...insert, 'transforms.i.type': 'InsertHeader' });

    const result = transforms.apply(readerOn({ key: null, value: 'v' }, 1, headers), 't');
    const moved = transformsOf(move, 'JSON').apply(readerOn({ key: null, value: '{"a":[1]}' }, 1), 't');

    const shown = [result, moved].map(each =>
      each?.view.headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
    );
    assert.deepEqual(shown, [
      [
        ['text', '"x"'],
        ['none', null],
        ['new', '5'],
      ],
      [['moved', '[1]']],
    ]);
  });

  test('write headers that they do not touch by the header converter', () => {
    const headers = [
      { key: 'text', value: Buffer.from('x'), schemaId: 1 },
      { key: 'raw', value: Buffer.from('y'), schemaId: 0 },
    ];

    const result = transformsOf(hoist).apply(readerOn({ key: null, value: 'v' }, 1, headers), 't');

    assert.deepEqual(
      result?.view.headers.map(({ value }) => Buffer.from(value ?? []).toString()),
      ['"x"', 'y'],
    );
  });

  test('know no offset of a record that Kafka does not have yet', () => {
    const insert = { transforms: 'i', 'transforms.i.type': 'InsertField$Value', 'transforms.i.offset.field': 'o' };

    assert.throws(() => transformsOf(insert, 'JSON').apply(readerOn({ key: null, value: '{}' }, 1), 't'), {
      code: 'DATA_INVALID',
    });
  });

  test('refuse a schema that was not declared', () => {
    assert.throws(() => transformsOf(hoist).apply(readerOn({ key: null, value: 'x' }, 7), 't'), {
      code: 'PROTOCOL_VIOLATION',
      message: 'A record names schema id 7, which was not declared',
    });
  });

  for (const [record, headers, type, stage] of [
    [{ key: '{', value: 'x' }, [], 'ValueToKey', 'VALUE_CONVERTER'],
    [{ key: null, value: '{' }, [], 'HoistField$Value', 'VALUE_CONVERTER'],
    [
      { key: null, value: '{}' },
      [{ key: 'h', value: Buffer.from('{'), schemaId: 1 }],
      'InsertHeader',
      'HEADER_CONVERTER',
    ],
  ] as const) {
    test(`tell that the ${stage} failed before ${type}`, () => {
      const settings = { fields: 'f', field: 'f', header: 'h', 'value.literal': '1' };
      const prefixed = Object.entries(settings).map(([key, value]) => [`transforms.x.${key}`, value] as const);
      const transforms = transformsOf(
        { transforms: 'x', 'transforms.x.type': type, ...Object.fromEntries(prefixed) },
        'JSON',
      );

      assert.throws(() => transforms.apply(readerOn(record, 1, headers), 't'), { code: 'DATA_INVALID' });

      assert.deepEqual(transforms.operation, { stage, className: json });
    });
  }
});
