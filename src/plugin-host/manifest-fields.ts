import { ConnectError } from '../errors/connect-error.ts';

/** Reads typed fields of one JSON object of a manifest; each wrong one is an error that names file, field and remedy. */
export class ManifestFields {
  readonly #file: string;
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  /**
   * @param location `file`: the manifest, for errors; `path`: where in it `value` stands, empty for the whole.
   * @throws {ConnectError} PLUGIN_MANIFEST_INVALID if `value` is no JSON object.
   */
  constructor(location: { readonly file: string; readonly path: string }, value: unknown) {
    this.#file = location.file;
    this.#path = location.path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#error(location.path, 'must be a JSON object');
    }
    this.#values = new Map<string, unknown>(Object.entries(value));
  }

  /** The error of the field `name`, for checks that only the caller knows. */
  invalid(name: string, remedy: string): ConnectError {
    return this.#error(this.#pathOf(name), remedy);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string, example: string): string {
    const value = this.#values.get(name);
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw this.invalid(name, `must be a text, for instance ${JSON.stringify(example)}`);
  }

  /** An array of texts; empty if the field is absent. */
  texts(name: string): readonly string[] {
    return this.array(name).map((item, index) => {
      if (typeof item === 'string' && item !== '') return item;
      throw this.invalid(`${name}[${index}]`, 'must be a text that is not empty');
    });
  }

  /** A positive integer, undefined if the field is absent. */
  count(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    throw this.invalid(name, 'must be an integer above 0');
  }

  /** One of `choices`; the first of them if the field is absent and `isOptional`. */
  choice<T extends string>(name: string, choices: readonly T[], isOptional = false): T {
    const value = this.#values.get(name);
    const found = choices.find(choice => choice === value);
    if (found !== undefined) return found;
    const [first] = choices;
    if (value === undefined && isOptional && first !== undefined) return first;
    throw this.invalid(name, `must be one of ${choices.map(choice => JSON.stringify(choice)).join(', ')}`);
  }

  /** An array as it stands; empty if the field is absent. */
  array(name: string): readonly unknown[] {
    const value = this.#values.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return Array.from<unknown>(value);
    throw this.invalid(name, 'must be an array');
  }

  isArray(name: string): boolean {
    return Array.isArray(this.#values.get(name));
  }

  /** The fields of an object, of an item of an array if `index` is given; without fields if it is absent. */
  object(name: string, index?: number): ManifestFields {
    const path = this.#pathOf(index === undefined ? name : `${name}[${index}]`);
    const value = index === undefined ? (this.#values.get(name) ?? {}) : this.array(name)[index];
    return new ManifestFields({ file: this.#file, path }, value);
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #error(field: string, remedy: string): ConnectError {
    const subject = field === '' ? 'its content' : `field '${field}'`;
    return new ConnectError('PLUGIN_MANIFEST_INVALID', `Plugin manifest '${this.#file}': ${subject} ${remedy}`, {
      details: { file: this.#file, field },
    });
  }
}
