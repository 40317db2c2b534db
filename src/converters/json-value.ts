/** Connect data in the form that JsonConverter gives it, whether within an envelope or alone. */
import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from '../data/connect-value.ts';
import { areSchemasEqual } from '../data/equality.ts';
import { doubleToJavaText, floatToJavaText } from '../data/java-number-text.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../data/json-node.ts';
import { logicalKind } from '../data/logical-types.ts';
import { NarrowNumber, numberToJavaText } from '../data/narrow-number.ts';
import type { MapSchema, Schema, StructSchema } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { Struct } from '../data/struct.ts';
import { logicalFromJson, logicalToJson, readBase64, type DecimalFormat } from './json-logical.ts';

/** How null and decimals are treated. */
export interface JsonValueOptions {
  /** `replace.null.with.default`: whether null becomes the schema's default where there is one. */
  readonly replacesNullWithDefault: boolean;
  /** `decimal.format`: how decimals are written. Both forms are read. */
  readonly decimalFormat: DecimalFormat;
}

/** The options of a JsonConverter whose settings say nothing. */
export const defaultJsonOptions: JsonValueOptions = { replacesNullWithDefault: true, decimalFormat: 'BASE64' };

/**
 * Reads a value.
 *
 * @param schema null for data without schema: integers become bigints, other numbers numbers, objects maps with text keys.
 * @throws {ConnectError} DATA_INVALID with Kafka Connect's texts.
 */
export function valueFromJson(schema: Schema | null, node: JsonNode, options: JsonValueOptions): ConnectValue {
  if (schema === null) return schemalessFromJson(node);
  if (node === null) return replaceNull(schema, options, `Invalid null value for required ${schema.type} field`);
  if (logicalKind(schema) !== null) return logicalFromJson(schema, node);
  switch (schema.type) {
    case 'INT8':
      return Number(BigInt.asIntN(8, integerOf(node, 32)));
    case 'INT16':
      return Number(BigInt.asIntN(16, integerOf(node, 32)));
    case 'INT32':
      return Number(integerOf(node, 32));
    case 'INT64':
      return integerOf(node, 64);
    case 'FLOAT32':
      return node instanceof JsonNumber ? Math.fround(node.toNumber()) : 0;
    case 'FLOAT64':
      return node instanceof JsonNumber ? node.toNumber() : 0;
    case 'BOOLEAN':
      return node === true;
    case 'STRING':
      // What is no text is null, whatever the schema says of that.
      return typeof node === 'string' ? node : null;
    case 'BYTES':
      return readBase64(node);
    case 'ARRAY':
      return expect(isJsonArray, node, 'an array').map(item => valueFromJson(schema.items, item, options));
    case 'MAP':
      return mapFromJson(schema, node, options);
    case 'STRUCT':
      return structFromJson(schema, node, options);
  }
}

/**
 * Writes a value.
 *
 * @param schema null for data without schema.
 * @throws {ConnectError} DATA_INVALID when the value is not one of the schema.
 */
export function valueToJson(schema: Schema | null, value: ConnectValue, options: JsonValueOptions): JsonNode {
  if (value === null) return nullToJson(schema, options);
  if (schema !== null && logicalKind(schema) !== null) return logicalToJson(schema, value, options.decimalFormat);
  if (typeof value === 'boolean' && allows(schema, 'BOOLEAN')) return value;
  if (typeof value === 'string' && allows(schema, 'STRING')) return value;
  if (typeof value === 'bigint' && allows(schema, 'INT64')) return new JsonNumber(String(value));
  if (typeof value === 'number') return numberToJson(schema, value);
  if (value instanceof NarrowNumber && schema === null) return narrowToJson(value);
  if (value instanceof Uint8Array && allows(schema, 'BYTES')) return Buffer.from(value).toString('base64');
  if (value instanceof Struct && schema?.type === 'STRUCT') return structToJson(schema, value, options);
  if (isConnectList(value) && allows(schema, 'ARRAY')) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return value.map(item => valueToJson(items, item, options));
  }
  if (isConnectMap(value) && allows(schema, 'MAP')) {
    return mapToJson(schema?.type === 'MAP' ? schema : null, value, options);
  }
  throw new ConnectError('DATA_INVALID', `Invalid type for ${schema?.type ?? 'data'}: ${typeof value}`);
}

function schemalessFromJson(node: JsonNode): ConnectValue {
  if (node instanceof JsonNumber) {
    return node.isIntegral ? BigInt.asIntN(64, node.toBigInt()) : node.toNumber();
  }
  if (isJsonArray(node)) return node.map(schemalessFromJson);
  if (isJsonObject(node)) {
    return new Map([...node].map(([key, item]): [ConnectValue, ConnectValue] => [key, schemalessFromJson(item)]));
  }
  return node;
}

