import { areSchemasEqual } from './equality.ts';
import type { Schema, SchemaType } from './schema.ts';

/** Types of numbers, each holding those before it. */
const numberTypes: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64'];

/**
 * The schema that values of both may have; null if there is none. Of two of one type the later one wins, whatever it contains.
 *
 * @see `Values#mergeSchemas`.
 */
export function mergeSchemas(previous: Schema, next: Schema): Schema | null {
  if (previous.type !== next.type) {
    const [a, b] = [numberTypes.indexOf(previous.type), numberTypes.indexOf(next.type)];
    if (a < 0 || b < 0) return null;
    return a > b ? previous : next;
  }
  if (previous.isOptional === next.isOptional) return previous.isOptional ? previous : next;
  return areSchemasEqual(previous, next) ? previous : null;
}

/** Whether every number of the one type is one of the other. */
export function isPromotable(from: SchemaType, to: SchemaType): boolean {
  const [a, b] = [numberTypes.indexOf(from), numberTypes.indexOf(to)];
  return a >= 0 && a <= b;
}
