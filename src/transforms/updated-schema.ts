/** How transforms make schemas from others. */
import type { ConnectValue } from '../data/connect-value.ts';
import type { Field, Schema, StructSchema } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import type { Struct } from '../data/struct.ts';

/** Gives the builder name, version, documentation and parameters of a schema; neither default nor whether it is optional. */
export function copyBasics<S extends Schema>(source: Schema, builder: SchemaBuilder<S>): SchemaBuilder<S> {
  return builder
    .name(source.name)
    .version(source.version)
    .doc(source.doc)
    .parameters(source.parameters ?? new Map());
}

/** A schema of structs with other fields, and the basics of `source`. @throws {ConnectError} SCHEMA_INVALID for repeated names. */
export function withFields(source: Schema, fields: readonly Field[]): StructSchema {
  return copyBasics(source, SchemaBuilder.struct(fields)).build();
}

/** Remembers what was made for a schema as long as the schema lives. */
export function rememberBySchema<K extends Schema, V extends object>(make: (schema: K) => V): (schema: K) => V {
  const made = new WeakMap<K, V>();
  return schema => {
    const known = made.get(schema);
    if (known !== undefined) return known;
    const value = make(schema);
    made.set(schema, value);
    return value;
  };
}

/** Value of a field, with its default in place of null if that is wanted. */
export function readField(struct: Struct, name: string, replacesNull: boolean): ConnectValue {
  return replacesNull ? struct.get(name) : struct.getWithoutDefault(name);
}
