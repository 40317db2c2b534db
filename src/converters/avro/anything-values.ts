/** Data without schema in the record that stands for it: see {@link anythingSchema}. */
import { isConnectList, isConnectMap, type ConnectValue } from '../../data/connect-value.ts';
import { NarrowNumber } from '../../data/narrow-number.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { isWireRecord, toBuffer } from './wire-values.ts';
import { wireField, type WireValue } from './avro-wire-type.ts';

/** Names of the branches that are not null, in the order of the fields; the map is a list of entries. */
const branches = ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string', 'array', 'array'] as const;
const [booleanField, bytesField, doubleField, floatField, intField, longField, stringField, arrayField, mapField] =
  branches.map((_branch, index) => index);

/** The record for a value; null is one without anything. @throws {ConnectError} DATA_INVALID for what has to have a schema. */
export function anythingToWire(value: ConnectValue): WireValue {
  if (value === null) return wrap(-1, null);
  if (typeof value === 'boolean') return wrap(booleanField, value);
  if (typeof value === 'number') return wrap(doubleField, value);
  if (typeof value === 'bigint') return wrap(longField, value);
  if (typeof value === 'string') return wrap(stringField, value);
  if (value instanceof NarrowNumber) return wrap(value.type === 'FLOAT32' ? floatField : intField, value.value);
  if (value instanceof Uint8Array) return wrap(bytesField, toBuffer(value));
  if (isConnectList(value)) return wrap(arrayField, value.map(anythingToWire));
  if (isConnectMap(value)) {
    const entries = [...value].map(([key, item]) => ({ f0: anythingToWire(key), f1: anythingToWire(item) }));
    return wrap(mapField, entries);
  }
  throw new ConnectError('DATA_INVALID', `Unknown type for schemaless data: ${value.constructor.name}`);
}

/** The value that a record stands for. @throws {ConnectError} DATA_INVALID */
export function anythingFromWire(record: unknown): ConnectValue {
  if (!isWireRecord(record)) throw invalid();
  for (const [index, branch] of branches.entries()) {
    const union = record[wireField(index)];
    if (isWireRecord(union)) return readField(index, union[branch]);
  }
  return null;
}

function readField(index: number, value: unknown): ConnectValue {
  if (typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (index === doubleField) return value;
    return new NarrowNumber(index === floatField ? 'FLOAT32' : 'INT32', value);
  }
  if (value instanceof Uint8Array) return value;
  if (!Array.isArray(value)) throw invalid();
  const items: readonly unknown[] = value;
  if (index === arrayField) return items.map(anythingFromWire);
  return new Map(
    items.map((entry): [ConnectValue, ConnectValue] => {
      if (!isWireRecord(entry)) throw invalid();
      return [anythingFromWire(entry['f0']), anythingFromWire(entry['f1'])];
    }),
  );
}

function wrap(field: number | undefined, value: WireValue): WireValue {
  return Object.fromEntries(
    branches.map((branch, index) => [wireField(index), index === field ? { [branch]: value } : null]),
  );
}

function invalid(): ConnectError {
  return new ConnectError('DATA_INVALID', 'Invalid Avro data for schemaless Connect data');
}
