import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';

/**
 * Checks that a value is one of its schema, all the way down.
 *
 * @throws {ConnectError} DATA_INVALID, with the path to what is wrong.
 */
export function checkValue(schema: Schema, value: ConnectValue, path = 'value'): void {
  if (value === null) {
    if (schema.isOptional || schema.defaultValue !== undefined) return;
    throw new ConnectError('DATA_INVALID', `Invalid null ${path} for required ${schema.type} field`);
  }
  if (!hasType(schema, value)) throw new ConnectError('DATA_INVALID', `Invalid ${path} for type ${schema.type}`);
  if (schema.type === 'ARRAY' && isConnectList(value)) {
    for (const [index, item] of value.entries()) checkValue(schema.items, item, `${path}[${index}]`);
  }
  if (schema.type === 'MAP' && isConnectMap(value)) {
    for (const [key, item] of value) {
      checkValue(schema.keys, key, `${path} key`);
      checkValue(schema.values, item, `${path} entry`);
    }
  }
  if (value instanceof Struct) {
    for (const [index, field] of value.schema.fields.entries()) {
      checkValue(field.schema, value.values[index] ?? null, `${path}.${field.name}`);
    }
  }
}

function hasType(schema: Schema, value: ConnectValue): boolean {
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
      return value instanceof Struct && value.schema === schema;
  }
}

function isInteger(value: ConnectValue, limit: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;
}
