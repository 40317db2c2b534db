/**
 * Connect values as Protobuf messages.
 *
 * @see `ProtobufData#fromConnectData` and `#toConnectData` of Confluent.
 */
import { isConnectList, isConnectMap, type ConnectValue } from '../../data/connect-value.ts';
import { areSchemasEqual } from '../../data/equality.ts';
import { logicalKind } from '../../data/logical-types.ts';
import type { ArraySchema, Field, MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { fieldIndex } from '../../data/schema.ts';
import { StructBuilder } from '../../data/struct-builder.ts';
import { Struct } from '../../data/struct.ts';
import { checkValue } from '../../data/value-check.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { logicalFromMessage, logicalToMessage } from './protobuf-logical.ts';
import {
  DynamicMessage,
  findProtoField,
  isProtoList,
  type ProtoField,
  type ProtoMessage,
  type ProtoScalar,
  type ProtoValue,
} from './proto-types.ts';
import { maxProtoDepth } from './proto-tokens.ts';
import type { ProtobufOptions } from './protobuf-options.ts';
import { isMarkedOptional, unionFieldName } from './protobuf-schema-reader.ts';
import { generalizedEnum, isUnion, protobufParameter, scrubName, wrapperTypes } from './protobuf-words.ts';

/**
 * The message for a value.
 *
 * @param type the message that stands for values of the schema.
 * @throws {ConnectError} DATA_INVALID when the value is not one of the schema, or has null where Protobuf has none.
 */
export function toMessage(
  schema: Schema,
  value: ConnectValue,
  type: ProtoMessage,
  options: ProtobufOptions,
): DynamicMessage {
  const written = new MessageMaker(options).single(schema, value, { kind: 'message', type });
  if (written instanceof DynamicMessage) return written;
  throw invalid(`Invalid value for type ${schema.type}`);
}

/** The value that a message holds. @throws {ConnectError} DATA_INVALID */
export function fromMessage(schema: Schema, message: DynamicMessage, options: ProtobufOptions): ConnectValue {
  return new MessageTaker(options).value(schema, message);
}

class MessageMaker {
  readonly #options: ProtobufOptions;

  constructor(options: ProtobufOptions) {
    this.#options = options;
  }

  /** A value that is no list and no map. */
  single(schema: Schema, value: ConnectValue, target: ProtoField['type']): ProtoScalar | DynamicMessage {
    if (logicalKind(schema) !== null) return logicalToMessage(schema, value, requireMessage(target, schema));
    if (schema.type === 'STRUCT') return this.#struct(schema, value, requireMessage(target, schema));
    if (schema.type === 'ARRAY' || schema.type === 'MAP') throw invalid('A list or map within a list has no Protobuf');
    checkValue({ ...schema, isOptional: false }, value);
    const scalar = scalarFrom(schema, value, target, this.#options);
    if (target.kind !== 'message') return scalar;
    const wrapper = new DynamicMessage(target.type);
    wrapper.set(requireField(target.type, 'value'), scalar);
    return wrapper;
  }

  #struct(schema: StructSchema, value: ConnectValue, type: ProtoMessage): DynamicMessage {
    if (!(value instanceof Struct) || !areSchemasEqual(value.schema, schema))
      throw invalid('Mismatching struct schema');
    const message = new DynamicMessage(type);
    for (const field of schema.fields) {
      const item = this.#valueOf(value, field);
      if (item === null) continue;
      if (field.schema.type === 'STRUCT' && isUnion(field.schema)) this.#setUnion(message, field.schema, item);
      else this.#setField(message, { name: field.name, schema: field.schema }, item);
    }
    return message;
  }

  #setUnion(message: DynamicMessage, schema: StructSchema, value: ConnectValue): void {
    if (!(value instanceof Struct)) throw invalid('Mismatching struct schema');
    const chosen = schema.fields.find(field => this.#valueOf(value, field) !== null);
    if (chosen === undefined) throw invalid('Cannot find non-null field');
    this.#setField(message, chosen, this.#valueOf(value, chosen));
  }

  #setField(message: DynamicMessage, { name, schema }: Field, value: ConnectValue): void {
    const field = findProtoField(message.type, scrubName(name, this.#options));
    if (field === undefined) throw invalid(`Cannot find field with name ${name}`);
    if (schema.type === 'ARRAY') this.#setList(message, field, schema, value);
    else if (schema.type === 'MAP') message.set(field, this.#entries(field, schema, value));
    else message.set(field, this.single(schema, value, field.type));
  }

  #setList(message: DynamicMessage, field: ProtoField, schema: ArraySchema, value: ConnectValue): void {
    if (!isConnectList(value)) throw invalid('Invalid value for type ARRAY');
    if (value.length === 0) return;
    const items = requireSchema(schema.items);
    const values = value.map(item => {
      if (item === null) throw invalid(`Null within the list '${field.name}', which Protobuf cannot hold`);
      return this.single(items, item, field.type);
    });
    message.set(field, values);
  }

  #entries(field: ProtoField, schema: MapSchema, value: ConnectValue): readonly DynamicMessage[] {
    if (!isConnectMap(value)) throw invalid('Invalid value for type MAP');
    const type = requireMessage(field.type, schema);
    return [...value].map(([key, item]) => {
      const entry = new DynamicMessage(type);
      if (key !== null) this.#setField(entry, { name: 'key', schema: requireSchema(schema.keys) }, key);
      if (item !== null) this.#setField(entry, { name: 'value', schema: requireSchema(schema.values) }, item);
      return entry;
    });
  }

  #valueOf(struct: Struct, { name }: Field): ConnectValue {
    return this.#options.ignoresDefaults ? struct.getWithoutDefault(name) : struct.get(name);
  }
}

