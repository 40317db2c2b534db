import type { SideConversion } from '../converters/byte-conversion.ts';
import type { Converter } from '../converters/converter.ts';
import type { DeclaredSchema, PluginFormat } from '../converters/plugin-format.ts';
import type { RecordHeader } from '../data/record-view.ts';
import type { HeaderToWrite } from '../wire/batch-writer.ts';
import { conversion, type Operation } from './errors/stage.ts';

/** Header values on their way to a sink that wants them in a format of its own, through the header converter. */
export class SinkHeaders {
  /** For the error handling. */
  readonly operation: Operation;
  readonly #side: SideConversion;
  readonly #schemaId: number;
  readonly #idOf: (schema: DeclaredSchema) => number;

  /**
   * @param options `schemaId`: that of data whose format alone tells its schema; `idOf`: that of other data, which is declared then.
   * @throws {ConnectError} DATA_INVALID if the converter cannot give the format.
   */
  constructor(options: {
    readonly converter: Converter;
    readonly format: PluginFormat;
    readonly schemaId: number;
    readonly idOf: (schema: DeclaredSchema) => number;
  }) {
    const { converter, format } = options;
    this.operation = conversion('header', converter);
    this.#side = converter.toPlugin(format);
    this.#schemaId = options.schemaId;
    this.#idOf = options.idOf;
  }

  /**
   * Kafka's headers as the sink is to have them. Null stays null.
   *
   * @throws {ConnectError} DATA_INVALID @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  convert(headers: readonly RecordHeader[], topic: string): readonly HeaderToWrite[] {
    return headers.map(({ key, value }) => {
      if (value === null || this.#side === 'as-is') return { key, value, schemaId: this.#schemaId };
      const source = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      const { buffer, start, end, schema } = this.#side.convert(source, 0, source.length, topic);
      const schemaId = schema === null ? this.#schemaId : this.#idOf(schema);
      // The range is overwritten by the next conversion.
      return { key, value: start < 0 ? null : Buffer.from(buffer.subarray(start, end)), schemaId };
    });
  }
}
