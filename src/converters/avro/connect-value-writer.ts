import { isConnectList, isConnectMap, type ConnectValue } from '../../data/connect-value.ts';
import { Decimal } from '../../data/decimal.ts';
import { areSchemasEqual } from '../../data/equality.ts';
import { Instant } from '../../data/instant.ts';
import { inJavaHashOrder } from '../../data/java-hash-order.ts';
import type { JsonNode } from '../../data/json-node.ts';
import { decimalToBytes, instantToBasic, logicalKind } from '../../data/logical-types.ts';
import type { ArraySchema, Field, MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { isAnything } from './anything-schema.ts';
import { anythingToWire } from './anything-values.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { scrubName } from './avro-names.ts';
import type { AvroField, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts';
import { wireField, hasMapObjects, type WireType, type WireValue } from './avro-wire-type.ts';
import { isUnionStruct } from './connect-kinds.ts';
import { defaultToWire } from './default-to-wire.ts';
import { findBranch } from './find-branch.ts';
import { toBuffer } from './wire-values.ts';

/** Makes of a Connect value what avsc writes. */
export type WriteValue = (value: ConnectValue) => WireValue;

/**
 * Compiles the way from Connect data to Avro data, once per pair of schemas. The Avro schema is mostly the one that was made of the
 * Connect schema; it may be another, such as the latest version of a subject: fields are found by name, and what Connect lacks is
 * the field's default.
 *
 * @see `AvroData#fromConnectData` of Confluent.
 */
export class ConnectValueWriter {
  readonly #wire: WireType;
  readonly #config: AvroDataConfig;
  readonly #compiled = new Map<Schema, Map<AvroSchema, WriteValue>>();

  constructor(wire: WireType, config: AvroDataConfig) {
    this.#wire = wire;
    this.#config = config;
  }

  /**
   * @param schema null for data without schema.
   * @throws {ConnectError} DATA_INVALID when no data of the schema can be written so.
   */
  compile(schema: Schema | null, avro: AvroSchema): WriteValue {
    if (schema === null) {
      if (isAnything(avro)) return anythingToWire;
      throw cannotWrite('data without schema', avro);
    }
    const known = this.#compiled.get(schema)?.get(avro);
    if (known !== undefined) return known;
    if (avro.type === 'union') return this.#union(schema, avro);
    const write = schema.type === 'STRUCT' ? this.#struct(schema, avro) : this.#plain(schema, avro);
    return value => {
      if (value === null) throw new ConnectError('DATA_INVALID', 'Found null value for non-optional schema');
      return write(value);
    };
  }

  #union(schema: Schema, avro: AvroUnion): WriteValue {
    if (schema.type === 'STRUCT' && isUnionStruct(schema)) return this.#unionStruct(schema, avro);
    const write = this.#branch(schema, avro);
    const hasNull = avro.branches.some(branch => branch.type === 'null');
    return value => {
      if (value !== null) return write(value);
      if (schema.isOptional && hasNull) return null;
      throw new ConnectError('DATA_INVALID', 'Found null value for non-optional schema');
    };
  }

  #branch(schema: Schema, avro: AvroUnion): WriteValue {
    const index = findBranch(schema, avro, this.#config);
    const branch = avro.branches[index];
    const name = this.#wire.branchNames(avro)[index];
    if (branch === undefined || name === undefined || name === null) throw cannotWrite(schema.type, avro);
    const write =
      branch.type === 'map' && hasMapObjects(avro)
        ? this.#mapObject(schema, branch.values)
        : this.compile(schema, branch);
    return value => ({ [name]: write(value) });
  }

  #unionStruct(schema: StructSchema, avro: AvroUnion): WriteValue {
    const writes = schema.fields.map(field => this.#branch(field.schema, avro));
    return value => {
      if (value === null) {
        if (schema.isOptional) return null;
        throw new ConnectError('DATA_INVALID', 'Found null value for non-optional schema');
      }
      const struct = structOf(schema, value);
      for (const [index, field] of schema.fields.entries()) {
        const item = this.#fieldValue(struct, field);
        if (item !== null) return writes[index]?.(item) ?? null;
      }
      if (schema.isOptional) return null;
      throw new ConnectError('DATA_INVALID', 'A union has no value for any of its branches');
    };
  }

  #struct(schema: StructSchema, avro: AvroSchema): WriteValue {
    if (avro.type !== 'record') throw cannotWrite(schema.type, avro);
    const names: string[] = [];
    const reads: ((struct: Struct) => WireValue)[] = [];
    const write: WriteValue = value => {
      const struct = structOf(schema, value);
      const record: Record<string, WireValue> = {};
      for (let index = 0; index < names.length; index += 1) record[names[index] ?? ''] = reads[index]?.(struct) ?? null;
      return record;
    };
    // It may contain itself, so it is known before its fields are.
    const known = this.#compiled.get(schema) ?? new Map<AvroSchema, WriteValue>();
    this.#compiled.set(schema, known.set(avro, write));
    for (const [index, field] of avro.fields.entries()) {
      names.push(wireField(index));
      reads.push(this.#field(schema, field, avro));
    }
    return write;
  }

  #field(schema: StructSchema, avro: AvroField, record: AvroRecord): (struct: Struct) => WireValue {
    const { scrubsNames } = this.#config;
    const place = schema.fields.findIndex(({ name }) => (scrubsNames ? scrubName(name) : name) === avro.name);
    const field = schema.fields[place];
    if (field === undefined) return this.#missing(avro, record);
    const write = this.compile(field.schema, avro.schema);
    return struct => {
      try {
        return write(this.#fieldValue(struct, field, place));
      } catch (error) {
        throw atField(error, field.name);
      }
    };
  }

  /** What is written for a field that Connect does not have. */
  #missing(avro: AvroField, record: AvroRecord): () => WireValue {
    if (avro.defaultValue === undefined) {
      throw new ConnectError(
        'DATA_INVALID',
        `Field '${avro.name}' of Avro record '${record.name}' has neither a value nor a default`,
      );
    }
    const node: JsonNode = avro.defaultValue;
    const value = defaultToWire(avro.schema, node, this.#wire);
    return () => value;
  }

  #fieldValue(struct: Struct, field: Field, place?: number): ConnectValue {
    if (this.#config.ignoresDefaults) return struct.getWithoutDefault(field.name);
    return place === undefined ? struct.get(field.name) : (struct.values[place] ?? field.schema.defaultValue ?? null);
  }

  #plain(schema: Exclude<Schema, StructSchema>, avro: AvroSchema): WriteValue {
    switch (schema.type) {
      case 'ARRAY':
        return this.#array(schema, avro);
      case 'MAP':
        return this.#map(schema, avro);
      default:
        return primitiveWriter(schema, avro);
    }
  }

  #array(schema: ArraySchema, avro: AvroSchema): WriteValue {
    if (avro.type !== 'array') throw cannotWrite(schema.type, avro);
    const write = this.compile(schema.items, avro.items);
    return value => {
      if (isConnectList(value)) return value.map(write);
      throw wrongType(schema);
    };
  }

  #map(schema: MapSchema, avro: AvroSchema): WriteValue {
    if (avro.type === 'map') {
      const write = this.compile(schema.values, avro.values);
      return value => [...textMapOf(schema, value)].map(([key, item]) => ({ f0: key, f1: write(item) }));
    }
    const fields = avro.type === 'array' && avro.items.type === 'record' ? avro.items.fields : [];
    const [keyPlace, itemPlace] = ['key', 'value'].map(name => fields.findIndex(field => field.name === name));
    const [key, item] = [fields[keyPlace ?? -1], fields[itemPlace ?? -1]];
    if (key === undefined || item === undefined || fields.length !== 2) throw cannotWrite(schema.type, avro);
    const [keyField, itemField] = [wireField(keyPlace ?? 0), wireField(itemPlace ?? 1)];
    const [writeKey, writeItem] = [this.compile(schema.keys, key.schema), this.compile(schema.values, item.schema)];
    return value =>
      [...mapOf(schema, value)].map(([mapKey, mapItem]) => ({
        [keyField]: writeKey(mapKey),
        [itemField]: writeItem(mapItem),
      }));
  }

  #mapObject(schema: Schema, avro: AvroSchema): WriteValue {
    if (schema.type !== 'MAP') throw cannotWrite(schema.type, avro);
    const write = this.compile(schema.values, avro);
    return value => Object.fromEntries([...textMapOf(schema, value)].map(([key, item]) => [key, write(item)]));
  }
}

