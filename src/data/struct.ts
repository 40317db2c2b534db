import { ConnectError } from '../errors/connect-error.ts';
import type { ConnectValue } from './connect-value.ts';
import { fieldIndex, type Field, type StructSchema } from './schema.ts';

/** A value with named fields, as its schema lists them. Never changed once made. */
export class Struct {
  readonly schema: StructSchema;
  /** Values in the order of the schema's fields; null for a field without value. */
  readonly values: readonly ConnectValue[];

  /**
   * @param fields values by field name, fields that are not named being null; or all values in the order of the fields. They are
   * not checked: see `StructBuilder`.
   * @throws {ConnectError} DATA_INVALID when the schema has no such field.
   */
  constructor(schema: StructSchema, fields: ReadonlyMap<string, ConnectValue> | readonly ConnectValue[]) {
    this.schema = schema;
    this.values = isList(fields) ? [...fields] : inOrder(schema, fields);
  }

  /**
   * Value of a field, the default of its schema if it has none; null if there is neither.
   *
   * @throws {ConnectError} DATA_INVALID when the schema has no such field.
   */
  get(name: string): ConnectValue {
    const index = requireIndex(this.schema, name);
    return this.values[index] ?? this.schema.fields[index]?.schema.defaultValue ?? null;
  }

  /**
   * Value of a field; null if it has none.
   *
   * @throws {ConnectError} DATA_INVALID when the schema has no such field.
   */
  getWithoutDefault(name: string): ConnectValue {
    return this.values[requireIndex(this.schema, name)] ?? null;
  }

  /** The fields with their values, without defaults. */
  *entries(): Generator<readonly [Field, ConnectValue]> {
    for (const [index, field] of this.schema.fields.entries()) yield [field, this.values[index] ?? null];
  }
}

function isList(
  fields: ReadonlyMap<string, ConnectValue> | readonly ConnectValue[],
): fields is readonly ConnectValue[] {
  return Array.isArray(fields);
}

function inOrder(schema: StructSchema, fields: ReadonlyMap<string, ConnectValue>): readonly ConnectValue[] {
  for (const name of fields.keys()) requireIndex(schema, name);
  return schema.fields.map(field => fields.get(field.name) ?? null);
}

function requireIndex(schema: StructSchema, name: string): number {
  const index = fieldIndex(schema, name);
  if (index < 0) throw new ConnectError('DATA_INVALID', `${name} is not a valid field name`);
  return index;
}
