/** Zero-transcode (D3): Avro data from and to plugins, of which nothing changes but the frame around it. */
import { OutputBuffer, type ByteConversion, type ConvertedBytes } from '../byte-conversion.ts';
import type { DeclaredSchema } from '../plugin-format.ts';
import { frameBytes, readFrame, writeFrame } from '../registry/framing.ts';
import type { WriterSchema } from '../registry/typed-registry.ts';
import type { AvroSchema } from './avro-schema.ts';

/** Puts the frame before data of one schema. */
export class AvroFramer implements ByteConversion {
  readonly #schema: WriterSchema<AvroSchema>;
  readonly #output = new OutputBuffer();

  constructor(schema: WriterSchema<AvroSchema>) {
    this.#schema = schema;
  }

  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const { id } = this.#schema.target(topic);
    const target = this.#output.reserve(frameBytes + end - start);
    writeFrame(target, id);
    source.copy(target, frameBytes, start, end);
    return this.#output.finish(frameBytes + end - start);
  }
}

/** What an unframer needs. */
export interface UnframerOptions {
  /** Declaration of the schema of that id; null for one whose data changes. @throws {SchemaPending} @throws {ConnectError} */
  readonly declarationOf: (schemaId: number) => DeclaredSchema | null;
  /** The way of data that changes. */
  readonly otherwise: ByteConversion;
}

/** Takes the frame away, and tells the schema of what is left. */
export class AvroUnframer implements ByteConversion {
  readonly #options: UnframerOptions;
  readonly #output = new OutputBuffer();
  /** Id of the last record's schema, and its declaration. */
  #lastId = -1;
  #lastDeclared: DeclaredSchema | null = null;

  constructor(options: UnframerOptions) {
    this.#options = options;
  }

  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const id = readFrame(source, start, end);
    if (id !== this.#lastId) {
      this.#lastDeclared = this.#options.declarationOf(id);
      this.#lastId = id;
    }
    if (this.#lastDeclared === null) return this.#options.otherwise.convert(source, start, end, topic);
    return this.#output.at(source, start + frameBytes, end, this.#lastDeclared);
  }
}
