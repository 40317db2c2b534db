/** Connect data that AvroConverter writes in ways of its own, or refuses. */
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import { bytesSchema, plainTraits, stringSchema, type Schema, type StructSchema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { writeCase, type AvroDataCase, type Settings } from './avro-data-cases.ts';
import { avroEnum, fixed, generalEnum, structOf, withParameters } from './avro-data-writes.ts';
import { optional, primitive } from './transform-records.ts';

const int32 = primitive('INT32');
const listOf = (items: Schema): Schema => ({ ...plainTraits, type: 'ARRAY', items });
export const mapOf = (values: Schema, keys: Schema = stringSchema): Schema => ({
  ...plainTraits,
  type: 'MAP',
  keys,
  values,
});
const withDefault = (schema: Schema, defaultValue: ConnectValue): Schema => ({ ...schema, defaultValue });
const enhanced: Settings = { 'enhanced.avro.schema.support': 'true' };
const generalized: Settings = { 'generalized.sum.type.support': 'true' };
const scrubbed: Settings = { 'scrub.invalid.names': 'true' };
const discarding: Settings = { 'discard.type.doc.default': 'true' };

/** A case for each of the settings. */
function written(
  title: string,
  schema: Schema | null,
  value: ConnectValue,
  settings: readonly Settings[] = [{}],
): readonly AvroDataCase[] {
  return settings.map(config => writeCase({ title, schema, value }, config));
}

/** A case of a struct of one field, `it`. */
function inField(
  title: string,
  schema: Schema,
  value: ConnectValue,
  settings?: readonly Settings[],
): readonly AvroDataCase[] {
  const holder = structOf({ it: schema }, 'places.Holder');
  return written(title, holder, new Struct(holder, [value]), settings);
}

const point = structOf({ x: int32 }, 'shapes.Point');
const optionalPoint: StructSchema = { ...point, isOptional: true };
const twice = structOf(
  { one: point, two: point, three: optional(point), four: listOf(point), five: mapOf(optional(point)) },
  'shapes.Twice',
);
const nameless = structOf({
  inner: structOf({ a: int32 }),
  other: structOf({ b: stringSchema }),
  same: structOf({ a: int32 }),
});

export function named(name: string, fieldName = 'x'): readonly [StructSchema, Struct] {
  const schema = structOf({ [fieldName]: int32 }, name);
  return [schema, new Struct(schema, [1])];
}

const names: readonly AvroDataCase[] = [
  ...[
    'dash-ed',
    'a b',
    '1st',
    'dollar$',
    'per%cent',
    'plus+',
    'a*',
    'tilde~',
    "o'clock",
    'x!',
    'x(y)',
    'hünd',
    '_ok',
    'A9',
  ].flatMap(name => [
    ...written(`struct '${name}'`, ...named(name), [{}, scrubbed]),
    ...written(`struct 'space.${name}'`, ...named(`space.${name}`), [{}, scrubbed]),
    ...written(`field '${name}'`, ...named('N', name), [{}, scrubbed]),
  ]),
  ...written('a struct with an empty name', ...named('')),
  ...written('a text with a name no Avro type can have', { ...stringSchema, name: '1 2' }, 'x', [{}, scrubbed]),
  ...written(
    'two fields that are scrubbed to one name',
    structOf({ 'a-': int32, 'a*': int32 }),
    new Struct(structOf({ 'a-': int32, 'a*': int32 }), [1, 2]),
    [scrubbed],
  ),
];

const structs: readonly AvroDataCase[] = [
  ...written(
    'a struct at several places',
    twice,
    new Struct(twice, [
      new Struct(point, [1]),
      new Struct(point, [2]),
      null,
      [new Struct(point, [3])],
      new Map([['k', null]]),
    ]),
  ),
  ...written(
    'structs without names',
    nameless,
    new Struct(nameless, [
      new Struct(structOf({ a: int32 }), [1]),
      new Struct(structOf({ b: stringSchema }), ['b']),
      new Struct(structOf({ a: int32 }), [2]),
    ]),
  ),
  ...written('a struct without fields', structOf({}, 'E'), new Struct(structOf({}, 'E'), [])),
  ...written('an optional struct that is null', optionalPoint, null),
  ...written('a list of optional structs', listOf(optionalPoint), [new Struct(optionalPoint, [1]), null]),
  ...written(
    'a struct with empty parameters and version 0',
    { ...point, version: 0, parameters: new Map() },
    new Struct({ ...point, version: 0, parameters: new Map() }, [1]),
  ),
  ...[{}, discarding, { 'connect.meta.data': 'false' }].flatMap(config => {
    const documented = withParameters(
      { ...point, doc: 'own' },
      {
        'io.confluent.connect.avro.record.doc': 'of the record',
        'io.confluent.connect.avro.field.doc.x': 'of the field',
        'connect.record.doc': 'of the type',
        'avro.extra': '5',
      },
    );
    return documented.type === 'STRUCT'
      ? written('a documented struct', documented, new Struct(documented, [1]), [config])
      : [];
  }),
  ...inField('a documented field', { ...int32, doc: 'of the field' }, 1, [{}, discarding]),
  ...inField(
    'a default that came from Avro',
    withParameters(withDefault(int32, 5), { 'io.confluent.connect.avro.field.default': 'true' }),
    1,
    [{}, discarding],
  ),
];

const defaults: readonly AvroDataCase[] = [
  ...inField('a default of a struct', withDefault(point, new Struct(point, [7])), new Struct(point, [1])),
  ...inField('a default of a list of structs', withDefault(listOf(point), [new Struct(point, [7])]), []),
  ...inField('a default of a map', withDefault(mapOf(int32), new Map([['k', 1]])), new Map()),
  ...inField(
    'a default of a map of other keys',
    withDefault(mapOf(stringSchema, int32), new Map([[5, 'v']])),
    new Map(),
  ),
  ...inField('a default of nested lists', withDefault(listOf(listOf(optional(int32))), [[1, null], []]), []),
  ...inField('a default with a null', withDefault(mapOf(optional(int32)), new Map([['k', null]])), new Map()),
  ...inField('a default float', withDefault(primitive('FLOAT32'), Math.fround(0.1)), 0),
  ...inField('a default float of many digits', withDefault(primitive('FLOAT32'), Math.fround(1e20)), 0),
  ...inField('a default double', withDefault(primitive('FLOAT64'), 1e21), 0),
  ...inField('a default double without digits', withDefault(primitive('FLOAT64'), 100), 0),
  ...inField('a default that is large', withDefault(primitive('INT64'), 2n ** 62n + 1n), 0n),
  ...inField('a default negative zero', withDefault(primitive('FLOAT64'), -0), 0),
  ...inField('a default with signs', withDefault(stringSchema, '"\\/\u0001ä€😀\u2028'), ''),
  ...written('an optional list with a default', optional(withDefault(listOf(int32), [1])), null),
  ...written('a default of a decimal', withDefault(decimalSchema(1), new Decimal(-15n, 1)), new Decimal(1n, 1)),
];

const union = (fields: Readonly<Record<string, Schema>>): StructSchema =>
  structOf(
    Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, optional(schema)])),
    'io.confluent.connect.avro.Union',
  );
