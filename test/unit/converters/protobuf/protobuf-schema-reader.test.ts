import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { readProtobufSchema } from '../../../../src/converters/protobuf/protobuf-schema-reader.ts';
import type { Schema } from '../../../../src/data/schema.ts';
import { protobufOptions } from '../../../support/protobuf-options.ts';

const ownPrefix = 'io.confluent.connect.protobuf.';

/** A schema in one line: type, name, `?` if optional, parameters but numbers of fields, and what it holds. */
function lineOf(schema: Schema | null, depth = 0): string {
  if (schema === null) return 'none';
  const parameters = [...(schema.parameters ?? [])].filter(([key]) => key !== `${ownPrefix}Tag`);
  const text = parameters.map(([key, value]) => `${key.replace(ownPrefix, '')}=${value}`).join(',');
  const head = `${schema.type}${schema.name === null ? '' : `:${schema.name}`}${schema.isOptional ? '?' : ''}${text === '' ? '' : `{${text}}`}`;
  if (depth > 2) return head;
  if (schema.type === 'ARRAY') return `${head}[${lineOf(schema.items, depth + 1)}]`;
  if (schema.type === 'MAP') return `${head}[${lineOf(schema.keys, depth + 1)}, ${lineOf(schema.values, depth + 1)}]`;
  if (schema.type !== 'STRUCT') return head;
  return `${head}(${schema.fields.map(({ name, schema: one }) => `${name} ${lineOf(one, depth + 1)}`).join(', ')})`;
}

const read = (text: string, settings: Readonly<Record<string, string>> = {}, version: number | null = null): Schema =>
  readProtobufSchema(new ProtoSchema(text).firstMessage, version, protobufOptions(settings));

/** What a message with this only field is read as, without the struct around it. */
function fieldLine(field: string, settings: Readonly<Record<string, string>> = {}, syntax = 'proto3'): string {
  const imports = ['confluent/type/decimal', 'google/type/date', 'google/type/timeofday', 'google/protobuf/timestamp']
    .concat('google/protobuf/wrappers')
    .map(path => `import "${path}.proto";`);
  const schema = read(
    `syntax = "${syntax}"; package p; ${imports.join('')} message M { ${field} } message N { int32 x = 1; } enum E { A = 0; B = -2; }`,
    settings,
  );
  assert.ok(schema.type === 'STRUCT');
  return schema.fields.map(({ name, schema: one }) => `${name} ${lineOf(one)}`).join(', ');
}

