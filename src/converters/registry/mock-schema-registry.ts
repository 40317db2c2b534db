import { ConnectError } from '../../errors/connect-error.ts';
import type { RegisteredSchema, RegistrySchema, SchemaRegistry, SubjectSchema } from './schema-registry.ts';

/**
 * A registry in the memory of this process, for tests and trials. One text has one id under all subjects; nothing is checked for
 * compatibility.
 *
 * @see `MockSchemaRegistry` of Confluent.
 */
export class MockSchemaRegistry implements SchemaRegistry {
  readonly #schemas: RegistrySchema[] = [];
  readonly #ids = new Map<string, number>();
  /** Ids of the versions of each subject. */
  readonly #subjects = new Map<string, number[]>();

  /** The registry of that scope; all who name it share one. */
  static ofScope(scope: string): MockSchemaRegistry {
    const known = scopes.get(scope);
    if (known !== undefined) return known;
    const registry = new MockSchemaRegistry();
    scopes.set(scope, registry);
    return registry;
  }

  async register({ subject, schema }: SubjectSchema): Promise<number> {
    const key = keyOf(schema);
    const id = this.#ids.get(key) ?? this.#schemas.push(schema);
    this.#ids.set(key, id);
    const versions = this.#subjects.get(subject) ?? [];
    if (!versions.includes(id)) versions.push(id);
    this.#subjects.set(subject, versions);
    return id;
  }

  async lookUp({ subject, schema }: SubjectSchema): Promise<RegisteredSchema> {
    const versions = this.#versionsOf(subject);
    const index = versions.indexOf(this.#ids.get(keyOf(schema)) ?? 0);
    if (index < 0) throw missing(`Subject '${subject}' does not have the schema`);
    return this.#versionAt(subject, versions, index);
  }

  async schemaById(id: number): Promise<RegistrySchema> {
    const schema = this.#schemas[id - 1];
    if (schema === undefined) throw missing(`Schema ${id} not found`);
    return schema;
  }

  async schemaByVersion(subject: string, version: number | 'latest'): Promise<RegisteredSchema> {
    const versions = this.#versionsOf(subject);
    return this.#versionAt(subject, versions, version === 'latest' ? versions.length - 1 : version - 1);
  }

  #versionsOf(subject: string): readonly number[] {
    const versions = this.#subjects.get(subject);
    if (versions === undefined) throw missing(`Subject '${subject}' not found`);
    return versions;
  }

  #versionAt(subject: string, versions: readonly number[], index: number): RegisteredSchema {
    const id = versions[index] ?? 0;
    const schema = this.#schemas[id - 1];
    if (schema === undefined) throw missing(`Version ${index + 1} of subject '${subject}' not found`);
    return { ...schema, subject, id, version: index + 1 };
  }
}

const scopes = new Map<string, MockSchemaRegistry>();

function keyOf({ schemaType, schema, references }: RegistrySchema): string {
  return JSON.stringify([schemaType, schema, references]);
}

function missing(message: string): ConnectError {
  return new ConnectError('REGISTRY_NOT_FOUND', message, { details: { status: '404' } });
}
