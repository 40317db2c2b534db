import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { DynamicMessage, findProtoField, type ProtoValue } from '../../../../src/converters/protobuf/proto-types.ts';
import { writeMessage } from '../../../../src/converters/protobuf/proto-writer.ts';

const type = new ProtoSchema(`syntax = "proto3";
message M { int32 i = 1; int64 l = 2; uint32 u = 3; uint64 v = 4; sint32 s = 5; sint64 t = 6; fixed32 f = 7; fixed64 g = 8; bool b = 9;
  E e = 10; double d = 11; float h = 12; bytes y = 13; repeated E packed = 14; repeated sint32 single = 15 [packed = false];
  optional int32 o = 16; int32 far = 536870911; repeated int32 farList = 536870910; oneof c { int32 first = 17; string second = 18; } M m = 19; }
enum E { A = 0; B = -1; }`).firstMessage;

function messageOf(values: Readonly<Record<string, ProtoValue>>): DynamicMessage {
  const message = new DynamicMessage(type);
  for (const [name, value] of Object.entries(values)) {
    const field = findProtoField(type, name);
    assert.ok(field !== undefined, name);
    message.set(field, value);
  }
  return message;
}

describe("a Protobuf message's bytes", () => {
  // As protobuf for Python writes these messages.
  for (const [values, hex] of [
    [{ i: 127 }, '087f'],
    [{ i: 128 }, '088001'],
    [{ i: -1 }, '08ffffffffffffffffff01'],
    [{ l: 4_294_967_295n }, '10ffffffff0f'],
    [{ l: 4_294_967_296n }, '108080808010'],
    [{ l: -(2n ** 63n) }, '1080808080808080808001'],
    [{ u: -1 }, '18ffffffff0f'],
    [{ v: -1n }, '20ffffffffffffffffff01'],
    [{ s: -2_147_483_648 }, '28ffffffff0f'],
    [{ s: 2_147_483_647 }, '28feffffff0f'],
    [{ t: -1n }, '3001'],
    [{ t: -(2n ** 63n) }, '30ffffffffffffffffff01'],
    [{ f: -1 }, '3dffffffff'],
    [{ g: -2n }, '41feffffffffffffff'],
    [{ b: true }, '4801'],
    [{ e: -1 }, '50ffffffffffffffffff01'],
    [{ d: -0 }, '590000000000000080'],
    [{ h: 1.5 }, '650000c03f'],
    [{ packed: [0, -1] }, '720b00ffffffffffffffffff01'],
    [{ packed: [] }, ''],
    [{ single: [0, -1] }, '78007801'],
    [{ far: 1 }, 'f8ffffff0f01'],
    [{ farList: [1] }, 'f2ffffff0f0101'],
    [{ o: 0 }, '800100'],
    [{ m: messageOf({}) }, '9a0100'],
    // Values that are not told from 'not there'.
    [{ i: 0, l: 0n, b: false, e: 0, d: 0, y: new Uint8Array() }, ''],
    // One of a choice, and in the order of their numbers.
    [{ second: 'x', first: 0 }, '880100'],
    [{ first: 1, second: '' }, '920100'],
    [{ o: 1, i: 2 }, '0802' + '800101'],
  ] as readonly (readonly [Readonly<Record<string, ProtoValue>>, string])[]) {
    test(`are '${hex}' of ${Object.keys(values).join(', ')}`, () => {
      assert.equal(writeMessage(messageOf(values)).toString('hex'), hex);
    });
  }

  test('grow with what is written', () => {
    const bytes = writeMessage(messageOf({ i: 1, y: Buffer.alloc(300, 7), m: messageOf({ y: Buffer.alloc(61, 8) }) }));

    const long = '6aac02' + '07'.repeat(300);
    assert.equal(bytes.toString('hex'), `0801${long}9a013f6a3d${'08'.repeat(61)}`);
  });
});
