import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { ConnectValue } from '../../../../src/data/connect-value.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { areSchemasEqual, areValuesEqual } from '../../../../src/data/equality.ts';
import { Instant } from '../../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../../src/data/logical-types.ts';
import { NarrowNumber } from '../../../../src/data/narrow-number.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { bytesSchema, plainTraits, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { convert, converterOf, read, write } from '../../../support/avro-converters.ts';
import { of, optional } from '../../../support/schemas.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };

describe('AvroConverter', () => {
  const person = SchemaBuilder.struct([
    { name: 'id', schema: of('INT64') },
    { name: 'name', schema: optional(stringSchema) },
  ])
    .name('org.example.Person')
    .build();

  test('frames data with the id that the schema is registered under', async () => {
    const { converter, registry } = converterOf();

    const bytes = await write(converter, person, new Struct(person, [2n ** 62n, 'Ada']));

    assert.equal(bytes.toString('hex'), '0000000001' + '80808080808080808001' + '02' + '06416461');
    const registered = await registry.schemaByVersion('topic-value', 1);
    assert.equal(
      registered.schema,
      '{"type":"record","name":"Person","namespace":"org.example","fields":[{"name":"id","type":"long"},' +
        '{"name":"name","type":["null","string"],"default":null}],"connect.name":"org.example.Person"}',
    );
  });

  test('gives the version under the subject to a schema that says none', async () => {
    const { converter } = converterOf();
    const bytes = await write(converter, person, new Struct(person, [1n, null]));

    const data = await read(converter, bytes);

    assert.ok(areSchemasEqual(data.schema, { ...person, version: 1 }));
  });

  test('reads data whose schema stands under other subjects', async () => {
    const { converter, registry } = converterOf();
    const schema = { schemaType: 'AVRO', schema: '"long"', references: [] } as const;
    await registry.register({ subject: 'elsewhere', schema, normalize: false });

    const data = await read(converter, Buffer.from([0, 0, 0, 0, 1, 2]));

    assert.deepEqual(data, { schema: { ...plainTraits, type: 'INT64' }, value: 1n });
  });

  const tree: Schema = SchemaBuilder.recursiveStruct(self => [
    { name: 'label', schema: stringSchema },
    { name: 'children', schema: SchemaBuilder.array(self).build() },
  ])
    .name('Tree')
    .version(1)
    .build();
  const roundTrips: readonly (readonly [string, Schema, ConnectValue])[] = [
    ['int8', of('INT8'), -128],
    ['int16', of('INT16'), 32767],
    ['int32', int32, -2147483648],
    ['int64', of('INT64'), -(2n ** 63n)],
    ['the largest int64', of('INT64'), 2n ** 63n - 1n],
    ['float32', of('FLOAT32'), 1.5],
    ['float64 NaN', of('FLOAT64'), NaN],
    ['boolean', of('BOOLEAN'), true],
    ['string', stringSchema, 'ä€😀'],
    ['bytes', bytesSchema, Buffer.from([0, 255])],
    ['optional bytes', optional(bytesSchema), Buffer.from([0, 255])],
    ['decimal', decimalSchema(3), new Decimal(-12345678901234567890n, 3)],
    ['date', dateSchema, new Instant(-86_400_000n)],
    ['time', timeSchema, new Instant(1n)],
    ['timestamp', timestampSchema, new Instant(-1n)],
    [
      'a schema with version, doc, parameters',
      of('STRING', { version: 3, doc: 'd', parameters: new Map([['k', 'v']]), name: 'n' }),
      'x',
    ],
    ['list of optional', SchemaBuilder.array(optional(int32)).build(), [1, null, 3]],
    [
      'map with text keys',
      SchemaBuilder.map(stringSchema, int32).build(),
      new Map([
        ['__proto__', 1],
        ['constructor', 2],
      ]),
    ],
    [
      'map with other keys',
      SchemaBuilder.map(int32, optional(stringSchema)).build(),
      new Map([
        [1, 'a'],
        [2, null],
      ]),
    ],
    ['recursive struct', tree, treeOf('root', [treeOf('leaf', [])])],
    [
      'struct with defaults and fields that JavaScript knows',
      SchemaBuilder.struct([
        { name: 'toString', schema: of('INT32', { defaultValue: 5 }) },
        { name: '__proto__', schema: of('BYTES', { defaultValue: Buffer.from([200]), isOptional: true }) },
        { name: 'inner', schema: optional(person) },
      ]).build(),
      null,
    ],
  ];

  function treeOf(label: string, children: readonly ConnectValue[]): Struct {
    assert.ok(tree.type === 'STRUCT');
    return new Struct(tree, [label, children]);
  }

  for (const [title, schema, given] of roundTrips) {
    test(`keeps ${title}`, async () => {
      const { converter } = converterOf();
      const value =
        given === null && schema.type === 'STRUCT'
          ? new Struct(schema, [7, Buffer.from('b'), new Struct({ ...person, isOptional: true }, [1n, null])])
          : given;

      const data = await read(converter, await write(converter, schema, value));

      // The version under the subject goes to a schema that has none; not to what is read of a union.
      const expected = schema.version === null && !schema.isOptional ? { ...schema, version: 1 } : schema;
      assert.ok(areSchemasEqual(data.schema, expected));
      const isStruct = data.value instanceof Struct && value instanceof Struct;
      assert.ok(
        isStruct ? areValuesEqual([...data.value.values], [...value.values]) : areValuesEqual(data.value, value),
      );
    });
  }

  test('writes what stands for a field that is null: its default', async () => {
    const schema = SchemaBuilder.struct([
      { name: 'a', schema: of('INT32', { defaultValue: 5, isOptional: true }) },
    ]).build();
    const value = new Struct(schema, [null]);

    const withDefault = await write(converterOf().converter, schema, value);
    const without = await write(converterOf({ 'ignore.default.for.nullables': 'true' }).converter, schema, value);

    assert.deepEqual([...withDefault.subarray(5)], [0, 10]);
    assert.deepEqual([...without.subarray(5)], [2]);
  });

  test('writes the entries of a map in the order of a Java HashMap', async () => {
    const schema = SchemaBuilder.map(stringSchema, int32).build();
    const value = new Map([
      ['zz', 1],
      ['b', 2],
      ['a', 3],
    ]);

    const bytes = await write(converterOf().converter, schema, value);

    assert.equal(bytes.subarray(5).toString('latin1'), '\x06\x04zz\x02\x02a\x06\x02b\x04\x00');
  });

  test('keeps data without schema', async () => {
    const { converter } = converterOf();
    const value = new Map<ConnectValue, ConnectValue>([
      ['a', [1n, 1.5, 'x', true, null, Buffer.from('b')]],
      [new NarrowNumber('INT32', 4), new NarrowNumber('FLOAT32', 0.5)],
    ]);

    const data = await read(converter, await write(converter, null, value));

    assert.equal(data.schema, null);
    assert.ok(areValuesEqual(data.value, value));
  });

  test('writes null as null, with a schema that allows it', () => {
    const { converter } = converterOf();

    assert.equal(converter.fromConnectData(null, null, 't'), null);
    assert.equal(converter.fromConnectData(optional(int32), null, 't'), null);
    assert.throws(() => converter.fromConnectData(int32, null, 't'), { code: 'DATA_INVALID' });
    assert.deepEqual(converter.toConnectData(null, 't'), { schema: null, value: null });
  });

  const enumSchema = '{"type":"enum","name":"Suit","namespace":"c","symbols":["SPADES","HEARTS"]}';
  for (const [title, settings, definition, data, expected] of [
    ['an enum as a text', {}, enumSchema, [2], 'HEARTS'],
    ['an enum as an enum', { 'enhanced.avro.schema.support': 'true' }, enumSchema, [2], 'HEARTS'],
    ['an enum of sum types', { 'generalized.sum.type.support': 'true' }, enumSchema, [0], 'SPADES'],
    ['a fixed', {}, '{"type":"fixed","name":"F","size":2}', [1, 2], Buffer.from([1, 2])],
    [
      'a decimal of a fixed',
      {},
      '{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":4,"scale":1}',
      [0xff, 0xfe],
      new Decimal(-2n, 1),
    ],
    ['microseconds as a number', {}, '{"type":"long","logicalType":"timestamp-micros"}', [2], 1n],
    ['a union of one type', {}, '["int"]', [0, 2], 1],
  ] as const) {
    test(`reads ${title}, and writes it again`, async () => {
      const { converter, registry } = converterOf(settings);
      await registry.register({
        subject: 'topic-value',
        schema: { schemaType: 'AVRO', schema: definition, references: [] },
        normalize: false,
      });

      const read1 = await read(converter, Buffer.from([0, 0, 0, 0, 1, ...data]));
      const again = await read(converter, await write(converter, read1.schema, read1.value));

      assert.ok(areValuesEqual(read1.value, expected));
      assert.ok(areValuesEqual(again.value, expected));
    });
  }

  // Regression: the branch null was written.
  test('writes null for an optional union of which nothing is set', () => {
    const union = SchemaBuilder.struct([{ name: 'int', schema: optional(int32) }])
      .name('io.confluent.connect.avro.Union')
      .optional()
      .build();
    const { converter } = converterOf();

    const bytes = converter.fromConnectData(union, new Struct(union, [null]), 'topic');

    assert.equal(bytes, null);
    assert.throws(
      () => converter.fromConnectData({ ...union, isOptional: false }, new Struct(union, [null]), 'topic'),
      {
        code: 'DATA_INVALID',
        message: 'Found null value for non-optional schema',
      },
    );
  });

  // Regression: a value was taken for the key.
  test('reads entries of a map whose value stands first', async () => {
    const { converter, registry } = converterOf();
    const definition =
      '{"type":"array","items":{"type":"record","name":"M","fields":[{"name":"value","type":"string"},{"name":"key","type":"int"}],"connect.internal.type":"MapEntry"}}';
    const schema = { schemaType: 'AVRO', schema: definition, references: [] } as const;
    await registry.register({ subject: 'topic-value', schema, normalize: false });

    const { value } = await read(converter, Buffer.from([0, 0, 0, 0, 1, 2, 2, 0x61, 10, 0]));

    assert.deepEqual(value, new Map([[5, 'a']]));
  });

  test('reads a union as a struct, and writes it again', async () => {
    const { converter, registry } = converterOf({ 'enhanced.avro.schema.support': 'true' });
    const text = `["null","int","string",${enumSchema},{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]},{"type":"map","values":"int"},{"type":"array","items":"int"}]`;
    await registry.register({
      subject: 'topic-value',
      schema: { schemaType: 'AVRO', schema: text, references: [] },
      normalize: false,
    });
    const samples = [
      [2, 14],
      [4, 2, 0x61],
      [6, 2],
      [8, 6],
      [10, 2, 2, 0x6b, 4, 0],
      [12, 2, 4, 0],
    ];

    for (const sample of samples) {
      const bytes = Buffer.from([0, 0, 0, 0, 1, ...sample]);
      const { schema, value } = await read(converter, bytes);
      const written = await write(converter, schema, value);
      assert.deepEqual([...written.subarray(5)], sample);
    }
    const { schema } = await read(converter, Buffer.from([0, 0, 0, 0, 1, 0]));
    assert.ok(schema?.type === 'STRUCT');
    assert.deepEqual(
      schema.fields.map(field => field.name),
      ['int', 'string', 'c.Suit', 'R', 'map', 'array'],
    );
    assert.equal(schema.name, 'io.confluent.connect.avro.Union');
  });

  test('resolves what a schema takes from other subjects', async () => {
    const { converter, registry } = converterOf();
    const base = {
      schemaType: 'AVRO',
      schema: '{"type":"record","name":"a.In","fields":[{"name":"x","type":"int"}]}',
      references: [],
    } as const;
    await registry.register({ subject: 'in', schema: base, normalize: false });
    const outer = '{"type":"record","name":"a.Out","fields":[{"name":"in","type":"In"}]}';
    const references = [{ name: 'a.In', subject: 'in', version: 1 }];
    await registry.register({
      subject: 'topic-value',
      schema: { schemaType: 'AVRO', schema: outer, references },
      normalize: false,
    });

    const { value } = await read(converter, Buffer.from([0, 0, 0, 0, 2, 8]));
    const { schema } = await convert(converter.toPlugin('AVRO'), Buffer.from([0, 0, 0, 0, 2, 8]));

    assert.ok(value instanceof Struct && value.values[0] instanceof Struct);
    assert.deepEqual(value.values[0].values, [4]);
    assert.match(Buffer.from(schema?.definition ?? []).toString(), /"type":\{"type":"record","name":"In"/);
  });

  for (const [title, bytes, message] of [
    ['too few bytes', [0, 0, 0], /at least 5 bytes/],
    ['another first byte', [1, 0, 0, 0, 1, 2], /Unknown magic byte 1/],
    ['an unknown id', [0, 0, 0, 0, 99, 2], /Schema 99 not found/],
  ] as const) {
    test(`refuses ${title}`, async () => {
      await assert.rejects(read(converterOf().converter, Buffer.from(bytes)), { code: 'DATA_INVALID', message });
    });
  }
});