function mapFromJson(schema: MapSchema, node: JsonNode, options: JsonValueOptions): ConnectValue {
  const entries = new Map<ConnectValue, ConnectValue>();
  if (schema.keys?.type === 'STRING') {
    for (const [key, item] of expect(isJsonObject, node, 'an object')) {
      entries.set(key, valueFromJson(schema.values, item, options));
    }
    return entries;
  }
  for (const entry of expect(isJsonArray, node, 'an array of entries')) {
    const [key, item, ...more] = expect(isJsonArray, entry, 'an entry of key and value');
    if (key === undefined || item === undefined || more.length > 0) {
      throw invalid('Found invalid map entry, expected length 2');
    }
    entries.set(valueFromJson(schema.keys, key, options), valueFromJson(schema.values, item, options));
  }
  return entries;
}

function structFromJson(schema: StructSchema, node: JsonNode, options: JsonValueOptions): ConnectValue {
  const object = expect(isJsonObject, node, 'an object');
  const struct = new StructBuilder(schema);
  for (const field of schema.fields) {
    struct.put(field.name, valueFromJson(field.schema, object.get(field.name) ?? null, options));
  }
  return struct.build();
}

function nullToJson(schema: Schema | null, options: JsonValueOptions): JsonNode {
  if (schema === null) return null;
  const text = 'Conversion error: null value for field that is required and has no default value';
  const value = replaceNull(schema, options, text);
  return value === null ? null : valueToJson(schema, value, options);
}

function replaceNull(schema: Schema, options: JsonValueOptions, requiredText: string): ConnectValue {
  const value = schema.defaultValue;
  if (options.replacesNullWithDefault && value !== undefined) return value;
  if (schema.isOptional) return null;
  throw invalid(requiredText);
}

function numberToJson(schema: Schema | null, value: number): JsonNode {
  switch (schema?.type) {
    case 'FLOAT32':
      return Number.isFinite(value) ? new JsonNumber(floatToJavaText(value)) : floatToJavaText(value);
    case undefined:
    case 'FLOAT64':
      return Number.isFinite(value) ? new JsonNumber(doubleToJavaText(value)) : doubleToJavaText(value);
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return new JsonNumber(String(value));
    default:
      throw invalid(`Invalid type for ${schema?.type ?? 'data'}: number`);
  }
}

function narrowToJson({ type, value }: NarrowNumber): JsonNode {
  return type === 'FLOAT32' && !Number.isFinite(value)
    ? floatToJavaText(value)
    : new JsonNumber(numberToJavaText(type, value));
}

function structToJson(schema: StructSchema, struct: Struct, options: JsonValueOptions): JsonNode {
  if (!areSchemasEqual(struct.schema, schema)) throw invalid('Mismatching schema.');
  const node = new Map<string, JsonNode>();
  for (const [field, value] of struct.entries()) node.set(field.name, valueToJson(field.schema, value, options));
  return node;
}

function mapToJson(
  schema: MapSchema | null,
  map: ReadonlyMap<ConnectValue, ConnectValue>,
  options: JsonValueOptions,
): JsonNode {
  const entries = [...map];
  const hasTextKeys =
    schema === null ? entries.every(([key]) => typeof key === 'string') : schema.keys?.type === 'STRING';
  if (hasTextKeys) {
    const node = new Map<string, JsonNode>();
    for (const [key, item] of entries) {
      if (typeof key !== 'string') throw invalid('A map key that its schema says to be a STRING is something else');
      node.set(key, valueToJson(schema?.values ?? null, item, options));
    }
    return node;
  }
  return entries.map(([key, item]) => [
    valueToJson(schema?.keys ?? null, key, options),
    valueToJson(schema?.values ?? null, item, options),
  ]);
}

/** An integer as Jackson's `intValue` and `longValue` give it: 0 for what is no number, higher bits cut off. */
function integerOf(node: JsonNode, bits: number): bigint {
  return node instanceof JsonNumber ? BigInt.asIntN(bits, node.toBigInt()) : 0n;
}

function allows(schema: Schema | null, type: Schema['type']): boolean {
  return schema === null || schema.type === type;
}

function expect<T extends JsonNode>(is: (node: JsonNode) => node is T, node: JsonNode, what: string): T {
  if (is(node)) return node;
  throw invalid(`A value that its schema says to be ${what} is something else`);
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
