import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readMessage } from '../../../../src/converters/protobuf/proto-reader.ts';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { writeMessage } from '../../../../src/converters/protobuf/proto-writer.ts';
import { readProtobufSchema } from '../../../../src/converters/protobuf/protobuf-schema-reader.ts';
import { writeProtobufSchema } from '../../../../src/converters/protobuf/protobuf-schema-writer.ts';
import { fromMessage, toMessage } from '../../../../src/converters/protobuf/protobuf-values.ts';
import type { ConnectValue } from '../../../../src/data/connect-value.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { Instant } from '../../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../../src/data/logical-types.ts';
import {
  plainTraits,
  stringSchema,
  type PrimitiveType,
  type Schema,
  type StructSchema,
} from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { protobufOptions } from '../../../support/protobuf-options.ts';
import { of } from '../../../support/schemas.ts';

type Settings = Readonly<Record<string, string>>;

const ownPrefix = 'io.confluent.connect.protobuf.';
const optional = (type: PrimitiveType, extra: Partial<Schema> = {}): Schema => of(type, { ...extra, isOptional: true });
const list = (items: Schema): Schema => ({ ...plainTraits, type: 'ARRAY', items });
const map = (keys: Schema, values: Schema): Schema => ({ ...plainTraits, type: 'MAP', name: 'm', keys, values });

function struct(name: string, fields: Readonly<Record<string, Schema>>): StructSchema {
  return {
    ...plainTraits,
    type: 'STRUCT',
    name,
    fields: Object.entries(fields).map(([one, schema]) => ({ name: one, schema })),
  };
}

/** Bytes of a struct with this only field, by the message of its own schema. */
function written(schema: Schema, value: ConnectValue, settings: Settings = {}): string {
  const options = protobufOptions(settings);
  const whole = struct('M', { f: schema });
  const { text, messageName } = writeProtobufSchema(whole, options);
  const type = new ProtoSchema(text).message(messageName);
  return writeMessage(toMessage(whole, new Struct(whole, [value]), type, options)).toString('hex');
}

function plainOf(value: ConnectValue): unknown {
  if (value instanceof Struct)
    return Object.fromEntries([...value.entries()].map(([field, one]) => [field.name, plainOf(one)]));
  return value instanceof Map ? [...value] : value;
}

/** What bytes of the message M are read as. */
function read(types: string, hex: string, settings: Settings = {}, syntax = 'proto3'): unknown {
  const options = protobufOptions(settings);
  const imports = ['confluent/type/decimal', 'google/type/date', 'google/type/timeofday', 'google/protobuf/timestamp']
    .concat('google/protobuf/wrappers')
    .map(path => `import "${path}.proto";`);
  const type = new ProtoSchema(`syntax = "${syntax}"; ${imports.join('')} ${types}`).firstMessage;
  return plainOf(
    fromMessage(readProtobufSchema(type, null, options), readMessage(type, Buffer.from(hex, 'hex')), options),
  );
}

const invalid = (message: string) => ({ code: 'DATA_INVALID', message });

