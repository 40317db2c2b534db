import type { ProtoField, ProtoFieldType, ProtoMessage, ScalarType } from './proto-types.ts';

/**
 * Whether bytes of one message type are read as another: fields by their numbers, of types that have the same form in bytes. Never true
 * where Confluent's converter says no.
 *
 * @param target the type to read as.
 * @param own the type of the data.
 * @see `SchemaDiff` of Confluent.
 */
export function canReadProto(target: ProtoMessage, own: ProtoMessage): boolean {
  return readsMessage(target, own, new Set());
}

function readsMessage(target: ProtoMessage, own: ProtoMessage, seen: Set<string>): boolean {
  if (!own.isMapEntry && target.fullName !== own.fullName) return false;
  // Messages may contain themselves.
  if (seen.has(own.fullName)) return true;
  seen.add(own.fullName);
  const numbers = new Set([...target.fields, ...own.fields].map(({ number }) => number));
  return [...numbers].every(number => readsNumber(number, { target, own, seen })) && keepsChoices(target, own);
}

function readsNumber(
  number: number,
  { target, own, seen }: { readonly target: ProtoMessage; readonly own: ProtoMessage; readonly seen: Set<string> },
): boolean {
  const field = fieldOf(target, number);
  const ownField = fieldOf(own, number);
  if (field !== undefined && ownField !== undefined) {
    return field.isRepeated === ownField.isRepeated && readsType(field.type, ownField.type, seen);
  }
  if (ownField === undefined) return field?.isRequired !== true;
  // A choice may go as a whole, or not at all.
  const others = ownField.oneof?.fields ?? [];
  return !ownField.isRequired && others.every(other => fieldOf(target, other.number) === undefined);
}

function readsType(target: ProtoFieldType, own: ProtoFieldType, seen: Set<string>): boolean {
  if (target.kind === 'message' || own.kind === 'message') {
    if (target.kind !== 'message' || own.kind !== 'message') return false;
    return target.type.isMapEntry === own.type.isMapEntry && readsMessage(target.type, own.type, seen);
  }
  return formOf(target) === formOf(own);
}

/** Fields of one choice come from one choice, or are new but for one. */
function keepsChoices(target: ProtoMessage, own: ProtoMessage): boolean {
  return target.oneofs.every(({ fields }) => {
    const known = fields.flatMap(({ number }) => fieldOf(own, number) ?? []);
    return new Set(known.map(field => field.oneof ?? field)).size <= 1;
  });
}

function fieldOf(message: ProtoMessage, number: number): ProtoField | undefined {
  return message.fields.find(field => field.number === number);
}

/** Types of one form are read as each other. */
function formOf(type: Exclude<ProtoFieldType, { readonly kind: 'message' }>): string {
  return type.kind === 'enum' ? 'varint' : forms[type.scalar];
}

const forms: Readonly<Record<ScalarType, string>> = {
  int32: 'varint',
  int64: 'varint',
  uint32: 'varint',
  uint64: 'varint',
  bool: 'varint',
  sint32: 'zigzag',
  sint64: 'zigzag',
  fixed32: '4 bytes',
  sfixed32: '4 bytes',
  fixed64: '8 bytes',
  sfixed64: '8 bytes',
  float: 'float',
  double: 'double',
  string: 'length',
  bytes: 'length',
};
