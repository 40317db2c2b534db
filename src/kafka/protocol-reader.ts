import { ConnectError } from '../errors/connect-error.ts';
import { readInt64 } from './record-batch-header.ts';

/**
 * Reads Kafka's plain protocol types (those of the versions before tagged fields) from one Buffer. Reading past its end throws
 * KAFKA_REQUEST_FAILED: such bytes are not what the other side should have sent.
 */
export class ProtocolReader {
  readonly buffer: Buffer;
  position = 0;
  readonly #what: string;

  /** @param what what the bytes are, for the message: `Fetch response`. */
  constructor(buffer: Buffer, what: string) {
    this.buffer = buffer;
    this.#what = what;
  }

  get remaining(): number {
    return this.buffer.length - this.position;
  }

  int16(): number {
    return this.buffer.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.#take(4));
  }

  /** A 64-bit number as a double, exact up to 2^53. */
  int64(): number {
    return readInt64(this.buffer, this.#take(8));
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const start = this.#take(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  /** Start of a field of bytes and the position after it; its length is 0 for null. */
  bytesRange(): { readonly start: number; readonly end: number } {
    const length = this.int32();
    const start = this.#take(Math.max(0, length));
    return { start, end: this.position };
  }

  /** Elements of an array, none for a null one. `readElement` must take at least one byte. */
  array<T>(readElement: () => T): T[] {
    const count = this.int32();
    if (count > this.remaining) throw this.#tooShort();
    const elements: T[] = [];
    for (let left = count; left > 0; left -= 1) elements.push(readElement());
    return elements;
  }

  #take(length: number): number {
    const start = this.position;
    if (length > this.buffer.length - start) throw this.#tooShort();
    this.position = start + length;
    return start;
  }

  #tooShort(): ConnectError {
    return new ConnectError('KAFKA_REQUEST_FAILED', `${this.#what} of ${this.buffer.length} bytes ends too early`);
  }
}
