import type { ConnectValue } from '../../data/connect-value.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import {
  dateName,
  decimalFromBytes,
  decimalName,
  instantOfDays,
  instantOfTimeMs,
  timeName,
  timestampName,
} from '../../data/logical-types.ts';
import { Instant } from '../../data/instant.ts';
import type { Schema, StructSchema } from '../../data/schema.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { scrubName } from './avro-names.ts';
import { bytesOfText } from './bytes-text.ts';
import { isUnionStruct } from './connect-kinds.ts';

/**
 * A default as Avro has it, as a value of the Connect schema. Null for none.
 *
 * @throws {ConnectError} SCHEMA_INVALID when it is not one of the schema.
 * @see `AvroData#defaultValueFromAvro` of Confluent.
 */
export function defaultFromAvro(schema: Schema, node: JsonNode, config: AvroDataConfig): ConnectValue {
  if (node === null) return null;
  switch (schema.name) {
    case decimalName:
      return decimalFromBytes(schema, bytesOf(node));
    case dateName:
      return instantOfDays(Number(integerOf(node)));
    case timeName:
      return instantOfTimeMs(Number(integerOf(node)));
    case timestampName:
      return new Instant(integerOf(node));
    default:
      return plainFromAvro(schema, node, config);
  }
}

function plainFromAvro(schema: Schema, node: JsonNode, config: AvroDataConfig): ConnectValue {
  switch (schema.type) {
    case 'INT8':
      return Number(BigInt.asIntN(8, integerOf(node)));
    case 'INT16':
      return Number(BigInt.asIntN(16, integerOf(node)));
    case 'INT32':
      return Number(integerOf(node));
    case 'INT64':
      return integerOf(node);
    case 'FLOAT32':
      return Math.fround(numberOf(node));
    case 'FLOAT64':
      return numberOf(node);
    case 'BOOLEAN':
      if (typeof node === 'boolean') return node;
      break;
    case 'STRING':
      if (typeof node === 'string') return node;
      break;
    case 'BYTES':
      return bytesOf(node);
    case 'ARRAY': {
      const { items } = schema;
      if (isJsonArray(node) && items !== null) return node.map(item => defaultFromAvro(items, item, config));
      break;
    }
    case 'MAP': {
      const { keys, values } = schema;
      if (keys === null || values === null) break;
      if (isJsonObject(node)) {
        const entries = [...node].map(([key, item]) => [key, defaultFromAvro(values, item, config)] as const);
        return new Map<ConnectValue, ConnectValue>(entries);
      }
      if (isJsonArray(node) && (keys.type !== 'STRING' || keys.isOptional)) {
        return entriesFromAvro(keys, values, node, config);
      }
      break;
    }
    case 'STRUCT':
      return structFromAvro(schema, node, config);
  }
  throw invalid(schema);
}

function entriesFromAvro(
  keys: Schema,
  values: Schema,
  nodes: readonly JsonNode[],
  config: AvroDataConfig,
): ReadonlyMap<ConnectValue, ConnectValue> {
  return new Map(
    nodes.map((entry): [ConnectValue, ConnectValue] => {
      const [key, item] = isJsonArray(entry)
        ? entry
        : [isJsonObject(entry) ? entry.get('key') : undefined, isJsonObject(entry) ? entry.get('value') : undefined];
      return [defaultFromAvro(keys, key ?? null, config), defaultFromAvro(values, item ?? null, config)];
    }),
  );
}

function structFromAvro(schema: StructSchema, node: JsonNode, config: AvroDataConfig): ConnectValue {
  if (isUnionStruct(schema)) {
    // A default is one of the first branch.
    const [first] = schema.fields;
    if (first === undefined) throw invalid(schema);
    return new Struct(schema, new Map([[first.name, defaultFromAvro(first.schema, node, config)]]));
  }
  if (!isJsonObject(node)) throw invalid(schema);
  return new Struct(
    schema,
    schema.fields.map(field => {
      const item = node.get(config.scrubsNames ? scrubName(field.name) : field.name);
      if (item === undefined) return field.schema.defaultValue ?? null;
      return defaultFromAvro(field.schema, item, config);
    }),
  );
}

function integerOf(node: JsonNode): bigint {
  if (node instanceof JsonNumber) return BigInt.asIntN(64, node.toBigInt());
  throw new ConnectError('SCHEMA_INVALID', 'A default that has to be an integer is something else');
}

/** Avro writes what JSON numbers cannot be as texts. */
function numberOf(node: JsonNode): number {
  if (node instanceof JsonNumber) return node.toNumber();
  if (node === 'NaN' || node === 'Infinity' || node === '-Infinity') return Number(node);
  throw new ConnectError('SCHEMA_INVALID', 'A default that has to be a number is something else');
}

/** Bytes stand in a text of as many characters. */
function bytesOf(node: JsonNode): Uint8Array {
  if (typeof node === 'string') return bytesOfText(node);
  throw new ConnectError('SCHEMA_INVALID', 'A default that has to be bytes is something else');
}

function invalid(schema: Schema): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `A default is no value of its schema of type ${schema.type}`);
}