function primitiveWriter(schema: Exclude<Schema, StructSchema>, avro: AvroSchema): WriteValue {
  const basic = basicValue(schema);
  switch (avro.type) {
    case 'int':
    case 'float':
    case 'double':
      return value => {
        const number = basic(value);
        if (typeof number === 'number') return number;
        if (typeof number === 'bigint' && avro.type !== 'int') return Number(number);
        throw wrongType(schema);
      };
    case 'long':
      return value => {
        const number = basic(value);
        if (typeof number === 'bigint') return number;
        if (typeof number === 'number' && Number.isInteger(number)) return BigInt(number);
        throw wrongType(schema);
      };
    case 'boolean':
      return value => {
        if (typeof value === 'boolean') return value;
        throw wrongType(schema);
      };
    case 'string':
    case 'enum':
      if (schema.type !== 'STRING') throw cannotWrite(schema.type, avro);
      return value => {
        if (typeof value !== 'string') throw wrongType(schema);
        if (avro.type !== 'enum' || avro.symbols.includes(value)) return value;
        throw new ConnectError('DATA_INVALID', `Enum '${avro.name}' does not have the symbol of a value`);
      };
    case 'bytes':
      return value => toBuffer(bytesOf(schema, basic(value)));
    case 'fixed':
      return value => fixedOf(schema, basic(value), avro.size, value instanceof Decimal);
    default:
      throw cannotWrite(schema.type, avro);
  }
}