describe('a Connect value as a Protobuf message', () => {
  const told = (type: string) => ({ parameters: new Map([[`${ownPrefix}Type`, type]]) });
  const color = {
    parameters: new Map([
      [`${ownPrefix}Enum`, 'E'],
      [`${ownPrefix}Enum.A`, '0'],
      [`${ownPrefix}Enum.B`, '3'],
    ]),
    name: 'E',
  };
  const wrapped = { 'wrapper.for.nullables': 'true' };
  for (const [schema, value, hex, settings = {}] of [
    [of('INT64', told('uint32')), 4_294_967_295n, '08ffffffff0f'],
    [of('INT64', told('fixed32')), 4_294_967_295n, '0dffffffff'],
    [optional('INT64', told('uint32')), 4_294_967_295n, '0a0608ffffffff0f', wrapped],
    [optional('INT32'), 0, '0a00', wrapped],
    [optional('STRING'), null, '', wrapped],
    [optional('INT32'), 0, '0800', { 'optional.for.nullables': 'true' }],
    [of('STRING', color), 'B', '0803'],
    [of('INT32', color), 3, '0803'],
    [list(of('STRING', color)), ['A', 'B'], '0a020003'],
    [list(stringSchema), [], ''],
    [
      map(optional('STRING'), optional('INT32')),
      new Map([
        [null, 1],
        ['', null],
      ]),
      '0a021001' + '0a00',
    ],
    [of('INT32', { defaultValue: 5, isOptional: true }), null, '0805'],
    [of('INT32', { defaultValue: 5, isOptional: true }), null, '', { 'ignore.default.for.nullables': 'true' }],
  ] as readonly (readonly [Schema, ConnectValue, string, Settings?])[]) {
    test(`is '${hex}' of ${schema.type} with ${JSON.stringify(settings)}`, () => {
      assert.equal(written(schema, value, settings), hex);
    });
  }

  test('has the field of a union that is not null', () => {
    const tag = (number: string) => ({ parameters: new Map([[`${ownPrefix}Tag`, number]]) });
    const union = struct(`${ownPrefix}Union.o`, { i: optional('INT32', tag('4')), s: optional('STRING', tag('5')) });

    assert.equal(written(union, new Struct(union, [null, 'x'])), '2a0178');
    assert.equal(written(union, new Struct(union, [0, null])), '2000');
    assert.throws(() => written(union, new Struct(union, [null, null])), invalid('Cannot find non-null field'));
  });

  test('is refused when it is none of its schema', () => {
    const other = struct('N', { x: of('INT64') });
    const own = struct('N', { x: of('INT32') });
    for (const [schema, value, message] of [
      [own, new Struct(other, [1n]), 'Mismatching struct schema'],
      [own, 5, 'Mismatching struct schema'],
      [struct(`${ownPrefix}Union.o`, {}), 'x', 'Mismatching struct schema'],
      [list(stringSchema), 'x', 'Invalid value for type ARRAY'],
      [list(stringSchema), ['x', null], "Null within the list 'f', which Protobuf cannot hold"],
      [list(map(stringSchema, stringSchema)), [new Map()], 'A list or map within a list has no Protobuf'],
      [map(stringSchema, stringSchema), ['x'], 'Invalid value for type MAP'],
      [of('STRING', color), 'C', "'C' is no symbol of enum 'M.E'"],
      [decimalSchema(2), 5, 'Invalid type for Decimal, expected BigDecimal'],
      [dateSchema, 'x', 'Invalid type for org.apache.kafka.connect.data.Date, expected Date'],
    ] as const)
      assert.throws(() => written(schema, value), invalid(message), message);
    assert.throws(() => written(of('INT32'), 'x'), { code: 'DATA_INVALID' });
  });

  // As Google's and Confluent's messages have them.
  for (const [schema, value, hex] of [
    [decimalSchema(2), new Decimal(-150n, 2), '0a08' + '0a02ff6a' + '1003' + '1802'],
    [decimalSchema(0), new Decimal(0n, 0), '0a05' + '0a0100' + '1001'],
    [dateSchema, new Instant(0n), '0a07' + '08b20f' + '1001' + '1801'],
    // 3 January of 1 BC, as Java's calendar has years before 1582 and counts them from 1 in either era.
    [dateSchema, new Instant(-62_167_219_200_000n), '0a06' + '0801' + '1001' + '1803'],
    [timeSchema, new Instant(3_661_001n), '0a0a' + '0801' + '1001' + '1801' + '20c0843d'],
    [timeSchema, new Instant(86_400_000n), '0a00'],
    [timestampSchema, new Instant(1_001n), '0a06' + '0801' + '10c0843d'],
    [timestampSchema, new Instant(-62_135_596_800_000n), '0a0b' + '088092b8c398feffffff01'],
    [timestampSchema, new Instant(253_402_300_799_999n), '0a0d' + '08ff82d1ffaf07' + '10c08faedc03'],
  ] as const) {
    test(`is '${hex}' of ${schema.name ?? ''}`, () => {
      assert.equal(written(schema, value), hex);
    });
  }

  test('is no timestamp before the year 1 or after 9999', () => {
    for (const epochMs of [-62_135_596_800_001n, 253_402_300_800_000n])
      assert.throws(() => written(timestampSchema, new Instant(epochMs)), { message: /^Timestamp is not valid/ });
  });
});

