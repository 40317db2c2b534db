/**
 * Values with schema and without. Where there is a schema, numbers are bare and it tells their type; without one, the type stands by
 * the value: see `ConnectValue`. Only lists, maps and numbers differ.
 */
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { NarrowNumber, type NarrowType } from './narrow-number.ts';
import type { Schema } from './schema.ts';

/** The value as data without schema has it. */
export function toUntyped(schema: Schema | null, value: ConnectValue): ConnectValue {
  if (schema === null) return value;
  if (typeof value === 'number') return isNarrow(schema.type) ? new NarrowNumber(schema.type, value) : value;
  if (isConnectList(value)) {
    const items = schema.type === 'ARRAY' ? schema.items : null;
    return value.map(item => toUntyped(items, item));
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    return new Map([...value].map(([key, item]) => [toUntyped(keys, key), toUntyped(values, item)] as const));
  }
  return value;
}

/** The value as data of that schema has it. What is of another type than the schema says stays as it is. */
export function toTyped(schema: Schema | null, value: ConnectValue): ConnectValue {
  if (schema === null) return value;
  if (value instanceof NarrowNumber) return value.type === schema.type ? value.value : value;
  if (isConnectList(value)) {
    const items = schema.type === 'ARRAY' ? schema.items : null;
    return value.map(item => toTyped(items, item));
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    return new Map([...value].map(([key, item]) => [toTyped(keys, key), toTyped(values, item)] as const));
  }
  return value;
}

function isNarrow(type: Schema['type']): type is NarrowType {
  return type === 'INT8' || type === 'INT16' || type === 'INT32' || type === 'FLOAT32';
}
