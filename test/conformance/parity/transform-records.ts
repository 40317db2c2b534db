/** Records that transforms are tried on: every type, with schema and without, null, and what does not fit. */
import { ConnectHeaders } from '../../../src/data/connect-headers.ts';
import type { ConnectValue, SchemaAndValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import {
  optionalStringSchema,
  plainTraits,
  stringSchema,
  type PrimitiveType,
  type Schema,
  type StructSchema,
} from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { Struct } from '../../../src/data/struct.ts';
import type { ConnectRecord } from '../../../src/transforms/connect-record.ts';

export function primitive(type: PrimitiveType, extra: Partial<Schema> = {}): Schema {
  return { ...plainTraits, ...extra, type };
}

export function optional(schema: Schema): Schema {
  return { ...schema, isOptional: true };
}

function structOf(fields: Readonly<Record<string, Schema>>): SchemaBuilder<StructSchema> {
  return SchemaBuilder.struct(Object.entries(fields).map(([name, schema]) => ({ name, schema })));
}

function valuesOf(fields: Readonly<Record<string, ConnectValue>>): Map<string, ConnectValue> {
  return new Map(Object.entries(fields));
}

function mapOf(fields: Readonly<Record<string, ConnectValue>>): ReadonlyMap<ConnectValue, ConnectValue> {
  return new Map(Object.entries(fields));
}

const inner = structOf({
  x: primitive('INT32'),
  'dotted.name': optionalStringSchema,
  y: { ...primitive('INT64'), defaultValue: 7n },
})
  .optional()
  .build();

const middle = structOf({ inner, note: optionalStringSchema }).optional().build();

const everything = structOf({
  i8: primitive('INT8'),
  i16: primitive('INT16'),
  i32: primitive('INT32'),
  i64: primitive('INT64'),
  f32: primitive('FLOAT32'),
  f64: primitive('FLOAT64'),
  bool: primitive('BOOLEAN'),
  str: stringSchema,
  numStr: optionalStringSchema,
  bytes: optional(primitive('BYTES')),
  dec: optional(decimalSchema(2)),
  date: optional(dateSchema),
  time: optional(timeSchema),
  ts: optional(timestampSchema),
  arr: optional({ ...plainTraits, type: 'ARRAY', items: primitive('INT32') }),
  withDefault: { ...optionalStringSchema, defaultValue: 'def' },
  required: { ...primitive('INT32'), defaultValue: 42 },
  'a.b': optionalStringSchema,
  nested: middle,
})
  .name('Everything')
  .version(3)
  .doc('All of it')
  .parameters(new Map([['p', 'v']]))
  .build();

const nested = new Struct(
  middle,
  valuesOf({ inner: new Struct(inner, valuesOf({ x: 5, 'dotted.name': 'dot', y: 9n })), note: 'n' }),
);

const full = new Struct(
  everything,
  valuesOf({
    i8: -5,
    i16: 300,
    i32: 70_000,
    i64: 1_483_272_000_123n,
    f32: 1.5,
    f64: -2.75,
    bool: true,
    str: 'text',
    numStr: '17',
    bytes: Buffer.from([0, 1, 255]),
    dec: new Decimal(12345n, 2),
    date: new Instant(86_400_000n * 365n),
    time: new Instant(3_723_004n),
    ts: new Instant(1_483_272_000_123n),
    arr: [1, 2],
    withDefault: 'given',
    required: 1,
    'a.b': 'dots',
    nested,
  }),
);

const sparse = new Struct(
  everything,
  valuesOf({
    i8: 127,
    i16: -1,
    i32: -2147483648,
    i64: -1n,
    f32: Math.fround(3e38),
    f64: 1e300,
    bool: false,
    str: '2017-01-01 12:00:00',
    required: 2,
    nested: new Struct(middle, valuesOf({ note: 'only' })),
  }),
);

const nullDefaults = new Struct(everything, [...full.values].toSpliced(15, 2, null, null));

const withMap = structOf({
  m: { ...plainTraits, type: 'MAP', keys: stringSchema, values: primitive('INT32') },
  str: stringSchema,
}).build();

const optionalStruct = structOf({ ts: timestampSchema, str: optionalStringSchema }).optional().build();
const defaultedStruct = structOf({ ts: timestampSchema, str: optionalStringSchema })
  .defaultValue(
    new Struct(structOf({ ts: timestampSchema, str: optionalStringSchema }).build(), valuesOf({ ts: new Instant(5n) })),
  )
  .build();
const parent = structOf({
  child: {
    ...structOf({ a: primitive('INT32'), b: optionalStringSchema }).build(),
    defaultValue: new Struct(structOf({ a: primitive('INT32'), b: optionalStringSchema }).build(), valuesOf({ a: 3 })),
  },
}).build();

const schemalessFull = mapOf({
  i8: new NarrowNumber('INT8', 5),
  i16: new NarrowNumber('INT16', 300),
  i32: new NarrowNumber('INT32', 70_000),
  i64: 1_483_272_000_123n,
  f32: new NarrowNumber('FLOAT32', 1.5),
  f64: 2.75,
  bool: true,
  str: 'text',
  numStr: '-17',
  bytes: Buffer.from([7]),
  arr: [1n, 'x', null],
  'a.b': 'dots',
  nested: mapOf({ inner: mapOf({ x: 5n, 'dotted.name': 'dot' }), note: null }),
  nothing: null,
});

/** Data for the side that a transform works on, by what it shows. */
export const sideData: Readonly<Record<string, SchemaAndValue>> = {
  struct: { schema: everything, value: full },
  'sparse struct': { schema: everything, value: sparse },
  'struct with null defaults': { schema: everything, value: nullDefaults },
  'null of a schema': { schema: optionalStruct, value: null },
  'optional struct': {
    schema: optionalStruct,
    value: new Struct(optionalStruct, valuesOf({ ts: new Instant(1n), str: 's' })),
  },
  'struct with a default': {
    schema: defaultedStruct,
    value: new Struct(defaultedStruct, valuesOf({ ts: new Instant(1_000n), str: 's' })),
  },
  'struct with a map': { schema: withMap, value: new Struct(withMap, valuesOf({ m: new Map([['k', 1]]), str: 's' })) },
  'struct with a default below': { schema: parent, value: new Struct(parent, []) },
  map: { schema: null, value: schemalessFull },
  'map with a decimal': {
    schema: null,
    value: mapOf({ dec: new Decimal(150n, 2), ts: new Instant(1_483_272_000_123n) }),
  },
  'empty map': { schema: null, value: new Map() },
  tombstone: { schema: null, value: null },
  'text without schema': { schema: null, value: '2017-01-01 12:00:00' },
  'number without schema': { schema: null, value: 1_483_272_000_123n },
  'double without schema': { schema: null, value: -1.5 },
  text: { schema: optionalStringSchema, value: '42' },
  number: { schema: primitive('INT64'), value: 1_483_272_000_123n },
  'small number': { schema: primitive('INT16', { name: 'small', defaultValue: 3 }), value: 258 },
  float: { schema: primitive('FLOAT32'), value: 3.75 },
  boolean: { schema: primitive('BOOLEAN'), value: true },
  bytes: { schema: primitive('BYTES'), value: Buffer.from('hi') },
  decimal: { schema: decimalSchema(1), value: new Decimal(-12345n, 1) },
  date: { schema: dateSchema, value: new Instant(86_400_000n * 3n) },
  time: { schema: optional(timeSchema), value: new Instant(12_345n) },
  timestamp: { schema: timestampSchema, value: new Instant(-62_135_769_600_001n) },
  list: { schema: { ...plainTraits, type: 'ARRAY', items: stringSchema, name: 'L' }, value: ['a'] },
  'map with schema': {
    schema: { ...plainTraits, type: 'MAP', keys: primitive('INT32'), values: stringSchema },
    value: new Map([[1, 'a']]),
  },
};

const headers = new ConnectHeaders([
  { key: 'h1', schema: stringSchema, value: 'one' },
  { key: 'h2', schema: primitive('INT32'), value: 2 },
  { key: 'h1', schema: null, value: null },
]);

/** A record with that data on one side. */
export function recordOf(
  side: 'Key' | 'Value',
  data: SchemaAndValue,
  extra: Partial<ConnectRecord> = {},
): ConnectRecord {
  const key = side === 'Key' ? data : { schema: stringSchema, value: 'the key' };
  const value = side === 'Value' ? data : { schema: null, value: 'the value' };
  return {
    topic: 'orders-eu',
    partition: 3,
    keySchema: key.schema,
    key: key.value,
    valueSchema: value.schema,
    value: value.value,
    timestampMs: 1_483_272_000_123n,
    headers,
    origin: { kind: 'sink', topic: 'orders-eu', partition: 3, offset: 9_007_199_254_740_993n },
    ...extra,
  };
}
