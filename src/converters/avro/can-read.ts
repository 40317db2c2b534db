import { isNamed, type AvroRecord, type AvroSchema } from './avro-schema.ts';

/**
 * Whether data of the writer's schema can be read with the reader's, by Avro's rules of schema resolution: fields by name, defaults for
 * those that the writer lacks, numbers as wider ones, texts and bytes as each other.
 *
 * @see `org.apache.avro.SchemaCompatibility`.
 */
export function canRead(reader: AvroSchema, writer: AvroSchema): boolean {
  return resolves(reader, writer, new Map());
}

/** Pairs of records that are being compared: those that contain themselves meet again. */
type Compared = Map<AvroSchema, Set<AvroSchema>>;

function resolves(reader: AvroSchema, writer: AvroSchema, compared: Compared): boolean {
  if (writer.type === 'union') return writer.branches.every(branch => resolves(reader, branch, compared));
  if (reader.type === 'union') return reader.branches.some(branch => resolves(branch, writer, compared));
  if (reader.type !== writer.type) return (promotions.get(writer.type) ?? []).includes(reader.type);
  if (isNamed(reader) && isNamed(writer) && !haveSameName(reader, writer)) return false;
  switch (reader.type) {
    case 'array':
      return writer.type === 'array' && resolves(reader.items, writer.items, compared);
    case 'map':
      return writer.type === 'map' && resolves(reader.values, writer.values, compared);
    case 'fixed':
      return writer.type === 'fixed' && reader.size === writer.size;
    case 'enum':
      return (
        writer.type === 'enum' &&
        (reader.defaultSymbol !== null || writer.symbols.every(symbol => reader.symbols.includes(symbol)))
      );
    case 'record':
      return writer.type === 'record' && recordsResolve(reader, writer, compared);
    default:
      return true;
  }
}

function recordsResolve(reader: AvroRecord, writer: AvroRecord, compared: Compared): boolean {
  const writers = compared.get(reader) ?? new Set();
  if (writers.has(writer)) return true;
  compared.set(reader, writers.add(writer));
  return reader.fields.every(field => {
    const written = writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name));
    if (written === undefined) return field.defaultValue !== undefined;
    return resolves(field.schema, written.schema, compared);
  });
}

function haveSameName(
  reader: { readonly name: string; readonly aliases: readonly string[] },
  writer: { readonly name: string },
): boolean {
  return simpleName(reader.name) === simpleName(writer.name) || reader.aliases.includes(writer.name);
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** What may be read as what else. */
const promotions: ReadonlyMap<AvroSchema['type'], readonly AvroSchema['type'][]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
]);
