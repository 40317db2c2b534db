import { ConnectError } from '../../errors/connect-error.ts';
import {
  findProtoField,
  type ProtoField,
  type ProtoFieldType,
  type ProtoMessage,
  type ScalarType,
} from './proto-types.ts';

/**
 * Requires that data of one message type can be written as another: each field has one of its name there that holds all of its
 * values. What the other has beyond that stays unset.
 *
 * @param own the type that the data's own schema makes.
 * @param target the type of a registered schema that the data is to be written with.
 * @throws {ConnectError} DATA_INVALID, naming the field.
 */
export function requireWritable(own: ProtoMessage, target: ProtoMessage): void {
  requireFields(own, target, new Set());
}

function requireFields(own: ProtoMessage, target: ProtoMessage, seen: Set<string>): void {
  const pair = `${own.fullName} ${target.fullName}`;
  if (seen.has(pair)) return; // Messages may contain themselves.
  seen.add(pair);
  for (const field of own.fields) {
    const other = findProtoField(target, field.name);
    if (other === undefined) throw misfit(`message '${target.fullName}' has no field '${field.name}'`);
    requireField(field, other, seen);
  }
}

function requireField(own: ProtoField, target: ProtoField, seen: Set<string>): void {
  if (own.isRepeated === target.isRepeated) {
    if (own.type.kind === 'message' && target.type.kind === 'message') {
      requireFields(own.type.type, target.type.type, seen);
      return;
    }
    if (holds(target.type, own.type)) return;
  }
  throw misfit(`field '${target.name}' is ${describe(target)} there and ${describe(own)} in the data`);
}

function holds(target: ProtoFieldType, own: ProtoFieldType): boolean {
  if (own.kind === 'scalar' && target.kind === 'scalar') {
    return own.scalar === target.scalar || (wider[own.scalar]?.includes(target.scalar) ?? false);
  }
  if (own.kind !== 'enum' || target.kind !== 'enum') return false;
  const known = new Map(target.type.values.map(({ name, number }) => [name, number]));
  return own.type.values.every(({ name, number }) => known.get(name) === number);
}

/** Other types that hold all values of a type. Unsigned 64 bits are Connect's signed ones with another name, as in Java. */
const wider: Readonly<Partial<Record<ScalarType, readonly ScalarType[]>>> = {
  int32: ['sint32', 'sfixed32', 'int64', 'sint64', 'sfixed64'],
  int64: ['sint64', 'sfixed64', 'uint64', 'fixed64'],
  float: ['double'],
};

function describe({ type, isRepeated }: ProtoField): string {
  const name = type.kind === 'scalar' ? type.scalar : `${type.kind} '${type.type.fullName}'`;
  return isRepeated ? `a list of ${name}` : name;
}

function misfit(what: string): ConnectError {
  return new ConnectError('DATA_INVALID', `The data cannot be written with the registered schema: ${what}`);
}