describe('a Protobuf message as a Connect value', () => {
  const decimal = (precision: string) => `message M { confluent.type.Decimal f = 1; } // ${precision}`;
  for (const [types, hex, expected, settings = {}] of [
    ['message M { E f = 1; } enum E { A = 0; B = 3; }', '0803', { f: 'B' }],
    ['message M { E f = 1; } enum E { A = 0; B = 3; }', '0805', { f: 'UNKNOWN_ENUM_VALUE_E_5' }],
    ['message M { E f = 1; } enum E { A = 0; B = 3; }', '0805', { f: 5 }, { 'int.for.enums': 'true' }],
    ['message M { repeated E f = 1; } enum E { A = 0; B = 3; }', '0a020300', { f: ['B', 'A'] }],
    [
      'message M { repeated E f = 1; } enum E { A = 0; B = 3; }',
      '0a020300',
      { f: [3, 0] },
      { 'int.for.enums': 'true' },
    ],
    [
      'message M { map<string, E> f = 1; } enum E { A = 0; B = 3; }',
      '0a0510030a0161' + '0a00',
      {
        f: [
          ['a', 'B'],
          ['', 'A'],
        ],
      },
    ],
    [
      'message M { int32 f = 1 [(confluent.field_meta) = { params: { key: "connect.type", value: "int8" } }]; }',
      '08ff01',
      { f: -1 },
    ],
    [
      'message M { int32 f = 1 [(confluent.field_meta) = { params: { key: "connect.type", value: "int16" } }]; }',
      '08ffff03',
      { f: -1 },
    ],
    [
      'message M { fixed32 f = 1; uint64 g = 2; }',
      '0dffffffff' + '10ffffffffffffffffff01',
      { f: 4_294_967_295n, g: -1n },
    ],
    [
      'message M { google.protobuf.UInt32Value f = 1; google.protobuf.BoolValue g = 2; }',
      '0a0608ffffffff0f',
      { f: 4_294_967_295n, g: null },
      { 'wrapper.for.nullables': 'true' },
    ],
    [
      'message M { optional int32 f = 1; int32 g = 2; repeated int32 h = 3; M m = 4; }',
      '',
      { f: null, g: 0, h: [], m: null },
    ],
    ['message M { optional int32 f = 1; }', '0800', { f: 0 }],
    ['message M { optional int32 f = 1; }', '', { f: 0 }, { 'generate.struct.for.nulls': 'true' }],
    [
      'message M { oneof o { int32 i = 1; string s = 2; } oneof p { bool b = 3; } }',
      '1200',
      { o_0: { i: null, s: '' }, p_1: null },
    ],
    ['message M { oneof o { int32 i = 1; string s = 2; } }', '1200', { i: null, s: '' }, { 'flatten.unions': 'true' }],
    [
      'message M { google.type.Date f = 1; google.type.TimeOfDay g = 2; }',
      '0a07' + '08b20f' + '1001' + '1802' + '1202' + '1801',
      { f: new Instant(86_400_000n), g: new Instant(1000n) },
    ],
    [
      'message M { google.type.TimeOfDay f = 1; }',
      '0a0c' + '0817' + '103b' + '183b' + '20ff93ebdc03',
      { f: new Instant(86_399_999n) },
    ],
    [
      'message M { google.protobuf.Timestamp f = 1; }',
      '0a0f' + '08ffffffffffffffffff01' + '10c0843d',
      { f: new Instant(-999n) },
    ],
    // Decimals have as many digits as they tell, the last one rounded half up.
    [decimal('all of 12345'), '0a06' + '0a023039' + '1802', { f: new Decimal(12_345n, 2) }],
    [decimal('6 digits'), '0a08' + '0a023039' + '1006' + '1802', { f: new Decimal(12_345n, 2) }],
    [decimal('5 digits'), '0a08' + '0a023039' + '1005' + '1802', { f: new Decimal(12_345n, 2) }],
    [decimal('4 digits'), '0a08' + '0a023039' + '1004' + '1802', { f: new Decimal(1235n, 1) }],
    [decimal('3 digits'), '0a08' + '0a023039' + '1003' + '1802', { f: new Decimal(123n, 0) }],
    [decimal('-12345, 4 digits'), '0a08' + '0a02cfc7' + '1004' + '1802', { f: new Decimal(-1235n, 1) }],
    [decimal('9995, 3 digits'), '0a08' + '0a02270b' + '1003' + '1802', { f: new Decimal(100n, 0) }],
  ] as readonly (readonly [string, string, unknown, Settings?])[]) {
    test(`is read of '${hex}' of ${types} with ${JSON.stringify(settings)}`, () => {
      assert.deepEqual(read(types, hex, settings), expected);
    });
  }

  for (const [type, hex, message] of [
    ['confluent.type.Decimal', '1801', 'A decimal has at least one byte'],
    ['google.type.TimeOfDay', '0818', '24:0:0 with 0 nanoseconds is no time of a day'],
    ['google.type.TimeOfDay', '103c', '0:60:0 with 0 nanoseconds is no time of a day'],
    ['google.type.TimeOfDay', '183c', '0:0:60 with 0 nanoseconds is no time of a day'],
    ['google.type.TimeOfDay', '208094ebdc03', '0:0:0 with 1000000000 nanoseconds is no time of a day'],
    ['google.type.TimeOfDay', '08ffffffffffffffffff01', '-1:0:0 with 0 nanoseconds is no time of a day'],
    ['google.type.Date', '08b20f' + '100d' + '1801', '1970-13-1 is no day'],
    ['google.type.Date', '1001' + '1801', '0-1-1 is no day'],
    [
      'google.protobuf.Timestamp',
      '10ffffffffffffffffff01',
      'Timestamp is not valid. Seconds (0) or nanos (-1) is out of range',
    ],
    [
      'google.protobuf.Timestamp',
      '108094ebdc03',
      'Timestamp is not valid. Seconds (0) or nanos (1000000000) is out of range',
    ],
    [
      'google.protobuf.Timestamp',
      '08ff91b8c398feffffff01',
      'Timestamp is not valid. Seconds (-62135596801) or nanos (0) is out of range',
    ],
  ] as const) {
    test(`is refused with '${message}'`, () => {
      const length = (hex.length / 2).toString(16).padStart(2, '0');
      assert.throws(() => read(`message M { ${type} f = 1; }`, `0a${length}${hex}`), invalid(message));
    });
  }
});
