import type { SideConversion } from '../converters/byte-conversion.ts';
import type { DeclaredSchema } from '../converters/plugin-format.ts';
import type { RecordHeader } from '../data/record-view.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { WireHeader } from '../wire/batch-reader.ts';

/**
 * Header values of a source on their way of bytes: those of a declared schema go through the header converter, where that has to
 * change them (D3); those without a schema are Kafka's bytes already.
 */
export class HeaderConversion {
  readonly #toKafka: (schema: DeclaredSchema) => SideConversion;
  /** By schema id; what the converter refuses is told when a header has it. */
  readonly #sides = new Map<number, SideConversion | ConnectError>([[0, 'as-is']]);

  /** @param toKafka the header converter's. */
  constructor(toKafka: (schema: DeclaredSchema) => SideConversion) {
    this.#toKafka = toKafka;
  }

  /** Takes a new schema. */
  declare(schema: DeclaredSchema & { readonly id: number }): void {
    try {
      this.#sides.set(schema.id, this.#toKafka(schema));
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      this.#sides.set(schema.id, error);
    }
  }

  /**
   * The headers as Kafka is to have them; the same array where nothing changes. Null stays null.
   *
   * @throws {ConnectError} DATA_INVALID; PROTOCOL_VIOLATION for a schema that was not declared.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  convert(headers: readonly WireHeader[], topic: string): readonly RecordHeader[] {
    if (headers.every(({ schemaId }) => this.#sideOf(schemaId) === 'as-is')) return headers;
    return headers.map(header => this.#convert(header, topic));
  }

  #convert(header: WireHeader, topic: string): RecordHeader {
    const side = this.#sideOf(header.schemaId);
    const { key, value } = header;
    if (side === 'as-is' || value === null) return header;
    if (side instanceof ConnectError) throw side;
    const source = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const { buffer, start, end } = side.convert(source, 0, source.length, topic);
    // The range is overwritten by the next conversion.
    return { key, value: start < 0 ? null : Buffer.from(buffer.subarray(start, end)) };
  }

  #sideOf(schemaId: number): SideConversion | ConnectError {
    const side = this.#sides.get(schemaId);
    if (side !== undefined) return side;
    throw new ConnectError('PROTOCOL_VIOLATION', `A header names schema id ${schemaId}, which was not declared`);
  }
}