describe('a Protobuf message as a Connect schema', () => {
  // As `ProtobufData#toConnectSchema` of Confluent has them.
  const meta = (key: string, value: string) => `{ key: "${key}", value: "${value}" }`;
  const told = (...params: string[]) => `[(confluent.field_meta) = { params: [${params.join(', ')}] }]`;
  for (const [field, expected] of [
    ['int32 f = 1;', 'INT32?'],
    ['sint32 f = 1;', 'INT32?{Type=sint32}'],
    ['sfixed32 f = 1;', 'INT32?{Type=sfixed32}'],
    ['int64 f = 1;', 'INT64?'],
    ['uint32 f = 1;', 'INT64?{Type=uint32}'],
    ['fixed32 f = 1;', 'INT64?{Type=fixed32}'],
    ['uint64 f = 1;', 'INT64?{Type=uint64}'],
    ['sint64 f = 1;', 'INT64?{Type=sint64}'],
    ['fixed64 f = 1;', 'INT64?{Type=fixed64}'],
    ['sfixed64 f = 1;', 'INT64?{Type=sfixed64}'],
    ['float f = 1;', 'FLOAT32?'],
    ['double f = 1;', 'FLOAT64?'],
    ['bool f = 1;', 'BOOLEAN?'],
    ['string f = 1;', 'STRING?'],
    ['bytes f = 1;', 'BYTES?'],
    ['repeated sint64 f = 1;', 'ARRAY?[INT64?{Type=sint64}]'],
    ['repeated E f = 1;', 'ARRAY?[STRING:E?{Enum=E,Enum.A=0,Enum.B=-2}]'],
    ['N f = 1;', 'STRUCT:N?(x INT32?)'],
    [`int32 f = 1 ${told(meta('connect.type', 'int8'))};`, 'INT8?'],
    [`sint32 f = 1 ${told(meta('connect.type', 'int16'))};`, 'INT16?'],
    [`int32 f = 1 ${told(meta('connect.type', 'int64'))};`, 'INT32?'],
    [`int64 f = 1 ${told(meta('connect.type', 'int8'))};`, 'INT64?'],
    ['google.type.Date f = 1;', 'INT32:org.apache.kafka.connect.data.Date?'],
    ['google.type.TimeOfDay f = 1;', 'INT32:org.apache.kafka.connect.data.Time?'],
    ['google.protobuf.Timestamp f = 1;', 'INT64:org.apache.kafka.connect.data.Timestamp?'],
    ['google.protobuf.Int32Value f = 1;', 'STRUCT:Int32Value?(value INT32?)'],
    ['confluent.type.Decimal f = 1;', 'BYTES:org.apache.kafka.connect.data.Decimal?{scale=0}'],
    [
      `confluent.type.Decimal f = 1 ${told(meta('precision', '10'), meta('scale', '-2'))};`,
      'BYTES:org.apache.kafka.connect.data.Decimal?{scale=-2,connect.decimal.precision=10}',
    ],
    [
      `confluent.type.Decimal f = 1 ${told(meta('precision', 'x'), meta('scale', '2.5'))};`,
      'BYTES:org.apache.kafka.connect.data.Decimal?{scale=0}',
    ],
    ['map<string, N> a_map = 1;', 'MAP:a_map?[STRING?, STRUCT:N?(x INT32?)]', 'a_map'],
    ['map<int32, bool> aMap = 1;', 'MAP:a_map?[INT32?, BOOLEAN?]', 'aMap'],
    ['repeated XEntry f = 1; message XEntry { string key = 1; int32 value = 2; }', 'MAP:x?[STRING?, INT32?]'],
    // What only looks like an entry of a map is a struct.
    ['XEntry f = 1; message XEntry { string key = 1; int32 value = 2; }', 'STRUCT:XEntry?(key STRING?, value INT32?)'],
    [
      'repeated X f = 1; message X { string key = 1; int32 value = 2; }',
      'ARRAY?[STRUCT:X?(key STRING?, value INT32?)]',
    ],
    [
      'repeated XEntry f = 1; message XEntry { string key = 1; int32 value = 2; bool more = 3; }',
      'ARRAY?[STRUCT:XEntry?(key STRING?, value INT32?, more BOOLEAN?)]',
    ],
    [
      'repeated XEntry f = 1; message XEntry { string k = 1; int32 value = 2; }',
      'ARRAY?[STRUCT:XEntry?(k STRING?, value INT32?)]',
    ],
    [
      'repeated XEntry f = 1; message XEntry { string key = 1; int32 v = 2; }',
      'ARRAY?[STRUCT:XEntry?(key STRING?, v INT32?)]',
    ],
    [
      'repeated XEntry f = 1; message XEntry { repeated bool key = 1; int32 value = 2; }',
      'ARRAY?[STRUCT:XEntry?(key ARRAY?[BOOLEAN?], value INT32?)]',
    ],
    [
      'repeated XEntry f = 1; message XEntry { string key = 1; repeated bool value = 2; }',
      'ARRAY?[STRUCT:XEntry?(key STRING?, value ARRAY?[BOOLEAN?])]',
    ],
  ] as const) {
    test(`has ${expected} for '${field}'`, () => {
      assert.match(fieldLine(field), /^\S+ /);
      assert.equal(fieldLine(field).replace(/^\S+ /, ''), expected);
    });
  }

  const choice = 'int32 first = 3; oneof o { int32 i = 1; google.protobuf.Int32Value w = 2; }';
  for (const [field, settings, expected] of [
    [choice, {}, 'o_0 STRUCT:Union.o?(i INT32?, w STRUCT:Int32Value?(value INT32?)), first INT32?'],
    [
      choice,
      { 'generate.index.for.unions': 'false', 'enhanced.protobuf.schema.support': 'true' },
      'o STRUCT:Union.p.M.o?(i INT32?, w STRUCT:google.protobuf.Int32Value?(value INT32?)), first INT32?',
    ],
    [
      choice,
      { 'generalized.sum.type.support': 'true' },
      'o_0 STRUCT:o?{org.apache.kafka.connect.data.Union=o}(i INT32?, w STRUCT:Int32Value?(value INT32?)), first INT32?',
    ],
    [choice, { 'flatten.unions': 'true' }, 'i INT32?, w STRUCT:Int32Value?(value INT32?), first INT32?'],
    [choice, { 'wrapper.for.nullables': 'true' }, 'o_0 STRUCT:Union.o?(i INT32?, w INT32?{Wrapper=true}), first INT32'],
    [
      choice,
      { 'wrapper.for.nullables': 'true', 'flatten.unions': 'true' },
      'i INT32?, w INT32?{Wrapper=true}, first INT32',
    ],
    [
      choice,
      { 'optional.for.nullables': 'true' },
      'o_0 STRUCT:Union.o?(i INT32?, w STRUCT:Int32Value?(value INT32)), first INT32',
    ],
    [
      'int32 f = 1; optional int32 g = 2; repeated int32 h = 3; N n = 4;',
      { 'optional.for.nullables': 'true' },
      'f INT32, g INT32?, h ARRAY?[INT32?], n STRUCT:N?(x INT32)',
    ],
    [
      'int32 f = 1; google.protobuf.UInt32Value w = 2; google.protobuf.BytesValue b = 3;',
      { 'wrapper.for.nullables': 'true' },
      'f INT32, w INT64?, b BYTES?',
    ],
    [
      'E e = 1;',
      { 'int.for.enums': 'true', 'enhanced.protobuf.schema.support': 'true' },
      'e INT32:p.E?{Enum=E,Enum.A=0,Enum.B=-2}',
    ],
    [
      'E e = 1;',
      { 'generalized.sum.type.support': 'true' },
      ['e STRING:E?{', ''].join('') +
        ['', '.A', '.B']
          .map((end, at) => `org.apache.kafka.connect.data.Enum${end}=${['E', '0', '-2'][at]}`)
          .join(',') +
        '}',
    ],
    [
      'map<string, E> m = 1;',
      { 'enhanced.protobuf.schema.support': 'true' },
      'm MAP:p.M.m?[STRING?, STRING:p.E?{Enum=E,Enum.A=0,Enum.B=-2}]',
    ],
  ] as const) {
    test(`has ${expected} with ${JSON.stringify(settings)}`, () => {
      assert.equal(fieldLine(field, settings).replaceAll(ownPrefix, ''), expected);
    });
  }

  test('of proto2 has what is optional so whatever is said of values', () => {
    const fields = 'optional int32 a = 1; required int32 b = 2; repeated int32 c = 3;';
    for (const settings of [{}, { 'optional.for.proto2': 'false' }])
      assert.equal(
        fieldLine(fields, { ...settings, 'optional.for.nullables': 'true' }, 'proto2'),
        'a INT32?, b INT32, c ARRAY?[INT32?]',
      );
  });

  test('has the number of each field, and the version of the whole', () => {
    const schema = read('syntax = "proto3"; message M { N a = 5; N b = 7; M c = 9; } message N { bool x = 2; }', {}, 3);

    assert.ok(schema.type === 'STRUCT');
    const tags = schema.fields.map(({ schema: one }) => [one.parameters?.get(`${ownPrefix}Tag`), one.version]);
    assert.deepEqual(
      tags.map(([tag]) => tag),
      ['5', '7', '9'],
    );
    assert.equal(schema.version, 3);
    const [a, b] = schema.fields;
    assert.ok(a?.schema.type === 'STRUCT' && b?.schema.type === 'STRUCT');
    assert.deepEqual(a.schema.fields, b.schema.fields);
    assert.equal(a.schema.fields[0]?.schema.parameters?.get(`${ownPrefix}Tag`), '2');
    assert.equal(a.schema.version, null);
  });

  test('is the value itself for a wrapper, unless told otherwise', () => {
    const text = 'syntax = "proto3"; package google.protobuf; message UInt32Value { uint32 value = 1; }';

    assert.deepEqual(
      [read(text, {}, 4)].map(one => [lineOf(one), one.version]),
      [['INT64', 4]],
    );
    assert.equal(
      lineOf(read(text, { 'wrapper.for.raw.primitives': 'false' })),
      'STRUCT:UInt32Value(value INT64?{Type=uint32})',
    );
  });

  test('nests a hundred deep (I7)', () => {
    const chain = (length: number) =>
      `syntax = "proto3"; ${Array.from({ length }, (_none, at) => `message M${at} { M${at + 1} m = 1; }`).join('')} message M${length} {}`;

    assert.doesNotThrow(() => read(chain(100)));
    assert.throws(() => read(chain(101)), {
      code: 'SCHEMA_INVALID',
      message: 'Messages are nested deeper than 100 levels',
    });
  });
});
