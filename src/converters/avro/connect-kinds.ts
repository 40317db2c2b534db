/** What Connect schemas stand for in Avro, told by their names and parameters. */
import type { MapSchema, Schema } from '../../data/schema.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import {
  enumParameter,
  fixedSizeParameter,
  generalizedEnumParameter,
  generalizedUnionParameter,
  scrubFullName,
  splitName,
  unionName,
} from './avro-names.ts';
import { isNamed, type AvroPrimitive, type AvroSchema } from './avro-schema.ts';

/** Whether a struct stands for a union, each field for a branch. */
export function isUnionStruct(schema: Schema): boolean {
  return (
    schema.type === 'STRUCT' &&
    (schema.name === unionName || schema.parameters?.has(generalizedUnionParameter) === true)
  );
}

/** Whether the schema stands for an enum, whatever the settings make of it. */
export function isEnumSchema(schema: Schema): boolean {
  return (
    schema.type === 'STRING' &&
    (schema.parameters?.has(generalizedEnumParameter) === true || schema.parameters?.has(enumParameter) === true)
  );
}

/** Parameter that names an enum, and starts the names of those that name its symbols. */
export function enumParameterOf(config: AvroDataConfig): string {
  return config.generalizesSums ? generalizedEnumParameter : enumParameter;
}

/** Whether the settings make a schema an enum. */
export function isWrittenAsEnum(schema: Schema, config: AvroDataConfig): boolean {
  return (
    (config.generalizesSums || config.isEnhanced) &&
    isEnumSchema(schema) &&
    schema.parameters?.has(enumParameterOf(config)) === true
  );
}

/** Number of bytes of a schema that stands for a fixed; undefined for any other. */
export function fixedSizeOf(schema: Schema): number | undefined {
  if (schema.type !== 'BYTES' || schema.name === null) return undefined;
  const text = schema.parameters?.get(fixedSizeParameter);
  return text === undefined ? undefined : Number(text);
}

/** Whether the map can be an Avro map; any other is a list of entries. */
export function hasAvroKeys(schema: MapSchema, config: AvroDataConfig): boolean {
  return schema.keys?.type === 'STRING' && (!schema.keys.isOptional || config.allowsOptionalKeys);
}

/** Avro's type for a Connect type without parts; null for those with. */
export function avroTypeOf(type: Schema['type']): AvroPrimitive['type'] | null {
  switch (type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return 'int';
    case 'INT64':
      return 'long';
    case 'FLOAT32':
      return 'float';
    case 'FLOAT64':
      return 'double';
    case 'BOOLEAN':
      return 'boolean';
    case 'STRING':
      return 'string';
    case 'BYTES':
      return 'bytes';
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return null;
  }
}

/** Name of the field of a union struct for a branch. */
export function branchFieldName(branch: AvroSchema, index: number, config: AvroDataConfig): string {
  if (config.generalizesSums) return `connect_union_field_${index}`;
  if (!isNamed(branch)) return branch.type;
  return config.isEnhanced ? branch.name : splitName(branch.name, config.scrubsNames)[1];
}

/** Full name that a Connect schema has in Avro; null for one without. */
export function avroNameOf(schema: Schema, config: AvroDataConfig): string | null {
  return schema.name === null ? null : scrubFullName(schema.name, config.scrubsNames);
}
