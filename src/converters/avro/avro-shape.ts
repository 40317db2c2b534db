import type { AvroRecord, AvroSchema } from './avro-schema.ts';

/** Whether data of both schemas is the same bytes: types, names, fields and symbols in their order, whatever else they say. */
export function haveSameShape(a: AvroSchema, b: AvroSchema): boolean {
  return areAlike(a, b, new Map());
}

/** Pairs of records that are being compared: those that contain themselves meet again. */
type Compared = Map<AvroRecord, Set<AvroRecord>>;

function areAlike(a: AvroSchema, b: AvroSchema, compared: Compared): boolean {
  if (a === b) return true;
  switch (a.type) {
    case 'array':
      return b.type === 'array' && areAlike(a.items, b.items, compared);
    case 'map':
      return b.type === 'map' && areAlike(a.values, b.values, compared);
    case 'union':
      return b.type === 'union' && areListsAlike(a.branches, b.branches, compared);
    case 'enum':
      return b.type === 'enum' && a.name === b.name && a.symbols.join() === b.symbols.join();
    case 'fixed':
      return b.type === 'fixed' && a.name === b.name && a.size === b.size;
    case 'record':
      return b.type === 'record' && a.name === b.name && areRecordsAlike(a, b, compared);
    default:
      return a.type === b.type;
  }
}

function areRecordsAlike(a: AvroRecord, b: AvroRecord, compared: Compared): boolean {
  const counterparts = compared.get(a) ?? new Set();
  if (counterparts.has(b)) return true;
  compared.set(a, counterparts.add(b));
  const [fieldsOfA, fieldsOfB] = [a.fields, b.fields];
  return (
    fieldsOfA.every((field, index) => field.name === fieldsOfB[index]?.name) &&
    areListsAlike(
      fieldsOfA.map(({ schema }) => schema),
      fieldsOfB.map(({ schema }) => schema),
      compared,
    )
  );
}

function areListsAlike(a: readonly AvroSchema[], b: readonly AvroSchema[], compared: Compared): boolean {
  if (a.length !== b.length) return false;
  return a.every((one, index) => {
    const other = b[index];
    return other !== undefined && areAlike(one, other, compared);
  });
}
