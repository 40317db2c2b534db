/** Connect data of every type, in every place, for AvroConverter to write. */
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { bytesSchema, plainTraits, stringSchema, type Schema, type StructSchema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import type { Settings, Written } from './avro-data-cases.ts';
import { optional, primitive } from './transform-records.ts';

/** A type with two of its values. */
interface Sample {
  readonly schema: Schema;
  readonly value: ConnectValue;
  readonly other: ConnectValue;
}

const sample = (schema: Schema, value: ConnectValue, other: ConnectValue): Sample => ({ schema, value, other });

export function structOf(fields: Readonly<Record<string, Schema>>, name?: string): StructSchema {
  const builder = SchemaBuilder.struct(Object.entries(fields).map(([field, schema]) => ({ name: field, schema })));
  return name === undefined ? builder.build() : builder.name(name).build();
}

export function withParameters(schema: Schema, parameters: Readonly<Record<string, string>>): Schema {
  return { ...schema, parameters: new Map([...(schema.parameters ?? []), ...Object.entries(parameters)]) };
}

const enumName = 'io.confluent.connect.avro.Enum';
export const avroEnum = withParameters(
  { ...stringSchema, name: 'shapes.Suit' },
  {
    'io.confluent.connect.avro.enum.doc.Suit': 'of cards',
    'io.confluent.connect.avro.enum.default.Suit': 'CLUBS',
    [enumName]: 'shapes.Suit',
    [`${enumName}.SPADES`]: 'SPADES',
    [`${enumName}.CLUBS`]: 'CLUBS',
    [`${enumName}.HEARTS`]: 'HEARTS',
  },
);
const generalEnumName = 'org.apache.kafka.connect.data.Enum';
export const generalEnum = withParameters(
  { ...stringSchema, name: 'shapes.Suit' },
  { [generalEnumName]: 'shapes.Suit', [`${generalEnumName}.SPADES`]: '0', [`${generalEnumName}.CLUBS`]: '1' },
);
export const fixed = withParameters({ ...bytesSchema, name: 'shapes.Code' }, { 'connect.fixed.size': '3' });
const point = structOf({ x: primitive('INT32'), label: optional(stringSchema) }, 'shapes.Point');
const anonymous = structOf({ x: primitive('INT64'), y: { ...primitive('INT16'), defaultValue: 9 } });

export const samples: Readonly<Record<string, Sample>> = {
  int8: sample(primitive('INT8'), -128, 5),
  int16: sample(primitive('INT16'), 32_767, -1),
  int32: sample(primitive('INT32'), -2_147_483_648, 7),
  int64: sample(primitive('INT64'), 2n ** 63n - 1n, -3n),
  float32: sample(primitive('FLOAT32'), 1.5, -0.25),
  float64: sample(primitive('FLOAT64'), 1e300, 0.1),
  boolean: sample(primitive('BOOLEAN'), true, false),
  string: sample(stringSchema, 'ä€😀', ''),
  bytes: sample(bytesSchema, Buffer.from([0, 200, 255]), Buffer.from([9, 128])),
  decimal: sample(decimalSchema(2), new Decimal(-12_345n, 2), new Decimal(129n, 2)),
  'decimal of a precision': sample(
    withParameters(decimalSchema(3), { 'connect.decimal.precision': '9' }),
    new Decimal(1n, 3),
    new Decimal(-1n, 3),
  ),
  date: sample(dateSchema, new Instant(86_400_000n * 19_000n), new Instant(-86_400_000n)),
  time: sample(timeSchema, new Instant(86_399_999n), new Instant(0n)),
  timestamp: sample(timestampSchema, new Instant(-1n), new Instant(1_700_000_000_123n)),
  enum: sample(avroEnum, 'HEARTS', 'CLUBS'),
  'generalized enum': sample(generalEnum, 'CLUBS', 'SPADES'),
  fixed: sample(fixed, Buffer.from([1, 2, 255]), Buffer.from([0, 0, 0])),
  list: sample({ ...plainTraits, type: 'ARRAY', items: optional(primitive('INT32')) }, [1, null, -3], []),
  map: sample(
    { ...plainTraits, type: 'MAP', keys: stringSchema, values: optional(primitive('INT64')) },
    new Map([
      ['b', 1n],
      ['key 17', null],
      ['a', 3n],
    ]),
    new Map(),
  ),
  'map of numbers': sample(
    { ...plainTraits, type: 'MAP', keys: primitive('INT32'), values: stringSchema },
    new Map([
      [-1, ''],
      [5, 'five'],
    ]),
    new Map(),
  ),
  'named map of numbers': sample(
    { ...plainTraits, type: 'MAP', keys: primitive('INT32'), values: stringSchema, name: 'shapes.Names' },
    new Map([[5, 'five']]),
    new Map(),
  ),
  'map of optional keys': sample(
    { ...plainTraits, type: 'MAP', keys: optional(stringSchema), values: primitive('INT8') },
    new Map([['k', 1]]),
    new Map(),
  ),
  struct: sample(point, new Struct(point, [4, 'here']), new Struct(point, [5, null])),
  'struct without name': sample(anonymous, new Struct(anonymous, [1n, null]), new Struct(anonymous, [2n, 3])),
};

/** The sample as it may be declared, by how. */
function declare({ schema, value, other }: Sample): Readonly<Record<string, readonly [Schema, ConnectValue]>> {
  const withDefault = { ...schema, defaultValue: retyped(schema, other) };
  const described = withParameters(
    { ...schema, doc: 'a "doc"', version: schema.version ?? 3, name: schema.name ?? 'my.name' },
    { p: 'v', 'avro.java.string': 'String' },
  );
  return {
    '': [schema, value],
    optional: [optional(schema), value],
    'null of optional': [optional(schema), null],
    'with default': [withDefault, value],
    'null with default': [optional(withDefault), null],
    'optional with default': [optional(withDefault), value],
    described: [described, retyped(described, value)],
  };
}

/** Structs say their schema, so a struct of a schema that was changed has to say the changed one. */
function retyped(schema: Schema, value: ConnectValue): ConnectValue {
  return value instanceof Struct && schema.type === 'STRUCT' ? new Struct(schema, value.values) : value;
}

type Place = (schema: Schema, value: ConnectValue) => readonly [Schema, ConnectValue];

const field: Place = (schema, value) => {
  const holder = structOf({ before: primitive('BOOLEAN'), it: schema }, 'places.Holder');
  return [holder, new Struct(holder, [true, value])];
};
const places: Readonly<Record<string, Place>> = {
  itself: (schema, value) => [schema, value],
  'in a field': field,
  'in a list': (schema, value) => [{ ...plainTraits, type: 'ARRAY', items: schema }, [value, value]],
  'in a map': (schema, value) => [
    { ...plainTraits, type: 'MAP', keys: stringSchema, values: schema },
    new Map([['k', value]]),
  ],
  'as a key': (schema, value) => [
    { ...plainTraits, type: 'MAP', keys: schema, values: primitive('BOOLEAN') },
    new Map([[value, true]]),
  ],
  'in an optional struct in a list': (schema, value) => {
    const holder = structOf({ it: schema }, 'places.Item');
    return [
      { ...plainTraits, type: 'ARRAY', items: optional(holder) },
      [new Struct(optionalStruct(holder), [value]), null],
    ];
  },
};

function optionalStruct(schema: StructSchema): StructSchema {
  return { ...schema, isOptional: true };
}

/** Settings that change what is written, one by one and together. */
export const writeSettings: readonly Settings[] = [
  { 'connect.meta.data': 'false' },
  { 'enhanced.avro.schema.support': 'true' },
  { 'generalized.sum.type.support': 'true' },
  { 'discard.type.doc.default': 'true' },
  // Three that have nothing to do with each other.
  { 'ignore.default.for.nullables': 'true', 'allow.optional.map.keys': 'true', 'scrub.invalid.names': 'true' },
  { 'enhanced.avro.schema.support': 'true', 'connect.meta.data': 'false', 'discard.type.doc.default': 'true' },
];

/** Every sample, however declared, wherever it stands. But maps of other keys within keys of such, both named MapEntry, which Java writes in a schema that cannot be read. */
export const writtenEverywhere: readonly Written[] = Object.entries(samples).flatMap(([type, one]) =>
  Object.entries(declare(one)).flatMap(([how, [schema, value]]) =>
    Object.entries(places)
      .filter(([place]) => place !== 'as a key' || schema.type !== 'MAP')
      .map(([place, put]) => {
        const [whole, data] = put(schema, value);
        return { title: [type, how, place].filter(part => part !== '').join(' '), schema: whole, value: data };
      }),
  ),
);

/** Every sample, however declared, in a field, under the settings. But enums under a setting that calls them otherwise, where Java ends in a NullPointerException. */
export const writtenInFields: readonly (readonly [Written, Settings])[] = writeSettings.flatMap(settings =>
  Object.entries(samples)
    .filter(([type]) => {
      if (type === 'enum') return settings['generalized.sum.type.support'] === undefined;
      return type !== 'generalized enum' || settings['enhanced.avro.schema.support'] === undefined;
    })
    .flatMap(([type, one]) =>
      Object.entries(declare(one)).map(([how, [schema, value]]): readonly [Written, Settings] => {
        const [whole, data] = field(schema, value);
        return [{ title: [type, how].filter(part => part !== '').join(' '), schema: whole, value: data }, settings];
      }),
    ),
);
