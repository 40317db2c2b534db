import { avroField, avroPrimitive, type AvroPrimitive, type AvroRecord, type AvroSchema } from './avro-schema.ts';
import { avroNamespace, mapEntryName } from './avro-names.ts';

/**
 * Schema of Connect data without schema: a record of which one field at most is set.
 *
 * @see `AvroData#ANYTHING_SCHEMA` of Confluent.
 */
export const anythingSchema: AvroRecord = makeAnything();

/** Whether the schema is {@link anythingSchema}, be it another object. */
export function isAnything(schema: AvroSchema): schema is AvroRecord {
  return schema.type === 'record' && schema.name === anythingSchema.name;
}

function makeAnything(): AvroRecord {
  const record = (name: string): AvroRecord => ({
    type: 'record',
    name: `${avroNamespace}.${name}`,
    doc: null,
    fields: [],
    aliases: [],
    props: new Map(),
  });
  const anything = record('Anything');
  const entry = record(mapEntryName);
  entry.fields.push(avroField({ name: 'key', schema: anything }), avroField({ name: 'value', schema: anything }));
  const addOptional = (name: string, schema: AvroSchema): void => {
    const branches = [avroPrimitive('null'), schema];
    anything.fields.push(avroField({ name, schema: { type: 'union', branches }, defaultValue: null }));
  };
  const primitives: readonly AvroPrimitive['type'][] = ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string'];
  for (const type of primitives) addOptional(type, avroPrimitive(type));
  addOptional('array', { type: 'array', items: anything, props: new Map() });
  addOptional('map', { type: 'array', items: entry, props: new Map() });
  return anything;
}
