import assert from 'node:assert/strict';
import { isList } from './config-value.ts';
import type { ConfigKey, ConfigValue } from './config-key.ts';
import { hiddenText, Password } from './password.ts';

/** Texts of a configuration by key. */
export type ConfigMap = ReadonlyMap<string, string>;

/**
 * Values of a configuration that is valid. Getters are typed by the key's declaration; asking for an undeclared key, or
 * with the wrong getter, is a fault in our own logic and asserts.
 */
export class ParsedConfig {
  /** The configuration as it was given, unknown keys included. */
  readonly originals: ConfigMap;
  readonly #values: ReadonlyMap<string, ConfigValue>;
  readonly #keys: ReadonlyMap<string, ConfigKey>;

  constructor(options: {
    readonly originals: ConfigMap;
    readonly values: ReadonlyMap<string, ConfigValue>;
    readonly keys: ReadonlyMap<string, ConfigKey>;
  }) {
    this.originals = options.originals;
    this.#values = options.values;
    this.#keys = options.keys;
  }

  /** A BOOLEAN. */
  boolean(name: string): boolean {
    const value = this.#value(name);
    assert(typeof value === 'boolean', `'${name}' is no BOOLEAN`);
    return value;
  }

  /** An INT or SHORT. */
  int(name: string): number {
    const value = this.intOrNull(name);
    assert(value !== null, `'${name}' has no value`);
    return value;
  }

  /** An INT or SHORT that may be unset. */
  intOrNull(name: string): number | null {
    const value = this.#value(name);
    assert(value === null || typeof value === 'number', `'${name}' is no INT`);
    return value;
  }

  /** A LONG. Beyond ±(2^53 − 1) it is that bound: for durations, sizes and counts, where both mean "without end". */
  long(name: string): number {
    const value = this.longOrNull(name);
    assert(value !== null, `'${name}' has no value`);
    return value;
  }

  /** A LONG that may be unset; bounded as {@link long} is. */
  longOrNull(name: string): number | null {
    const value = this.#value(name);
    if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
    assert(value === null || typeof value === 'number', `'${name}' is no LONG`);
    return value;
  }

  /** A DOUBLE. */
  double(name: string): number {
    return this.int(name);
  }

  /** A STRING or CLASS. */
  string(name: string): string {
    const value = this.stringOrNull(name);
    assert(value !== null, `'${name}' has no value`);
    return value;
  }

  /** A STRING or CLASS that may be unset. */
  stringOrNull(name: string): string | null {
    const value = this.#value(name);
    assert(value === null || typeof value === 'string', `'${name}' is no STRING`);
    return value;
  }

  /** A LIST; empty where it may be unset and is. */
  list(name: string): readonly string[] {
    const value = this.#value(name);
    assert(value === null || isList(value), `'${name}' is no LIST`);
    return value ?? [];
  }

  /** A PASSWORD that may be unset. */
  passwordOrNull(name: string): Password | null {
    const value = this.#value(name);
    assert(value === null || value instanceof Password, `'${name}' is no PASSWORD`);
    return value;
  }

  /** Whether the key was given, be it only to repeat the default. */
  isSet(name: string): boolean {
    return this.originals.has(name);
  }

  /** Given keys that start with `prefix`, with it taken away. */
  withPrefix(prefix: string): ConfigMap {
    return withPrefix(this.originals, prefix);
  }

  /** Keys that were given and are declared nowhere, in the order given. */
  unknownKeys(): readonly string[] {
    return [...this.originals.keys()].filter(name => !this.#keys.has(name));
  }

  /** What may be logged: values of declared keys, with passwords hidden, and hidden values of all other keys (I9). */
  toLoggable(): Readonly<Record<string, string>> {
    const shown = [...this.originals].map(([name, text]): [string, string] => {
      const key = this.#keys.get(name);
      return [name, key === undefined || key.type === 'PASSWORD' ? hiddenText : text];
    });
    return Object.fromEntries(shown);
  }

  #value(name: string): ConfigValue {
    const value = this.#values.get(name);
    assert(value !== undefined, `Configuration key '${name}' is not declared`);
    return value;
  }
}

/** Entries whose key starts with `prefix`, with it taken away. An entry of the bare prefix is left out. */
export function withPrefix(props: ConfigMap, prefix: string): Map<string, string> {
  const stripped = new Map<string, string>();
  for (const [name, text] of props) {
    if (name.startsWith(prefix) && name.length > prefix.length) stripped.set(name.slice(prefix.length), text);
  }
  return stripped;
}
