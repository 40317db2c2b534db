/** Names that Confluent's JSON Schema converter puts into schemas, on either side. */
import type { Schema } from '../../data/schema.ts';

/** Properties of a JSON Schema that carry what only Connect has. */
export const connectProperty = {
  type: 'connect.type',
  version: 'connect.version',
  parameters: 'connect.parameters',
  /** Place of a field, as JSON Schema has no order. */
  index: 'connect.index',
} as const;

/** Parameters that start so come from a JSON Schema, and are not written into one as parameters. */
export const jsonNamespace = 'io.confluent.connect.json';
/** Parameter of a struct that is referred to: the id under which it is. */
export const idParameter = `${jsonNamespace}.Id`;
/** Parameter that makes a text an enum; its symbols are parameters that start with it. */
export const enumParameter = `${jsonNamespace}.Enum`;
/** Name of a union. */
export const oneOfName = `${jsonNamespace}.OneOf`;
/** Stands for null among the symbols of an enum. */
export const nullSymbol = '<NULL>';

/** Parameters that mark enums and unions with `generalized.sum.type.support`. */
export const generalizedEnum = 'org.apache.kafka.connect.data.Enum';
export const generalizedUnion = 'org.apache.kafka.connect.data.Union';
export const generalizedUnionName = 'connect_union_';

/** Names of the two properties that an entry of a map is written as when its key is no text. */
export const entryKey = 'key';
export const entryValue = 'value';

/** Whether the struct stands for a choice between its fields. */
export function isUnion(schema: Schema): boolean {
  return schema.name === oneOfName || schema.parameters?.has(generalizedUnion) === true;
}

/** Whether a map is written as an object: others are lists of entries. */
export function hasTextKeys(keys: Schema | null): boolean {
  return keys?.type === 'STRING' && !keys.isOptional;
}
