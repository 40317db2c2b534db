import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { writeProtobufSchema } from '../../../../src/converters/protobuf/protobuf-schema-writer.ts';
import { decimalSchema } from '../../../../src/data/logical-types.ts';
import {
  plainTraits,
  stringSchema,
  type Field,
  type PrimitiveType,
  type Schema,
  type StructSchema,
} from '../../../../src/data/schema.ts';
import { protobufOptions } from '../../../support/protobuf-options.ts';
import { of } from '../../../support/schemas.ts';

const ownPrefix = 'io.confluent.connect.protobuf.';
const optional = (type: PrimitiveType, extra: Partial<Schema> = {}): Schema => of(type, { ...extra, isOptional: true });
const told = (...parameters: readonly (readonly [string, string])[]) => ({
  parameters: new Map(parameters.map(([key, value]) => [`${ownPrefix}${key}`, value])),
});
const list = (items: Schema | null): Schema => ({ ...plainTraits, type: 'ARRAY', items });
const map = (name: string | null, keys: Schema | null, values: Schema | null): Schema => ({
  ...plainTraits,
  type: 'MAP',
  name,
  keys,
  values,
});

function struct(
  name: string | null,
  fields: Readonly<Record<string, Schema>>,
  extra: Partial<StructSchema> = {},
): StructSchema {
  const all: readonly Field[] = Object.entries(fields).map(([one, schema]) => ({ name: one, schema }));
  return { ...plainTraits, ...extra, type: 'STRUCT', name, fields: all };
}

/** The lines of the message, without blanks before them and without the file's head. */
function linesOf(schema: Schema, settings: Readonly<Record<string, string>> = {}): readonly string[] {
  const { text } = writeProtobufSchema(schema, protobufOptions(settings));
  return text
    .slice(text.indexOf('message '))
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

/** The declaration of one field of that schema. */
function declared(schema: Schema, settings: Readonly<Record<string, string>> = {}): string {
  return linesOf(struct('M', { f: schema }), settings)
    .slice(1)
    .join(' ')
    .replace(/ \}$/, '');
}

const invalid = (reason: string) => ({
  code: 'SCHEMA_INVALID',
  message: `A Connect schema has no Protobuf: ${reason}`,
});

