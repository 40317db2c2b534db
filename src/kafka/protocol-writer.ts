import { ConnectError } from '../errors/connect-error.ts';

const maxStringBytes = 0x7fff;

/** Writes Kafka's plain protocol types (those of the versions before tagged fields); what {@link ProtocolReader} reads. */
export class ProtocolWriter {
  readonly #chunks: Buffer[] = [];
  readonly #what: string;

  /** @param what what the bytes are, for messages: `Assignment of a worker`. */
  constructor(what: string) {
    this.#what = what;
  }

  int8(value: number): this {
    return this.#push(1, chunk => chunk.writeInt8(value));
  }

  int16(value: number): this {
    return this.#push(2, chunk => chunk.writeInt16BE(value));
  }

  int32(value: number): this {
    return this.#push(4, chunk => chunk.writeInt32BE(value));
  }

  int64(value: number): this {
    return this.#push(8, chunk => chunk.writeBigInt64BE(BigInt(value)));
  }

  /** @throws {ConnectError} KAFKA_REQUEST_FAILED when the text has more than 32,767 bytes. */
  string(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    if (bytes.length > maxStringBytes) {
      const message = `${this.#what} has a string of ${bytes.length} bytes; at most ${maxStringBytes} can be sent`;
      throw new ConnectError('KAFKA_REQUEST_FAILED', message);
    }
    this.int16(bytes.length).#chunks.push(bytes);
    return this;
  }

  nullableBytes(value: Uint8Array | null): this {
    if (value === null) return this.int32(-1);
    this.int32(value.length).#chunks.push(Buffer.from(value));
    return this;
  }

  array<T>(elements: readonly T[], writeElement: (element: T) => void): this {
    this.int32(elements.length);
    elements.forEach(writeElement);
    return this;
  }

  /** All that was written. */
  toBuffer(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #push(length: number, write: (chunk: Buffer) => void): this {
    const chunk = Buffer.allocUnsafe(length);
    write(chunk);
    this.#chunks.push(chunk);
    return this;
  }
}
