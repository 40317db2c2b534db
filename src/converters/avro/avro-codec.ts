import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroSchema } from './avro-schema.ts';
import { AvroSkimmer } from './avro-skimmer.ts';
import { WireType, type WireValue } from './avro-wire-type.ts';

/** Reads and writes data of one schema. Made once per schema: it compiles. */
export class AvroCodec {
  readonly wire: WireType;
  readonly #skimmer: AvroSkimmer;
  #scratch = Buffer.allocUnsafeSlow(initialBytes);

  /** @throws {ConnectError} SCHEMA_INVALID */
  constructor(schema: AvroSchema) {
    this.wire = new WireType(schema);
    this.#skimmer = new AvroSkimmer(schema);
  }

  /**
   * The value at the start of the range, in the form of {@link WireValue}; what follows it is ignored, as Java's reader does.
   *
   * @throws {ConnectError} DATA_INVALID
   */
  decode(bytes: Buffer, start: number, end: number): unknown {
    this.#skimmer.findEnd(bytes, start, end);
    const decoded: { readonly value: unknown } = this.wire.type.decode(bytes, start);
    return decoded.value;
  }

  /**
   * The value's bytes, which are valid until the next call.
   *
   * @throws {ConnectError} DATA_INVALID for a value that is none of the schema.
   */
  encode(value: WireValue): Buffer {
    // A buffer that one large record made is not kept for all that follow.
    if (this.#scratch.length > keptBytes) this.#scratch = Buffer.allocUnsafeSlow(keptBytes);
    for (;;) {
      const end = this.#tryEncode(value);
      if (end >= 0) return this.#scratch.subarray(0, end);
      // A negative end is the number of bytes that are missing.
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(this.#scratch.length * 2, this.#scratch.length - end));
    }
  }

  #tryEncode(value: WireValue): number {
    try {
      return this.wire.type.encode(value, this.#scratch);
    } catch (error) {
      // avsc's own text would quote the value (I9).
      throw new ConnectError('DATA_INVALID', 'A value does not fit its Avro schema', {
        cause: error instanceof RangeError ? error : undefined,
      });
    }
  }
}

const initialBytes = 1024;
const keptBytes = 1024 * 1024;