const numbers = union({ int: int32, string: stringSchema });
const many = union({
  boolean: primitive('BOOLEAN'),
  array: listOf(int32),
  map: mapOf(int32),
  Point: point,
  bytes: bytesSchema,
  Suit: avroEnum,
  Code: fixed,
});
const general = withParameters(numbers, { 'org.apache.kafka.connect.data.Union': 'connect_union_0' });
const branchOf = (schema: StructSchema, index: number, value: ConnectValue): Struct =>
  new Struct(
    schema,
    schema.fields.map((_field, place) => (place === index ? value : null)),
  );
const inUnion = union({ Holder: structOf({ u: numbers }, 'n.Holder'), int: int32 });

const unions: readonly AvroDataCase[] = [
  ...written('the first of a union', numbers, branchOf(numbers, 0, 5)),
  ...written('the second of a union', numbers, branchOf(numbers, 1, 'x')),
  ...written('a union of which two are set', numbers, new Struct(numbers, [5, 'x'])),
  ...written('a union of which none is set', numbers, branchOf(numbers, 9, null)),
  ...written(
    'an optional union of which none is set',
    optional(numbers),
    branchOf({ ...numbers, isOptional: true }, 9, null),
  ),
  ...written('an optional union that is null', optional(numbers), null),
  ...inField('a union in a field', numbers, branchOf(numbers, 1, 'x')),
  ...inField('an optional union in a field that is null', optional(numbers), null),
  ...inField('a union with a default', withDefault(numbers, branchOf(numbers, 0, 3)), branchOf(numbers, 1, 'x')),
  ...inField(
    'a union with a default of its second',
    withDefault(numbers, branchOf(numbers, 1, 'd')),
    branchOf(numbers, 0, 1),
  ),
  ...written('a list of unions', listOf(optional(numbers)), [branchOf({ ...numbers, isOptional: true }, 0, 1), null]),
  ...[
    true,
    [1, 2],
    new Map([['k', 1]]),
    new Struct(optionalPoint, [3]),
    Buffer.from('b'),
    'CLUBS',
    Buffer.from('abc'),
  ].flatMap((value, index) => written(`branch ${index} of many`, many, branchOf(many, index, value), [{}, enhanced])),
  ...written('a generalized union', general, general.type === 'STRUCT' ? branchOf(general, 1, 'x') : null, [
    {},
    generalized,
  ]),
  ...written(
    'a union within a union',
    inUnion,
    branchOf(
      inUnion,
      0,
      new Struct({ ...structOf({ u: numbers }, 'n.Holder'), isOptional: true }, [branchOf(numbers, 1, 'x')]),
    ),
  ),
  ...written(
    'a union of two types that are one in Avro',
    union({ int8: primitive('INT8'), int32 }),
    branchOf(union({ int8: primitive('INT8'), int32 }), 0, 1),
  ),
  ...written(
    'a union of types of one name',
    union({ a: avroEnum, b: point }),
    branchOf(union({ a: avroEnum, b: point }), 0, 'CLUBS'),
    [enhanced],
  ),
  ...written('a union of one', union({ int: int32 }), branchOf(union({ int: int32 }), 0, 5)),
  ...written('an empty union', union({}), new Struct(union({}), [])),
];