class MessageTaker {
  readonly #options: ProtobufOptions;
  #depth = 0;

  constructor(options: ProtobufOptions) {
    this.#options = options;
  }

  value(schema: Schema, value: ProtoValue): ConnectValue {
    if (logicalKind(schema) !== null) return logicalFromMessage(schema, requireDynamic(value, schema));
    switch (schema.type) {
      case 'STRUCT':
        return this.#struct(schema, requireDynamic(value, schema));
      case 'ARRAY': {
        const items = requireSchema(schema.items);
        return requireList(value, schema).map(item => this.value(items, item));
      }
      case 'MAP':
        return this.#map(schema, value);
      default:
        return scalarTo(schema, value instanceof DynamicMessage ? unwrap(value) : value);
    }
  }

  #map(schema: MapSchema, value: ProtoValue): ConnectValue {
    const [keys, values] = [requireSchema(schema.keys), requireSchema(schema.values)];
    return new Map(
      requireList(value, schema).map(item => {
        const entry = requireDynamic(item, schema);
        return [this.#part(entry, 'key', keys), this.#part(entry, 'value', values)];
      }),
    );
  }

  #part(entry: DynamicMessage, name: string, schema: Schema): ConnectValue {
    const field = requireField(entry.type, name);
    return this.value(schema, enumName(field, schema, entry.get(field)));
  }

  #struct(schema: StructSchema, message: DynamicMessage): Struct {
    // What is read is not deeper; what is made up for messages that are not there may have no end.
    if (this.#depth > maxProtoDepth) throw invalid(`Messages are nested deeper than ${maxProtoDepth} levels`);
    this.#depth += 1;
    const struct = this.#structWithin(schema, message);
    this.#depth -= 1;
    return struct;
  }

  #structWithin(schema: StructSchema, message: DynamicMessage): Struct {
    const struct = new StructBuilder(schema);
    for (const oneof of message.type.oneofs) {
      const field = oneof.fields.find(one => message.values.has(one));
      if (field === undefined) continue;
      if (this.#options.flattensUnions) {
        struct.put(field.name, this.#fieldValue(schema, message, field));
        continue;
      }
      const name = unionFieldName(oneof, this.#options);
      const union = schema.fields[fieldIndex(schema, name)]?.schema;
      if (union?.type !== 'STRUCT') throw invalid(`${name} is not a valid field name`);
      struct.put(name, new StructBuilder(union).put(field.name, this.#fieldValue(union, message, field)).build());
    }
    for (const field of message.type.fields) {
      if (field.oneof !== null || !this.#isThere(message, field)) continue;
      struct.put(field.name, this.#fieldValue(schema, message, field));
    }
    return struct.build();
  }

  /** Single values and lists are there by their defaults, messages and optional fields are not. */
  #isThere(message: DynamicMessage, field: ProtoField): boolean {
    const isByDefault = field.type.kind !== 'message' || field.isRepeated;
    if (isByDefault && !isMarkedOptional(message.type, field, this.#options)) return true;
    return this.#options.makesStructForNulls || message.values.has(field);
  }

  #fieldValue(schema: StructSchema, message: DynamicMessage, field: ProtoField): ConnectValue {
    const fieldSchema = schema.fields[fieldIndex(schema, field.name)]?.schema;
    if (fieldSchema === undefined) throw invalid(`${field.name} is not a valid field name`);
    return this.value(fieldSchema, enumName(field, fieldSchema, message.get(field)));
  }
}

/** The single value as its Protobuf type has it. */
function scalarFrom(
  schema: Schema,
  value: ConnectValue,
  target: ProtoField['type'],
  options: ProtobufOptions,
): ProtoScalar {
  if (typeof value === 'string' && target.kind === 'enum') {
    const parameter = options.hasGeneralizedSums ? generalizedEnum : protobufParameter.enum;
    const number = schema.parameters?.get(`${parameter}.${value}`);
    if (number === undefined) throw invalid(`'${value}' is no symbol of enum '${target.type.fullName}'`);
    return Number(number);
  }
  const isScalar =
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    typeof value === 'string' ||
    value instanceof Uint8Array;
  if (!isScalar) throw invalid(`Invalid value for type ${schema.type}`);
  return value;
}

/** The single value as its Connect type has it. */
function scalarTo(schema: Schema, value: ProtoValue): ConnectValue {
  switch (schema.type) {
    case 'INT8':
      return typeof value === 'number' ? (value << 24) >> 24 : wrongType(schema);
    case 'INT16':
      return typeof value === 'number' ? (value << 16) >> 16 : wrongType(schema);
    case 'INT64':
      // Numbers of 32 bits have no sign here.
      return typeof value === 'number' ? BigInt(value >>> 0) : typeof value === 'bigint' ? value : wrongType(schema);
    case 'BYTES':
      return value instanceof Uint8Array ? value : wrongType(schema);
    case 'INT32':
    case 'FLOAT32':
    case 'FLOAT64':
      return typeof value === 'number' ? value : wrongType(schema);
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : wrongType(schema);
    default:
      return typeof value === 'string' ? value : wrongType(schema);
  }
}

/** The name of an enum's number, where texts stand for it. */
function enumName(field: ProtoField, schema: Schema, value: ProtoValue): ProtoValue {
  const { type } = field;
  const isText = schema.type === 'STRING' || (schema.type === 'ARRAY' && schema.items?.type === 'STRING');
  if (type.kind !== 'enum' || !isText) return value;
  const nameOf = (number: ProtoScalar | DynamicMessage): string =>
    type.type.values.find(one => one.number === number)?.name ??
    `UNKNOWN_ENUM_VALUE_${type.type.name}_${Number(number)}`;
  return isProtoList(value) ? value.map(nameOf) : nameOf(value);
}

function unwrap(message: DynamicMessage): ProtoValue {
  if (!wrapperTypes.has(message.type.fullName)) throw invalid(`Message '${message.type.fullName}' is no single value`);
  return message.get(requireField(message.type, 'value'));
}

function requireField(type: ProtoMessage, name: string): ProtoField {
  const field = findProtoField(type, name);
  if (field !== undefined) return field;
  throw invalid(`Message '${type.fullName}' has no field '${name}'`);
}

function requireMessage(type: ProtoField['type'], schema: Schema): ProtoMessage {
  return type.kind === 'message' ? type.type : wrongType(schema);
}

function requireDynamic(value: ProtoValue, schema: Schema): DynamicMessage {
  return value instanceof DynamicMessage ? value : wrongType(schema);
}

function requireList(value: ProtoValue, schema: Schema): readonly (ProtoScalar | DynamicMessage)[] {
  return isProtoList(value) ? value : wrongType(schema);
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema;
  throw invalid('A list or map does not tell what it holds');
}

function wrongType(schema: Schema): never {
  throw invalid(`Invalid type for ${schema.type}`);
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
