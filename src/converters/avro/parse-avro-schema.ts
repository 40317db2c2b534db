import { doubleToJavaText } from '../../data/java-number-text.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode, type JsonObject } from '../../data/json-node.ts';
import { JsonReader } from '../../data/json-reader.ts';
import { ConnectError, messageOf } from '../../errors/connect-error.ts';
import {
  avroField,
  avroPrimitive,
  avroPrimitives,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroNamed,
  type AvroPrimitive,
  type AvroProps,
  type AvroRecord,
  type AvroSchema,
} from './avro-schema.ts';

/** Named types by full name. */
export type AvroNames = Map<string, AvroNamed>;

/**
 * Reads a schema.
 *
 * @param names types that it may use; those that it defines are added.
 * @throws {ConnectError} SCHEMA_INVALID, with the reason and no more of the text than names.
 * @see `org.apache.avro.Schema.Parser`.
 */
export function parseAvroSchema(text: string, names: AvroNames = new Map()): AvroSchema {
  let node: JsonNode;
  try {
    const reader = new JsonReader(text);
    node = reader.readValue();
    if (!reader.isAtEnd()) throw new ConnectError('SCHEMA_INVALID', 'more text follows it');
  } catch (error) {
    throw new ConnectError('SCHEMA_INVALID', `An Avro schema is no JSON: ${messageOf(error)}`, { cause: error });
  }
  return readSchema(node, '', names);
}

function readSchema(node: JsonNode, space: string, names: AvroNames): AvroSchema {
  if (typeof node === 'string') return findType(node, space, names);
  if (isJsonArray(node)) return readUnion(node, space, names);
  if (!isJsonObject(node)) throw invalid('A schema is neither a name, an object nor a list');
  const type = node.get('type');
  // A schema may stand within an object that says nothing but its type.
  if (type !== undefined && typeof type !== 'string') return readSchema(type, space, names);
  switch (type) {
    case undefined:
      throw invalid('A schema has no type');
    case 'record':
    case 'error':
      return readRecord(node, space, names);
    case 'enum':
      return readEnum(node, space, names);
    case 'fixed':
      return readFixed(node, space, names);
    case 'array':
      return { type, items: readSchema(required(node, 'items'), space, names), props: readProps(node, ['items']) };
    case 'map':
      return { type, values: readSchema(required(node, 'values'), space, names), props: readProps(node, ['values']) };
    default: {
      const found = findType(type, space, names);
      return isPrimitive(found) ? { type: found.type, props: readProps(node, []) } : found;
    }
  }
}

function readUnion(nodes: readonly JsonNode[], space: string, names: AvroNames): AvroSchema {
  const branches = nodes.map(node => readSchema(node, space, names));
  const seen = new Set<string>();
  for (const branch of branches) {
    if (branch.type === 'union') throw invalid('A union is directly within another');
    const name = 'name' in branch ? branch.name : branch.type;
    if (seen.has(name)) throw invalid(`A union has '${name}' twice`);
    seen.add(name);
  }
  return { type: 'union', branches };
}

function readRecord(node: JsonObject, space: string, names: AvroNames): AvroRecord {
  const traits = readNamed(node, space);
  const record: AvroRecord = { ...traits, type: 'record', fields: [], props: readProps(node, ['fields']) };
  define(record, names);
  const fields = node.get('fields');
  if (!isJsonArray(fields)) throw invalid(`Record '${record.name}' has no fields`);
  const seen = new Set<string>();
  for (const field of fields) {
    const read = readField(field, record, names);
    if (seen.has(read.name)) throw invalid(`Record '${record.name}' has field '${read.name}' twice`);
    seen.add(read.name);
    record.fields.push(read);
  }
  return record;
}

function readField(node: JsonNode, record: AvroRecord, names: AvroNames): AvroField {
  const name = isJsonObject(node) ? node.get('name') : undefined;
  if (!isJsonObject(node) || typeof name !== 'string') throw invalid(`A field of record '${record.name}' has no name`);
  checkName(name);
  const order = node.get('order');
  const schema = readSchema(required(node, 'type'), namespaceOf(record.name), names);
  return avroField({
    name,
    schema,
    doc: docOf(node),
    defaultValue: readDefault(schema, node.get('default')),
    order: typeof order === 'string' && order !== 'ascending' ? order : null,
    aliases: aliasesOf(node),
    props: readProps(node, ['default', 'order']),
  });
}

