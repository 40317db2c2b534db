/**
 * Between protobufjs's message objects and plain values, by the one rule that data-messages.ts states. It follows the message
 * types at run time, so a field added to a .proto file needs no code here.
 */
import protobuf from 'protobufjs';

/** A plain value of some message type; its true shape is known to the caller of {@link fromProto}. */
type Plain = Record<string, unknown>;

/** The plain value of a decoded message. */
export function fromProto(type: protobuf.Type, message: object): Plain {
  const fields = new Map(Object.entries(message));
  const plain: Plain = {};
  for (const field of fieldsOf(type)) {
    if (isInOneof(field)) continue;
    plain[field.name] = fromField(field, fields.get(field.name));
  }
  for (const oneof of realOneofs(type)) {
    // Of several cases the last one counts; protobufjs keeps all of them, in the order in which they first came.
    const set = [...fields.keys()].filter(name => oneof.oneof.includes(name)).at(-1);
    const field = set === undefined ? undefined : type.fields[set];
    plain[oneof.name] =
      field === undefined ? null : { kind: field.name, [field.name]: fromSingle(field, fields.get(field.name)) };
  }
  return plain;
}

/** The object that protobufjs encodes for a plain value. */
export function toProto(type: protobuf.Type, value: object): Plain {
  const plain = new Map(Object.entries(value));
  const message: Plain = {};
  for (const field of fieldsOf(type)) {
    const fieldValue: unknown = isInOneof(field) ? undefined : plain.get(field.name);
    if (fieldValue !== undefined && fieldValue !== null) message[field.name] = toField(field, fieldValue);
  }
  for (const oneof of realOneofs(type)) {
    const chosen: unknown = plain.get(oneof.name);
    if (typeof chosen !== 'object' || chosen === null) continue;
    const cases = new Map<string, unknown>(Object.entries(chosen));
    const field = type.fields[String(cases.get('kind'))];
    if (field === undefined)
      throw new TypeError(`${type.fullName}.${oneof.name} has no case '${String(cases.get('kind'))}'`);
    message[field.name] = toSingle(field, cases.get(field.name));
  }
  return message;
}

/** The fields, each with its type. They are resolved when they are used: most processes need few of the messages. */
function fieldsOf(type: protobuf.Type): readonly protobuf.Field[] {
  for (const field of type.fieldsArray) if (!field.resolved) field.resolve();
  return type.fieldsArray;
}

function realOneofs(type: protobuf.Type): protobuf.OneOf[] {
  return type.oneofsArray.filter(oneof => !oneof.isProto3Optional);
}

function isInOneof(field: protobuf.Field): boolean {
  return field.partOf !== null && !field.partOf.isProto3Optional;
}

function fromField(field: protobuf.Field, value: unknown): unknown {
  if (field.map) return new Map(Object.entries(value ?? {}));
  if (field.repeated) return Array.isArray(value) ? value.map((item: unknown) => fromSingle(field, item)) : [];
  if (value === undefined || value === null) {
    const isAbsent = field.partOf !== null || field.resolvedType instanceof protobuf.Type;
    return isAbsent ? null : fromSingle(field, field.defaultValue);
  }
  return fromSingle(field, value);
}

function fromSingle(field: protobuf.Field, value: unknown): unknown {
  const kind = field.resolvedType;
  if (kind instanceof protobuf.Enum) return kind.valuesById[Number(value)] ?? kind.valuesById[0];
  if (kind instanceof protobuf.Type) return typeof value === 'object' && value !== null ? fromProto(kind, value) : null;
  if (field.type === 'bytes') return value instanceof Uint8Array ? value : Buffer.alloc(0);
  if (!(value instanceof protobuf.util.Long)) return value;
  return (value.unsigned ? value.high >>> 0 : value.high) * 0x1_0000_0000 + (value.low >>> 0);
}

function toField(field: protobuf.Field, value: unknown): unknown {
  if (field.map) return value instanceof Map ? Object.fromEntries(value) : value;
  if (field.repeated) return Array.isArray(value) ? value.map((item: unknown) => toSingle(field, item)) : value;
  return toSingle(field, value);
}

function toSingle(field: protobuf.Field, value: unknown): unknown {
  const kind = field.resolvedType;
  if (kind instanceof protobuf.Enum) {
    const number = kind.values[String(value)];
    if (number === undefined) throw new TypeError(`${kind.fullName} has no value '${String(value)}'`);
    return number;
  }
  return kind instanceof protobuf.Type && typeof value === 'object' && value !== null ? toProto(kind, value) : value;
}