const logical: readonly AvroDataCase[] = [
  ...[-2, 0, 64, 65].flatMap(scale =>
    written(`a decimal of scale ${scale}`, decimalSchema(scale), new Decimal(5n, scale)),
  ),
  ...['3', '2', '0', '-1', 'x'].flatMap(precision =>
    written(
      `a decimal of scale 2 and precision ${precision}`,
      withParameters(decimalSchema(2), { 'connect.decimal.precision': precision }),
      new Decimal(5n, 2),
    ),
  ),
  ...written('a decimal of another scale', decimalSchema(2), new Decimal(5n, 3)),
  ...written('a decimal without scale', { ...decimalSchema(2), parameters: null }, new Decimal(5n, 2)),
  ...written(
    'a decimal that has to be a text',
    { ...stringSchema, name: 'org.apache.kafka.connect.data.Decimal' },
    'x',
  ),
  ...written(
    'a date that has to be a text',
    { ...stringSchema, name: 'org.apache.kafka.connect.data.Date' },
    new Instant(0n),
  ),
  ...written('a date that is a number', dateSchema, 5),
  ...written(
    'a timestamp of a smaller type',
    { ...int32, name: 'org.apache.kafka.connect.data.Timestamp' },
    new Instant(5n),
  ),
  ...written('a date with a time', dateSchema, new Instant(1n)),
  ...written('a time of another day', timeSchema, new Instant(86_400_000n)),
  ...written('a time before its day', timeSchema, new Instant(-1n)),
  ...written('a timestamp of another version', { ...timestampSchema, version: 7 }, new Instant(1n)),
  ...written(
    'a fixed decimal of all its bytes',
    withParameters(decimalSchema(2), { 'connect.fixed.size': '2', 'connect.decimal.precision': '4' }),
    new Decimal(1234n, 2),
  ),
  ...written(
    'a fixed decimal whose precision is too large for it',
    withParameters(decimalSchema(2), { 'connect.fixed.size': '1' }),
    new Decimal(12n, 2),
  ),
];

const wrong: readonly AvroDataCase[] = [
  ...(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'BYTES'] as const).flatMap(type =>
    written(`a text for ${type}`, primitive(type), 'x'),
  ),
  ...written('a boolean for a text', stringSchema, true),
  ...written('a text for a list', listOf(int32), 'x'),
  ...written('a list for a map', mapOf(int32), [1]),
  ...written('a map for a list', listOf(int32), new Map([['k', 1]])),
  ...written('a text in a list of numbers', listOf(int32), ['x']),
  ...written('a null in a list', listOf(int32), [null]),
  ...written('a null in a map', mapOf(int32), new Map([['k', null]])),
  ...written('a null as a key', mapOf(int32), new Map([[null, 1]])),
  ...written('a null as another key', mapOf(int32, int32), new Map([[null, 1]])),
  ...written('a null as an optional key', mapOf(int32, optional(stringSchema)), new Map([[null, 1]])),
  ...written('a null as an optional key of an Avro map', mapOf(int32, optional(stringSchema)), new Map([[null, 1]]), [
    { 'allow.optional.map.keys': 'true' },
  ]),
  ...written('a number as a key', mapOf(int32), new Map([[5, 1]])),
  ...written('a null', int32, null),
  ...written('a null for a default', withDefault(int32, 5), null),
  ...written('a null in a field', point, new Struct(point, [null])),
  ...written('a struct of another schema', point, new Struct(structOf({ x: int32 }, 'shapes.Other'), [1])),
  ...written('a struct of the same schema, optional', point, new Struct(optionalPoint, [1])),
  ...written('a text for a struct', point, 'x'),
  ...written('an unknown symbol', avroEnum, 'STARS', [{}, enhanced]),
  ...written('an unknown symbol of a generalized enum', generalEnum, 'STARS', [generalized]),
  ...written('a symbol', avroEnum, 'CLUBS', [enhanced]),
  ...written('bytes that are too few', fixed, Buffer.from('a')),
];

