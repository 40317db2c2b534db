import { ConfigDef } from '../../src/config/config-def.ts';
import {
  jsonSchemaDataKeys,
  readJsonSchemaOptions,
  type JsonSchemaOptions,
} from '../../src/converters/jsonschema/json-schema-options.ts';

/** Options of a JsonSchemaConverter with these settings. */
export function jsonSchemaOptions(settings: Readonly<Record<string, string>> = {}): JsonSchemaOptions {
  return readJsonSchemaOptions(new ConfigDef().defineAll(jsonSchemaDataKeys).parse(new Map(Object.entries(settings))));
}
