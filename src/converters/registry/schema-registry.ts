import { ConnectError } from '../../errors/connect-error.ts';

/** Languages in which schemas of a registry are written. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

/** Another schema that a schema uses. */
export interface SchemaReference {
  /** How the schema names it: Avro's full name, or the path of an import. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as registries keep it. */
export interface RegistrySchema {
  readonly schemaType: SchemaType;
  /** Its text. */
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** A schema at its place under a subject. */
export interface RegisteredSchema extends RegistrySchema {
  readonly subject: string;
  /** Id under which records name it; the same under every subject. */
  readonly id: number;
  /** From 1, rising within the subject. */
  readonly version: number;
}

/** A schema for which a subject is asked. */
export interface SubjectSchema {
  readonly subject: string;
  readonly schema: RegistrySchema;
  /** Whether the registry takes schemas as equal that differ in the order of what has none (`normalize.schemas`). */
  readonly normalize: boolean;
}

/**
 * A schema registry. Every call ends within the client's deadline, or when the signal aborts, and fails with a {@link ConnectError}:
 * REGISTRY_UNAVAILABLE (retriable), REGISTRY_NOT_FOUND, REGISTRY_REFUSED or REGISTRY_AUTHORIZATION.
 *
 * @see `SchemaRegistryClient` of Confluent, whose REST API this is.
 */
export interface SchemaRegistry {
  /** Id of the schema, registered under the subject if it was not. REGISTRY_REFUSED for one that is not compatible. */
  register(asked: SubjectSchema, signal: AbortSignal): Promise<number>;
  /** Where the schema stands under the subject. REGISTRY_NOT_FOUND if it is not there. */
  lookUp(asked: SubjectSchema, signal: AbortSignal): Promise<RegisteredSchema>;
  /** The schema of that id. */
  schemaById(id: number, signal: AbortSignal): Promise<RegistrySchema>;
  /** The schema of that version of a subject. */
  schemaByVersion(subject: string, version: number | 'latest', signal: AbortSignal): Promise<RegisteredSchema>;
}

/** Whether the registry gave an answer, and asking again would only give it once more. */
export function isDefinite(error: ConnectError): boolean {
  return error.code === 'REGISTRY_NOT_FOUND' || error.code === 'REGISTRY_REFUSED' || error.code === 'SCHEMA_INVALID';
}

/**
 * The schemas that a schema uses, directly or through others, each after those that it uses itself.
 *
 * @throws {ConnectError} as {@link SchemaRegistry}; SCHEMA_INVALID for more than {@link maxReferences}.
 */
export async function resolveReferences(
  registry: SchemaRegistry,
  references: readonly SchemaReference[],
  signal: AbortSignal,
): Promise<readonly ResolvedReference[]> {
  const resolved = new Map<string, ResolvedReference>();
  await addReferences(registry, references, signal, { resolved, started: new Set() });
  return [...resolved.values()];
}

/** A schema that another uses, with its text. */
export interface ResolvedReference extends RegisteredSchema {
  /** How it is named by who uses it. */
  readonly name: string;
}

/** Most schemas that one schema may use (I7). */
export const maxReferences = 1000;

async function addReferences(
  registry: SchemaRegistry,
  references: readonly SchemaReference[],
  signal: AbortSignal,
  found: { readonly resolved: Map<string, ResolvedReference>; readonly started: Set<string> },
): Promise<void> {
  for (const { name, subject, version } of references) {
    if (found.started.has(name)) continue;
    found.started.add(name);
    if (found.started.size > maxReferences) {
      throw new ConnectError('SCHEMA_INVALID', `A schema uses more than ${maxReferences} other schemas`);
    }
    const schema = await registry.schemaByVersion(subject, version, signal);
    await addReferences(registry, schema.references, signal, found);
    found.resolved.set(name, { ...schema, name });
  }
}
