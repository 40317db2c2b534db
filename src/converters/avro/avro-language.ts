import type { SchemaLanguage } from '../registry/typed-registry.ts';
import type { AvroSchema } from './avro-schema.ts';
import { canRead } from './can-read.ts';
import { parseAvroSchema, type AvroNames } from './parse-avro-schema.ts';
import { recordNameOf, writeAvroSchema } from './write-avro-schema.ts';

/** Avro, as the language of a registry's schemas. */
export const avroLanguage: SchemaLanguage<AvroSchema> = {
  schemaType: 'AVRO',
  converterName: 'AvroConverter',
  parse: ({ schema }, references) => {
    const names: AvroNames = new Map();
    for (const reference of references) parseAvroSchema(reference.schema, names);
    return parseAvroSchema(schema, names);
  },
  write: schema => ({ schemaType: 'AVRO', schema: writeAvroSchema(schema), references: [] }),
  recordName: recordNameOf,
  canRead,
};
