/** Files that Protobuf schemas import without registering them: those of Google and of Confluent. */

/** Path of the file with the wrappers of single values. */
export const wrappersPath = 'google/protobuf/wrappers.proto';

/** As Confluent's converter registers it for data that is one single value. */
export const wrappersText = `syntax = "proto3";
package google.protobuf;

option java_package = "com.google.protobuf";
option java_outer_classname = "WrappersProto";
option java_multiple_files = true;
option go_package = "google.golang.org/protobuf/types/known/wrapperspb";
option cc_enable_arenas = true;
option objc_class_prefix = "GPB";
option csharp_namespace = "Google.Protobuf.WellKnownTypes";

message DoubleValue {
  double value = 1;
}
message FloatValue {
  float value = 1;
}
message Int64Value {
  int64 value = 1;
}
message UInt64Value {
  uint64 value = 1;
}
message Int32Value {
  int32 value = 1;
}
message UInt32Value {
  uint32 value = 1;
}
message BoolValue {
  bool value = 1;
}
message StringValue {
  string value = 1;
}
message BytesValue {
  bytes value = 1;
}
`;

/** Texts by path. */
export const knownProtoFiles: ReadonlyMap<string, string> = new Map([
  [wrappersPath, wrappersText],
  [
    'google/protobuf/timestamp.proto',
    file('google.protobuf', 'message Timestamp { int64 seconds = 1; int32 nanos = 2; }'),
  ],
  [
    'google/protobuf/duration.proto',
    file('google.protobuf', 'message Duration { int64 seconds = 1; int32 nanos = 2; }'),
  ],
  ['google/protobuf/empty.proto', file('google.protobuf', 'message Empty {}')],
  ['google/protobuf/any.proto', file('google.protobuf', 'message Any { string type_url = 1; bytes value = 2; }')],
  ['google/protobuf/field_mask.proto', file('google.protobuf', 'message FieldMask { repeated string paths = 1; }')],
  [
    'google/protobuf/struct.proto',
    file(
      'google.protobuf',
      `message Struct { map<string, Value> fields = 1; }
      message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3;
        bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6; } }
      enum NullValue { NULL_VALUE = 0; }
      message ListValue { repeated Value values = 1; }`,
    ),
  ],
  // What only serves options is of no use here.
  ['google/protobuf/descriptor.proto', file('google.protobuf', '')],
  ['confluent/meta.proto', file('confluent', '')],
  ['google/type/date.proto', file('google.type', 'message Date { int32 year = 1; int32 month = 2; int32 day = 3; }')],
  [
    'google/type/timeofday.proto',
    file(
      'google.type',
      'message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
    ),
  ],
  [
    'confluent/type/decimal.proto',
    file('confluent.type', 'message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }'),
  ],
]);

function file(packageName: string, types: string): string {
  return `syntax = "proto3"; package ${packageName}; ${types}`;
}
