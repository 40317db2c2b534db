/**
 * Values of one schema as values of another that is like it: numbers of a smaller type become those of a larger one, fields that are
 * missing get their defaults, fields that are unknown are left out.
 *
 * @see `SchemaProjector` in Kafka Connect.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { isPromotable } from './common-schema.ts';
import { areParametersEqual } from './equality.ts';
import { findField, type Schema, type StructSchema } from './schema.ts';
import { StructBuilder } from './struct-builder.ts';
import { Struct } from './struct.ts';

/**
 * Projects a value.
 *
 * @throws {ConnectError} SCHEMA_INVALID when the schemas differ in type, name or parameters, or the target needs what the source may
 * lack.
 */
export function projectValue(source: Schema, value: ConnectValue, target: Schema): ConnectValue {
  checkCompatible(source, target);
  if (value !== null) return projectPresent(source, value, target);
  if (!source.isOptional || target.isOptional) return null;
  if (target.defaultValue !== undefined) return target.defaultValue;
  throw incompatible('Writer schema is optional, however, target schema does not provide a default value.');
}

function projectPresent(source: Schema, value: ConnectValue, target: Schema): ConnectValue {
  if (source.isOptional && !target.isOptional && target.defaultValue === undefined) {
    throw incompatible('Writer schema is optional, however, target schema does not provide a default value.');
  }
  if (target.type === 'STRUCT' && source.type === 'STRUCT' && value instanceof Struct) {
    return projectStruct(source, value, target);
  }
  if (target.type === 'ARRAY' && source.type === 'ARRAY' && isConnectList(value)) {
    const [from, to] = [requireSchema(source.items), requireSchema(target.items)];
    return value.map(item => projectValue(from, item, to));
  }
  if (target.type === 'MAP' && source.type === 'MAP' && isConnectMap(value)) {
    const [fromKey, toKey] = [requireSchema(source.keys), requireSchema(target.keys)];
    const [from, to] = [requireSchema(source.values), requireSchema(target.values)];
    return new Map([...value].map(([key, item]) => [projectValue(fromKey, key, toKey), projectValue(from, item, to)]));
  }
  return projectNumber(value, target);
}

/** Integers are bare numbers but for INT64; a larger type differs by no more than that. */
function projectNumber(value: ConnectValue, target: Schema): ConnectValue {
  if (target.type === 'INT64') return typeof value === 'number' ? BigInt(value) : value;
  if (typeof value === 'bigint') return target.type === 'FLOAT32' ? Math.fround(Number(value)) : Number(value);
  return typeof value === 'number' && target.type === 'FLOAT32' ? Math.fround(value) : value;
}

function projectStruct(source: StructSchema, value: Struct, target: StructSchema): Struct {
  const projected = new StructBuilder(target);
  for (const { name, schema } of target.fields) {
    const field = findField(source, name);
    if (field !== undefined) projected.put(name, projectField(field.schema, value.get(name), { name, schema }));
    else if (schema.isOptional) continue;
    else if (schema.defaultValue !== undefined) projected.put(name, schema.defaultValue);
    else throw incompatible(`Required field \`${name}\` is missing from source schema`);
  }
  return projected.build();
}

function projectField(
  source: Schema,
  value: ConnectValue,
  target: { readonly name: string; readonly schema: Schema },
): ConnectValue {
  try {
    return projectValue(source, value, target.schema);
  } catch (error) {
    throw new ConnectError('SCHEMA_INVALID', `Error projecting ${target.name}`, { cause: error });
  }
}

function checkCompatible(source: Schema, target: Schema): void {
  if (source.type !== target.type && !isPromotable(source.type, target.type)) {
    throw incompatible(`Schema type mismatch. source type: ${source.type} and target type: ${target.type}`);
  }
  if (source.name !== target.name) {
    throw incompatible(`Schema name mismatch. source name: ${source.name} and target name: ${target.name}`);
  }
  if (!areParametersEqual(source.parameters, target.parameters)) throw incompatible('Schema parameters not equal.');
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema;
  throw incompatible('A schema does not say what it holds');
}

function incompatible(message: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', message);
}
