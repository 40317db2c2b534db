/** Protobuf's types as a schema declares them: what Java calls descriptors. */

/** Types of fields that hold no other fields, by the names that schemas have for them. */
export const scalarTypes = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;

/** One of {@link scalarTypes}. */
export type ScalarType = (typeof scalarTypes)[number];

/** An enum. */
export interface ProtoEnum {
  readonly name: string;
  /** With the names of what it stands in. */
  readonly fullName: string;
  /** In the order of the schema. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

/** A choice between fields; those that only make one field optional are not kept. */
export interface ProtoOneof {
  readonly name: string;
  readonly fullName: string;
  /** Place among the choices of its message. */
  readonly index: number;
  readonly fields: readonly ProtoField[];
}

/** What a field holds. */
export type ProtoFieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  /** Numbers that a closed enum does not have are passed over when they are read, as all of proto2 has it. */
  | { readonly kind: 'enum'; readonly type: ProtoEnum; readonly isClosed: boolean }
  | { readonly kind: 'message'; readonly type: ProtoMessage };

/** A field. */
export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly type: ProtoFieldType;
  readonly isRepeated: boolean;
  /** Whether a list of it is written as one piece. */
  readonly isPacked: boolean;
  /** Whether it is marked `required`, so that a message without it is none. */
  readonly isRequired: boolean;
  /** Whether it is marked `optional`, so that "not there" differs from its default. */
  readonly isOptional: boolean;
  /** Whether "not there" differs from its default: optional fields, choices, messages, and all of proto2. */
  readonly hasPresence: boolean;
  readonly oneof: ProtoOneof | null;
  /** What stands for it when it is not there, where the schema says so. */
  readonly explicitDefault: ProtoScalar | null;
  /** Parameters of its option `confluent.field_meta`. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A message type. */
export interface ProtoMessage {
  readonly name: string;
  readonly fullName: string;
  readonly isProto3: boolean;
  /** Whether it is an entry of a map. */
  readonly isMapEntry: boolean;
  /** In the order of the schema. */
  readonly fields: readonly ProtoField[];
  readonly oneofs: readonly ProtoOneof[];
}

/** Value of a field that holds no other fields. 64-bit integers are bigints, signed; enums are their numbers. */
export type ProtoScalar = number | bigint | boolean | string | Uint8Array;

/** Value of a field. */
export type ProtoValue = ProtoScalar | DynamicMessage | readonly (ProtoScalar | DynamicMessage)[];

/** Whether it is the value of a repeated field. */
export function isProtoList(value: ProtoValue | undefined): value is readonly (ProtoScalar | DynamicMessage)[] {
  return Array.isArray(value);
}

/** A message of a type that is known at run time only. */
export class DynamicMessage {
  readonly type: ProtoMessage;
  readonly values = new Map<ProtoField, ProtoValue>();

  constructor(type: ProtoMessage) {
    this.type = type;
  }

  /** Sets a field; a value that cannot be told from "not there" is not kept. */
  set(field: ProtoField, value: ProtoValue): void {
    if (!field.isRepeated && !field.hasPresence && isZero(value)) {
      this.values.delete(field);
      return;
    }
    for (const other of field.oneof?.fields ?? []) this.values.delete(other);
    this.values.set(field, value);
  }

  /** The value of a field, or what stands for it when it is not there. */
  get(field: ProtoField): ProtoValue {
    return this.values.get(field) ?? defaultOf(field);
  }
}

/** The field of that name. */
export function findProtoField(message: ProtoMessage, name: string): ProtoField | undefined {
  let fields = fieldsByName.get(message);
  if (fields === undefined) {
    fields = new Map(message.fields.map(field => [field.name, field]));
    fieldsByName.set(message, fields);
  }
  return fields.get(name);
}

const fieldsByName = new WeakMap<ProtoMessage, ReadonlyMap<string, ProtoField>>();

function isZero(value: ProtoValue): boolean {
  // Of the floating point zeros, only the positive one is not kept.
  if (typeof value === 'number') return Object.is(value, 0);
  if (value instanceof Uint8Array) return value.length === 0;
  return value === 0n || value === '' || value === false;
}

function defaultOf({ type, isRepeated, explicitDefault }: ProtoField): ProtoValue {
  if (isRepeated) return [];
  if (explicitDefault !== null) return explicitDefault;
  if (type.kind === 'message') return new DynamicMessage(type.type);
  if (type.kind === 'enum') return type.type.values[0]?.number ?? 0;
  switch (type.scalar) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'bytes':
      return new Uint8Array();
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return 0n;
    default:
      return 0;
  }
}
