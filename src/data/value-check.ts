import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { Decimal } from './decimal.ts';
import { areSchemasEqual } from './equality.ts';
import { Instant } from './instant.ts';
import { logicalKind } from './logical-types.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';

/**
 * Checks that a value is one of its schema, all the way down. Null is one of an optional schema only; a field of a struct may be null
 * where it has a default too.
 *
 * @throws {ConnectError} DATA_INVALID, with the path to what is wrong.
 * @see `ConnectSchema#validateValue`.
 */
export function checkValue(schema: Schema, value: ConnectValue, path = 'value'): void {
  if (value === null) {
    if (schema.isOptional) return;
    throw new ConnectError('DATA_INVALID', `Invalid null ${path} for required ${schema.type} field`);
  }
  if (!hasType(schema, value)) throw new ConnectError('DATA_INVALID', `Invalid ${path} for type ${schema.type}`);
  if (schema.type === 'ARRAY' && isConnectList(value)) {
    const items = requireSchema(schema.items, path);
    for (const [index, item] of value.entries()) checkValue(items, item, `${path}[${index}]`);
  }
  if (schema.type === 'MAP' && isConnectMap(value)) {
    const keys = requireSchema(schema.keys, path);
    const values = requireSchema(schema.values, path);
    for (const [key, item] of value) {
      checkValue(keys, key, `${path} key`);
      checkValue(values, item, `${path} entry`);
    }
  }
  if (value instanceof Struct) {
    for (const [field, item] of value.entries()) {
      if (item === null && field.schema.defaultValue !== undefined) continue;
      checkValue(field.schema, item, `${path}.${field.name}`);
    }
  }
}

function hasType(schema: Schema, value: ConnectValue): boolean {
  const logical = logicalKind(schema);
  if (logical !== null) return logical === 'decimal' ? value instanceof Decimal : value instanceof Instant;
  switch (schema.type) {
    case 'INT8':
      return isInteger(value, 0x80);
    case 'INT16':
      return isInteger(value, 0x8000);
    case 'INT32':
      return isInteger(value, 0x80000000);
    case 'INT64':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'FLOAT32':
    case 'FLOAT64':
      return typeof value === 'number';
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'STRING':
      return typeof value === 'string';
    case 'BYTES':
      return value instanceof Uint8Array;
    case 'ARRAY':
      return isConnectList(value);
    case 'MAP':
      return isConnectMap(value);
    case 'STRUCT':
      return value instanceof Struct && areSchemasEqual(value.schema, schema);
  }
}

function isInteger(value: ConnectValue, limit: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;
}

function requireSchema(schema: Schema | null, path: string): Schema {
  if (schema !== null) return schema;
  throw new ConnectError('DATA_INVALID', `No schema defined for what ${path} holds`);
}