const narrow = (type: 'INT8' | 'INT16' | 'INT32' | 'FLOAT32', value: number): NarrowNumber =>
  new NarrowNumber(type, value);
const schemaless: readonly AvroDataCase[] = [
  null,
  true,
  'text',
  5n,
  1.5,
  narrow('INT8', -1),
  narrow('INT16', 300),
  narrow('INT32', 70_000),
  narrow('FLOAT32', 0.5),
  [],
  [1n, 'x', null, [true]],
  new Map<ConnectValue, ConnectValue>(),
  new Map<ConnectValue, ConnectValue>([['k', null]]),
  new Map<ConnectValue, ConnectValue>([[5n, new Map([['deep', [1.5]]])]]),
  new Map<ConnectValue, ConnectValue>([[null, 'v']]),
  new Decimal(1n, 1),
  new Instant(0n),
  new Struct(point, [1]),
].flatMap((value, index) => written(`data without schema, ${index}`, null, value));

const keys = Array.from({ length: 40 }, (_, index) => `${'key'.repeat(index % 3)}${index * 7919}`).toSorted();
const others: readonly AvroDataCase[] = [
  ...written('a large map', mapOf(int32), new Map(keys.map((key, index) => [key, index]))),
  ...written(
    'a map of odd keys',
    mapOf(int32),
    new Map(['', '__proto__', 'constructor', 'ä', '€', '😀'].toSorted().map(key => [key, 1])),
  ),
  ...written(
    'a map of maps of other keys',
    mapOf(mapOf(stringSchema, primitive('INT64'))),
    new Map([['k', new Map([[1n, 'v']])]]),
  ),
  ...written(
    'two maps of the same other keys',
    structOf({ a: mapOf(stringSchema, int32), b: mapOf(stringSchema, int32) }),
    new Struct(structOf({ a: mapOf(stringSchema, int32), b: mapOf(stringSchema, int32) }), [
      new Map([[1, 'a']]),
      new Map([[2, 'b']]),
    ]),
  ),
  ...written('floats that are no numbers', listOf(primitive('FLOAT32')), [NaN, Infinity, -Infinity, -0]),
  ...written('doubles that are no numbers', listOf(primitive('FLOAT64')), [NaN, Infinity, -Infinity, -0]),
  ...written(
    'a key of Avro given twice',
    withParameters(dateSchema, { 'avro.java.string': 'String' }),
    new Instant(0n),
  ),
  ...written('a name of one of its types', { ...int32, name: 'int' }, 5),
  ...written(
    'a fixed in two places',
    structOf({ a: fixed, b: listOf(fixed) }),
    new Struct(structOf({ a: fixed, b: listOf(fixed) }), [Buffer.from('abc'), [Buffer.from('def')]]),
  ),
  ...written('a fixed without name', withParameters(bytesSchema, { 'connect.fixed.size': '3' }), Buffer.from('abc')),
  ...written(
    'a fixed whose size is no number',
    withParameters({ ...bytesSchema, name: 'F' }, { 'connect.fixed.size': 'x' }),
    Buffer.from('abc'),
  ),
  ...written(
    'an enum without symbols',
    withParameters({ ...stringSchema, name: 'E' }, { 'io.confluent.connect.avro.Enum': 'E' }),
    'x',
    [enhanced],
  ),
  ...written(
    'an enum whose default is no symbol',
    withParameters(avroEnum, { 'io.confluent.connect.avro.enum.default.Suit': 'STARS' }),
    'CLUBS',
    [enhanced],
  ),
  ...written('an enum of another name', { ...avroEnum, name: 'other.Name' }, 'CLUBS', [enhanced]),
  ...written('an enum without name', { ...avroEnum, name: null }, 'CLUBS', [enhanced]),
];

/** All of them. */
export const specialWrites: readonly AvroDataCase[] = [
  ...names,
  ...structs,
  ...defaults,
  ...unions,
  ...logical,
  ...wrong,
  ...schemaless,
  ...others,
];
