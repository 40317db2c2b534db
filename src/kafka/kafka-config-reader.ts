import { ConfigError, type FieldViolation } from '../errors/connect-error.ts';

/** Bounds of a whole number in a configuration. */
export interface IntegerRange {
  readonly fallback: number;
  readonly min: number;
  readonly max?: number;
}

/** Largest value of Kafka's LONG type, rounded up as doubles hold it. */
const maxInt64 = 2 ** 63;

/**
 * Reads typed values from the `key=value` settings of a Kafka client and gathers every wrong one, so that a user sees all of
 * them at once. A value that was wrong reads as its default until {@link throwIfInvalid} is called.
 */
export class KafkaConfigReader {
  readonly #config: ReadonlyMap<string, string>;
  readonly #known = new Set<string>();
  readonly #violations: FieldViolation[] = [];

  constructor(config: ReadonlyMap<string, string>) {
    this.#config = config;
  }

  /** Value of `key` with blanks cut off, or undefined when it is not set. */
  text(key: string): string | undefined {
    this.#known.add(key);
    return this.#config.get(key)?.trim();
  }

  /** Whole number within a range; a missing value reads as the default. */
  integer(key: string, range: IntegerRange): number {
    const text = this.text(key);
    if (text === undefined) return range.fallback;
    const max = range.max ?? maxInt64;
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    // Kafka's largest LONG, which its users write for "no limit", is no exact number here.
    if (value >= range.min && value <= max) return Math.min(value, Number.MAX_SAFE_INTEGER);
    const bounds = range.max === undefined ? `at least ${range.min}` : `from ${range.min} to ${max}`;
    this.reject(key, text, `must be a whole number, ${bounds}; leave it out for the default ${range.fallback}`);
    return range.fallback;
  }

  /** `true` or `false`, in any case. */
  boolean(key: string, fallback: boolean): boolean {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const lower = text.toLowerCase();
    if (lower === 'true' || lower === 'false') return lower === 'true';
    this.reject(key, text, 'must be true or false');
    return fallback;
  }

  /** One of the names in `allowed`. */
  oneOf<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const found = allowed.find(name => name === text);
    if (found !== undefined) return found;
    this.reject(key, text, `must be one of ${allowed.join(', ')}`);
    return fallback;
  }

  /** Comma-separated names, blanks and empty ones dropped. */
  list(key: string): readonly string[] {
    const text = this.text(key);
    if (text === undefined) return [];
    return text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== '');
  }

  /** Marks a value as wrong. `remedy` completes the sentence "Value 'x' of 'key' …". */
  reject(key: string, value: string, remedy: string): void {
    this.#violations.push({ key, message: `Value '${value}' of '${key}' ${remedy}` });
  }

  /** Marks a required key as missing. */
  rejectMissing(key: string, remedy: string): void {
    this.#violations.push({ key, message: `'${key}' is missing: ${remedy}` });
  }

  /** Keys that nobody has asked for yet. */
  unreadKeys(): readonly string[] {
    return [...this.#config.keys()].filter(key => !this.#known.has(key));
  }

  /**
   * Ends the reading.
   *
   * @param what whose configuration it is, for the message, such as `producer`.
   * @throws {ConfigError} with every wrong key.
   */
  throwIfInvalid(what: string): void {
    if (this.#violations.length === 0) return;
    const text = this.#violations.map(violation => violation.message).join('; ');
    throw new ConfigError(`The ${what} configuration is not valid: ${text}`, this.#violations);
  }
}
