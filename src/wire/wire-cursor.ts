import { ConnectError } from '../errors/connect-error.ts';

/** Makes the error of every malformed message. */
export function wireMalformed(what: string, position: number): ConnectError {
  return new ConnectError('WIRE_MALFORMED', `${what} at byte ${position}`);
}

/** Protobuf wire types that messages of this project use. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const two32 = 0x1_0000_0000;

/**
 * Reads protobuf primitives between two positions of a buffer, in place. Every read is checked against the end, so bytes of
 * any content give a value or WIRE_MALFORMED.
 */
export class WireCursor {
  #buffer: Buffer;
  #end: number;
  /** Next byte to read. */
  position: number;
  // Halves of the last 64-bit varint; fields, so that reading one allocates nothing.
  #low = 0;
  #high = 0;

  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer;
    this.position = start;
    this.#end = end;
  }

  /** Starts over on other bytes. */
  reset(buffer: Buffer, start: number, end: number): void {
    this.#buffer = buffer;
    this.position = start;
    this.#end = end;
  }

  get end(): number {
    return this.#end;
  }

  get atEnd(): boolean {
    return this.position >= this.#end;
  }

  /** Narrows or widens the range; the caller keeps it inside the buffer. */
  set end(end: number) {
    this.#end = end;
  }

  /** A varint of at most 32 bits; higher bits are dropped, as protobuf's parsers do. */
  readUint32(): number {
    const buffer = this.#buffer;
    const end = this.#end;
    let position = this.position;
    let byte = position < end ? (buffer[position] ?? 0) : this.#fail('Varint cut off');
    if (byte < 0x80) {
      this.position = position + 1;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      position += 1;
      if (position >= end) this.#fail('Varint cut off');
      byte = buffer[position] ?? 0;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = position + 1;
        return value >>> 0;
      }
    }
    return this.#fail('Varint longer than 10 bytes');
  }

  /** A uint64; WIRE_MALFORMED beyond 2^53, which nothing in the protocol reaches. */
  readUint64(): number {
    this.#readHalves();
    if (this.#high > 0x1fffff) this.#fail('Number beyond 2^53');
    return this.#high * two32 + this.#low;
  }

  /** A sint64 (zigzag); WIRE_MALFORMED beyond ±2^53. */
  readSint64(): number {
    this.#readHalves();
    const isNegative = (this.#low & 1) === 1;
    const low = ((this.#low >>> 1) | ((this.#high & 1) << 31)) >>> 0;
    const high = this.#high >>> 1;
    if (high > 0x1fffff) this.#fail('Number beyond 2^53');
    const magnitude = high * two32 + low;
    return isNegative ? -magnitude - 1 : magnitude;
  }

  /** A sint32 (zigzag). */
  readSint32(): number {
    const zigzag = this.readUint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Length of a length-delimited field, as the position after its last byte. */
  readLengthEnd(): number {
    const length = this.readUint32();
    const end = this.position + length;
    if (end > this.#end) this.#fail(`Field of ${length} bytes cut off`);
    return end;
  }

  /** Steps over a field whose tag was just read. Groups are malformed: proto3 has none. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) this.#fail('Field number 0');
    switch (tag & 7) {
      case wireType.varint:
        this.#readHalves();
        return;
      case wireType.fixed64:
        this.#advance(8);
        return;
      case wireType.bytes:
        this.position = this.readLengthEnd();
        return;
      case wireType.fixed32:
        this.#advance(4);
        return;
      default:
        this.#fail(`Wire type ${tag & 7}`);
    }
  }

  #advance(bytes: number): void {
    if (this.position + bytes > this.#end) this.#fail('Field cut off');
    this.position += bytes;
  }

  #readHalves(): void {
    const buffer = this.#buffer;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.#end) this.#fail('Varint cut off');
      const byte = buffer[this.position] ?? 0;
      this.position += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    this.#fail('Varint longer than 10 bytes');
  }

  #fail(what: string): never {
    throw wireMalformed(what, this.position);
  }
}
