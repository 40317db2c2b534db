/** What answers of a registry hold, checked. */
import { ConnectError } from '../../errors/connect-error.ts';
import type { RegisteredSchema, RegistrySchema, SchemaReference, SchemaType } from './schema-registry.ts';

/** Fields of an answer. @throws {ConnectError} REGISTRY_UNAVAILABLE when it is no JSON object: something else answers there. */
export function parseAnswer(body: string, url: URL): ReadonlyMap<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return new Map(Object.entries(parsed));
  } catch {
    // Told below, without the parser's text, which quotes what it read.
  }
  throw new ConnectError('REGISTRY_UNAVAILABLE', `What answers at ${url.origin}${url.pathname} is no schema registry`);
}

/** The id that an answer names. */
export function toSchemaId(answer: ReadonlyMap<string, unknown>): number {
  return integerOf(answer, 'id');
}

/** The schema that an answer holds. */
export function toRegistrySchema(answer: ReadonlyMap<string, unknown>): RegistrySchema {
  const references = answer.get('references') ?? [];
  if (!Array.isArray(references)) throw malformed('references');
  return {
    schemaType: toSchemaType(answer.get('schemaType')),
    schema: textOf(answer, 'schema'),
    references: references.map(toReference),
  };
}

/** The schema that an answer holds, with its place. */
export function toRegisteredSchema(answer: ReadonlyMap<string, unknown>): RegisteredSchema {
  return {
    ...toRegistrySchema(answer),
    subject: textOf(answer, 'subject'),
    id: integerOf(answer, 'id'),
    version: integerOf(answer, 'version'),
  };
}

function toReference(reference: unknown): SchemaReference {
  if (typeof reference !== 'object' || reference === null) throw malformed('references');
  const fields = new Map<string, unknown>(Object.entries(reference));
  return { name: textOf(fields, 'name'), subject: textOf(fields, 'subject'), version: integerOf(fields, 'version') };
}

function toSchemaType(type: unknown): SchemaType {
  if (type === undefined || type === null || type === 'AVRO') return 'AVRO';
  if (type === 'JSON' || type === 'PROTOBUF') return type;
  throw new ConnectError('REGISTRY_REFUSED', `The schema registry gives a schema of type ${JSON.stringify(type)}`);
}

function textOf(answer: ReadonlyMap<string, unknown>, field: string): string {
  const value = answer.get(field);
  if (typeof value === 'string') return value;
  throw malformed(field);
}

function integerOf(answer: ReadonlyMap<string, unknown>, field: string): number {
  const value = answer.get(field);
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw malformed(field);
}

function malformed(field: string): ConnectError {
  return new ConnectError('REGISTRY_UNAVAILABLE', `An answer of the schema registry lacks a valid field '${field}'`);
}
