import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { PreparedCache } from '../registry/prepared-cache.ts';
import { resolveReferences, type RegistrySchema, type SchemaRegistry } from '../registry/schema-registry.ts';
import type { AvroConverterConfig } from './avro-converter-config.ts';
import type { AvroSchema } from './avro-schema.ts';
import { canRead } from './can-read.ts';
import { parseAvroSchema, type AvroNames } from './parse-avro-schema.ts';
import { recordNameOf, writeAvroSchema } from './write-avro-schema.ts';

/** What data is written with. */
export interface WriteTarget {
  readonly id: number;
  readonly schema: AvroSchema;
}

/** A schema of data that is written, with what the registry said of it under each subject. */
export interface WriterSchema {
  readonly schema: AvroSchema;
  /** @throws {SchemaPending} @throws {ConnectError} DATA_INVALID */
  target(topic: string): WriteTarget;
}

/** A schema of data that is read. */
export interface ReaderSchema {
  readonly id: number;
  readonly schema: AvroSchema;
  /**
   * Version under the subject of a topic; null if the subject does not have it.
   *
   * @throws {SchemaPending} @throws {ConnectError} DATA_INVALID
   */
  version(topic: string): number | null;
}

/** A converter's view of its registry: Avro schemas, fetched when they are first needed. */
export class AvroRegistry {
  readonly #registry: SchemaRegistry;
  readonly #config: AvroConverterConfig;
  readonly #clock: Clock;
  readonly #readers: PreparedCache<number, ReaderSchema>;

  constructor(options: {
    readonly registry: SchemaRegistry;
    readonly config: AvroConverterConfig;
    readonly clock: Clock;
  }) {
    const { registry, config, clock } = options;
    this.#registry = registry;
    this.#config = config;
    this.#clock = clock;
    this.#readers = this.#cache<number, ReaderSchema>({
      load: async (id, signal) =>
        this.#readerSchema(id, await this.#parse(await registry.schemaById(id, signal), signal)),
      describe: id => `Schema ${id}`,
      missingTtlMs: config.registry.missingIdTtlMs,
      ttlMs: null,
    });
  }

  /** The schema of that id. @throws {SchemaPending} @throws {ConnectError} DATA_INVALID */
  readerSchema(id: number): ReaderSchema {
    return this.#readers.get(id);
  }

  /** Prepares a schema of data that is to be written. */
  writerSchema(schema: AvroSchema): WriterSchema {
    const text = writeAvroSchema(schema);
    const own: RegistrySchema = { schemaType: 'AVRO', schema: text, references: [] };
    const { subjects } = this.#config;
    const targets = this.#cache<string, WriteTarget>({
      load: (subject, signal) => this.#choose({ subject, schema, own }, signal),
      describe: subject => `The schema of subject '${subject}'`,
      missingTtlMs: this.#config.registry.missingSchemaTtlMs,
      ttlMs: this.#config.choice.kind === 'latest' ? this.#config.registry.latestTtlMs : null,
    });
    const recordName = recordNameOf(schema);
    const target = (topic: string): WriteTarget => targets.get(subjects.subject(topic, recordName));
    return { schema, target: this.#config.registry.latestTtlMs === null ? withLast(target) : target };
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
    asked: { readonly subject: string; readonly schema: AvroSchema; readonly own: RegistrySchema },
    signal: AbortSignal,
  ): Promise<WriteTarget> {
    const { subject, schema, own } = asked;
    const { choice, normalize } = this.#config;
    switch (choice.kind) {
      case 'register':
        return { id: await this.#registry.register({ subject, schema: own, normalize }, signal), schema };
      case 'look-up':
        return { id: (await this.#registry.lookUp({ subject, schema: own, normalize }, signal)).id, schema };
      case 'id': {
        const target = await this.#parse(await this.#registry.schemaById(choice.id, signal), signal);
        if (choice.isStrict) requireReadable(target, schema, `Schema ${choice.id}`, 'id.compatibility.strict');
        return { id: choice.id, schema: target };
      }
      case 'latest': {
        const latest = await this.#registry.schemaByVersion(subject, 'latest', signal);
        const target = await this.#parse(latest, signal);
        const what = `The latest schema of subject '${subject}'`;
        if (choice.isStrict) requireReadable(target, schema, what, 'latest.compatibility.strict');
        return { id: latest.id, schema: target };
      }
    }
  }

  #readerSchema(id: number, schema: AvroSchema): ReaderSchema {
    const { subjects, registry } = this.#config;
    const recordName = recordNameOf(schema);
    const asked = { schemaType: 'AVRO', schema: writeAvroSchema(schema), references: [] } as const;
    const versions = this.#cache<string, number | null>({
      load: (subject, signal) => this.#version({ subject, schema: asked, normalize: false }, signal),
      describe: subject => `The version of schema ${id} under subject '${subject}'`,
      missingTtlMs: registry.missingSchemaTtlMs,
      ttlMs: null,
    });
    // A schema without the name that the strategy needs stands under no subject.
    const version = (topic: string): number | null =>
      subjects.usesSchema && recordName === null ? null : versions.get(subjects.subject(topic, recordName));
    return { id, schema, version: withLast(version) };
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

  async #parse(schema: RegistrySchema, signal: AbortSignal): Promise<AvroSchema> {
    if (schema.schemaType !== 'AVRO') {
      throw new ConnectError('SCHEMA_INVALID', `AvroConverter cannot use a schema of type ${schema.schemaType}`);
    }
    const names: AvroNames = new Map();
    const references = await resolveReferences(this.#registry, schema.references, signal);
    for (const reference of references) parseAvroSchema(reference.schema, names);
    return parseAvroSchema(schema.schema, names);
  }
}

/** Remembers what was found for the last topic: records of one topic mostly follow each other. */
function withLast<V>(find: (topic: string) => V): (topic: string) => V {
  let last: { readonly topic: string; readonly found: V } | null = null;
  return topic => {
    if (last?.topic !== topic) last = { topic, found: find(topic) };
    return last.found;
  };
}

function requireReadable(target: AvroSchema, own: AvroSchema, what: string, key: string): void {
  if (canRead(target, own)) return;
  const message = `${what} cannot read what the schema of the data writes. Set ${key}=false to disable this check`;
  throw new ConnectError('SCHEMA_INVALID', message);
}
