import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canReadProto } from '../../../../src/converters/protobuf/can-read-proto.ts';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';

const message = (fields: string, name = 'M', syntax = 'proto3'): ReturnType<ProtoSchema['message']> =>
  new ProtoSchema(`syntax = "${syntax}"; message ${name} { ${fields} } enum E { A = 0; } enum F { B = 0; }`)
    .firstMessage;

/** Fields to read with, fields of the data. The verdicts follow from the source of Confluent's `SchemaDiff`. */
const readable: readonly (readonly [string, string, string])[] = [
  ['the same', 'int32 a = 1;', 'int32 a = 1;'],
  ['another name', 'int32 b = 1;', 'int32 a = 1;'],
  ['more fields', '', 'int32 a = 1; string b = 2;'],
  ['fewer fields', 'int32 a = 1; string b = 2;', 'int32 a = 1;'],
  ['optional fields', 'int32 a = 1;', 'optional int32 a = 1;'],
  ['numbers of one form', 'int64 a = 1; bool b = 2; E c = 3;', 'int32 a = 1; uint64 b = 2; F c = 3;'],
  ['enums as numbers, and numbers as enums', 'int32 a = 1; E b = 2;', 'E a = 1; uint32 b = 2;'],
  ['signed numbers', 'sint64 a = 1;', 'sint32 a = 1;'],
  ['fixed numbers', 'sfixed32 a = 1; fixed64 b = 2;', 'fixed32 a = 1; sfixed64 b = 2;'],
  ['texts as bytes', 'bytes a = 1;', 'string a = 1;'],
  ['maps', 'map<string, int64> a = 1;', 'map<string, int32> a = 1;'],
  ['messages', 'N a = 1; message N { int64 b = 1; }', 'N a = 1; message N { int32 b = 1; string c = 2; }'],
  ['messages that contain themselves', 'M a = 1; int64 b = 2;', 'M a = 1; int32 b = 2;'],
  ['a choice with new fields', 'oneof x { int32 a = 1; int32 b = 2; }', 'oneof y { int32 a = 1; }'],
  ['a single field that becomes a choice', 'oneof x { int32 a = 1; int32 b = 2; }', 'int32 a = 1;'],
  ['a choice that is none any more', 'int32 a = 1; int32 b = 2;', 'oneof x { int32 a = 1; int32 b = 2; }'],
  ['a choice that is gone', '', 'oneof x { int32 a = 1; int32 b = 2; }'],
];

const unreadable: readonly (readonly [string, string, string])[] = [
  ['numbers of another form', 'sint32 a = 1;', 'int32 a = 1;'],
  ['floats as doubles', 'double a = 1;', 'float a = 1;'],
  ['texts as numbers', 'int32 a = 1;', 'string a = 1;'],
  ['lists as single ones', 'int32 a = 1;', 'repeated int32 a = 1;'],
  ['messages as texts', 'string a = 1;', 'N a = 1; message N {}'],
  ['texts as messages', 'N a = 1; message N {}', 'string a = 1;'],
  ['messages of another name', 'N a = 1; message N {}', 'O a = 1; message O {}'],
  ['messages that are not read', 'N a = 1; message N { int32 b = 1; }', 'N a = 1; message N { string b = 1; }'],
  ['maps of another type', 'map<string, int32> a = 1;', 'map<string, string> a = 1;'],
  ['maps as messages', 'repeated N a = 1; message N { string key = 1; int32 value = 2; }', 'map<string, int32> a = 1;'],
  ['two fields as a choice', 'oneof x { int32 a = 1; int32 b = 2; }', 'int32 a = 1; int32 b = 2;'],
  ['two choices as one', 'oneof x { int32 a = 1; int32 b = 2; }', 'oneof x { int32 a = 1; } oneof y { int32 b = 2; }'],
  ['part of a choice', 'oneof x { int32 a = 1; }', 'oneof x { int32 a = 1; int32 b = 2; }'],
];

describe('a Protobuf message', () => {
  for (const [title, target, own] of readable) {
    test(`reads ${title}`, () => {
      assert.equal(canReadProto(message(target), message(own)), true);
    });
  }

  for (const [title, target, own] of unreadable) {
    test(`does not read ${title}`, () => {
      assert.equal(canReadProto(message(target), message(own)), false);
    });
  }

  test('does not read one of another name', () => {
    assert.equal(canReadProto(message('', 'M'), message('', 'N')), false);
  });

  test('reads required fields of data that has them, and requires none that it lacks', () => {
    const [required, none, optional] = ['required int32 a = 1;', '', 'optional int32 a = 1;'].map(fields =>
      message(fields, 'M', 'proto2'),
    );
    assert.ok(required !== undefined && none !== undefined && optional !== undefined);

    const verdicts = [
      [required, required],
      [required, none],
      [none, required],
      [optional, none],
    ] as const;

    assert.deepEqual(
      verdicts.map(([target, own]) => canReadProto(target, own)),
      [true, false, false, true],
    );
  });
});
