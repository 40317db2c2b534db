import type { Schema } from '../../data/schema.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import type { AvroSchema, AvroUnion } from './avro-schema.ts';
import { avroNameOf, enumParameterOf, fixedSizeOf, hasAvroKeys, isWrittenAsEnum } from './connect-kinds.ts';

/**
 * Which branch of a union data of a Connect schema is: the one of its name and type, else the first one of a type that it may have.
 *
 * @returns -1 for none.
 */
export function findBranch(schema: Schema, union: AvroUnion, config: AvroDataConfig): number {
  const name = isWrittenAsEnum(schema, config)
    ? (schema.parameters?.get(enumParameterOf(config)) ?? null)
    : avroNameOf(schema, config);
  for (const type of branchTypes(schema, config)) {
    const isOfType = (branch: AvroSchema): boolean => branch.type === type;
    const named = union.branches.findIndex(branch => isOfType(branch) && 'name' in branch && branch.name === name);
    const found = named < 0 ? union.branches.findIndex(isOfType) : named;
    if (found >= 0) return found;
  }
  return -1;
}

/** Avro types that data may have, the best first. */
function branchTypes(schema: Schema, config: AvroDataConfig): readonly AvroSchema['type'][] {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return ['int', 'long', 'float', 'double'];
    case 'INT64':
      return ['long', 'float', 'double'];
    case 'FLOAT32':
      return ['float', 'double'];
    case 'FLOAT64':
      return ['double'];
    case 'BOOLEAN':
      return ['boolean'];
    case 'STRING':
      return isWrittenAsEnum(schema, config) ? ['enum', 'string'] : ['string', 'enum'];
    case 'BYTES':
      return fixedSizeOf(schema) === undefined ? ['bytes', 'fixed'] : ['fixed', 'bytes'];
    case 'ARRAY':
      return ['array'];
    case 'MAP':
      return hasAvroKeys(schema, config) ? ['map', 'array'] : ['array'];
    case 'STRUCT':
      return ['record'];
  }
}
