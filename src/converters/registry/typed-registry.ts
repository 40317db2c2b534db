import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { createSchemaRegistry } from './create-schema-registry.ts';
import { PreparedCache } from './prepared-cache.ts';
import type { RegistryConfig } from './registry-config.ts';
import {
  resolveReferences,
  type RegistrySchema,
  type ResolvedReference,
  type SchemaRegistry,
  type SchemaType,
} from './schema-registry.ts';
import type { SchemaChoice } from './serializer-keys.ts';
import type { SubjectNameStrategy } from './subject-name.ts';

/** A language of schemas, as a converter understands it. */
export interface SchemaLanguage<S> {
  readonly schemaType: SchemaType;
  /** Simple name of the converter, for messages. */
  readonly converterName: string;
  /**
   * Reads a schema.
   *
   * @param references the schemas that it uses, each after those that it uses itself.
   * @throws {ConnectError} SCHEMA_INVALID.
   */
  parse(schema: RegistrySchema, references: readonly ResolvedReference[]): S;
  /** The schema as it is registered. */
  write(schema: S): RegistrySchema;
  /** Name of the record for subject name strategies; null if it is none. */
  recordName(schema: S): string | null;
  /** Whether data of schema `own` can be read with `target`. */
  canRead(target: S, own: S): boolean;
}

/** Which schemas of a registry are used. */
export interface SubjectConfig {
  readonly registry: RegistryConfig;
  readonly choice: SchemaChoice;
  readonly normalize: boolean;
  readonly subjects: SubjectNameStrategy;
}

/** What data is written with. */
export interface WriteTarget<S> {
  readonly id: number;
  readonly schema: S;
}

/** A schema of data that is written, with what the registry said of it under each subject. */
export interface WriterSchema<S> {
  readonly schema: S;
  /** @throws {SchemaPending} @throws {ConnectError} DATA_INVALID */
  target(topic: string): WriteTarget<S>;
}

/** A schema of data that is read. */
export interface ReaderSchema<S> {
  readonly id: number;
  readonly schema: S;
  /**
   * Version under the subject of a topic; null if the subject does not have it.
   *
   * @throws {SchemaPending} @throws {ConnectError} DATA_INVALID
   */
  version(topic: string): number | null;
}

/** A converter's view of its registry: schemas of its language, fetched when they are first needed. */
export class TypedRegistry<S> {
  readonly #registry: SchemaRegistry;
  readonly #config: SubjectConfig;
  readonly #clock: Clock;
  readonly #language: SchemaLanguage<S>;
  readonly #readers: PreparedCache<number, ReaderSchema<S>>;