/** A number may stand in a text, as those have to that JSON has no number for. */
function readDefault(schema: AvroSchema, node: JsonNode | undefined): JsonNode | undefined {
  if (typeof node !== 'string' || (schema.type !== 'float' && schema.type !== 'double')) return node;
  const text = node.trim();
  const isNumber = /^[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$/.test(text);
  if (isNumber) return new JsonNumber(doubleToJavaText(Number(text.replace(/^[+-](?=NaN)/, ''))));
  throw invalid(`A default of Avro type ${schema.type} is a text that is no number`);
}

function readEnum(node: JsonObject, space: string, names: AvroNames): AvroEnum {
  const traits = readNamed(node, space);
  const symbols = node.get('symbols');
  if (!isJsonArray(symbols) || !symbols.every(symbol => typeof symbol === 'string')) {
    throw invalid(`Enum '${traits.name}' has no symbols`);
  }
  if (new Set(symbols).size < symbols.length) throw invalid(`Enum '${traits.name}' has a symbol twice`);
  const defaultSymbol = node.get('default');
  const read: AvroEnum = {
    ...traits,
    type: 'enum',
    symbols,
    defaultSymbol: typeof defaultSymbol === 'string' ? defaultSymbol : null,
    props: readProps(node, ['symbols', 'default']),
  };
  define(read, names);
  return read;
}

function readFixed(node: JsonObject, space: string, names: AvroNames): AvroFixed {
  const traits = readNamed(node, space);
  const size = node.get('size');
  const bytes = size instanceof JsonNumber && size.isIntegral ? size.toNumber() : -1;
  if (bytes < 0 || bytes > 0x7fffffff) throw invalid(`Fixed '${traits.name}' has no valid size`);
  const read: AvroFixed = { ...traits, type: 'fixed', size: bytes, props: readProps(node, ['size']) };
  define(read, names);
  return read;
}

function readNamed(
  node: JsonObject,
  space: string,
): { readonly name: string; readonly doc: string | null; readonly aliases: readonly string[] } {
  const name = node.get('name');
  if (typeof name !== 'string') throw invalid('A record, enum or fixed has no name');
  const namespace = node.get('namespace');
  const full = fullName(name, typeof namespace === 'string' ? namespace : space);
  for (const part of full.split('.')) checkName(part);
  return { name: full, doc: docOf(node), aliases: aliasesOf(node) };
}

function define(named: AvroNamed, names: AvroNames): void {
  if (names.has(named.name)) throw invalid(`'${named.name}' is defined twice`);
  names.set(named.name, named);
}

function findType(name: string, space: string, names: AvroNames): AvroSchema {
  const primitive = avroPrimitives.find(candidate => candidate === name);
  if (primitive !== undefined) return avroPrimitive(primitive);
  const found = names.get(fullName(name, space)) ?? names.get(name);
  if (found !== undefined) return found;
  throw invalid(`'${name}' is not defined`);
}

/** Name with its namespace, unless it has one already. */
function fullName(name: string, space: string): string {
  return space === '' || name.includes('.') ? name : `${space}.${name}`;
}

/** What stands before the last dot of a full name; empty for none. */
export function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

const commonKeys: readonly string[] = ['type', 'name', 'namespace', 'doc', 'aliases'];

function readProps(node: JsonObject, own: readonly string[]): AvroProps {
  return new Map([...node].filter(([key]) => !commonKeys.includes(key) && !own.includes(key)));
}

function docOf(node: JsonObject): string | null {
  const doc = node.get('doc');
  return typeof doc === 'string' ? doc : null;
}

function aliasesOf(node: JsonObject): readonly string[] {
  const aliases = node.get('aliases');
  return isJsonArray(aliases) ? aliases.filter(alias => typeof alias === 'string') : [];
}

function required(node: JsonObject, key: string): JsonNode {
  const value = node.get(key);
  if (value === undefined) throw invalid(`A schema has no '${key}'`);
  return value;
}

function isPrimitive(schema: AvroSchema): schema is AvroPrimitive {
  return avroPrimitives.some(type => type === schema.type);
}

/** @throws {ConnectError} SCHEMA_INVALID unless it is a name as Avro has them. */
export function checkName(name: string): void {
  if (!/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name)) {
    throw invalid(`'${name}' is no valid name; the converter's scrub.invalid.names replaces what names cannot have`);
  }
}

function invalid(reason: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `An Avro schema is not valid: ${reason}`);
}
