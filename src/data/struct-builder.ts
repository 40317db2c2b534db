import { ConnectError } from '../errors/connect-error.ts';
import type { ConnectValue } from './connect-value.ts';
import { fieldIndex, type StructSchema } from './schema.ts';
import { Struct } from './struct.ts';
import { checkValue } from './value-check.ts';

/** Makes a struct field by field, each value being checked when it is put. */
export class StructBuilder {
  readonly #schema: StructSchema;
  readonly #values: ConnectValue[];

  constructor(schema: StructSchema) {
    this.#schema = schema;
    this.#values = schema.fields.map(() => null);
  }

  /** Gives a field its value. @throws {ConnectError} DATA_INVALID for an unknown field, or a value that is not one of its schema. */
  put(name: string, value: ConnectValue): this {
    const index = fieldIndex(this.#schema, name);
    const field = this.#schema.fields[index];
    if (field === undefined) throw new ConnectError('DATA_INVALID', `${name} is not a valid field name`);
    checkValue(field.schema, value, `value for field '${name}'`);
    this.#values[index] = value;
    return this;
  }

  /** The struct as it is now; fields that were not put are null, even required ones. */
  build(): Struct {
    return new Struct(this.#schema, this.#values);
  }
}
