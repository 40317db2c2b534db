import { doubleToJavaText } from '../../data/java-number-text.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { quoteJsonText, writeJson } from '../../data/json-writer.ts';
import type { AvroField, AvroNamed, AvroSchema } from './avro-schema.ts';
import { namespaceOf } from './parse-avro-schema.ts';

/**
 * The schema as JSON text, as Java's library prints it: each named type in full where it first occurs, and by name after that.
 *
 * @see `org.apache.avro.Schema#toString`.
 */
export function writeAvroSchema(schema: AvroSchema): string {
  return writeJson(inJavasNumbers(toNode(schema, '', new Map())), quoteJsonText);
}

/** Java reads numbers with a fraction as doubles, and writes what JSON has no number for as a text. */
function inJavasNumbers(node: JsonNode): JsonNode {
  if (node instanceof JsonNumber) {
    if (node.isIntegral) return node;
    const text = doubleToJavaText(node.toNumber());
    return /[NI]/.test(text) ? text : new JsonNumber(text);
  }
  if (isJsonArray(node)) return node.map(inJavasNumbers);
  if (isJsonObject(node)) return new Map([...node].map(([key, item]) => [key, inJavasNumbers(item)]));
  return node;
}

/** Full name of a record, as subject name strategies want it; null for all other types. */
export function recordNameOf(schema: AvroSchema): string | null {
  return schema.type === 'record' ? schema.name : null;
}

type Written = Map<string, AvroNamed>;

function toNode(schema: AvroSchema, space: string, written: Written): JsonNode {
  switch (schema.type) {
    case 'union':
      return schema.branches.map(branch => toNode(branch, space, written));
    case 'array':
      return new Map<string, JsonNode>([
        ['type', 'array'],
        ['items', toNode(schema.items, space, written)],
        ...schema.props,
      ]);
    case 'map':
      return new Map<string, JsonNode>([
        ['type', 'map'],
        ['values', toNode(schema.values, space, written)],
        ...schema.props,
      ]);
    case 'record':
    case 'enum':
    case 'fixed':
      return namedToNode(schema, space, written);
    default:
      return schema.props.size === 0
        ? schema.type
        : new Map<string, JsonNode>([['type', schema.type], ...schema.props]);
  }
}

function namedToNode(schema: AvroNamed, space: string, written: Written): JsonNode {
  const namespace = namespaceOf(schema.name);
  const simpleName = namespace === '' ? schema.name : schema.name.slice(namespace.length + 1);
  if (written.has(schema.name)) return namespace === space ? simpleName : schema.name;
  written.set(schema.name, schema);
  const node = new Map<string, JsonNode>([
    ['type', schema.type],
    ['name', simpleName],
  ]);
  if (namespace !== space) node.set('namespace', namespace);
  if (schema.doc !== null) node.set('doc', schema.doc);
  if (schema.type === 'record') {
    node.set(
      'fields',
      schema.fields.map(field => fieldToNode(field, namespace, written)),
    );
  }
  if (schema.type === 'enum') {
    node.set('symbols', schema.symbols);
    if (schema.defaultSymbol !== null) node.set('default', schema.defaultSymbol);
  }
  if (schema.type === 'fixed') node.set('size', new JsonNumber(String(schema.size)));
  for (const [key, value] of schema.props) node.set(key, value);
  if (schema.aliases.length > 0) node.set('aliases', schema.aliases);
  return node;
}

function fieldToNode(field: AvroField, space: string, written: Written): JsonNode {
  const node = new Map<string, JsonNode>([
    ['name', field.name],
    ['type', toNode(field.schema, space, written)],
  ]);
  if (field.doc !== null) node.set('doc', field.doc);
  if (field.defaultValue !== undefined) node.set('default', field.defaultValue);
  if (field.order !== null) node.set('order', field.order);
  if (field.aliases.length > 0) node.set('aliases', field.aliases);
  for (const [key, value] of field.props) node.set(key, value);
  return node;
}
