/**
 * Connect schemas as JSON Schema, text for text as Confluent's converter registers them: another order of properties would be another
 * schema to a registry.
 *
 * @see `JsonSchemaData#fromConnectSchema` of Confluent, and everit-json-schema, which orders the properties.
 */
import { Decimal } from '../../data/decimal.ts';
import { inJavaHashOrder } from '../../data/java-hash-order.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { writeJson } from '../../data/json-writer.ts';
import { decimalName } from '../../data/logical-types.ts';
import type { Field, MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { JsonSchemaOptions } from './json-schema-options.ts';
import { valueToNode } from './json-schema-values.ts';
import {
  connectProperty,
  entryKey,
  entryValue,
  enumParameter,
  generalizedEnum,
  hasTextKeys,
  idParameter,
  isUnion,
  jsonNamespace,
  nullSymbol,
} from './json-schema-words.ts';

/**
 * The text of the JSON Schema of these data.
 *
 * @throws {ConnectError} SCHEMA_INVALID for lists and maps that do not tell what they hold, and for a default that JSON has no form for.
 */
export function writeJsonSchema(schema: Schema, options: JsonSchemaOptions): string {
  return writeJson(new JsonSchemaWriter(options).write(schema, {}));
}

/** What is written of a schema. */
interface Place {
  /** Its place among the fields of a struct, or in an entry of a map. */
  readonly index?: number;
}

/** The pieces of a JSON Schema around what every schema has. */
interface Body {
  /** `type` and what stands directly behind it, or `enum`. */
  readonly head: readonly (readonly [string, JsonNode])[];
  /** `items`, `properties` and the like. */
  readonly tail?: readonly (readonly [string, JsonNode])[];
  readonly connectType?: string;
}

class JsonSchemaWriter {
  readonly #options: JsonSchemaOptions;
  /** Ids of the structs that are written, or being written. */
  readonly #ids = new Set<string>();

  constructor(options: JsonSchemaOptions) {
    this.#options = options;
  }

  write(schema: Schema, place: Place): JsonNode {
    const id = schema.parameters?.get(idParameter);
    if (id !== undefined) this.#ids.add(id);
    if (schema.type === 'STRUCT' && (isUnion(schema) || schema.isOptional)) return this.#choice(schema, place, id);
    const own: Frame = schema.isOptional ? {} : { id, index: place.index };
    const plain = this.#frame(schema, this.#body(schema), own);
    return schema.isOptional ? oneOf([nullType, plain], { id, index: place.index }) : plain;
  }

  #choice(schema: StructSchema, place: Place, id: string | undefined): JsonNode {
    const nulls = schema.isOptional ? [nullType] : [];
    const choices = isUnion(schema)
      ? schema.fields.map((field, index) => this.write(withoutNull(field.schema), { index }))
      : [this.write(withoutNull(schema), {})];
    return oneOf([...nulls, ...choices], { id, index: place.index });
  }

  #body(schema: Schema): Body {
    switch (schema.type) {
      case 'INT8':
      case 'INT16':
      case 'INT32':
      case 'INT64':
        return { head: [['type', 'integer']], connectType: schema.type.toLowerCase() };
      case 'FLOAT32':
      case 'FLOAT64':
        return { head: [['type', 'number']], connectType: schema.type.toLowerCase() };
      case 'BOOLEAN':
        return { head: [['type', 'boolean']] };
      case 'STRING':
        return { head: [this.#enumOf(schema) ?? ['type', 'string']] };
      case 'BYTES': {
        const isNumber = schema.name === decimalName && this.#options.values.decimalFormat === 'NUMERIC';
        return { head: [['type', isNumber ? 'number' : 'string']], connectType: 'bytes' };
      }
      case 'ARRAY':
        return { head: [['type', 'array']], tail: [['items', this.#referTo(requireSchema(schema.items), {})]] };
      case 'MAP':
        return this.#mapBody(schema);
      case 'STRUCT':
        return this.#structBody(schema.fields);
    }
  }

  #enumOf({ parameters }: Schema): readonly [string, JsonNode] | undefined {
    if (parameters === null || !(parameters.has(generalizedEnum) || parameters.has(enumParameter))) return undefined;
    const prefix = `${this.#options.hasGeneralizedSums ? generalizedEnum : enumParameter}.`;
    const symbols = [...parameters.keys()].filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length));
    const values = new Map(symbols.map(symbol => [symbol === nullSymbol ? null : symbol, true]));
    return ['enum', [...inJavaHashOrder(values).keys()]];
  }

  #mapBody(schema: MapSchema): Body {
    const [keys, values] = [requireSchema(schema.keys), requireSchema(schema.values)];
    if (hasTextKeys(keys)) {
      return {
        head: [['type', 'object']],
        tail: [['additionalProperties', this.write(values, {})]],
        connectType: 'map',
      };
    }
    const properties = new Map<string, JsonNode>([
      [entryKey, this.write(keys, { index: 0 })],
      [entryValue, this.write(values, { index: 1 })],
    ]);
    const entry = new Map<string, JsonNode>([
      ['type', 'object'],
      ['properties', properties],
    ]);
    return { head: [['type', 'array']], tail: [['items', entry]], connectType: 'map' };
  }

  #structBody(fields: readonly Field[]): Body {
    const properties = fields.map(({ name, schema }, index) => [name, this.#referTo(schema, { index })] as const);
    const isClosed = !this.#options.allowsAdditionalProperties;
    return {
      head: [['type', 'object'], ...(isClosed ? [['additionalProperties', false] as const] : [])],
      tail: properties.length === 0 ? [] : [['properties', new Map(properties)]],
    };
  }

  /** A struct that is written elsewhere is referred to by its id. */
  #referTo(schema: Schema, place: Place): JsonNode {
    const id = schema.parameters?.get(idParameter);
    return id !== undefined && this.#ids.has(id) ? new Map([['$ref', id]]) : this.write(schema, place);
  }

  #frame(schema: Schema, body: Body, { id, index }: Frame): JsonNode {
    const node = new Map<string, JsonNode>(body.head);
    if (schema.name !== null) node.set('title', schema.name);
    if (schema.doc !== null) node.set('description', schema.doc);
    if (schema.defaultValue !== undefined) node.set('default', this.#defaultOf(schema));
    if (id !== undefined) node.set('id', id);
    if (index !== undefined) node.set(connectProperty.index, new JsonNumber(String(index)));
    if (schema.version !== null) node.set(connectProperty.version, new JsonNumber(String(schema.version)));
    if (body.connectType !== undefined) node.set(connectProperty.type, body.connectType);
    const parameters = [...(schema.parameters ?? [])].filter(([key]) => !key.startsWith(jsonNamespace));
    if (parameters.length > 0) node.set(connectProperty.parameters, inJavaHashOrder(new Map(parameters)));
    for (const [key, value] of body.tail ?? []) node.set(key, value);
    return node;
  }

  #defaultOf(schema: Schema): JsonNode {
    return asOrgJsonWrites(valueToNode(schema, schema.defaultValue ?? null, this.#options) ?? null);
  }
}

interface Frame {
  readonly id?: string | undefined;
  readonly index?: number | undefined;
}

const nullType: JsonNode = new Map([['type', 'null']]);

function oneOf(choices: readonly JsonNode[], { id, index }: Frame): JsonNode {
  const node = new Map<string, JsonNode>();
  if (id !== undefined) node.set('id', id);
  if (index !== undefined) node.set(connectProperty.index, new JsonNumber(String(index)));
  return node.set('oneOf', choices);
}

function withoutNull<S extends Schema>(schema: S): S {
  return { ...schema, isOptional: false };
}

/** Numbers without trailing zeros, objects in the order of a `HashMap`: so org.json writes, and Jackson then reads and writes again. */
function asOrgJsonWrites(node: JsonNode): JsonNode {
  if (node instanceof JsonNumber) {
    const { text } = node;
    if (/e/i.test(text)) return new JsonNumber(Decimal.parse(text)?.toJavaText() ?? text);
    return new JsonNumber(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  }
  if (isJsonArray(node)) return node.map(asOrgJsonWrites);
  if (!isJsonObject(node)) return node;
  return inJavaHashOrder(new Map([...node].map(([key, item]) => [key, asOrgJsonWrites(item)])));
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema;
  throw new ConnectError('SCHEMA_INVALID', 'A list or map that does not tell what it holds has no JSON Schema');
}
