import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toRange, type SideConversion } from '../../../src/converters/byte-conversion.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { RecordView } from '../../../src/data/record-view.ts';
import { Instant } from '../../../src/data/instant.ts';
import { stringSchema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { RecordTransforms, type HeaderCodec, type SideCodec } from '../../../src/worker/record-transforms.ts';
import { recordOf } from '../../support/record-views.ts';

const schema = { format: 'UTF8', definition: new Uint8Array(), name: 'of bytes', version: 0 } as const;

/** Tells what is done with a side: `decode`, `encode` or `convert`, with the topic for which. */
function codecOf(role: 'key' | 'value', told: string[], conversion?: 'as-is'): SideCodec {
  const convert: SideConversion = {
    convert: (source, start, end, topic) => {
      told.push(`convert ${role} of ${topic}`);
      return { ...toRange(Buffer.from(`converted ${source.toString('utf8', start, end)}`)), schema };
    },
  };
  return {
    operation: { stage: role === 'key' ? 'KEY_CONVERTER' : 'VALUE_CONVERTER', className: `org.${role}` },
    conversion: conversion ?? convert,
    decode: (bytes, topic) => {
      told.push(`decode ${role} of ${topic}`);
      if (bytes?.toString() === 'bad') throw new ConnectError('DATA_INVALID', 'bad');
      return bytes === null ? { schema: null, value: null } : { schema: stringSchema, value: bytes.toString() };
    },
    encode: (data, topic) => {
      told.push(`encode ${role} of ${topic}`);
      return toRange(data.value === null ? null : Buffer.from(JSON.stringify(data.value)));
    },
  };
}

function transformsOf(
  props: Readonly<Record<string, string>>,
  options: { readonly conversion?: 'as-is'; readonly convert?: HeaderCodec['convert'] } = {},
) {
  const told: string[] = [];
  const transforms = new RecordTransforms({
    chain: new TransformChain(new Map(Object.entries(props)), 0),
    headers: {
      operation: { stage: 'HEADER_CONVERTER', className: 'org.header' },
      convert: options.convert ?? (headers => headers),
      decode: ({ value }, topic) => {
        told.push(`decode header of ${topic}`);
        if (value === null) throw new ConnectError('DATA_INVALID', 'bad');
        return { schema: stringSchema, value: Buffer.from(value).toString() };
      },
      encode: ({ value }, topic) => {
        told.push(`encode header of ${topic}`);
        if (value === 'bad') throw new ConnectError('DATA_INVALID', 'bad');
        return Buffer.from(JSON.stringify(value));
      },
    },
  });
  const context = {
    topic: 'from',
    partition: 2,
    origin: { kind: 'source' } as const,
    key: codecOf('key', told, options.conversion),
    value: codecOf('value', told, options.conversion),
  };
  return { told, transforms, context };
}

/** Values of field `f` of what was to be encoded. */
const fields: unknown[] = [];
const describeField: SideCodec['encode'] = ({ value }) => {
  fields.push(value instanceof Struct ? value.get('f') : undefined);
  return toRange(null);
};

/** What comes out, in words. */
const plainOf = ({
  keyBuffer,
  keyStart,
  keyEnd,
  valueBuffer,
  valueStart,
  valueEnd,
  timestampMs,
  headers,
}: RecordView) => ({
  key: keyStart < 0 ? null : keyBuffer.toString('utf8', keyStart, keyEnd),
  value: valueStart < 0 ? null : valueBuffer.toString('utf8', valueStart, valueEnd),
  timestampMs,
  headers: headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
});

const record = {
  key: 'k',
  value: 'v',
  timestampMs: 5,
  headers: [
    { key: 'h', value: Buffer.from('x') },
    { key: 'h', value: Buffer.from('y') },
  ],
};
const route = {
  transforms: 'r',
  'transforms.r.type': 'RegexRouter',
  'transforms.r.regex': 'from',
  'transforms.r.replacement': 'to',
};
/** Text that is no truth becomes `false`. */
const cast = (side: 'Key' | 'Value') => ({
  transforms: 'c',
  'transforms.c.type': `org.apache.kafka.connect.transforms.Cast$${side}`,
  'transforms.c.spec': 'boolean',
});
const dropTombstones = {
  transforms: 'f',
  'transforms.f.type': 'org.apache.kafka.connect.transforms.Filter',
  'transforms.f.predicate': 'p',
  predicates: 'p',
  'predicates.p.type': 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
};
const insertHeader = {
  transforms: 'i',
  'transforms.i.type': 'org.apache.kafka.connect.transforms.InsertHeader',
  'transforms.i.header': 'new',
  'transforms.i.value.literal': 'z',
};
const castAndInsert = { ...cast('Value'), ...insertHeader, transforms: 'c,i' };

describe('record transforms', () => {
  test('have headers that no transform changed converted for the topic that the chain names', () => {
    const routed = { ...insertHeader, ...route, transforms: 'r,i' };

    const results = [route, routed].map(props => {
      const convert: HeaderCodec['convert'] = (headers, topic) => headers.map(header => ({ ...header, topic }));
      const { transforms, context } = transformsOf(props, { convert });
      return transforms.apply(recordOf(record), context)?.view.headers ?? [];
    });

    const converted = ['x', 'y'].map(text => ({ key: 'h', value: Buffer.from(text), topic: 'to' }));
    assert.deepEqual(results, [converted, [...converted, { key: 'new', value: Buffer.from('"z"') }]]);
  });

  test('decode nothing that the chain does not touch, and convert for the topic that it names', () => {
    const { told, transforms, context } = transformsOf(route);

    const result = transforms.apply(recordOf(record), context);

    assert.deepEqual(told, ['convert key of to', 'convert value of to']);
    assert.deepEqual([result?.topic, result?.keySchema, result?.valueSchema], ['to', schema, schema]);
    assert.deepEqual(result && plainOf(result.view), {
      key: 'converted k',
      value: 'converted v',
      timestampMs: 5,
      headers: [
        ['h', 'x'],
        ['h', 'y'],
      ],
    });
    assert.deepEqual(transforms.operation, context.value.operation);
  });

  test('give bytes as they are where nothing is to be converted', () => {
    const { told, transforms, context } = transformsOf(route, { conversion: 'as-is' });

    const result = transforms.apply(recordOf(record), context);

    assert.deepEqual([told, result?.valueSchema], [[], null]);
    assert.deepEqual(result && [plainOf(result.view).key, plainOf(result.view).value], ['k', 'v']);
  });

  test('leave null as it is, without asking a converter', () => {
    const { told, transforms, context } = transformsOf(route);

    const result = transforms.apply(recordOf({ key: null, value: null }), context);

    assert.deepEqual(told, []);
    assert.deepEqual(result && plainOf(result.view), { key: null, value: null, timestampMs: -1, headers: [] });
  });

  for (const [side, told, key, value] of [
    ['Key', ['decode key of from', 'encode key of from', 'convert value of from'], 'false', 'converted v'],
    ['Value', ['decode value of from', 'convert key of from', 'encode value of from'], 'converted k', 'false'],
  ] as const) {
    test(`write a ${side.toLowerCase()} that changed, and convert the other side`, () => {
      const made = transformsOf(cast(side));

      const result = made.transforms.apply(recordOf(record), made.context);

      assert.deepEqual(made.told, told);
      const plain = result && plainOf(result.view);
      assert.deepEqual([plain?.key, plain?.value], [key, value]);
    });
  }

  for (const side of ['Key', 'Value'] as const) {
    test(`write a ${side.toLowerCase()} of which the schema alone changed`, () => {
      const { told, transforms, context } = transformsOf({ ...cast(side), 'transforms.c.spec': 'string' });
      const role = side === 'Key' ? 'key' : 'value';
      const documented = { schema: { ...stringSchema, doc: 'd' }, value: 'x' };

      transforms.apply(recordOf(record), { ...context, [role]: { ...context[role], decode: () => documented } });

      assert.deepEqual(
        told.filter(text => text.startsWith('encode')),
        [`encode ${role} of from`],
      );
    });
  }

  test('convert what was only looked at', () => {
    const { told, transforms, context } = transformsOf(dropTombstones);

    const result = transforms.apply(recordOf(record), context);

    assert.deepEqual(told, ['decode value of from', 'convert key of from', 'convert value of from']);
    assert.equal(result && plainOf(result.view).value, 'converted v');
  });

  test('drop a record that the chain drops', () => {
    const { transforms, context } = transformsOf(dropTombstones);

    assert.equal(transforms.apply(recordOf({ key: 'k', value: null }), context), null);
  });

  test('keep the bytes of headers that were there, and write those that are new', () => {
    const { told, transforms, context } = transformsOf(insertHeader);

    const result = transforms.apply(recordOf(record), context);

    assert.deepEqual(
      told.filter(text => text.includes('header')),
      ['decode header of from', 'decode header of from', 'encode header of from'],
    );
    assert.deepEqual(result && plainOf(result.view).headers, [
      ['h', 'x'],
      ['h', 'y'],
      ['new', '"z"'],
    ]);
    assert.equal(result?.view.headers[0], record.headers[0]);
  });

  for (const [what, props, wrong, operation] of [
    ['decoding a key', cast('Key'), { key: 'bad', value: 'v' }, { stage: 'KEY_CONVERTER', className: 'org.key' }],
    [
      'decoding a value',
      cast('Value'),
      { key: 'k', value: 'bad' },
      { stage: 'VALUE_CONVERTER', className: 'org.value' },
    ],
    [
      'decoding a header',
      castAndInsert,
      { key: 'k', value: 'v', headers: [{ key: 'h', value: null }] },
      { stage: 'HEADER_CONVERTER', className: 'org.header' },
    ],
    [
      'encoding a header',
      { ...castAndInsert, 'transforms.i.value.literal': 'bad' },
      { key: 'k', value: 'v' },
      { stage: 'HEADER_CONVERTER', className: 'org.header' },
    ],
    [
      'a transform',
      { ...cast('Value'), 'transforms.c.spec': 'int32' },
      { key: 'k', value: 'v' },
      { stage: 'TRANSFORMATION', className: 'org.apache.kafka.connect.transforms.Cast$Value' },
    ],
  ] as const) {
    test(`tell that ${what} failed`, () => {
      const { transforms, context } = transformsOf(props);

      assert.throws(() => transforms.apply(recordOf(wrong), context), { code: 'DATA_INVALID' });

      assert.deepEqual(transforms.operation, operation);
    });
  }

  test('show transforms the partition and the time of a record, and null where it has none', () => {
    const seen = (['timestamp.field', 'partition.field'] as const).map(field =>
      [0, -1].map(number => {
        const made = transformsOf({
          transforms: 'h,i',
          'transforms.h.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
          'transforms.h.field': 'v',
          'transforms.i.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
          [`transforms.i.${field}`]: 'f',
        });
        const value = { ...made.context.value, encode: describeField };
        made.transforms.apply(recordOf({ key: null, value: 'v', timestampMs: number }), {
          ...made.context,
          partition: number,
          value,
        });
        return fields.pop();
      }),
    );

    assert.deepEqual(seen, [
      [new Instant(0n), null],
      [0, null],
    ]);
  });
});
