import type { Decimal } from './decimal.ts';
import type { Instant } from './instant.ts';
import type { NarrowNumber } from './narrow-number.ts';
import type { Schema } from './schema.ts';
import type { Struct } from './struct.ts';

/**
 * A value of Connect data. INT8, INT16, INT32, FLOAT32 and FLOAT64 are numbers, INT64 is a bigint, BYTES are `Uint8Array`s.
 * Values of logical type Decimal are {@link Decimal}s, those of Date, Time and Timestamp {@link Instant}s. Where there is no schema, a
 * number is a FLOAT64, a bigint an INT64, and other numbers are {@link NarrowNumber}s.
 */
export type ConnectValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | Instant
  | NarrowNumber
  | readonly ConnectValue[]
  | ReadonlyMap<ConnectValue, ConnectValue>
  | Struct;

/** A value with its schema; a null schema means that the data has none. */
export interface SchemaAndValue {
  readonly schema: Schema | null;
  readonly value: ConnectValue;
}

/** Nothing: no schema and no value, which is what null bytes are. */
export const nullSchemaAndValue: SchemaAndValue = { schema: null, value: null };

/** Whether the value is a list. */
export function isConnectList(value: ConnectValue): value is readonly ConnectValue[] {
  return Array.isArray(value);
}

/** Whether the value is a map. */
export function isConnectMap(value: ConnectValue): value is ReadonlyMap<ConnectValue, ConnectValue> {
  return value instanceof Map;
}
