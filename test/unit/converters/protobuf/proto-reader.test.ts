import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readMessage } from '../../../../src/converters/protobuf/proto-reader.ts';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { DynamicMessage, type ProtoValue } from '../../../../src/converters/protobuf/proto-types.ts';

const type = new ProtoSchema(`syntax = "proto3";
message M { M m = 1; repeated int32 packed = 2; repeated sint32 single = 3 [packed = false]; string s = 4; fixed32 f = 5;
  fixed64 g = 6; int32 i = 7; sint64 z = 8; repeated string texts = 9; M again = 10; uint64 u = 11; }`).firstMessage;

function plainOf(value: ProtoValue): unknown {
  if (value instanceof DynamicMessage)
    return Object.fromEntries([...value.values].map(([field, one]) => [field.name, plainOf(one)]));
  return Array.isArray(value) ? value.map(plainOf) : value;
}

const read = (hex: string): unknown => plainOf(readMessage(type, Buffer.from(hex, 'hex')));
const malformed = (reason: string) => ({
  code: 'DATA_INVALID',
  message: `The bytes are no Protobuf message: ${reason}`,
});

/** Message within message, so many times. */
function nested(depth: number): Buffer {
  let bytes = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    const length = bytes.length > 0x7f ? [(bytes.length & 0x7f) | 0x80, bytes.length >> 7] : [bytes.length];
    bytes = Buffer.concat([Buffer.from([0x0a, ...length]), bytes]);
  }
  return bytes;
}

describe("a Protobuf message's bytes", () => {
  // As Google's DynamicMessage for Java takes them.
  for (const [what, hex, expected] of [
    ['packed numbers', '1203' + '01ac02', { packed: [1, 300] }],
    ['numbers one by one where packed ones are told', '1001' + '1002', { packed: [1, 2] }],
    ['packed numbers where single ones are told', '1a020102', { single: [-1, 1] }],
    ['both ways in one list', '1001' + '120102' + '1003', { packed: [1, 2, 3] }],
    ['no packed numbers', '1200', { packed: [] }],
    ['texts, which are never packed', '4a0161' + '4a00', { texts: ['a', ''] }],
    ['the last of two values', '3801' + '3802', { i: 2 }],
    ['a message in two pieces', '0a023801' + '0a03220161', { m: { i: 1, s: 'a' } }],
    ['two messages', '0a023801' + '5202' + '3802', { m: { i: 1 }, again: { i: 2 } }],
    ['the lower bits of a number that is too long', '38ffffffffffffffff01', { i: -1 }],
    ['ten bytes of a number', '58ffffffffffffffffff01', { u: -1n }],
    ['the most and least of a zigzag', '40feffffffffffffffff01', { z: 9_223_372_036_854_775_807n }],
    ['a zero that ends its list of bits', '3880808000', {}],
    ['a byte order mark in a text', '2203efbbbf', { s: '\uFEFF' }],
    ['a number without sign as its bits', '2dffffffff' + '31feffffffffffffff', { f: -1, g: -2n }],
  ] as const) {
    test(`are read with ${what}`, () => assert.deepEqual(read(hex), expected));
  }

  for (const [what, hex] of [
    ['a number', '7801'],
    ['eight bytes', '790102030405060708'],
    ['bytes', '7a02ffff'],
    ['four bytes', '7d01020304'],
    ['a group', '7b' + '0801' + '7c'],
    ['a group with groups', '7b' + '7b7c' + '8301' + '0a00' + '8401' + '7c'],
    ['a known number in another wire type', '3d01020304'],
    ['a text in another wire type', '2001'],
    ['a list of texts in another wire type', '4801'],
  ] as const) {
    test(`are passed over where a field that is not known has ${what}`, () => {
      assert.deepEqual(read(`${hex}220161`), { s: 'a' });
    });
  }

  for (const [hex, reason] of [
    ['00', 'a field has number 0'],
    ['0701', 'a field has number 0'],
    ['7e', 'a field has wire type 6'],
    ['7f', 'a field has wire type 7'],
    ['7c', 'a field has wire type 4'],
    ['7b8401', 'a field has wire type 4'],
    ['7b', 'a number is cut off'],
    ['38', 'a number is cut off'],
    ['38ff', 'a number is cut off'],
    ['38ffffffffffffffffffff01', 'a number is longer than 10 bytes'],
    ['2d010203', 'a field is cut off'],
    ['31010203', 'a field is cut off'],
    ['2202' + '61', 'a field of 2 bytes is cut off'],
    ['0a02' + '2201', 'a field of 1 bytes is cut off'],
    ['0a01' + '38' + '01', 'a number is cut off'],
    ['1201' + 'ff' + '01', 'a number is cut off'],
    ['22' + 'ffffffffffffffffff01', 'a field of 18446744073709551615 bytes is cut off'],
    ['2201ff', 'a text is not valid UTF-8'],
  ] as const) {
    test(`are refused when they are ${hex}`, () => assert.throws(() => read(hex), malformed(reason)));
  }

  // As Google's reader for Java treats enums that a file of proto2 declares or uses as closed.
  for (const [syntax, imported, expected] of [
    ['proto3', 'proto3', { e: 9, list: [1, 9, 9, 1], packed: [1, 9] }],
    ['proto2', 'proto3', { e: 1, list: [1, 1], packed: [1] }],
    ['proto3', 'proto2', { e: 1, list: [1, 1], packed: [1] }],
  ] as const) {
    test(`have enums of ${imported} in ${syntax}`, () => {
      const own = `syntax = "${syntax}"; import "e.proto"; message M { optional E e = 1; repeated E list = 2; repeated E packed = 3; }`;
      const other = `syntax = "${imported}"; enum E { A = 0; B = 1; }`;
      const schema = new ProtoSchema(own, new Map([['e.proto', other]]));
      const hex = '0801' + '0809' + '1001' + '1009' + '1009' + '1001' + '1a020109';

      assert.deepEqual(plainOf(readMessage(schema.firstMessage, Buffer.from(hex, 'hex'))), expected);
    });
  }

  test('nest a hundred deep (I7)', () => {
    assert.doesNotThrow(() => readMessage(type, nested(100)));
    assert.throws(() => readMessage(type, nested(101)), malformed('messages are nested deeper than 100 levels'));
    const groups = (depth: number) => '7b'.repeat(depth) + '7c'.repeat(depth);
    assert.deepEqual(read(groups(100)), {});
    assert.throws(() => read(groups(101)), malformed('groups are nested deeper than 100 levels'));
  });
});
