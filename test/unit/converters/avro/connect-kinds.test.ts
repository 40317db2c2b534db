import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigDef } from '../../../../src/config/config-def.ts';
import {
  avroDataKeys,
  readAvroDataConfig,
  type AvroDataConfig,
} from '../../../../src/converters/avro/avro-data-config.ts';
import {
  avroNameOf,
  avroTypeOf,
  branchFieldName,
  fixedSizeOf,
  hasAvroKeys,
  isEnumSchema,
  isUnionStruct,
  isWrittenAsEnum,
} from '../../../../src/converters/avro/connect-kinds.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { stringSchema } from '../../../../src/data/schema.ts';
import { of } from '../../../support/schemas.ts';

const marked = (...keys: readonly string[]) => ({ parameters: new Map(keys.map(key => [key, '2'])) });
const config = (settings: Readonly<Record<string, string>> = {}): AvroDataConfig =>
  readAvroDataConfig(new ConfigDef().defineAll(avroDataKeys).parse(new Map(Object.entries(settings))));

const ownEnum = 'io.confluent.connect.avro.Enum';
const generalEnum = 'org.apache.kafka.connect.data.Enum';
const general = { 'generalized.sum.type.support': 'true' };
const enhanced = { 'enhanced.avro.schema.support': 'true' };

// As `AvroData` of Confluent tells them apart.
describe('what a Connect schema stands for in Avro', () => {
  test('is an enum for a text with parameters of one', () => {
    assert.deepEqual(
      [
        of('STRING', marked(ownEnum)),
        of('STRING', marked(generalEnum)),
        of('STRING', marked('other')),
        of('STRING'),
        of('INT32', marked(ownEnum)),
        of('INT32', marked(generalEnum)),
      ].map(isEnumSchema),
      [true, true, false, false, false, false],
    );
  });

  for (const [settings, own, generalized] of [
    [{}, false, false],
    [enhanced, true, false],
    [general, false, true],
    [{ ...enhanced, ...general }, false, true],
  ] as const) {
    test(`is written as an enum with ${JSON.stringify(settings)}`, () => {
      assert.equal(isWrittenAsEnum(of('STRING', marked(ownEnum)), config(settings)), own);
      assert.equal(isWrittenAsEnum(of('STRING', marked(generalEnum)), config(settings)), generalized);
      assert.equal(isWrittenAsEnum(of('STRING', marked(ownEnum, generalEnum)), config(settings)), own || generalized);
      assert.equal(isWrittenAsEnum(of('INT32', marked(ownEnum, generalEnum)), config(settings)), false);
    });
  }

  test('is a union for a struct by name or parameter', () => {
    const struct = (name: string) => SchemaBuilder.struct([]).name(name).build();
    const parameters = new Map([['org.apache.kafka.connect.data.Union', 'u']]);

    assert.deepEqual(
      [
        struct('io.confluent.connect.avro.Union'),
        { ...struct('u'), parameters },
        struct('u'),
        of('STRING', { parameters, name: 'io.confluent.connect.avro.Union' }),
      ].map(isUnionStruct),
      [true, true, false, false],
    );
  });

  test('is a fixed for named bytes that tell their size', () => {
    const sized = marked('connect.fixed.size');

    assert.deepEqual(
      [
        of('BYTES', { ...sized, name: 'n.F' }),
        of('BYTES', sized),
        of('BYTES', { name: 'n.F' }),
        of('STRING', { ...sized, name: 'n.F' }),
      ].map(fixedSizeOf),
      [2, undefined, undefined, undefined],
    );
  });

  test('is a map for texts as keys that are not optional, unless they may be', () => {
    const [keys, optionalKeys, numbers] = [stringSchema, of('STRING', { isOptional: true }), of('INT32')].map(key =>
      SchemaBuilder.map(key, stringSchema).build(),
    );
    assert.ok(keys !== undefined && optionalKeys !== undefined && numbers !== undefined);
    const all = [keys, optionalKeys, numbers];

    assert.deepEqual(
      all.map(one => hasAvroKeys(one, config())),
      [true, false, false],
    );
    assert.deepEqual(
      all.map(one => hasAvroKeys(one, config({ 'allow.optional.map.keys': 'true' }))),
      [true, true, false],
    );
  });

  test('is a type of Avro alone for types without parts', () => {
    const types = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES'] as const;

    assert.deepEqual(types.map(avroTypeOf), [
      'int',
      'int',
      'int',
      'long',
      'float',
      'double',
      'boolean',
      'string',
      'bytes',
    ]);
    assert.deepEqual((['ARRAY', 'MAP', 'STRUCT'] as const).map(avroTypeOf), [null, null, null]);
  });

  test('is a branch by the name of its field', () => {
    const [int, named] = ['"int"', '{"type":"enum","name":"n.E","symbols":["A"]}'].map(one => parseAvroSchema(one));
    assert.ok(int !== undefined && named !== undefined);
    const names = (settings: Readonly<Record<string, string>>) =>
      [int, named].map(one => branchFieldName(one, 3, config(settings)));

    assert.deepEqual(names({}), ['int', 'E']);
    assert.deepEqual(names(enhanced), ['int', 'n.E']);
    assert.deepEqual(names({ ...enhanced, ...general }), ['connect_union_field_3', 'connect_union_field_3']);
  });

  test('has its name, without the signs that Avro does not take when told so', () => {
    assert.equal(avroNameOf(of('STRING'), config()), null);
    assert.equal(avroNameOf(of('STRING', { name: 'n.a-b' }), config()), 'n.a-b');
    assert.equal(avroNameOf(of('STRING', { name: 'n.a-b' }), config({ 'scrub.invalid.names': 'true' })), 'n.a_b');
  });
});

describe('settings of the Avro converter', () => {
  test("have Confluent's defaults, and each is heeded by itself", () => {
    const defaults: AvroDataConfig = {
      generalizesSums: false,
      ignoresDefaults: false,
      isEnhanced: false,
      scrubsNames: false,
      hasMetaData: true,
      discardsTypeDoc: false,
      allowsOptionalKeys: false,
      flattensSingletons: true,
    };

    assert.deepEqual(config(), defaults);
    for (const [key, name] of [
      ['generalized.sum.type.support', 'generalizesSums'],
      ['ignore.default.for.nullables', 'ignoresDefaults'],
      ['enhanced.avro.schema.support', 'isEnhanced'],
      ['scrub.invalid.names', 'scrubsNames'],
      ['connect.meta.data', 'hasMetaData'],
      ['discard.type.doc.default', 'discardsTypeDoc'],
      ['allow.optional.map.keys', 'allowsOptionalKeys'],
      ['flatten.singleton.unions', 'flattensSingletons'],
    ] as const)
      assert.deepEqual(config({ [key]: String(!defaults[name]) }), { ...defaults, [name]: !defaults[name] }, key);
  });
});
