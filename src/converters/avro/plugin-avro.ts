/** The format AVRO of plugins: Avro data without framing, whose schema is declared. */
import type { SchemaAndValue } from '../../data/connect-value.ts';
import type { Schema } from '../../data/schema.ts';
import { losslessAvroData } from './avro-data-config.ts';
import { AvroDataReader, AvroDataWriter, toAvroSchema } from './avro-data.ts';
import type { AvroSchema } from './avro-schema.ts';
import { parseAvroSchema } from './parse-avro-schema.ts';
import { recordNameOf, writeAvroSchema } from './write-avro-schema.ts';
import type { DeclaredSchema } from '../plugin-format.ts';

/** Reads data of a declared Avro schema. @throws {ConnectError} SCHEMA_INVALID */
export function createPluginAvroReader(definition: Uint8Array): AvroDataReader {
  const text = Buffer.from(definition.buffer, definition.byteOffset, definition.byteLength).toString('utf8');
  return new AvroDataReader(parseAvroSchema(text), { config: losslessAvroData, version: null });
}

/** The declaration of an Avro schema. */
export function declareAvro(avro: AvroSchema): DeclaredSchema {
  return {
    format: 'AVRO',
    definition: Buffer.from(writeAvroSchema(avro)),
    name: recordNameOf(avro) ?? '',
    version: 0,
  };
}

/** Data of the plugin format AVRO, with its schema. */
export interface PluginAvro {
  readonly bytes: Uint8Array;
  readonly schema: DeclaredSchema;
}

interface PluginAvroWriter {
  readonly declared: DeclaredSchema;
  readonly writer: AvroDataWriter;
}

/** Writes Connect data of any schema in the format AVRO. Schemas that say the same are declared once. */
export class PluginAvroEncoder {
  readonly #writers = new WeakMap<Schema, PluginAvroWriter>();
  readonly #declared = new Map<string, DeclaredSchema>();
  #schemaless: PluginAvroWriter | null = null;

  /** @throws {ConnectError} DATA_INVALID, SCHEMA_INVALID */
  encode({ schema, value }: SchemaAndValue): PluginAvro {
    const { writer, declared } = this.#writerOf(schema);
    return { bytes: writer.write(value), schema: declared };
  }

  #writerOf(schema: Schema | null): PluginAvroWriter {
    if (schema === null) return (this.#schemaless ??= this.#create(null));
    const known = this.#writers.get(schema);
    if (known !== undefined) return known;
    const created = this.#create(schema);
    this.#writers.set(schema, created);
    return created;
  }

  #create(schema: Schema | null): PluginAvroWriter {
    const avro = toAvroSchema(schema, losslessAvroData);
    const declared = declareAvro(avro);
    const text = Buffer.from(declared.definition).toString('utf8');
    const known = this.#declared.get(text);
    if (known === undefined) {
      // Emptied at once when full: what was declared stays valid, only is declared once more (I7).
      if (this.#declared.size >= maxDeclared) this.#declared.clear();
      this.#declared.set(text, declared);
    }
    return { declared: known ?? declared, writer: new AvroDataWriter(schema, avro, losslessAvroData) };
  }
}

const maxDeclared = 1000;
