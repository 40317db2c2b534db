import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroSchema } from './avro-schema.ts';

/**
 * What Java's library makes of the default of a field: a number that is none of its type, or a text where there is no text, is no
 * default; within a list or a map it is null. A union's default is one of its first branch.
 *
 * @returns undefined for none.
 * @see `org.apache.avro.util.internal.JacksonUtils#toObject`.
 */
export function fieldDefault(schema: AvroSchema, node: JsonNode): JsonNode | undefined {
  try {
    return valueOf(schema, node);
  } catch (error) {
    if (error instanceof ConnectError) return undefined;
    throw error;
  }
}

/** @param schema null within what has no schema: anything goes. @throws {ConnectError} SCHEMA_INVALID where Java's library fails. */
function valueOf(schema: AvroSchema | null, node: JsonNode): JsonNode | undefined {
  if (schema?.type === 'union') return valueOf(schema.branches[0] ?? null, node);
  if (node === null || typeof node === 'boolean') return node;
  if (node instanceof JsonNumber) return isTaken(schema, node) ? node : undefined;
  if (typeof node === 'string') return schema === null || textTypes.includes(schema.type) ? node : undefined;
  if (isJsonArray(node)) return node.map(item => valueOf(itemsOf(schema), item) ?? null);
  if (!isJsonObject(node)) return undefined;
  return new Map([...node].map(([key, item]) => [key, valueOf(memberOf(schema, key), item) ?? null]));
}

const textTypes: readonly AvroSchema['type'][] = ['string', 'enum', 'bytes', 'fixed'];
const floatingTypes: readonly AvroSchema['type'][] = ['float', 'double'];
const numberTypes: readonly AvroSchema['type'][] = ['int', 'long', ...floatingTypes];

/** An int may be too large: it is taken, and then found to be no value of its type. */
function isTaken(schema: AvroSchema | null, node: JsonNumber): boolean {
  if (schema === null) return true;
  if (!node.isIntegral) return floatingTypes.includes(schema.type);
  return numberTypes.includes(schema.type) && node.toBigInt() === BigInt.asIntN(64, node.toBigInt());
}

function itemsOf(schema: AvroSchema | null): AvroSchema | null {
  if (schema === null) return null;
  if (schema.type === 'array') return schema.items;
  throw new ConnectError('SCHEMA_INVALID', `A default of Avro type ${schema.type} is a list`);
}

function memberOf(schema: AvroSchema | null, key: string): AvroSchema | null {
  if (schema?.type === 'map') return schema.values;
  if (schema?.type !== 'record') return null;
  const field = schema.fields.find(({ name }) => name === key);
  if (field !== undefined) return field.schema;
  throw new ConnectError('SCHEMA_INVALID', `A default of record '${schema.name}' has a field that the record lacks`);
}
