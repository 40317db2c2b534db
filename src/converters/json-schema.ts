/** Schemas in the form that JsonConverter gives them within its envelope. */
import { ConnectError } from '../errors/connect-error.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode, type JsonObject } from '../data/json-node.ts';
import { plainTraits, type PrimitiveType, type Schema, type SchemaTraits } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { valueFromJson, valueToJson, type JsonValueOptions } from './json-value.ts';

const typeByName: ReadonlyMap<string, PrimitiveType> = new Map([
  ['boolean', 'BOOLEAN'],
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['float', 'FLOAT32'],
  ['double', 'FLOAT64'],
  ['bytes', 'BYTES'],
  ['string', 'STRING'],
]);

const nameByType: ReadonlyMap<string, string> = new Map([...typeByName].map(([name, type]) => [type, name]));

/**
 * Reads a schema. The options are those of its default.
 *
 * @throws {ConnectError} DATA_INVALID with Kafka Connect's texts.
 */
export function schemaFromJson(node: JsonNode, options: JsonValueOptions): Schema {
  const typeName = isJsonObject(node) ? node.get('type') : undefined;
  if (!isJsonObject(node) || typeof typeName !== 'string') throw invalid("Schema must contain 'type' field");
  const schema = baseSchema(typeName, node, options);
  const defaultNode = node.get('default');
  if (defaultNode === undefined) return schema;
  // Null is what an optional value has by itself, and nothing that a required one may have.
  return { ...schema, defaultValue: valueFromJson(schema, defaultNode, options) ?? undefined };
}

/** Writes a schema, keys in Kafka Connect's order. The options are those of its default. */
export function schemaToJson(schema: Schema, options: JsonValueOptions): Map<string, JsonNode> {
  const node = new Map<string, JsonNode>([['type', nameByType.get(schema.type) ?? schema.type.toLowerCase()]]);
  if (schema.type === 'ARRAY') node.set('items', childToJson(schema.items, options));
  if (schema.type === 'MAP') {
    node.set('keys', childToJson(schema.keys, options)).set('values', childToJson(schema.values, options));
  }
  if (schema.type === 'STRUCT') {
    const fields = schema.fields.map(field => schemaToJson(field.schema, options).set('field', field.name));
    node.set('fields', fields);
  }
  node.set('optional', schema.isOptional);
  if (schema.name !== null) node.set('name', schema.name);
  if (schema.version !== null) node.set('version', new JsonNumber(String(schema.version)));
  if (schema.doc !== null) node.set('doc', schema.doc);
  if (schema.parameters !== null) node.set('parameters', new Map(schema.parameters));
  if (schema.defaultValue !== undefined) node.set('default', valueToJson(schema, schema.defaultValue, options));
  return node;
}

function childToJson(schema: Schema | null, options: JsonValueOptions): JsonNode {
  return schema === null ? null : schemaToJson(schema, options);
}

function baseSchema(typeName: string, node: JsonObject, options: JsonValueOptions): Schema {
  const traits = readTraits(node);
  const primitive = typeByName.get(typeName);
  if (primitive !== undefined) return { ...traits, type: primitive };
  switch (typeName) {
    case 'array':
      return {
        ...traits,
        type: 'ARRAY',
        items: childSchema(node.get('items'), 'Array schema did not specify the element type', options),
      };
    case 'map':
      return {
        ...traits,
        type: 'MAP',
        keys: childSchema(node.get('keys'), 'Map schema did not specify the key type', options),
        values: childSchema(node.get('values'), 'Map schema did not specify the value type', options),
      };
    case 'struct':
      return { ...SchemaBuilder.struct(readFields(node, options)).build(), ...traits, type: 'STRUCT' };
    default:
      throw invalid(`Unknown schema type: ${typeName}`);
  }
}

function childSchema(child: JsonNode | undefined, missingText: string, options: JsonValueOptions): Schema {
  if (child === undefined || child === null) throw invalid(missingText);
  return schemaFromJson(child, options);
}

function readFields(node: JsonObject, options: JsonValueOptions): { readonly name: string; readonly schema: Schema }[] {
  const fields = node.get('fields');
  if (!isJsonArray(fields)) throw invalid('Struct schema\'s "fields" argument is not an array.');
  return fields.map(field => {
    const name = isJsonObject(field) ? field.get('field') : undefined;
    if (typeof name !== 'string') throw invalid("Struct schema's field name not specified properly");
    return { name, schema: schemaFromJson(field, options) };
  });
}

function readTraits(node: JsonObject): SchemaTraits {
  const [name, version, doc] = [node.get('name'), node.get('version'), node.get('doc')];
  return {
    ...plainTraits,
    isOptional: node.get('optional') === true,
    name: typeof name === 'string' ? name : null,
    version: version instanceof JsonNumber && version.isIntegral ? version.toNumber() : null,
    doc: typeof doc === 'string' ? doc : null,
    parameters: readParameters(node.get('parameters')),
  };
}

function readParameters(node: JsonNode | undefined): ReadonlyMap<string, string> | null {
  if (!isJsonObject(node)) return null;
  const parameters = new Map<string, string>();
  for (const [key, value] of node) {
    if (typeof value !== 'string') throw invalid('Schema parameters must have string values.');
    parameters.set(key, value);
  }
  return parameters;
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
