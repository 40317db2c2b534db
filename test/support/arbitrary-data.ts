/** Connect data that fast-check makes up: schemas of every shape, values of a schema, and values without one. */
import fc from 'fast-check';
import type { ConnectValue, SchemaAndValue } from '../../src/data/connect-value.ts';
import { Decimal } from '../../src/data/decimal.ts';
import { Instant } from '../../src/data/instant.ts';
import {
  dateName,
  dateSchema,
  decimalName,
  decimalSchema,
  timeName,
  timeSchema,
  timestampName,
  timestampSchema,
} from '../../src/data/logical-types.ts';
import type { PrimitiveType, Schema, SchemaTraits } from '../../src/data/schema.ts';
import { Struct } from '../../src/data/struct.ts';

/** Which values a format under test can carry. */
export interface DataShape {
  /** NaN and the infinities, which JSON has no form for. */
  readonly hasNonFinite: boolean;
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Texts of any UTF-16, halves of surrogate pairs included. */
export const anyText = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), loneSurrogate()) });

/** Texts that UTF-8 can carry. */
export const utf8Text = fc.string({ unit: 'binary' });

/** A schema with a value of it; null where it is optional, and a default here and there. */
export function schemaAndValue(shape: DataShape): fc.Arbitrary<SchemaAndValue> {
  return schemaOf(shape, 3).chain(schema => valueOf(schema, shape).map(value => ({ schema, value })));
}

/** A value as data without schema has it, with texts as the only keys of maps. */
export const untypedValue: fc.Arbitrary<ConnectValue> = fc.letrec<{ value: ConnectValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    int64,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(anyText, tie('value')), { maxLength: 4 })
      .map(entries => new Map<ConnectValue, ConnectValue>(entries)),
  ),
})).value;

/** A schema whose nesting is at most `depth`. */
function schemaOf(shape: DataShape, depth: number): fc.Arbitrary<Schema> {
  const leaf = fc.oneof(primitiveSchema(), logicalSchema());
  const schema = depth === 0 ? leaf : fc.oneof({ weight: 2, arbitrary: leaf }, nestedSchema(shape, depth - 1));
  return schema.chain((plain): fc.Arbitrary<Schema> => {
    // A struct would have to be one of the schema that has it for its default already.
    if (plain.type === 'STRUCT') return fc.constant(plain);
    return fc
      .option(valueOf({ ...plain, isOptional: false }, shape), { nil: undefined, freq: 3 })
      .map(defaultValue => ({ ...plain, defaultValue }));
  });
}

function primitiveSchema(): fc.Arbitrary<Schema> {
  const types: readonly PrimitiveType[] = [
    'INT8',
    'INT16',
    'INT32',
    'INT64',
    'FLOAT32',
    'FLOAT64',
    'BOOLEAN',
    'STRING',
    'BYTES',
  ];
  return fc.tuple(fc.constantFrom(...types), traits()).map(([type, some]) => ({ ...some, type }));
}

function logicalSchema(): fc.Arbitrary<Schema> {
  const decimals = fc.integer({ min: -5, max: 30 }).map(decimalSchema);
  const schema = fc.oneof(fc.constantFrom(dateSchema, timeSchema, timestampSchema), decimals);
  return fc.tuple(schema, fc.boolean()).map(([logical, isOptional]) => ({ ...logical, isOptional }));
}

function nestedSchema(shape: DataShape, depth: number): fc.Arbitrary<Schema> {
  const inner = schemaOf(shape, depth);
  const names = fc.uniqueArray(
    anyText.filter(name => name !== ''),
    { maxLength: 4 },
  );
  return fc.oneof(
    fc.tuple(traits(), inner).map(([some, items]): Schema => ({ ...some, type: 'ARRAY', items })),
    fc.tuple(traits(), inner, inner).map(([some, keys, values]): Schema => ({ ...some, type: 'MAP', keys, values })),
    names.chain(fieldNames =>
      fc
        .tuple(traits(), ...fieldNames.map(name => inner.map(schema => ({ name, schema }))))
        .map(([some, ...fields]): Schema => ({ ...some, type: 'STRUCT', fields })),
    ),
  );
}

function traits(): fc.Arbitrary<SchemaTraits> {
  const name = fc.option(anyText.filter(text => text !== '' && !logicalNames.has(text)));
  const parameters = fc.option(fc.array(fc.tuple(anyText, anyText), { maxLength: 2 }).map(entries => new Map(entries)));
  return fc.record({
    isOptional: fc.boolean(),
    name,
    version: fc.option(fc.integer()),
    doc: fc.option(anyText),
    parameters,
    defaultValue: fc.constant(undefined),
  });
}

const logicalNames: ReadonlySet<string> = new Set([decimalName, dateName, timeName, timestampName]);

/** A value of the schema, null included where it is optional. */
export function valueOf(schema: Schema, shape: DataShape): fc.Arbitrary<ConnectValue> {
  const value = presentValueOf(schema, shape);
  return schema.isOptional ? fc.option(value, { freq: 4 }) : value;
}

function presentValueOf(schema: Schema, shape: DataShape): fc.Arbitrary<ConnectValue> {
  const floats = { noNaN: !shape.hasNonFinite, noDefaultInfinity: !shape.hasNonFinite };
  switch (schema.name) {
    case decimalName:
      return fc
        .bigInt({ min: -(2n ** 120n), max: 2n ** 120n })
        .map(unscaled => new Decimal(unscaled, Number(schema.parameters?.get('scale'))));
    case dateName:
      return fc.integer().map(days => new Instant(BigInt(days) * 86_400_000n));
    case timeName:
      return fc.integer({ min: 0, max: 86_400_000 }).map(timeMs => new Instant(BigInt(timeMs)));
    case timestampName:
      return int64.map(epochMs => new Instant(epochMs));
    case null:
    default:
  }
  switch (schema.type) {
    case 'INT8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'INT16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'INT32':
      return fc.integer();
    case 'INT64':
      return int64;
    case 'FLOAT32':
      return fc.float(floats);
    case 'FLOAT64':
      return fc.double(floats);
    case 'BOOLEAN':
      return fc.boolean();
    case 'STRING':
      return anyText;
    case 'BYTES':
      return fc.uint8Array({ maxLength: 20 });
    default:
      return nestedValueOf(schema, shape);
  }
}

function nestedValueOf(schema: Schema, shape: DataShape): fc.Arbitrary<ConnectValue> {
  if (schema.type === 'STRUCT') {
    return fc
      .tuple(...schema.fields.map(field => valueOf(field.schema, shape)))
      .map(values => new Struct(schema, values));
  }
  if (schema.type === 'MAP' && schema.keys !== null && schema.values !== null) {
    // A text for a key has no null, whatever its schema says: Kafka Connect writes it as a property's name.
    const key = schema.keys.type === 'STRING' ? presentValueOf(schema.keys, shape) : valueOf(schema.keys, shape);
    return fc.array(fc.tuple(key, valueOf(schema.values, shape)), { maxLength: 4 }).map(entries => new Map(entries));
  }
  if (schema.type === 'ARRAY' && schema.items !== null) return fc.array(valueOf(schema.items, shape), { maxLength: 4 });
  throw new TypeError(`No values are made up for ${schema.type}`);
}

function loneSurrogate(): fc.Arbitrary<string> {
  return fc.integer({ min: 0xd800, max: 0xdfff }).map(unit => String.fromCharCode(unit));
}
