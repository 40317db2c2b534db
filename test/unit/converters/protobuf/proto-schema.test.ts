import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import type { ProtoField } from '../../../../src/converters/protobuf/proto-types.ts';

/** The only field of the first message. */
function fieldOf(text: string, syntax = 'proto3'): ProtoField {
  const [field] = new ProtoSchema(`syntax = "${syntax}"; ${text}`).firstMessage.fields;
  assert.ok(field !== undefined);
  return field;
}

/** Name of the type that a field is linked to. */
function typeName({ type }: ProtoField): string {
  return type.kind === 'scalar' ? type.scalar : `${type.kind} ${type.type.fullName}`;
}

const invalid = (reason: string | RegExp) => ({
  code: 'SCHEMA_INVALID',
  message: typeof reason === 'string' ? `A Protobuf schema is not valid: ${reason}` : reason,
});

describe('a Protobuf schema', () => {
  test('finds types from the innermost place outwards', () => {
    const schema = new ProtoSchema(
      `syntax = "proto3"; package a.b;
      message M { N inner = 1; .a.b.N outer = 2; M.N named = 3; b.N half = 4; a.b.N whole = 5; x.N other = 6; E e = 7; string s = 8;
        message N { message N {} N self = 1; } enum E { A = 0; } }
      message N {} enum E { B = 0; }
      import public "x.proto"; import weak "y.proto"; import "x.proto";`,
      new Map([
        ['x.proto', 'package x; import "y.proto"; message N { y.E e = 1; }'],
        ['y.proto', 'package y; enum E { C = 3; }'],
      ]),
    );

    const { fields } = schema.firstMessage;

    assert.deepEqual(fields.map(typeName), [
      'message a.b.M.N',
      'message a.b.N',
      'message a.b.M.N',
      'message a.b.N',
      'message a.b.N',
      'message x.N',
      'enum a.b.M.E',
      'string',
    ]);
    assert.deepEqual(schema.message('a.b.M.N').fields.map(typeName), ['message a.b.M.N.N']);
    assert.deepEqual(schema.message('x.N').fields.map(typeName), ['enum y.E']);
    assert.equal(schema.message('a.b.M'), schema.firstMessage);
    assert.deepEqual(schema.imports, ['x.proto', 'y.proto', 'x.proto']);
    assert.throws(() => schema.message('a.b.E'), invalid("it has no message 'a.b.E'"));
  });

  test('counts messages without enums and entries of maps', () => {
    const schema = new ProtoSchema(
      'package p; enum E { A = 0; } message M { map<string, N> m = 1; enum F { A = 0; } message N {} message O { message P {} } } message Q {}',
    );

    for (const [fullName, indexes] of [
      ['p.M', [0]],
      ['p.M.N', [0, 0]],
      ['p.M.O.P', [0, 1, 0]],
      ['p.Q', [1]],
    ] as const) {
      assert.deepEqual(schema.indexesOf(fullName), indexes);
      assert.equal(schema.messageAt(indexes).fullName, fullName);
    }
    for (const name of ['M', 'p.E', 'p.M.mEntry', 'p.N', 'q.M', 'p'])
      assert.throws(
        () => schema.indexesOf(name),
        { code: 'DATA_INVALID', message: /^The schema has no message/ },
        name,
      );
    assert.deepEqual(new ProtoSchema('message M {}').indexesOf('M'), [0]);
  });

  test('has choices, entries of maps and words that are no declarations', () => {
    const { fields, oneofs } = new ProtoSchema(
      `syntax = "proto2"; ; option java_package = "x"; extend M { optional int32 z = 200; }
      message M { ; option deprecated = true; extensions 100 to 199; reserved "q"; extend M { optional int32 y = 201; }
        oneof first { option x = 1; ; int32 a = 1; string b = 2; ; } required group_of c = 3; map<int32, string> a_map = 4; optional map map = 5;
        oneof second { bool d = 6; } repeated int32 e = 7 [(p.q).r = { s: 1 }, deprecated = true]; }
      message group_of {} message map { ; } enum E { ; option allow_alias = true; reserved 5; ; A = 1 [deprecated = true]; B = -0x1; ; }
      service S { rpc A (M) returns (M) {} }`,
    ).firstMessage;

    assert.deepEqual(
      fields.map(field => `${field.number} ${field.name} ${typeName(field)} ${field.oneof?.fullName ?? '-'}`),
      [
        '1 a int32 M.first',
        '2 b string M.first',
        '3 c message group_of -',
        '4 a_map message M.AMapEntry -',
        '5 map message map -',
        '6 d bool M.second',
        '7 e int32 -',
      ],
    );
    assert.deepEqual(
      oneofs.map(({ name, index, fields: own }) => [name, index, own.map(field => field.name)]),
      [
        ['first', 0, ['a', 'b']],
        ['second', 1, ['d']],
      ],
    );
    assert.deepEqual(
      fields.map(field => field.hasPresence),
      [true, true, true, false, true, true, false],
    );
  });

  for (const [text, syntax, expected] of [
    ['repeated int32 f = 1;', 'proto3', true],
    ['repeated int32 f = 1 [packed = false];', 'proto3', false],
    ['repeated int32 f = 1;', 'proto2', false],
    ['repeated int32 f = 1 [packed = true];', 'proto2', true],
    ['repeated E f = 1;', 'proto3', true],
    ['repeated string f = 1;', 'proto3', false],
    ['repeated bytes f = 1 [packed = true];', 'proto3', false],
    ['repeated M f = 1;', 'proto3', false],
    ['int32 f = 1;', 'proto3', false],
  ] as const) {
    test(`${expected ? 'packs' : 'does not pack'} '${text}' of ${syntax}`, () => {
      assert.equal(fieldOf(`message M { ${text} } enum E { A = 0; }`, syntax).isPacked, expected);
    });
  }

  for (const [text, expected] of [
    ['int32 f = 1', false],
    ['optional int32 f = 1', true],
    ['E f = 1', false],
    ['M f = 1', true],
    ['repeated M f = 1', false],
  ] as const) {
    test(`tells 'not there' ${expected ? 'of' : 'not of'} '${text}' in proto3`, () => {
      assert.equal(fieldOf(`message M { ${text}; } enum E { A = 0; }`).hasPresence, expected);
    });
  }

  // As Google's TextFormat for Java reads defaults of proto2.
  for (const [type, text, expected] of [
    ['int32', '5', 5],
    ['int32', '-0x10', -16],
    ['uint32', '4294967295', -1],
    ['sint32', '010', 8],
    ['int64', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['uint64', '0xFFFFFFFFFFFFFFFF', -1n],
    ['fixed64', '010', 8n],
    ['sfixed64', '-0x10', -16n],
    ['sint64', '0', 0n],
    ['bool', 'true', true],
    ['bool', 'false', false],
    ['double', '-1.5e-3', -0.0015],
    ['double', 'inf', Infinity],
    ['float', '-inf', -Infinity],
    ['float', 'nan', NaN],
    ['string', '"a\\n"', 'a\n'],
    ['bytes', '"\\377a"', Buffer.from([0xff, 0x61])],
    ['E', 'B', -2],
    ['M', '"x"', null],
    ['int32', '{ a: 1 }', null],
  ] as const) {
    test(`has ${text} as default of ${type}`, () => {
      const declared = `message M { optional ${type} f = 1 [default = ${text}]; } enum E { A = 0; B = -2; }`;
      assert.deepEqual(fieldOf(declared, 'proto2').explicitDefault, expected);
      assert.equal(fieldOf(declared, 'proto3').explicitDefault, null);
    });
  }

  test("has Confluent's parameters of fields, in a list or one by one", () => {
    const one = (meta: string) => [...fieldOf(`message M { int32 f = 1 [${meta}]; }`).parameters];

    const list =
      '(confluent.field_meta) = { doc: "x", params: [{ key: "a", value: "1" }, { value: "2", key: "b" }, { key: "c" }, { value: "d" }, 5] }';
    assert.deepEqual(one(list), [
      ['a', '1'],
      ['b', '2'],
      ['c', ''],
    ]);
    assert.deepEqual(
      one('(confluent.field_meta) = { params: { key: "a" value: "1" } params { key: "b" value: word } }'),
      [
        ['a', '1'],
        ['b', ''],
      ],
    );
    for (const none of ['deprecated = true', '(confluent.field_meta) = "x"', '(other) = { params: { key: "a" } }'])
      assert.deepEqual(one(none), []);
  });

  test('is refused with what is wrong', () => {
    for (const [text, reason] of [
      ['message M { int32 a = 0; }', "field 'a' of 'M' has number 0, which is taken or none"],
      ['message M { int32 a = 536870912; }', "field 'a' of 'M' has number 536870912, which is taken or none"],
      ['message M { oneof o { int32 a = 1; } int32 b = 1; }', "field 'b' of 'M' has number 1, which is taken or none"],
      ['message M { oneof o { int32 a 1; } }', "'=' is expected in line 1"],
      ['syntax "proto3";', "'=' is expected in line 1"],
      ['syntax = "proto3" message M {}', "';' is expected in line 1"],
      ['package p message M {}', "';' is expected in line 1"],
      ['import "a.proto" message M {}', "';' is expected in line 1"],
      ['message M { map<string int32> m = 1; }', "',' is expected in line 1"],
      ['message M { map<string, int32 m = 1; }', "'>' is expected in line 1"],
      ['message M { int32 a = 1 [x = 1; }', "']' is expected in line 1"],
      ['message M { int32 a = 1 }', "';' is expected in line 1"],
      ['message M int32 a = 1; }', "'{' is expected in line 1"],
      ['message M { oneof o int32 a = 1; } }', "'{' is expected in line 1"],
      ['enum E A = 1; }', "'{' is expected in line 1"],
      ['enum E { A 1; }', "'=' is expected in line 1"],
      ['enum E { A = 1 }', "';' is expected in line 1"],
    ] as const)
      assert.throws(() => new ProtoSchema(text).firstMessage, invalid(reason), text);
    assert.equal(fieldOf('message M { int32 a = 536870911; }').number, 536_870_911);
  });

  test('nests messages a hundred deep (I7)', () => {
    const nested = (depth: number) => new ProtoSchema('message A {'.repeat(depth) + '}'.repeat(depth));

    assert.doesNotThrow(() => nested(101).firstMessage);
    assert.throws(() => nested(102), invalid('less nesting is expected in line 1'));
  });
});
