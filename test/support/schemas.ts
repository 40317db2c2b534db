import { plainTraits, type PrimitiveType, type Schema } from '../../src/data/schema.ts';

/** A schema of a simple type, required and without a name if nothing else is said. */
export const of = (type: PrimitiveType, traits: Partial<Schema> = {}): Schema => ({ ...plainTraits, ...traits, type });

/** The same schema, of a value that may be null. */
export const optional = (schema: Schema): Schema => ({ ...schema, isOptional: true });
