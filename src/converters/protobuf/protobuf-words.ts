/** Names that Confluent's Protobuf converter puts into schemas, on either side. */
import { dateName, decimalName, timeName, timestampName } from '../../data/logical-types.ts';
import type { Schema, SchemaType } from '../../data/schema.ts';
import type { ProtobufOptions } from './protobuf-options.ts';

const namespace = 'io.confluent.connect.protobuf';

/** Parameters of Connect schemas. */
export const protobufParameter = {
  enum: `${namespace}.Enum`,
  /** Number of a field. */
  tag: `${namespace}.Tag`,
  /** Type of an integer that its Connect type does not tell. */
  type: `${namespace}.Type`,
  /** Marks a field of a union that is a wrapper message. */
  wrapper: `${namespace}.Wrapper`,
} as const;

/** Names of unions start so. */
export const unionNamePrefix = `${namespace}.Union.`;

export const generalizedEnum = 'org.apache.kafka.connect.data.Enum';
export const generalizedUnion = 'org.apache.kafka.connect.data.Union';

/** Parameters of fields, in Protobuf's option `confluent.field_meta`. */
export const metaParameter = { connectType: 'connect.type', precision: 'precision', scale: 'scale' } as const;
/** Parameter of a decimal's Connect schema. */
export const precisionParameter = 'connect.decimal.precision';

/** Messages that stand for Connect's logical types, with the files that they are in. */
export const logicalMessages: ReadonlyMap<string, { readonly message: string; readonly path: string }> = new Map([
  [decimalName, { message: 'confluent.type.Decimal', path: 'confluent/type/decimal.proto' }],
  [dateName, { message: 'google.type.Date', path: 'google/type/date.proto' }],
  [timeName, { message: 'google.type.TimeOfDay', path: 'google/type/timeofday.proto' }],
  [timestampName, { message: 'google.protobuf.Timestamp', path: 'google/protobuf/timestamp.proto' }],
]);

/** Connect types of Google's wrapper messages. */
export const wrapperTypes: ReadonlyMap<string, Exclude<SchemaType, 'ARRAY' | 'MAP' | 'STRUCT'>> = new Map([
  ['google.protobuf.DoubleValue', 'FLOAT64'],
  ['google.protobuf.FloatValue', 'FLOAT32'],
  ['google.protobuf.Int64Value', 'INT64'],
  ['google.protobuf.UInt64Value', 'INT64'],
  ['google.protobuf.Int32Value', 'INT32'],
  ['google.protobuf.UInt32Value', 'INT64'],
  ['google.protobuf.BoolValue', 'BOOLEAN'],
  ['google.protobuf.StringValue', 'STRING'],
  ['google.protobuf.BytesValue', 'BYTES'],
]);

/** The wrapper message of a Connect type; undefined for types that hold others. */
export function wrapperOf(type: SchemaType): string | undefined {
  if (type === 'INT8' || type === 'INT16') return 'google.protobuf.Int32Value';
  return [...wrapperTypes].find(([, wrapped]) => wrapped === type)?.[0];
}

/** Whether the struct stands for a choice between its fields. */
export function isUnion(schema: Schema): boolean {
  return schema.name?.startsWith(`${namespace}.Union`) === true || schema.parameters?.has(generalizedUnion) === true;
}

/** Whether a single value is put into a wrapper message; a field of a union only where it was one. */
export function isWrapped(schema: Schema, options: ProtobufOptions, isInUnion: boolean): boolean {
  const isMarked = schema.parameters?.get(protobufParameter.wrapper)?.toLowerCase() === 'true';
  return options.usesWrapperForNullables && schema.isOptional && (!isInUnion || isMarked);
}

/** A name without the signs that Protobuf names cannot have, when they are to be replaced. */
export function scrubName(name: string, options: ProtobufOptions): string {
  if (!options.scrubsNames || /^[A-Za-z]\w*$/.test(name) || name === '') return name;
  // As Java's URLEncoder has it, which leaves `*` and turns blanks into `+`.
  const encoded = encodeURIComponent(name).replace(/[!'()~]|%20/g, sign => {
    return sign === '%20' ? '+' : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return (/^[\d_]/.test(encoded) ? `x${encoded}` : encoded).replace(/\W/g, '_');
}
