import { plainTraits, type Field, type SchemaTraits, type StructSchema } from '../../data/schema.ts';

/** What a place says of the structs that are there, where it differs from others. */
export interface StructView {
  readonly isOptional?: boolean;
  readonly parameters?: ReadonlyMap<string, string>;
}

/**
 * The schema of a struct while its fields are found, which may be structs like itself: those look at what it became only once it is
 * finished.
 *
 * @see `SchemaWrapper` in the data classes of Confluent's converters.
 */
export class StructDraft {
  readonly #fields: Field[] = [];
  #traits: SchemaTraits = plainTraits;
  /** Shared with the schema if there are any when it is finished, which then tells of those that come later, too. */
  #parameters: Map<string, string> | null = null;

  /** The schema as it is now. */
  get schema(): StructSchema {
    return { ...this.#traits, parameters: this.#parameters, type: 'STRUCT', fields: this.#fields };
  }

  /** Adds a field. */
  add(field: Field): void {
    this.#fields.push(field);
  }

  /** Changes what it says of itself; parameters are added. */
  set({ parameters, ...traits }: Partial<SchemaTraits>): this {
    this.#traits = { ...this.#traits, ...traits };
    for (const [key, value] of parameters ?? []) this.setParameter(key, value);
    return this;
  }

  /** Adds a parameter. */
  setParameter(key: string, value: string): void {
    this.#parameters ??= new Map();
    this.#parameters.set(key, value);
  }

  /** A schema for another place where such structs are. */
  viewFrom({ isOptional, parameters }: StructView): StructSchema {
    const now = (): StructSchema => this.schema;
    return {
      type: 'STRUCT',
      get isOptional() {
        return isOptional ?? now().isOptional;
      },
      get name() {
        return now().name;
      },
      get version() {
        return now().version;
      },
      get doc() {
        return now().doc;
      },
      get parameters() {
        return new Map([...(now().parameters ?? []), ...(parameters ?? [])]);
      },
      get defaultValue() {
        return now().defaultValue;
      },
      fields: this.#fields,
    };
  }
}
