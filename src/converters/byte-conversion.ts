/**
 * How bytes of one side of a record (its key, its value, or a header value) get from a plugin to Kafka or back (D3): as they
 * are, or through one function that a stream looks up once per declared schema.
 */

import type { DeclaredSchema } from './plugin-format.ts';

/** Bytes as a range of a buffer; a start of -1 is null. Valid until the next conversion by the same object. */
export interface ConvertedBytes {
  buffer: Buffer;
  start: number;
  end: number;
  /**
   * Plugin data only: the schema of these bytes where the format alone does not tell it, as AVRO does not. Data of one schema has
   * one object, as long as the converter remembers it.
   */
  schema: DeclaredSchema | null;
}

/** Turns bytes into others, with no object per record. */
export interface ByteConversion {
  /**
   * Converts the range, or null when `start` is -1.
   *
   * @param topic Kafka topic of the record: a schema registry knows schemas by it.
   * @throws {ConnectError} DATA_INVALID when the bytes are not what they should be.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes;
}

/** What happens to one side of records of one schema. */
export type SideConversion = 'as-is' | ByteConversion;

/** The range of bytes of one's own, which stay valid; null is the range for null. */
export function toRange(bytes: Uint8Array | null, schema: DeclaredSchema | null = null): ConvertedBytes {
  if (bytes === null) return { buffer: emptyBuffer, start: -1, end: -1, schema: null };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { buffer, start: 0, end: buffer.length, schema };
}

const emptyBuffer = Buffer.alloc(0);

/** Where conversions put their output: one buffer that grows, and shrinks again after an unusually large record (I7). */
export class OutputBuffer {
  /** The range handed out; one instance for all results. */
  readonly range: ConvertedBytes = { buffer: Buffer.alloc(0), start: -1, end: -1, schema: null };
  #buffer = Buffer.allocUnsafeSlow(initialBytes);

  /** A buffer with room for `byteLength` bytes from its start. What it held before is gone. */
  reserve(byteLength: number): Buffer {
    if (byteLength > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(byteLength, Math.min(this.#buffer.length * 2, keptBytes)));
    } else if (this.#buffer.length > keptBytes && byteLength <= keptBytes) {
      this.#buffer = Buffer.allocUnsafeSlow(keptBytes);
    }
    return this.#buffer;
  }

  /** The range of the first `byteLength` bytes of the reserved buffer. */
  finish(byteLength: number): ConvertedBytes {
    return this.at(this.#buffer, 0, byteLength);
  }

  /** The range for null. */
  finishNull(): ConvertedBytes {
    return this.at(this.#buffer, -1, -1);
  }

  /** The range for a text, in UTF-8. */
  finishText(text: string): ConvertedBytes {
    // A UTF-16 code unit takes three bytes of UTF-8 at most.
    const buffer = this.reserve(text.length * 3);
    return this.finish(buffer.write(text, 0, 'utf8'));
  }

  /** The range for bytes of one's own; null is the range for null. */
  finishBytes(bytes: Uint8Array | null, schema: DeclaredSchema | null = null): ConvertedBytes {
    if (bytes === null) return this.finishNull();
    this.reserve(bytes.length).set(bytes);
    return this.at(this.#buffer, 0, bytes.length, schema);
  }

  /** A range of another buffer. */
  at(buffer: Buffer, start: number, end: number, schema: DeclaredSchema | null = null): ConvertedBytes {
    this.range.buffer = buffer;
    this.range.start = start;
    this.range.end = end;
    this.range.schema = schema;
    return this.range;
  }
}

const initialBytes = 4096;

/** Largest buffer that is kept for the next record. */
const keptBytes = 1024 * 1024;
