import { ConfigDef } from '../config/config-def.ts';
import { isConnectMap, type ConnectValue } from '../data/connect-value.ts';
import { Decimal } from '../data/decimal.ts';
import { Instant } from '../data/instant.ts';
import type { Field, Schema, StructSchema } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { Struct } from '../data/struct.ts';
import { requireMap, requireStruct, requireStructSchema, unfit, type ConnectMap } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { copyBasics, rememberBySchema, withFields } from './updated-schema.ts';

const purpose = 'flattening';

/**
 * Makes one flat struct or map of nested ones: the names of fields are those of the levels above with a delimiter between them. Lists
 * stay as they are.
 *
 * @see `org.apache.kafka.connect.transforms.Flatten`.
 */
export const flattenKind: TransformKind = {
  simpleName: 'Flatten',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().define({
    name: 'delimiter',
    type: 'STRING',
    default: '.',
    importance: 'MEDIUM',
    documentation: 'What stands between the names of two levels.',
  }),
  create,
};

type Join = (prefix: string, name: string) => string;

function create({ config, side }: TransformOptions): Transform {
  const delimiter = config.string('delimiter');
  const join: Join = (prefix, name) => (prefix === '' ? name : prefix + delimiter + name);
  const updatedSchema = rememberBySchema((schema: Schema) => {
    const struct = requireStructSchema(schema);
    const defaultValue = schema.defaultValue instanceof Struct ? schema.defaultValue : null;
    return withFields(schema, [...flatFields(struct, '', { join, isOptional: schema.isOptional, defaultValue })]);
  });
  return record => {
    const { schema, value } = side.read(record);
    if (value === null) return record;
    if (schema === null) {
      const flat = new Map<ConnectValue, ConnectValue>();
      flattenMap(requireMap(value, purpose), '', { join, flat });
      return side.replace(record, null, flat);
    }
    const struct = requireStruct(value, purpose);
    const updated = updatedSchema(schema);
    const flat = new StructBuilder(updated);
    flattenStruct(struct, '', { join, flat });
    return side.replace(record, updated, flat.build());
  };
}

function flattenMap(
  map: ConnectMap,
  prefix: string,
  into: { readonly join: Join; readonly flat: Map<ConnectValue, ConnectValue> },
): void {
  for (const [key, value] of map) {
    if (typeof key !== 'string') throw unfit(`Keys of maps must be texts for [${purpose}]`);
    const name = into.join(prefix, key);
    if (isConnectMap(value)) flattenMap(value, name, into);
    else if (value instanceof Struct || value instanceof Decimal || value instanceof Instant) {
      throw unfit(`Flatten transformation does not support the value of field ${name} for record without schemas`);
    } else into.flat.set(name, value);
  }
}

function flattenStruct(
  struct: Struct,
  prefix: string,
  into: { readonly join: Join; readonly flat: StructBuilder },
): void {
  for (const [{ name, schema }, value] of struct.entries()) {
    const flatName = into.join(prefix, name);
    if (schema.type !== 'STRUCT') into.flat.put(flatName, struct.get(name));
    else if (value instanceof Struct) flattenStruct(value, flatName, into);
  }
}

interface Inherited {
  readonly join: Join;
  /** Whether a level above is optional. */
  readonly isOptional: boolean;
  /** Default of the level above; null if it has none. */
  readonly defaultValue: Struct | null;
}

function* flatFields(schema: StructSchema, prefix: string, inherited: Inherited): Generator<Field> {
  const { join } = inherited;
  for (const { name, schema: fieldSchema } of schema.fields) {
    const flatName = join(prefix, name);
    const isOptional = inherited.isOptional || fieldSchema.isOptional;
    const defaultValue = fieldSchema.defaultValue ?? inherited.defaultValue?.get(name) ?? null;
    if (fieldSchema.type === 'MAP') {
      throw unfit(`Flatten transformation does not support MAP for record with schemas (for field ${flatName}).`);
    }
    if (fieldSchema.type === 'STRUCT') {
      const structDefault = defaultValue instanceof Struct ? defaultValue : null;
      yield* flatFields(fieldSchema, flatName, { join, isOptional, defaultValue: structDefault });
    } else {
      const builder =
        fieldSchema.type === 'ARRAY' ? SchemaBuilder.array(fieldSchema.items) : SchemaBuilder.of(fieldSchema.type);
      yield { name: flatName, schema: leafSchema(fieldSchema, builder, { isOptional, defaultValue }) };
    }
  }
}

function leafSchema<S extends Schema>(
  schema: Schema,
  builder: SchemaBuilder<S>,
  traits: { readonly isOptional: boolean; readonly defaultValue: ConnectValue },
): S {
  copyBasics(schema, builder);
  if (traits.isOptional) builder.optional();
  if (traits.defaultValue !== null) builder.defaultValue(traits.defaultValue);
  return builder.build();
}
