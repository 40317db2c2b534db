/** Messages as bytes: fields by their numbers, each as its tag and its value. */
import { DynamicMessage, isProtoList, type ProtoField, type ProtoScalar, type ScalarType } from './proto-types.ts';

/** Wire types of fields. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, group: 3, endGroup: 4, fixed32: 5 } as const;

/** Wire type of a field's single value. */
export function wireTypeOf({ type }: ProtoField): number {
  if (type.kind === 'message') return wireType.bytes;
  return type.kind === 'enum' ? wireType.varint : scalarWireTypes[type.scalar];
}

const scalarWireTypes: Readonly<Record<ScalarType, number>> = {
  double: wireType.fixed64,
  float: wireType.fixed32,
  int32: wireType.varint,
  int64: wireType.varint,
  uint32: wireType.varint,
  uint64: wireType.varint,
  sint32: wireType.varint,
  sint64: wireType.varint,
  fixed32: wireType.fixed32,
  fixed64: wireType.fixed64,
  sfixed32: wireType.fixed32,
  sfixed64: wireType.fixed64,
  bool: wireType.varint,
  string: wireType.bytes,
  bytes: wireType.bytes,
};

/** The bytes of a message, the same as Google's `DynamicMessage` in Java gives. */
export function writeMessage(message: DynamicMessage): Buffer {
  const target = new ByteTarget();
  for (const [field, value] of [...message.values].sort(([a], [b]) => a.number - b.number)) {
    if (!isProtoList(value)) writeField(target, field, value);
    else if (field.isPacked) writePacked(target, field, value);
    else for (const item of value) writeField(target, field, item);
  }
  return target.finish();
}

/** 32 bits without sign: numbers of fields take 29 of them. */
function tagOf(field: ProtoField, wire: number): number {
  return ((field.number << 3) | wire) >>> 0;
}

function writeField(target: ByteTarget, field: ProtoField, value: ProtoScalar | DynamicMessage): void {
  target.varint(tagOf(field, wireTypeOf(field)));
  writeValue(target, field, value);
}

function writePacked(target: ByteTarget, field: ProtoField, values: readonly (ProtoScalar | DynamicMessage)[]): void {
  if (values.length === 0) return;
  const inner = new ByteTarget();
  for (const value of values) writeValue(inner, field, value);
  target.varint(tagOf(field, wireType.bytes));
  target.lengthAndBytes(inner.finish());
}

function writeValue(target: ByteTarget, field: ProtoField, value: ProtoScalar | DynamicMessage): void {
  if (value instanceof DynamicMessage) return target.lengthAndBytes(writeMessage(value));
  if (typeof value === 'string') return target.lengthAndBytes(Buffer.from(value));
  if (value instanceof Uint8Array) return target.lengthAndBytes(value);
  if (typeof value === 'boolean') return target.varint(value ? 1 : 0);
  switch (field.type.kind === 'scalar' ? field.type.scalar : undefined) {
    case 'double':
      return target.fixed(8, buffer => buffer.writeDoubleLE(Number(value)));
    case 'float':
      return target.fixed(4, buffer => buffer.writeFloatLE(Number(value)));
    case 'fixed32':
    case 'sfixed32':
      return target.fixed(4, buffer => buffer.writeInt32LE(Number(BigInt.asIntN(32, BigInt(value)))));
    case 'fixed64':
    case 'sfixed64':
      return target.fixed(8, buffer => buffer.writeBigInt64LE(BigInt.asIntN(64, BigInt(value))));
    case 'sint32':
      return target.varint(((Number(value) << 1) ^ (Number(value) >> 31)) >>> 0);
    case 'sint64':
      return target.signedVarint((BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    case 'uint32':
      return target.varint(Number(BigInt.asUintN(32, BigInt(value))));
    default:
      return target.signedVarint(BigInt(value));
  }
}

/** Bytes that grow. */
class ByteTarget {
  #buffer = Buffer.allocUnsafe(64);
  #length = 0;

  /** A number from 0 to 2^32 - 1. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#push(rest);
  }

  /** 64 bits; negative numbers take ten bytes. */
  signedVarint(value: bigint): void {
    if (value >= 0n && value <= 0xffffffffn) return this.varint(Number(value));
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#push(Number(rest));
  }

  fixed(byteLength: number, write: (buffer: Buffer) => void): void {
    this.#reserve(byteLength);
    write(this.#buffer.subarray(this.#length, this.#length + byteLength));
    this.#length += byteLength;
  }

  lengthAndBytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #push(byte: number): void {
    this.#buffer[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(byteLength: number): void {
    if (this.#length + byteLength <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + byteLength));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
