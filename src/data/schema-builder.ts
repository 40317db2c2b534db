import { ConnectError } from '../errors/connect-error.ts';
import type { ConnectValue } from './connect-value.ts';
import {
  plainTraits,
  type ArraySchema,
  type Field,
  type MapSchema,
  type PrimitiveType,
  type Schema,
  type SchemaTraits,
  type StructSchema,
} from './schema.ts';
import { checkValue } from './value-check.ts';

/**
 * Makes a schema step by step. What was set once is not set to something else; a default is checked.
 *
 * @see `SchemaBuilder` in Kafka Connect.
 */
export class SchemaBuilder<S extends Schema = Schema> {
  readonly #make: (traits: SchemaTraits) => S;
  #traits: SchemaTraits = plainTraits;

  private constructor(make: (traits: SchemaTraits) => S) {
    this.#make = make;
  }

  /** Of a primitive type. */
  static of(type: PrimitiveType): SchemaBuilder {
    return new SchemaBuilder<Schema>(traits => ({ ...traits, type }));
  }

  /** Of lists. */
  static array(items: Schema | null): SchemaBuilder<ArraySchema> {
    return new SchemaBuilder<ArraySchema>(traits => ({ ...traits, type: 'ARRAY', items }));
  }

  /** Of maps. */
  static map(keys: Schema | null, values: Schema | null): SchemaBuilder<MapSchema> {
    return new SchemaBuilder<MapSchema>(traits => ({ ...traits, type: 'MAP', keys, values }));
  }

  /** Of structs with these fields. @throws {ConnectError} SCHEMA_INVALID for an empty name, or one that repeats. */
  static struct(fields: readonly Field[]): SchemaBuilder<StructSchema> {
    checkNames(fields);
    return new SchemaBuilder<StructSchema>(traits => ({ ...traits, type: 'STRUCT', fields }));
  }

  /**
   * Of structs that contain structs like themselves.
   *
   * @param fields makes the fields from the finished schema; called when they are first looked at.
   */
  static recursiveStruct(fields: (self: StructSchema) => readonly Field[]): SchemaBuilder<StructSchema> {
    return new SchemaBuilder<StructSchema>(traits => {
      let made: readonly Field[] | undefined;
      const self: StructSchema = {
        ...traits,
        type: 'STRUCT',
        get fields() {
          if (made === undefined) checkNames((made = fields(self)));
          return made;
        },
      };
      return self;
    });
  }

  /** Lets values be null. */
  optional(): this {
    return this.#set({ isOptional: true });
  }

  /** Names it. */
  name(name: string | null): this {
    return this.#setOnce('name', this.#traits.name, name);
  }

  /** Numbers it. */
  version(version: number | null): this {
    return this.#setOnce('version', this.#traits.version, version);
  }

  /** Documents it. */
  doc(doc: string | null): this {
    return this.#setOnce('doc', this.#traits.doc, doc);
  }

  /** Adds parameters; none given is none added. */
  parameters(parameters: ReadonlyMap<string, string>): this {
    if (parameters.size === 0) return this;
    return this.#set({ parameters: new Map([...(this.#traits.parameters ?? []), ...parameters]) });
  }

  /** Sets the default. @throws {ConnectError} SCHEMA_INVALID unless it is a value of the schema as far as it is made. */
  defaultValue(value: ConnectValue): this {
    try {
      checkValue(this.build(), value);
    } catch (error) {
      throw new ConnectError('SCHEMA_INVALID', 'Invalid default value', { cause: error });
    }
    // A default of null is none: null needs no default to be allowed.
    return this.#setOnce('defaultValue', this.#traits.defaultValue ?? null, value ?? undefined);
  }

  /** The schema as it is now. */
  build(): S {
    return this.#make(this.#traits);
  }

  #set(traits: Partial<SchemaTraits>): this {
    this.#traits = { ...this.#traits, ...traits };
    return this;
  }

  #setOnce(trait: keyof SchemaTraits, known: ConnectValue, value: ConnectValue | undefined): this {
    if (known !== null && known !== value) {
      throw new ConnectError('SCHEMA_INVALID', `Invalid SchemaBuilder call: ${trait} has already been set.`);
    }
    return this.#set({ [trait]: value });
  }
}

function checkNames(fields: readonly Field[]): void {
  const names = new Set<string>();
  for (const { name } of fields) {
    if (name === '') throw new ConnectError('SCHEMA_INVALID', 'A field of a struct has no name');
    if (names.has(name)) throw new ConnectError('SCHEMA_INVALID', `Two fields of a struct are named '${name}'`);
    names.add(name);
  }
}