describe('a Connect schema as a Protobuf message', () => {
  // As `ProtobufData#fromConnectSchema` of Confluent has them.
  const wrapped = { 'wrapper.for.nullables': 'true' };
  for (const [schema, settings, expected] of [
    [optional('INT32'), {}, 'int32 f = 1;'],
    [of('INT64', told(['Type', 'sint64'])), {}, 'sint64 f = 1;'],
    [of('INT32', told(['Type', 'sfixed32'])), {}, 'sfixed32 f = 1;'],
    [of('FLOAT32'), {}, 'float f = 1;'],
    [of('FLOAT64'), {}, 'double f = 1;'],
    [of('BOOLEAN'), {}, 'bool f = 1;'],
    [of('BYTES'), {}, 'bytes f = 1;'],
    [
      of('INT16'),
      {},
      'int32 f = 1 [(confluent.field_meta) = { params: [ { key: "connect.type", value: "int16" } ] }];',
    ],
    [of('STRING', told(['Tag', '7'])), {}, 'string f = 7;'],
    [list(optional('STRING')), { 'optional.for.nullables': 'true' }, 'repeated string f = 1;'],
    [optional('STRING'), { 'optional.for.nullables': 'true' }, 'optional string f = 1;'],
    [of('STRING'), { 'optional.for.nullables': 'true' }, 'string f = 1;'],
    [
      map('a_map', stringSchema, optional('BOOLEAN')),
      { 'optional.for.nullables': 'true' },
      'repeated AMapEntry f = 1; message AMapEntry { string key = 1; bool value = 2; }',
    ],
    [of('INT32'), wrapped, 'int32 f = 1;'],
    [
      optional('INT8'),
      wrapped,
      'google.protobuf.Int32Value f = 1 [(confluent.field_meta) = { params: [ { key: "connect.type", value: "int8" } ] }];',
    ],
    [optional('INT32', told(['Type', 'sint32'])), wrapped, 'google.protobuf.Int32Value f = 1;'],
    [optional('INT64'), wrapped, 'google.protobuf.Int64Value f = 1;'],
    [optional('INT64', told(['Type', 'sint64'])), wrapped, 'google.protobuf.Int64Value f = 1;'],
    [optional('INT64', told(['Type', 'uint32'])), wrapped, 'google.protobuf.UInt32Value f = 1;'],
    [optional('INT64', told(['Type', 'fixed32'])), wrapped, 'google.protobuf.UInt32Value f = 1;'],
    [optional('INT64', told(['Type', 'uint64'])), wrapped, 'google.protobuf.UInt64Value f = 1;'],
    [optional('INT64', told(['Type', 'fixed64'])), wrapped, 'google.protobuf.UInt64Value f = 1;'],
    [optional('INT32', told(['Type', 'fixed32'])), wrapped, 'google.protobuf.Int32Value f = 1;'],
    [optional('FLOAT32'), wrapped, 'google.protobuf.FloatValue f = 1;'],
    [optional('FLOAT64'), wrapped, 'google.protobuf.DoubleValue f = 1;'],
    [optional('BOOLEAN'), wrapped, 'google.protobuf.BoolValue f = 1;'],
    [optional('STRING'), wrapped, 'google.protobuf.StringValue f = 1;'],
    [optional('BYTES'), wrapped, 'google.protobuf.BytesValue f = 1;'],
    [list(of('INT32')), wrapped, 'repeated int32 f = 1;'],
    [
      of('STRING', { name: 'p.E', ...told(['Enum', 'E'], ['Enum.A', '0'], ['Enum.B', '-2']) }),
      wrapped,
      'E f = 1; enum E { A = 0; B = -2; }',
    ],
    [of('INT32', { name: 'E', ...told(['Enum', 'E'], ['Enum.A', '0']) }), {}, 'E f = 1; enum E { A = 0; }'],
    [of('INT64', { name: 'E', ...told(['Enum', 'E'], ['Enum.A', '0']) }), {}, 'int64 f = 1;'],
    [of('STRING', { name: 'E', ...told(['Enum', 'E']) }), {}, 'E f = 1; enum E {}'],
    [struct('f', { x: of('INT32') }), {}, 'fMessage f = 1; message fMessage { int32 x = 1; }'],
    [struct(null, { x: of('INT32') }), {}, 'ConnectDefault1 f = 1; message ConnectDefault1 { int32 x = 1; }'],
    [struct('', { x: of('INT32') }), {}, 'ConnectDefault1 f = 1; message ConnectDefault1 { int32 x = 1; }'],
    [
      map(null, stringSchema, of('INT32')),
      {},
      'repeated ConnectDefault1Entry f = 1; message ConnectDefault1Entry { string key = 1; int32 value = 2; }',
    ],
    [
      map('m', stringSchema, list(of('INT32'))),
      {},
      'repeated mEntry f = 1; message mEntry { string key = 1; repeated int32 value = 2; }',
    ],
    [
      decimalSchema(3),
      {},
      'confluent.type.Decimal f = 1 [(confluent.field_meta) = { params: [ { value: "3", key: "scale" } ] }];',
    ],
  ] as const) {
    test(`declares ${expected}`, () => assert.equal(declared(schema, settings), expected));
  }

  const general = (name: string, kind: string) => `org.apache.kafka.connect.data.${kind}${name}`;
  const numbered = (type: PrimitiveType, tag: string, extra: readonly (readonly [string, string])[] = []) =>
    optional(type, told(['Tag', tag], ...extra));
  const choice = struct(
    `${ownPrefix}Union.p.o`,
    { i: numbered('INT32', '4'), s: numbered('STRING', '5', [['Wrapper', 'TRUE']]) },
    { parameters: new Map([[general('', 'Union'), 'general']]) },
  );
  for (const [settings, expected] of [
    [{}, 'oneof o { int32 i = 4; string s = 5; }'],
    [{ 'optional.for.nullables': 'true' }, 'oneof o { int32 i = 4; string s = 5; }'],
    [{ 'wrapper.for.nullables': 'true' }, 'oneof o { int32 i = 4; google.protobuf.StringValue s = 5; }'],
    [{ 'generalized.sum.type.support': 'true' }, 'oneof general { int32 i = 4; string s = 5; }'],
  ] as const) {
    test(`declares ${expected} with ${JSON.stringify(settings)}`, () =>
      assert.equal(declared(choice, settings), expected));
  }

  test('marks enums in the way that is common to converters when told so', () => {
    const both = new Map([
      [general('', 'Enum'), 'G'],
      [general('.X', 'Enum'), '1'],
      [`${ownPrefix}Enum`, 'G'],
      [`${ownPrefix}Enum.Y`, '2'],
    ]);
    const schema = of('STRING', { name: 'G', parameters: both });

    assert.equal(declared(schema, { 'generalized.sum.type.support': 'true' }), 'G f = 1; enum G { X = 1; }');
    assert.equal(declared(schema), 'G f = 1; enum G { Y = 2; }');
  });

  test('declares each type once for a message, and refers to those around', () => {
    const inner = struct('N', { x: of('INT32') });
    const color = of('STRING', { name: 'E', ...told(['Enum', 'E'], ['Enum.A', '0']) });

    assert.deepEqual(
      linesOf(
        struct('a.M', {
          one: inner,
          two: list(inner),
          e: color,
          f: color,
          own: struct('M', {}),
          d: struct('D', { n: inner }),
        }),
      ),
      [
        'message M {',
        'N one = 1;',
        'repeated N two = 2;',
        'E e = 3;',
        'E f = 4;',
        'M own = 5;',
        'D d = 6;',
        '',
        'message N {',
        'int32 x = 1;',
        '}',
        'message D {',
        'N n = 1;',
        '',
        'message N {',
        'int32 x = 1;',
        '}',
        '}',
        'enum E {',
        'A = 0;',
        '}',
        '}',
      ].filter(line => line !== ''),
    );
  });

  test('counts the fields that have no number of their own', () => {
    const lines = linesOf(struct('M', { a: of('INT32'), b: of('INT32', told(['Tag', '9'])), c: of('INT32') }));

    assert.deepEqual(lines, ['message M {', 'int32 a = 1;', 'int32 b = 9;', 'int32 c = 2;', '}']);
  });

  test('names the message with its package', () => {
    const options = protobufOptions();

    assert.equal(writeProtobufSchema(struct('a.b.M', {}), options).messageName, 'a.b.M');
    assert.deepEqual(writeProtobufSchema(struct(null, {}), options), {
      text: 'syntax = "proto3";\n\nmessage ConnectDefault1 {}\n',
      messageName: 'ConnectDefault1',
    });
  });

  test('refuses what Protobuf does not have', () => {
    const options = protobufOptions();
    for (const [schema, reason] of [
      [list(stringSchema), 'data of type ARRAY is no message'],
      [map('m', stringSchema, stringSchema), 'data of type MAP is no message'],
      [struct('M', { f: list(list(stringSchema)) }), 'a list within a list, which Protobuf does not have'],
      [struct('M', { f: list(null) }), 'a list or map does not tell what it holds'],
      [struct('M', { f: map('m', stringSchema, null) }), 'a list or map does not tell what it holds'],
      [struct('M', { u: struct(`${ownPrefix}Union.o`, { x: of('INT32') }) }), "field 'x' of a union has no number"],
    ] as const)
      assert.throws(() => writeProtobufSchema(schema, options), invalid(reason), reason);
  });

  test('nests a hundred deep (I7)', () => {
    const nested = (depth: number) => {
      let schema = struct('M0', {});
      for (let level = 1; level <= depth; level += 1) schema = struct(`M${level}`, { f: schema });
      return writeProtobufSchema(schema, protobufOptions());
    };

    assert.equal(new ProtoSchema(nested(100).text).firstMessage.name, 'M100');
    assert.throws(() => nested(101), invalid('structs are nested too deep'));
  });
});
