import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroSchema } from './avro-schema.ts';
import { hasMapObjects, wireField, type WireType, type WireValue } from './avro-wire-type.ts';
import { bytesOfText } from './bytes-text.ts';
import { isValidDefault } from './connect-defaults.ts';

/** A field's default as avsc writes it. @throws {ConnectError} SCHEMA_INVALID */
export function defaultToWire(schema: AvroSchema, node: JsonNode, wire: WireType): WireValue {
  switch (schema.type) {
    case 'null':
      if (node === null) return null;
      break;
    case 'boolean':
      if (typeof node === 'boolean') return node;
      break;
    case 'string':
    case 'enum':
      if (typeof node === 'string') return node;
      break;
    case 'bytes':
    case 'fixed':
      if (typeof node === 'string') return bytesOfText(node);
      break;
    case 'int':
    case 'float':
    case 'double':
      if (node instanceof JsonNumber) return node.toNumber();
      break;
    case 'long':
      if (node instanceof JsonNumber) return node.toBigInt();
      break;
    case 'array':
      if (isJsonArray(node)) return node.map(item => defaultToWire(schema.items, item, wire));
      break;
    case 'map':
      if (isJsonObject(node)) {
        return [...node].map(([key, item]) => ({ f0: key, f1: defaultToWire(schema.values, item, wire) }));
      }
      break;
    case 'record':
      if (!isJsonObject(node)) break;
      return Object.fromEntries(
        schema.fields.map((field, index) => {
          const item = node.get(field.name) ?? field.defaultValue ?? null;
          return [wireField(index), defaultToWire(field.schema, item, wire)];
        }),
      );
    case 'union': {
      const index = schema.branches.findIndex(branch => isValidDefault(branch, node));
      const branch = schema.branches[index];
      const name = wire.branchNames(schema)[index];
      if (branch === undefined || name === undefined) break;
      if (name === null) return null;
      const value = defaultToWire(branch, node, wire);
      const isObject = branch.type === 'map' && hasMapObjects(schema) && isJsonObject(node);
      if (!isObject) return { [name]: value };
      return {
        [name]: Object.fromEntries([...node].map(([key, item]) => [key, defaultToWire(branch.values, item, wire)])),
      };
    }
  }
  throw new ConnectError('SCHEMA_INVALID', `A default is no value of Avro type ${schema.type}`);
}
