import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { DynamicMessage } from '../../../../src/converters/protobuf/proto-types.ts';

describe('a field of a message that is not there', () => {
  const empty = new Uint8Array();
  for (const [declared, expected] of [
    ...['double', 'float', 'int32', 'uint32', 'sint32', 'fixed32', 'sfixed32'].map(type => [type, 0] as const),
    ...['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'].map(type => [type, 0n] as const),
    ['bool', false],
    ['string', ''],
    ['bytes', empty],
    ['E', 3],
  ] as const) {
    test(`has the default of ${declared}`, () => {
      const text = `syntax = "proto2"; message M { optional ${declared} f = 1; repeated ${declared} g = 2; } enum E { A = 3; B = 0; }`;
      const type = new ProtoSchema(text).firstMessage;

      assert.deepEqual(
        type.fields.map(field => new DynamicMessage(type).get(field)),
        [expected, []],
      );
    });
  }

  test('has its own default, or is an empty message', () => {
    const text = 'syntax = "proto2"; message M { optional int32 f = 1 [default = 7]; optional M m = 2; }';
    const type = new ProtoSchema(text).firstMessage;

    const [number, message] = type.fields.map(field => new DynamicMessage(type).get(field));

    assert.equal(number, 7);
    assert.ok(message instanceof DynamicMessage);
    assert.deepEqual([message.type, message.values.size], [type, 0]);
  });
});
