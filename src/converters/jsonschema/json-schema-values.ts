/**
 * Connect values as JSON that a JSON Schema describes. Single values are written as JsonConverter does; null fields without default
 * are left out where their schema is required, and a union is what its one field is.
 *
 * @see `JsonSchemaData#fromConnectData` and `#toConnectData` of Confluent.
 */
import { isConnectList, isConnectMap, type ConnectValue } from '../../data/connect-value.ts';
import { areSchemasEqual } from '../../data/equality.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { logicalKind } from '../../data/logical-types.ts';
import type { Field, MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { StructBuilder } from '../../data/struct-builder.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { valueFromJson, valueToJson } from '../json-value.ts';
import type { JsonSchemaOptions } from './json-schema-options.ts';
import { entryKey, entryValue, hasTextKeys, isUnion } from './json-schema-words.ts';

/**
 * Writes a value.
 *
 * @returns undefined for nothing at all: null that has no schema, or one that is required.
 * @throws {ConnectError} DATA_INVALID when the value is not one of the schema.
 */
export function valueToNode(
  schema: Schema | null,
  value: ConnectValue,
  options: JsonSchemaOptions,
): JsonNode | undefined {
  if (value === null) return nullToNode(schema, options);
  if (schema !== null && logicalKind(schema) !== null) return valueToJson(schema, value, options.values);
  if (value instanceof Struct && schema?.type === 'STRUCT') return structToNode(schema, value, options);
  if (isConnectList(value) && (schema === null || schema.type === 'ARRAY')) {
    return value.map(item => valueToNode(schema?.items ?? null, item, options) ?? null);
  }
  if (isConnectMap(value) && (schema === null || schema.type === 'MAP')) return mapToNode(schema, value, options);
  return valueToJson(schema, value, options.values);
}

/**
 * Reads a value.
 *
 * @param node undefined for a property that is not there.
 * @throws {ConnectError} DATA_INVALID when it is not one of the schema.
 */
export function valueFromNode(schema: Schema, node: JsonNode | undefined, options: JsonSchemaOptions): ConnectValue {
  if (node === null || node === undefined) {
    if (schema.defaultValue !== undefined) return schema.defaultValue;
    if (node === undefined || schema.isOptional) return null;
    throw invalid(`Invalid null value for required ${schema.type} field`);
  }
  if (logicalKind(schema) !== null) return valueFromJson(schema, node, options.values);
  switch (schema.type) {
    case 'ARRAY':
      return childrenOf(node).map(item => valueFromNode(requireSchema(schema.items), item, options));
    case 'MAP':
      return mapFromNode(schema, node, options);
    case 'STRUCT':
      return isUnion(schema) ? unionFromNode(schema, node, options) : structFromNode(schema, node, options);
    default:
      return valueFromJson(schema, node, options.values);
  }
}

function nullToNode(schema: Schema | null, options: JsonSchemaOptions): JsonNode | undefined {
  if (schema === null) return undefined;
  const { defaultValue } = schema;
  if (defaultValue !== undefined && !options.ignoresDefaults) return valueToNode(schema, defaultValue, options);
  return schema.isOptional ? null : undefined;
}

function structToNode(schema: StructSchema, struct: Struct, options: JsonSchemaOptions): JsonNode | undefined {
  if (!areSchemasEqual(struct.schema, schema)) throw invalid('Mismatching schema.');
  const valueOf = (field: Field): ConnectValue =>
    options.ignoresDefaults ? struct.getWithoutDefault(field.name) : struct.get(field.name);
  if (isUnion(schema)) {
    const chosen = schema.fields.find(field => valueOf(field) !== null);
    return chosen === undefined ? nullToNode(schema, options) : valueToNode(chosen.schema, valueOf(chosen), options);
  }
  const node = new Map<string, JsonNode>();
  for (const field of schema.fields) {
    const item = valueToNode(field.schema, valueOf(field), options);
    if (item !== undefined) node.set(field.name, item);
  }
  return node;
}

function mapToNode(
  schema: MapSchema | null,
  map: ReadonlyMap<ConnectValue, ConnectValue>,
  options: JsonSchemaOptions,
): JsonNode {
  const entries = [...map].map(([key, item]): readonly [ConnectValue, JsonNode] => [
    key,
    valueToNode(schema?.values ?? null, item, options) ?? null,
  ]);
  const isObject = schema === null ? entries.every(([key]) => typeof key === 'string') : hasTextKeys(schema.keys);
  if (!isObject) {
    return entries.map(([key, item]) => {
      const keyNode = valueToNode(schema?.keys ?? null, key, options) ?? null;
      return new Map<string, JsonNode>([
        [entryKey, keyNode],
        [entryValue, item],
      ]);
    });
  }
  return new Map(
    entries.map(([key, item]) => {
      if (typeof key !== 'string') throw invalid('A map key that its schema says to be a STRING is something else');
      return [key, item];
    }),
  );
}

function mapFromNode(schema: MapSchema, node: JsonNode, options: JsonSchemaOptions): ConnectValue {
  const [keys, values] = [requireSchema(schema.keys), requireSchema(schema.values)];
  if (hasTextKeys(keys)) {
    if (!isJsonObject(node)) throw invalid('Maps with string fields should be encoded as JSON objects');
    return new Map([...node].map(([key, item]) => [key, valueFromNode(values, item, options)]));
  }
  if (!isJsonArray(node)) throw invalid('Maps with non-string fields should be encoded as JSON array of objects');
  return new Map(
    node.map(entry => {
      if (!isJsonObject(entry)) throw invalid('Found invalid map entry instead of object');
      if (entry.size !== 2) throw invalid(`Found invalid map entry, expected length 2 but found :${entry.size}`);
      const [key, item] = [entry.get(entryKey), entry.get(entryValue)];
      return [valueFromNode(keys, key, options), valueFromNode(values, item, options)];
    }),
  );
}

function structFromNode(schema: StructSchema, node: JsonNode, options: JsonSchemaOptions): Struct {
  if (!isJsonObject(node)) throw invalid('Structs should be encoded as JSON objects');
  const struct = new StructBuilder(schema);
  for (const { name, schema: fieldSchema } of schema.fields) {
    const value = valueFromNode(fieldSchema, node.get(name), options);
    if (value !== null) struct.put(name, value);
  }
  return struct.build();
}

/** The first single value, list or map that fits; else the struct that has the most of the object's properties. */
function unionFromNode(schema: StructSchema, node: JsonNode, options: JsonSchemaOptions): Struct {
  let chosen: Field | undefined;
  let mostMatches = 0;
  for (const field of schema.fields) {
    if (fitsSimply(field.schema, node)) {
      chosen = field;
      break;
    }
    const matches = countMatches(field.schema, node);
    if (matches > mostMatches) {
      chosen = field;
      mostMatches = matches;
    }
  }
  if (chosen === undefined) throw invalid('Did not find matching oneof field for data');
  return new StructBuilder(schema).put(chosen.name, valueFromNode(chosen.schema, node, options)).build();
}

function fitsSimply(schema: Schema, node: JsonNode): boolean {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      return node instanceof JsonNumber && node.isIntegral;
    case 'FLOAT32':
    case 'FLOAT64':
      return node instanceof JsonNumber;
    case 'BOOLEAN':
      return typeof node === 'boolean';
    case 'STRING':
      return typeof node === 'string';
    case 'BYTES':
      return node instanceof JsonNumber && !node.isIntegral;
    case 'ARRAY':
      return isJsonArray(node);
    case 'MAP':
      return isJsonArray(node) || isJsonObject(node);
    case 'STRUCT':
      return false;
  }
}

function countMatches(schema: Schema, node: JsonNode | undefined): number {
  if (schema.type !== 'STRUCT' || !isJsonObject(node)) return 0;
  return schema.fields
    .filter(field => node.has(field.name))
    .reduce((count, field) => count + 1 + countMatches(field.schema, node.get(field.name)), 0);
}

function childrenOf(node: JsonNode): readonly JsonNode[] {
  if (isJsonArray(node)) return node;
  return isJsonObject(node) ? [...node.values()] : [];
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema;
  throw invalid('A list or map does not tell what it holds');
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
