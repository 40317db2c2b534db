/** Kafka Connect's schemas: what a key, a value or a header value is made of. */
import type { ConnectValue } from './connect-value.ts';

/** Types of Connect data, as Kafka Connect names them. */
export const schemaTypes = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
  'BYTES',
  'ARRAY',
  'MAP',
  'STRUCT',
] as const;

/** One of {@link schemaTypes}. */
export type SchemaType = (typeof schemaTypes)[number];

/** Types that hold no other types. */
export type PrimitiveType = Exclude<SchemaType, 'ARRAY' | 'MAP' | 'STRUCT'>;

/** What every schema may say of itself beside its type. */
export interface SchemaTraits {
  /** Whether a value may be null. */
  readonly isOptional: boolean;
  /** Name, which makes a schema a logical type or names a record; null if it has none. */
  readonly name: string | null;
  readonly version: number | null;
  readonly doc: string | null;
  /** Free text attributes; null if none were given, which is not the same as no attributes. */
  readonly parameters: ReadonlyMap<string, string> | null;
  /** The value that stands for a missing one; undefined if there is none. */
  readonly defaultValue: ConnectValue | undefined;
}

/** Schema of a primitive value. */
export interface PrimitiveSchema extends SchemaTraits {
  readonly type: PrimitiveType;
}

/** Schema of a list. */
export interface ArraySchema extends SchemaTraits {
  readonly type: 'ARRAY';
  /** Null for a list that was guessed from text and whose items have nothing in common. */
  readonly items: Schema | null;
}

/** Schema of a map. */
export interface MapSchema extends SchemaTraits {
  readonly type: 'MAP';
  /** Null as {@link ArraySchema.items} may be. */
  readonly keys: Schema | null;
  readonly values: Schema | null;
}

/** Schema of a struct. One that contains itself has `fields` as a getter. */
export interface StructSchema extends SchemaTraits {
  readonly type: 'STRUCT';
  readonly fields: readonly Field[];
}

/** A field of a struct; its place in {@link StructSchema.fields} is its index. */
export interface Field {
  readonly name: string;
  readonly schema: Schema;
}

/** A schema. Plain data: it may be shared, and is never changed. */
export type Schema = PrimitiveSchema | ArraySchema | MapSchema | StructSchema;

/** A required schema without name and default. */
export const plainTraits: SchemaTraits = {
  isOptional: false,
  name: null,
  version: null,
  doc: null,
  parameters: null,
  defaultValue: undefined,
};

/** A required text. */
export const stringSchema: Schema = { ...plainTraits, type: 'STRING' };

/** A text or null. */
export const optionalStringSchema: Schema = { ...stringSchema, isOptional: true };

/** Required bytes. */
export const bytesSchema: Schema = { ...plainTraits, type: 'BYTES' };

/** Bytes or null. */
export const optionalBytesSchema: Schema = { ...bytesSchema, isOptional: true };

/** The field of that name; undefined if there is none. */
export function findField(schema: StructSchema, name: string): Field | undefined {
  const index = fieldIndex(schema, name);
  return index < 0 ? undefined : schema.fields[index];
}

/** Place of the field of that name; -1 if there is none. */
export function fieldIndex(schema: StructSchema, name: string): number {
  let places = placesBySchema.get(schema);
  if (places === undefined) {
    places = new Map(schema.fields.map((field, index) => [field.name, index]));
    placesBySchema.set(schema, places);
  }
  return places.get(name) ?? -1;
}

const placesBySchema = new WeakMap<StructSchema, ReadonlyMap<string, number>>();
