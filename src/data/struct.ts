import { ConnectError } from '../errors/connect-error.ts';
import type { ConnectValue } from './connect-value.ts';
import type { StructSchema } from './schema.ts';

/** A value with named fields, as its schema lists them. Never changed once made. */
export class Struct {
  readonly schema: StructSchema;
  /** Values in the order of the schema's fields; null for a field without value. */
  readonly values: readonly ConnectValue[];

  /**
   * @param fields values by field name; fields that are not named are null.
   * @throws {ConnectError} DATA_INVALID when the schema has no such field.
   */
  constructor(schema: StructSchema, fields: ReadonlyMap<string, ConnectValue>) {
    const known = new Set(schema.fields.map(field => field.name));
    for (const name of fields.keys()) {
      if (!known.has(name)) throw new ConnectError('DATA_INVALID', `${name} is not a valid field name`);
    }
    this.schema = schema;
    this.values = schema.fields.map(field => fields.get(field.name) ?? null);
  }

  /**
   * Value of a field; null if it has none.
   *
   * @throws {ConnectError} DATA_INVALID when the schema has no such field.
   */
  get(name: string): ConnectValue {
    const index = this.schema.fields.findIndex(field => field.name === name);
    if (index < 0) throw new ConnectError('DATA_INVALID', `${name} is not a valid field name`);
    return this.values[index] ?? null;
  }
}
