import { ConfigDef } from '../config/config-def.ts';
import type { Schema } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { toTyped } from '../data/untyped-value.ts';
import { castValue, type CastType } from './cast-value.ts';
import { parseCastSpec } from './cast-spec.ts';
import { listRule, replaceNullKey } from './common-keys.ts';
import { requireMap, requireStruct, requireStructSchema } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { copyBasics, readField, rememberBySchema } from './updated-schema.ts';

const purpose = 'cast types';

/**
 * Casts fields, or the whole key or value, to other types, as Java's primitive casts and parsers do.
 *
 * @see `org.apache.kafka.connect.transforms.Cast`.
 */
export const castKind: TransformKind = {
  simpleName: 'Cast',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'spec',
      type: 'LIST',
      validator: listRule('list of colon-delimited pairs, e.g. `foo:bar,abc:xyz`', parseCastSpec),
      importance: 'HIGH',
      documentation:
        'Fields with the types to cast them to, as `field1:type,field2:type`, or one type for the whole value. Types are int8, int16, int32, int64, float32, float64, boolean and string; bytes can be cast to string only.',
    },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const spec = parseCastSpec(config.list('spec'));
  const replacesNull = config.boolean('replace.null.with.default');
  const updatedSchema = rememberBySchema((schema: Schema) =>
    spec.kind === 'whole' ? wholeSchema(schema, spec.type) : fieldsSchema(schema, spec.types),
  );
  return record => {
    const { schema, value } = side.read(record);
    if (value === null) return record;
    if (schema === null) {
      if (spec.kind === 'whole') return side.replace(record, null, castValue(null, value, spec.type));
      const updated = new Map(requireMap(value, purpose));
      for (const [field, type] of spec.types) updated.set(field, castValue(null, updated.get(field) ?? null, type));
      return side.replace(record, null, updated);
    }
    const updated = updatedSchema(schema);
    if (spec.kind === 'whole' || updated.type !== 'STRUCT') {
      const type = spec.kind === 'whole' ? spec.type : 'STRING';
      return side.replace(record, updated, toTyped(updated, castValue(schema, value, type)));
    }
    const struct = requireStruct(value, purpose);
    const builder = new StructBuilder(updated);
    for (const { name, schema: fieldSchema } of struct.schema.fields) {
      const field = readField(struct, name, replacesNull);
      const type = spec.types.get(name);
      builder.put(name, type === undefined ? field : bare(type, castValue(fieldSchema, field, type)));
    }
    return side.replace(record, updated, builder.build());
  };
}

function wholeSchema(schema: Schema, type: CastType): Schema {
  return withCastTraits(copyBasics(schema, SchemaBuilder.of(type)), schema, type);
}

function fieldsSchema(schema: Schema, types: ReadonlyMap<string, CastType>): Schema {
  const struct = requireStructSchema(schema);
  const fields = struct.fields.map(field => {
    const type = types.get(field.name);
    if (type === undefined) return field;
    return { name: field.name, schema: withCastTraits(SchemaBuilder.of(type), field.schema, type) };
  });
  const builder = copyBasics(schema, SchemaBuilder.struct(fields));
  if (schema.isOptional) builder.optional();
  // Kafka Connect tries to cast the default struct to a struct, which is no type to cast to or from.
  if (schema.defaultValue !== undefined) castValue(schema, schema.defaultValue, 'STRING');
  return builder.build();
}

/** Finishes the schema of a value that is cast: optional where it was, with the default cast as well. */
function withCastTraits(builder: SchemaBuilder, schema: Schema, type: CastType): Schema {
  if (schema.isOptional) builder.optional();
  if (schema.defaultValue !== undefined) {
    builder.defaultValue(bare(type, castValue(schema, schema.defaultValue, type)));
  }
  return builder.build();
}

/** The value as data of that type has it where there is a schema. */
function bare(type: CastType, value: ReturnType<typeof castValue>): ReturnType<typeof castValue> {
  return toTyped(SchemaBuilder.of(type).build(), value);
}