  /** @throws {ConfigError} for an address in memory beside others. */
  constructor(options: {
    readonly config: SubjectConfig;
    readonly clock: Clock;
    readonly language: SchemaLanguage<S>;
  }) {
    const { config, clock, language } = options;
    const registry = createSchemaRegistry(config.registry, clock);
    this.#registry = registry;
    this.#config = config;
    this.#clock = clock;
    this.#language = language;
    this.#readers = this.#cache<number, ReaderSchema<S>>({
      load: async (id, signal) => {
        const registered = await registry.schemaById(id, signal);
        return this.#readerSchema(id, registered, await this.#parse(registered, signal));
      },
      describe: id => `Schema ${id}`,
      missingTtlMs: config.registry.missingIdTtlMs,
      ttlMs: null,
    });
  }

  /** The schema of that id. @throws {SchemaPending} @throws {ConnectError} DATA_INVALID */
  readerSchema(id: number): ReaderSchema<S> {
    return this.#readers.get(id);
  }

  /** Prepares a schema of data that is to be written. */
  writerSchema(schema: S): WriterSchema<S> {
    const own = this.#language.write(schema);
    const { subjects, registry, choice } = this.#config;
    const targets = this.#cache<string, WriteTarget<S>>({
      load: (subject, signal) => this.#choose({ subject, schema, own }, signal),
      describe: subject => `The schema of subject '${subject}'`,
      missingTtlMs: registry.missingSchemaTtlMs,
      ttlMs: choice.kind === 'latest' ? registry.latestTtlMs : null,
    });
    const recordName = this.#language.recordName(schema);
    return { schema, target: topic => targets.get(subjects.subject(topic, recordName)) };
  }

  #cache<K extends string | number, V>(options: {
    readonly load: (key: K, signal: AbortSignal) => Promise<V>;
    readonly describe: (key: K) => string;
    readonly missingTtlMs: number;
    readonly ttlMs: number | null;
  }): PreparedCache<K, V> {
    const { maxSchemas, maxMissing } = this.#config.registry;
    return new PreparedCache<K, V>({ ...options, maxEntries: maxSchemas, maxMissing, clock: this.#clock });
  }

  async #choose(
    asked: { readonly subject: string; readonly schema: S; readonly own: RegistrySchema },
    signal: AbortSignal,
  ): Promise<WriteTarget<S>> {
    const { subject, schema, own } = asked;
    const { choice, normalize } = this.#config;
    switch (choice.kind) {
      case 'register':
        return { id: await this.#registry.register({ subject, schema: own, normalize }, signal), schema };
      case 'look-up':
        return { id: (await this.#registry.lookUp({ subject, schema: own, normalize }, signal)).id, schema };
      case 'id': {
        const target = await this.#parse(await this.#registry.schemaById(choice.id, signal), signal);
        if (choice.isStrict) this.#requireReadable(target, schema, `Schema ${choice.id}`, 'id.compatibility.strict');
        return { id: choice.id, schema: target };
      }
      case 'latest': {
        const latest = await this.#registry.schemaByVersion(subject, 'latest', signal);
        const target = await this.#parse(latest, signal);
        const what = `The latest schema of subject '${subject}'`;
        if (choice.isStrict) this.#requireReadable(target, schema, what, 'latest.compatibility.strict');
        return { id: latest.id, schema: target };
      }
    }
  }

  #readerSchema(id: number, registered: RegistrySchema, schema: S): ReaderSchema<S> {
    const { subjects, registry } = this.#config;
    const recordName = this.#language.recordName(schema);
    const versions = this.#cache<string, number | null>({
      load: (subject, signal) => this.#version({ subject, schema: registered, normalize: false }, signal),
      describe: subject => `The version of schema ${id} under subject '${subject}'`,
      missingTtlMs: registry.missingSchemaTtlMs,
      ttlMs: null,
    });
    // A schema without the name that the strategy needs stands under no subject.
    const version = (topic: string): number | null =>
      subjects.usesSchema && recordName === null ? null : versions.get(subjects.subject(topic, recordName));
    return { id, schema, version };
  }

  /** A topic may hold data whose schema stands under other subjects; then it has no version, and can be read all the same. */
  async #version(asked: Parameters<SchemaRegistry['lookUp']>[0], signal: AbortSignal): Promise<number | null> {
    try {
      return (await this.#registry.lookUp(asked, signal)).version;
    } catch (error) {
      const isMissing =
        error instanceof ConnectError && ['REGISTRY_NOT_FOUND', 'REGISTRY_REFUSED'].includes(error.code);
      if (isMissing) return null;
      throw error;
    }
  }

  async #parse(schema: RegistrySchema, signal: AbortSignal): Promise<S> {
    const { schemaType, converterName } = this.#language;
    if (schema.schemaType !== schemaType) {
      throw new ConnectError('SCHEMA_INVALID', `${converterName} cannot use a schema of type ${schema.schemaType}`);
    }
    return this.#language.parse(schema, await resolveReferences(this.#registry, schema.references, signal));
  }

  #requireReadable(target: S, own: S, what: string, key: string): void {
    if (this.#language.canRead(target, own)) return;
    const message = `${what} cannot read what the schema of the data writes. Set ${key}=false to disable this check`;
    throw new ConnectError('SCHEMA_INVALID', message);
  }
}
