import { inspect } from 'node:util';

/** What is shown instead of a secret. */
export const hiddenText = '[hidden]';

/** A secret configuration value: every way of printing it shows `[hidden]` (I9). */
export class Password {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself; for the one place that hands it on. */
  value(): string {
    return this.#value;
  }

  /** Whether both hold the same secret. */
  equals(other: Password): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return hiddenText;
  }

  toJSON(): string {
    return hiddenText;
  }

  [inspect.custom](): string {
    return hiddenText;
  }
}
