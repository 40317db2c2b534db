import type { Declare, Format, SchemaDeclaration, TopicDeclaration } from '../wire/data-messages.ts';

/** A schema as authors state it. */
export interface SchemaSpec {
  readonly format: Format;
  /** AVRO: the Avro schema; JSON: Connect's JSON schema, or nothing for schemaless data. */
  readonly definition?: string;
  /** Connect schema name and version. */
  readonly name?: string;
  readonly version?: number;
}

/** Ids of topics and schemas in one stream, and which of them the worker has not been told of yet. */
export class Declarations {
  readonly #topicIds = new Map<string, number>();
  readonly #schemaIds = new Map<string, number>();
  #newTopics: TopicDeclaration[] = [];
  #newSchemas: SchemaDeclaration[] = [];

  /** Id of a topic, from 1. */
  topicId(name: string): number {
    const known = this.#topicIds.get(name);
    if (known !== undefined) return known;
    const id = this.#topicIds.size + 1;
    this.#topicIds.set(name, id);
    this.#newTopics.push({ id, name });
    return id;
  }

  /** Id of a schema, from 1. */
  schemaId(spec: SchemaSpec): number {
    const { format, definition = '', name = '', version = 0 } = spec;
    const key = JSON.stringify([format, definition, name, version]);
    const known = this.#schemaIds.get(key);
    if (known !== undefined) return known;
    const id = this.#schemaIds.size + 1;
    this.#schemaIds.set(key, id);
    this.#newSchemas.push({ id, format, definition: Buffer.from(definition), name, version });
    return id;
  }

  /** What has to be declared before the next batch; undefined if nothing. */
  takeNew(): Declare | undefined {
    if (this.#newTopics.length === 0 && this.#newSchemas.length === 0) return undefined;
    const declare = { schemas: this.#newSchemas, topics: this.#newTopics };
    this.#newTopics = [];
    this.#newSchemas = [];
    return declare;
  }
}
