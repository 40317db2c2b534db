import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { declareAvro, PluginAvroEncoder } from '../../../../src/converters/avro/plugin-avro.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { createConverter } from '../../../../src/converters/create-converter.ts';
import type { PluginFormat } from '../../../../src/converters/plugin-format.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { stringSchema, type StructSchema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { avro, convert, converterOf } from '../../../support/avro-converters.ts';

describe('AvroConverter and AVRO from plugins', () => {
  test('adds five bytes, and takes them away', async () => {
    const { converter } = converterOf();
    const definition = '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":1,"x":true}]}';
    const data = Buffer.from([14]);

    const framed = await convert(converter.toKafka(avro(definition)), data);
    const back = await convert(converter.toPlugin('AVRO'), framed.bytes);

    assert.deepEqual([...framed.bytes], [0, 0, 0, 0, 1, 14]);
    assert.deepEqual(back.bytes, data);
    assert.equal(Buffer.from(back.schema?.definition ?? []).toString(), definition);
    assert.equal(back.schema?.name, 'R');
  });

  test('writes bytes alone without their length, and gives it back', async () => {
    const { converter } = converterOf();
    const data = Buffer.from([4, 7, 8]);

    const framed = await convert(converter.toKafka(avro('"bytes"')), data);
    const back = await convert(converter.toPlugin('AVRO'), framed.bytes);

    assert.deepEqual([...framed.bytes], [0, 0, 0, 0, 1, 7, 8]);
    assert.deepEqual(back.bytes, data);
  });

  test('names one declaration for all data of a schema', async () => {
    const { converter } = converterOf();
    const framed = await convert(converter.toKafka(avro('"int"')), Buffer.from([2]));
    const side = converter.toPlugin('AVRO');

    const [first, second] = [await convert(side, framed.bytes), await convert(side, framed.bytes)];

    assert.equal(first.schema, second.schema);
  });

  const samples: readonly (readonly [string, PluginFormat, string])[] = [
    ['JSON', 'JSON', '{"id":9007199254740993,"tags":["a"]}'],
    ['UTF8', 'UTF8', 'Struct{id=9007199254740993,tags=[a]}'],
  ];
  for (const [title, format, expected] of samples) {
    test(`gives ${title} of Avro data`, async () => {
      const { converter } = converterOf();
      const definition =
        '{"type":"record","name":"R","fields":[{"name":"id","type":"long"},{"name":"tags","type":{"type":"array","items":"string"}}]}';
      const data = Buffer.from([0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 2, 2, 0x61, 0]);
      const framed = await convert(converter.toKafka(avro(definition)), data);

      const given = await convert(converter.toPlugin(format), framed.bytes);

      assert.equal(given.bytes.toString(), expected);
    });
  }

  test('makes Avro of JSON with a schema', async () => {
    const { converter, registry } = converterOf();
    const definition = '{"type":"struct","name":"P","fields":[{"field":"id","type":"int64"}]}';

    const side = converter.toKafka({ format: 'JSON', definition: Buffer.from(definition), name: '', version: 0 });
    const framed = await convert(side, Buffer.from('{"id":9007199254740993}'));

    assert.equal(framed.bytes.subarray(5).toString('hex'), '8280808080808020');
    assert.match((await registry.schemaByVersion('topic-value', 1)).schema, /"name":"P"/);
  });

  test('is given by other converters, with the schema of their data', async () => {
    const json = createConverter({ className: 'Json', settings: new Map(), role: 'value' });
    const text = '{"schema":{"type":"struct","name":"P","fields":[{"field":"id","type":"int64"}]},"payload":{"id":3}}';

    const given = await convert(json.toPlugin('AVRO'), Buffer.from(text));

    assert.deepEqual([...given.bytes], [6]);
    assert.match(
      Buffer.from(given.schema?.definition ?? []).toString(),
      /"name":"P","fields":\[\{"name":"id","type":"long"\}\]/,
    );
  });

  test('is taken by other converters', async () => {
    const json = createConverter({
      className: 'Json',
      settings: new Map([['schemas.enable', 'false']]),
      role: 'value',
    });

    const written = await convert(
      json.toKafka(avro('{"type":"map","values":"long"}')),
      Buffer.from([2, 2, 0x61, 4, 0]),
    );

    assert.equal(written.bytes.toString(), '{"a":2}');
  });

  test('is written anew where the registry has another schema for it', async () => {
    const { converter, registry } = converterOf({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' });
    const wide =
      '{"type":"record","name":"R","fields":[{"name":"b","type":"long","default":7},{"name":"a","type":"int"}]}';
    await registry.register({
      subject: 'topic-value',
      schema: { schemaType: 'AVRO', schema: wide, references: [] },
      normalize: false,
    });

    const side = converter.toKafka(avro('{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'));

    assert.deepEqual([...(await convert(side, Buffer.from([2]))).bytes], [0, 0, 0, 0, 1, 14, 2]);
  });

  test('passes where it is encoded for Kafka already', () => {
    const { converter } = converterOf();

    assert.equal(converter.toPlugin('PRE_ENCODED'), 'as-is');
    assert.equal(converter.toKafka({ ...avro(''), format: 'PRE_ENCODED' }), 'as-is');
  });

  test('keeps as many schemas compiled as is set', async () => {
    const isKept = [{}, { 'schemas.cache.config': '1' }].map(async settings => {
      const { converter } = converterOf(settings);
      const frames: Buffer[] = [];
      for (const type of ['"int"', '"long"']) {
        frames.push((await convert(converter.toKafka(avro(type)), Buffer.from([2]))).bytes);
      }
      const side = converter.toPlugin('AVRO');
      const [int, long] = frames;
      assert.ok(int !== undefined && long !== undefined);
      const [first, , third] = [await convert(side, int), await convert(side, long), await convert(side, int)];
      return first.schema === third.schema;
    });

    assert.deepEqual(await Promise.all(isKept), [true, false]);
  });

  test('is refused where its schema is wrong', () => {
    const { converter } = converterOf();

    for (const definition of ['', '{', '"unknown"', '{"type":"record","name":"1","fields":[]}', '["int","int"]']) {
      assert.throws(() => converter.toKafka(avro(definition)), { code: 'SCHEMA_INVALID' });
    }
  });
});

describe('AVRO for plugins', () => {
  const schemaOf = (name: string): StructSchema =>
    SchemaBuilder.struct([{ name: 'a', schema: stringSchema }])
      .name(name)
      .build();
  const encode = (encoder: PluginAvroEncoder, schema: StructSchema) =>
    encoder.encode({ schema, value: new Struct(schema, ['x']) }).schema;

  test('is declared with the name of its record, or without one', () => {
    const declared = ['{"type":"record","name":"n.R","fields":[]}', '"int"'].map(text =>
      declareAvro(parseAvroSchema(text)),
    );

    assert.deepEqual(
      declared.map(({ format, definition, name, version }) => [
        format,
        Buffer.from(definition).toString(),
        name,
        version,
      ]),
      [
        ['AVRO', '{"type":"record","name":"R","namespace":"n","fields":[]}', 'n.R', 0],
        ['AVRO', '"int"', '', 0],
      ],
    );
  });

  test('is declared once for schemas that say the same', () => {
    const encoder = new PluginAvroEncoder();
    const schema = schemaOf('R');

    const [first, again, equal, other] = [schema, schema, schemaOf('R'), schemaOf('S')].map(each =>
      encode(encoder, each),
    );

    assert.ok(first === again && first === equal && first !== other);
    assert.deepEqual(encoder.encode({ schema: null, value: 'x' }), encoder.encode({ schema: null, value: 'x' }));
  });

  test('is declared anew after a thousand declarations (I7)', () => {
    const encoder = new PluginAvroEncoder();
    const first = encode(encoder, schemaOf('R'));
    for (let count = 1; count < 1000; count += 1) encode(encoder, schemaOf(`R${count}`));

    const kept = encode(encoder, schemaOf('R'));
    encode(encoder, schemaOf('S'));
    const anew = encode(encoder, schemaOf('R'));

    assert.deepEqual([kept === first, anew === first], [true, false]);
    assert.deepEqual(anew, first);
  });
});
