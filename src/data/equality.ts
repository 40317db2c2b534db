/** When schemas and values are equal, all the way down. */
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { Decimal } from './decimal.ts';
import { Instant } from './instant.ts';
import { NarrowNumber } from './narrow-number.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';

/**
 * Whether two schemas say the same of everything: types, names, fields in their order, documentation, parameters, defaults. Schemas
 * that contain themselves are equal unless a difference is found.
 *
 * @see `ConnectSchema#equals`.
 */
export function areSchemasEqual(a: Schema | null, b: Schema | null): boolean {
  return a === b || compareSchemas(a, b, new Map());
}

/** Whether two values are equal. NaN equals itself, 0 is not -0, as Java's boxed numbers have it. */
export function areValuesEqual(a: ConnectValue | undefined, b: ConnectValue | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Decimal) return b instanceof Decimal && a.unscaled === b.unscaled && a.scale === b.scale;
  if (a instanceof Instant) return b instanceof Instant && a.epochMs === b.epochMs;
  if (a instanceof NarrowNumber) return b instanceof NarrowNumber && a.type === b.type && Object.is(a.value, b.value);
  if (a instanceof Struct) return b instanceof Struct && areStructsEqual(a, b);
  if (isConnectList(a)) return isConnectList(b) && areListsEqual(a, b);
  return isConnectMap(a) && isConnectMap(b) && areMapsEqual(a, b);
}

/** Schemas that are being compared, each with its counterparts: what contains itself meets them again. */
type Compared = Map<Schema, Set<Schema>>;

function compareSchemas(a: Schema | null, b: Schema | null, compared: Compared): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.type !== b.type || !areTraitsEqual(a, b)) return false;
  const counterparts = compared.get(a) ?? new Set();
  if (counterparts.has(b)) return true;
  compared.set(a, counterparts.add(b));
  switch (a.type) {
    case 'ARRAY':
      return b.type === 'ARRAY' && compareSchemas(a.items, b.items, compared);
    case 'MAP':
      return (
        b.type === 'MAP' && compareSchemas(a.keys, b.keys, compared) && compareSchemas(a.values, b.values, compared)
      );
    case 'STRUCT': {
      if (b.type !== 'STRUCT' || a.fields.length !== b.fields.length) return false;
      const others = b.fields;
      return a.fields.every((field, index) => {
        const other = others[index];
        return other !== undefined && field.name === other.name && compareSchemas(field.schema, other.schema, compared);
      });
    }
    default:
      return true;
  }
}

function areTraitsEqual(a: Schema, b: Schema): boolean {
  return (
    a.isOptional === b.isOptional &&
    a.name === b.name &&
    a.version === b.version &&
    a.doc === b.doc &&
    areParametersEqual(a.parameters, b.parameters) &&
    areValuesEqual(a.defaultValue, b.defaultValue)
  );
}

/** Whether two sets of parameters are equal, in any order; none is not the same as an empty one. */
export function areParametersEqual(
  a: ReadonlyMap<string, string> | null,
  b: ReadonlyMap<string, string> | null,
): boolean {
  if (a === null || b === null) return a === b;
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function areStructsEqual(a: Struct, b: Struct): boolean {
  return areSchemasEqual(a.schema, b.schema) && areListsEqual(a.values, b.values);
}

function areListsEqual(a: readonly ConnectValue[], b: readonly ConnectValue[]): boolean {
  return a.length === b.length && a.every((item, index) => areValuesEqual(item, b[index]));
}

function areMapsEqual(a: ReadonlyMap<ConnectValue, ConnectValue>, b: ReadonlyMap<ConnectValue, ConnectValue>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    if (b.has(key)) return areValuesEqual(value, b.get(key));
    // Bytes, structs and the like are keys by what they hold, not by which object they are.
    if (key === null || typeof key !== 'object') return false;
    return [...b].some(([otherKey, other]) => areValuesEqual(key, otherKey) && areValuesEqual(value, other));
  });
}
