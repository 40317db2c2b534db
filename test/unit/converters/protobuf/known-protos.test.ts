import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { knownProtoFiles } from '../../../../src/converters/protobuf/known-protos.ts';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';

/** The fields of a message that a schema gets from a file it imports, with their numbers. */
function fieldsOf(path: string, fullName: string): readonly string[] {
  const { fields } = new ProtoSchema(`syntax = "proto3"; import "${path}";`).message(fullName);
  return fields.map(({ name, number, type, isRepeated }) => {
    const typeName = type.kind === 'scalar' ? type.scalar : type.type.fullName.replace('google.protobuf.', '');
    return `${number} ${isRepeated ? '*' : ''}${typeName} ${name}`;
  });
}

describe('files that are imported without being registered', () => {
  // As Google and Confluent publish them.
  for (const [path, fullName, ...fields] of [
    ['google/protobuf/timestamp.proto', 'google.protobuf.Timestamp', '1 int64 seconds', '2 int32 nanos'],
    ['google/protobuf/duration.proto', 'google.protobuf.Duration', '1 int64 seconds', '2 int32 nanos'],
    ['google/protobuf/empty.proto', 'google.protobuf.Empty'],
    ['google/protobuf/any.proto', 'google.protobuf.Any', '1 string type_url', '2 bytes value'],
    ['google/protobuf/field_mask.proto', 'google.protobuf.FieldMask', '1 *string paths'],
    ['google/protobuf/struct.proto', 'google.protobuf.Struct', '1 *Struct.fieldsEntry fields'],
    [
      'google/protobuf/struct.proto',
      'google.protobuf.Value',
      '1 NullValue null_value',
      '2 double number_value',
      '3 string string_value',
      '4 bool bool_value',
      '5 Struct struct_value',
      '6 ListValue list_value',
    ],
    ['google/protobuf/struct.proto', 'google.protobuf.ListValue', '1 *Value values'],
    ['google/type/date.proto', 'google.type.Date', '1 int32 year', '2 int32 month', '3 int32 day'],
    [
      'google/type/timeofday.proto',
      'google.type.TimeOfDay',
      '1 int32 hours',
      '2 int32 minutes',
      '3 int32 seconds',
      '4 int32 nanos',
    ],
    ['confluent/type/decimal.proto', 'confluent.type.Decimal', '1 bytes value', '2 uint32 precision', '3 int32 scale'],
    ...['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
      name =>
        ['google/protobuf/wrappers.proto', `google.protobuf.${name}Value`, `1 ${name.toLowerCase()} value`] as const,
    ),
  ] as readonly (readonly [string, string, ...(readonly string[])])[]) {
    test(`have ${fullName}`, () => assert.deepEqual(fieldsOf(path, fullName), fields));
  }

  test('may only serve options', () => {
    for (const path of ['google/protobuf/descriptor.proto', 'confluent/meta.proto'])
      assert.doesNotThrow(() => new ProtoSchema(`import "${path}"; message M {}`).firstMessage, path);
    assert.equal(knownProtoFiles.size, 12);
  });
});
