/** Bytes as messages. Fields that the type does not have are passed over. */
import { ConnectError } from '../../errors/connect-error.ts';
import {
  DynamicMessage,
  type ProtoField,
  type ProtoMessage,
  type ProtoScalar,
  type ProtoValue,
} from './proto-types.ts';
import { wireType, wireTypeOf } from './proto-writer.ts';

/** Deepest nesting that is read, as in Google's own readers (I7). */
const maxDepth = 100;

/** Reads a message. @throws {ConnectError} DATA_INVALID */
export function readMessage(type: ProtoMessage, bytes: Buffer): DynamicMessage {
  const message = new DynamicMessage(type);
  new MessageReader(bytes, 0, bytes.length).readInto(message, 0);
  return message;
}

class MessageReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  readInto(message: DynamicMessage, depth: number): void {
    if (depth > maxDepth) throw malformed(`messages are nested deeper than ${maxDepth} levels`);
    while (this.#at < this.#end) {
      const tag = Number(this.#varint() & 0xffffffffn);
      const field = fieldsOf(message.type).get(tag >>> 3);
      if (field === undefined || !this.#readField(message, field, { wire: tag & 7, depth })) this.#skip(tag, depth);
    }
  }

  /** False if the value is not of the field's wire type, which makes it another, unknown field. */
  #readField(message: DynamicMessage, field: ProtoField, found: { wire: number; depth: number }): boolean {
    const expected = wireTypeOf(field);
    if (found.wire === expected) {
      const known = message.values.get(field);
      const value = this.#value(field, found.depth, known);
      if (!isKnown(field, value)) return true;
      if (!field.isRepeated) message.set(field, value);
      else appendTo(message, field, [value]);
      return true;
    }
    if (!field.isRepeated || found.wire !== wireType.bytes || expected === wireType.bytes) return false;
    const packed = this.#inner();
    const values: (ProtoScalar | DynamicMessage)[] = [];
    while (!packed.#isAtEnd) values.push(packed.#value(field, found.depth, undefined));
    appendTo(
      message,
      field,
      values.filter(value => isKnown(field, value)),
    );
    return true;
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  #value(field: ProtoField, depth: number, known: ProtoValue | undefined): ProtoScalar | DynamicMessage {
    if (field.type.kind === 'message') {
      // A message that comes twice is one: the second completes the first.
      const inner = known instanceof DynamicMessage ? known : new DynamicMessage(field.type.type);
      this.#inner().readInto(inner, depth + 1);
      return inner;
    }
    if (field.type.kind === 'enum') return Number(BigInt.asIntN(32, this.#varint()));
    switch (field.type.scalar) {
      case 'double':
        return this.#fixed(8).readDoubleLE();
      case 'float':
        return this.#fixed(4).readFloatLE();
      case 'fixed32':
      case 'sfixed32':
        return this.#fixed(4).readInt32LE();
      case 'fixed64':
      case 'sfixed64':
        return this.#fixed(8).readBigInt64LE();
      case 'int32':
      case 'uint32':
        return Number(BigInt.asIntN(32, this.#varint()));
      case 'sint32':
        return Number(BigInt.asIntN(32, unzigzag(BigInt.asUintN(32, this.#varint()))));
      case 'int64':
      case 'uint64':
        return BigInt.asIntN(64, this.#varint());
      case 'sint64':
        return BigInt.asIntN(64, unzigzag(this.#varint()));
      case 'bool':
        return this.#varint() !== 0n;
      case 'string':
        return this.#text();
      case 'bytes':
        return this.#lengthAndBytes();
    }
  }

  #text(): string {
    try {
      return utf8.decode(this.#lengthAndBytes());
    } catch (error) {
      if (error instanceof ConnectError) throw error;
      throw malformed('a text is not valid UTF-8');
    }
  }

  #inner(): MessageReader {
    const bytes = this.#lengthAndBytes();
    const start = this.#at - bytes.length;
    return new MessageReader(this.#bytes, start, this.#at);
  }

  #lengthAndBytes(): Buffer {
    const length = this.#varint();
    if (length > BigInt(this.#end - this.#at)) throw malformed(`a field of ${length} bytes is cut off`);
    return this.#fixed(Number(length));
  }

  #fixed(byteLength: number): Buffer {
    const start = this.#at;
    if (start + byteLength > this.#end) throw malformed('a field is cut off');
    this.#at = start + byteLength;
    return this.#bytes.subarray(start, this.#at);
  }

  #varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a number is longer than 10 bytes');
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw malformed('a number is cut off');
    this.#at += 1;
    return byte;
  }

  #skip(tag: number, depth: number): void {
    if (tag >>> 3 === 0) throw malformed('a field has number 0');
    switch (tag & 7) {
      case wireType.varint:
        this.#varint();
        return;
      case wireType.fixed64:
        this.#fixed(8);
        return;
      case wireType.bytes:
        this.#lengthAndBytes();
        return;
      case wireType.fixed32:
        this.#fixed(4);
        return;
      case wireType.group:
        this.#skipGroup(tag >>> 3, depth + 1);
        return;
      default:
        throw malformed(`a field has wire type ${tag & 7}`);
    }
  }

  #skipGroup(number: number, depth: number): void {
    if (depth > maxDepth) throw malformed(`groups are nested deeper than ${maxDepth} levels`);
    for (;;) {
      const tag = Number(this.#varint() & 0xffffffffn);
      if ((tag & 7) === wireType.endGroup && tag >>> 3 === number) return;
      this.#skip(tag, depth);
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** False for a number that a closed enum does not have. */
function isKnown({ type }: ProtoField, value: ProtoScalar | DynamicMessage): boolean {
  return type.kind !== 'enum' || !type.isClosed || type.type.values.some(one => one.number === value);
}

function appendTo(message: DynamicMessage, field: ProtoField, values: readonly (ProtoScalar | DynamicMessage)[]): void {
  const known = message.values.get(field);
  if (!isGrowing(known)) message.values.set(field, [...values]);
  else for (const value of values) known.push(value);
}

/** Lists in messages that are being read are this reader's own. */
function isGrowing(value: ProtoValue | undefined): value is (ProtoScalar | DynamicMessage)[] {
  return Array.isArray(value);
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

const fieldsByNumber = new WeakMap<ProtoMessage, ReadonlyMap<number, ProtoField>>();

function fieldsOf(type: ProtoMessage): ReadonlyMap<number, ProtoField> {
  let fields = fieldsByNumber.get(type);
  if (fields === undefined) {
    fields = new Map(type.fields.map(field => [field.number, field]));
    fieldsByNumber.set(type, fields);
  }
  return fields;
}

function malformed(reason: string): ConnectError {
  return new ConnectError('DATA_INVALID', `The bytes are no Protobuf message: ${reason}`);
}
