/** What transforms ask of the data that they get. */
import { isConnectMap, type ConnectValue } from '../data/connect-value.ts';
import type { Schema, StructSchema } from '../data/schema.ts';
import { Struct } from '../data/struct.ts';
import { describeValue } from '../data/value-literal-text.ts';
import { ConnectError } from '../errors/connect-error.ts';

/** A map, as data without schema has it. */
export type ConnectMap = ReadonlyMap<ConnectValue, ConnectValue>;

/** The value as a map. @throws {ConnectError} DATA_INVALID */
export function requireMap(value: ConnectValue, purpose: string): ConnectMap {
  if (isConnectMap(value)) return value;
  throw unfit(`Only Map objects supported in absence of schema for [${purpose}], found: ${describeValue(value)}`);
}

/** The value as a struct. @throws {ConnectError} DATA_INVALID */
export function requireStruct(value: ConnectValue, purpose: string): Struct {
  if (value instanceof Struct) return value;
  throw unfit(`Only Struct objects supported for [${purpose}], found: ${describeValue(value)}`);
}

/** The schema as that of a struct. @throws {ConnectError} DATA_INVALID */
export function requireStructSchema(schema: Schema): StructSchema {
  if (schema.type === 'STRUCT') return schema;
  throw unfit('Cannot list fields on non-struct type');
}

/** The error for data that does not fit. */
export function unfit(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
