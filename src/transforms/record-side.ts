import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import type { Schema } from '../data/schema.ts';
import type { ConnectRecord } from './connect-record.ts';

/** The key or the value of records, for transforms that work on either. */
export interface RecordSide {
  /** Ending of the Java class: `Key` or `Value`. */
  readonly name: 'Key' | 'Value';
  read(record: ConnectRecord): SchemaAndValue;
  /** The record with this side replaced. */
  replace(record: ConnectRecord, schema: Schema | null, value: ConnectValue): ConnectRecord;
}

/** The key. */
export const keySide: RecordSide = {
  name: 'Key',
  read: record => ({ schema: record.keySchema, value: record.key }),
  replace: (record, keySchema, key) => ({ ...record, keySchema, key }),
};

/** The value. */
export const valueSide: RecordSide = {
  name: 'Value',
  read: record => ({ schema: record.valueSchema, value: record.value }),
  replace: (record, valueSchema, value) => ({ ...record, valueSchema, value }),
};