/** The value of the basic type of a schema, which is checked to be one of it. */
function basicValue(schema: Schema): (value: ConnectValue) => ConnectValue {
  const isLogical = logicalKind(schema) !== null;
  return value => {
    if (value instanceof Decimal) return decimalToBytes(schema, value);
    if (value instanceof Instant) return instantToBasic(schema, value);
    if (isLogical) throw new ConnectError('DATA_INVALID', `Invalid type for ${schema.name ?? schema.type}`);
    switch (schema.type) {
      case 'INT8':
        return integerOf(schema, value, 0x80);
      case 'INT16':
        return integerOf(schema, value, 0x8000);
      case 'INT32':
        return integerOf(schema, value, 0x80000000);
      default:
        return value;
    }
  };
}

function integerOf(schema: Schema, value: ConnectValue, limit: number): ConnectValue {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit) return value;
  throw wrongType(schema);
}

function bytesOf(schema: Schema, value: ConnectValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongType(schema);
}

/** Decimals are widened by their sign, as a number is; other bytes have to be as many as they should. */
function fixedOf(schema: Schema, value: ConnectValue, size: number, isDecimal: boolean): Buffer {
  const bytes = toBuffer(bytesOf(schema, value));
  if (bytes.length === size) return bytes;
  if (!isDecimal || bytes.length > size) {
    throw new ConnectError('DATA_INVALID', `A value has ${bytes.length} bytes, and its fixed type ${size}`);
  }
  return Buffer.concat([Buffer.alloc(size - bytes.length, (bytes[0] ?? 0) >= 0x80 ? 0xff : 0), bytes]);
}

function structOf(schema: StructSchema, value: ConnectValue): Struct {
  if (!(value instanceof Struct)) throw wrongType(schema);
  if (value.schema === schema || areSchemasEqual(value.schema, schema)) return value;
  throw new ConnectError('DATA_INVALID', 'Mismatching struct schema');
}

function mapOf(schema: Schema, value: ConnectValue): ReadonlyMap<ConnectValue, ConnectValue> {
  if (isConnectMap(value)) return value;
  throw wrongType(schema);
}

/** A map whose keys are texts, in the order in which Confluent's converter writes it: that of a Java `HashMap`. */
function textMapOf(schema: Schema, value: ConnectValue): ReadonlyMap<string, ConnectValue> {
  const entries = [...mapOf(schema, value)].map(([key, item]): [string, ConnectValue] => [textKey(key), item]);
  const map = new Map(entries);
  return map.size > 1 ? inJavaHashOrder(map) : map;
}

function textKey(key: ConnectValue): string {
  if (typeof key === 'string') return key;
  throw new ConnectError('DATA_INVALID', 'A map key that its schema says to be a STRING is something else');
}

function atField(error: unknown, name: string): unknown {
  if (!(error instanceof ConnectError)) return error;
  return new ConnectError(error.code, `Field '${name}': ${error.message}`, { cause: error });
}

function wrongType(schema: Schema): ConnectError {
  return new ConnectError('DATA_INVALID', `Invalid type for ${schema.type}`);
}

function cannotWrite(what: string, avro: AvroSchema): ConnectError {
  return new ConnectError('DATA_INVALID', `${what} cannot be written as Avro type ${avro.type}`);
}
