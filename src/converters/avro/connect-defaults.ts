import { isConnectList, isConnectMap, type ConnectValue } from '../../data/connect-value.ts';
import { Decimal } from '../../data/decimal.ts';
import { Instant } from '../../data/instant.ts';
import { doubleToJavaText, floatToJavaText } from '../../data/java-number-text.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { decimalToBytes, instantToBasic } from '../../data/logical-types.ts';
import type { Schema } from '../../data/schema.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { scrubName } from './avro-names.ts';
import type { AvroSchema } from './avro-schema.ts';
import { textOfBytes } from './bytes-text.ts';
import { hasAvroKeys, isUnionStruct } from './connect-kinds.ts';

/**
 * A default of a Connect schema as Avro has defaults: bytes as a text of as many characters.
 *
 * @throws {ConnectError} SCHEMA_INVALID when the value is not one of the schema.
 * @see `AvroData#defaultValueFromConnect` of Confluent.
 */
export function defaultToAvro(schema: Schema | null, value: ConnectValue, config: AvroDataConfig): JsonNode {
  if (value === null) return null;
  if (schema === null) throw invalid('A default has no schema');
  if (value instanceof Decimal) return textOfBytes(decimalToBytes(schema, value));
  if (value instanceof Instant) return new JsonNumber(String(instantToBasic(schema, value)));
  switch (schema.type) {
    case 'FLOAT32':
      if (typeof value === 'number') return new JsonNumber(floatToJavaText(value));
      break;
    case 'FLOAT64':
      if (typeof value === 'number') return new JsonNumber(doubleToJavaText(value));
      break;
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      if (typeof value === 'number' || typeof value === 'bigint') return new JsonNumber(String(value));
      break;
    case 'BOOLEAN':
    case 'STRING':
      if (typeof value === 'boolean' || typeof value === 'string') return value;
      break;
    case 'BYTES':
      if (value instanceof Uint8Array) return textOfBytes(value);
      break;
    case 'ARRAY':
      if (isConnectList(value)) return value.map(item => defaultToAvro(schema.items, item, config));
      break;
    case 'MAP': {
      if (!isConnectMap(value)) break;
      const entries = [...value].map(([key, item]): readonly [JsonNode, JsonNode] => [
        defaultToAvro(schema.keys, key, config),
        defaultToAvro(schema.values, item, config),
      ]);
      if (!hasAvroKeys(schema, config)) return entries;
      return new Map(entries.map(([key, item]): [string, JsonNode] => [typeof key === 'string' ? key : '', item]));
    }
    case 'STRUCT':
      if (value instanceof Struct) return structToAvro(schema, value, config);
      break;
  }
  throw invalid(`Invalid type used for default value of ${schema.type} field`);
}

function structToAvro(schema: Schema, struct: Struct, config: AvroDataConfig): JsonNode {
  const node = new Map<string, JsonNode>();
  for (const field of struct.schema.fields) {
    const item = defaultToAvro(field.schema, struct.get(field.name), config);
    // Only a default for the first branch of a union can be written.
    if (isUnionStruct(schema)) return item;
    node.set(config.scrubsNames ? scrubName(field.name) : field.name, item);
  }
  return node;
}

/**
 * Whether Avro takes the default for the schema: for a union, any branch may.
 *
 * @see `org.apache.avro.Schema#isValidDefault`.
 */
export function isValidDefault(schema: AvroSchema, value: JsonNode | undefined): boolean {
  if (value === undefined) return false;
  switch (schema.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return isIntegral(value, 32);
    case 'long':
      return isIntegral(value, 64);
    case 'float':
    case 'double':
      return value instanceof JsonNumber;
    case 'bytes':
    case 'string':
    case 'enum':
    case 'fixed':
      return typeof value === 'string';
    case 'array':
      return isJsonArray(value) && value.every(item => isValidDefault(schema.items, item));
    case 'map':
      return isJsonObject(value) && [...value.values()].every(item => isValidDefault(schema.values, item));
    case 'union':
      return schema.branches.some(branch => isValidDefault(branch, value));
    case 'record':
      return (
        isJsonObject(value) &&
        schema.fields.every(field => isValidDefault(field.schema, value.get(field.name) ?? field.defaultValue))
      );
  }
}

function isIntegral(value: JsonNode, bits: number): boolean {
  return value instanceof JsonNumber && value.isIntegral && BigInt.asIntN(bits, value.toBigInt()) === value.toBigInt();
}

function invalid(message: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', message);
}
