import { doubleToJavaText } from '../data/java-number-text.ts';
import { quoteJson } from '../data/json-writer.ts';
import { ConnectError } from '../errors/connect-error.ts';

/**
 * JSON of source partitions and source offsets: flat objects, read without loss and written as Kafka Connect's JsonConverter does
 * (compact; integers are int64, all other numbers double). Kafka Connect finds an offset by the exact bytes of its key.
 */

/** A value in a source partition or offset: integers are `bigint` (int64), floating point numbers `number`. */
export type OffsetField = null | boolean | string | bigint | number;

/** A source partition or a source offset, in the order it was written. */
export type OffsetObject = ReadonlyMap<string, OffsetField>;

/** Key of an offset: `["connector",{partition}]`. */
export interface OffsetKey {
  readonly connector: string;
  readonly partition: OffsetObject;
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/**
 * Reads a source partition or offset.
 *
 * @param what names it in the error, such as `Source offset`.
 * @throws {ConnectError} OFFSET_INVALID unless it is a JSON object of texts, numbers, booleans and nulls.
 */
export function parseOffsetObject(bytes: Uint8Array, what: string): OffsetObject {
  const scanner = new Scanner(bytes, what);
  const object = scanner.readObject();
  scanner.expectEnd();
  return object;
}

/** Reads an offset key. Null if it is not one whose partition is an object; such keys are legal and of no use here. */
export function parseOffsetKey(bytes: Uint8Array): OffsetKey | null {
  try {
    const scanner = new Scanner(bytes, 'Offset key');
    scanner.expect('[');
    const connector = scanner.readField();
    scanner.expect(',');
    const partition = scanner.readObject();
    scanner.expect(']');
    scanner.expectEnd();
    return typeof connector === 'string' ? { connector, partition } : null;
  } catch (error) {
    // Anyone may have written a key that is none; the caller keeps it as it is.
    if (error instanceof ConnectError) return null;
    throw error;
  }
}

/** Compact JSON, byte for byte as Kafka Connect writes this object in this order. */
export function writeOffsetObject(object: OffsetObject): string {
  return `{${[...object].map(([name, field]) => `${quoteJson(name)}:${writeField(field)}`).join(',')}}`;
}

/** Compact JSON of an offset key with the partition in its order. */
export function writeOffsetKey(key: OffsetKey): string {
  return `[${quoteJson(key.connector)},${writeOffsetObject(key.partition)}]`;
}

/** Text that two partitions share exactly when they are the same whatever the order of their fields. */
export function canonicalPartition(partition: OffsetObject): string {
  return writeOffsetObject(new Map([...partition].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))));
}

function writeField(field: OffsetField): string {
  if (typeof field === 'string') return quoteJson(field);
  return typeof field === 'number' ? doubleToJavaText(field) : String(field);
}

const whitespace = /[ \t\n\r]*/y;
const textToken = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;
const numberToken = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const wordToken = /true|false|null/y;

class Scanner {
  readonly #text: string;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    try {
      this.#text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      throw new ConnectError('OFFSET_INVALID', `${what} is not UTF-8`, { cause: error });
    }
  }

  readObject(): OffsetObject {
    const object = new Map<string, OffsetField>();
    this.expect('{');
    if (this.#accept('}')) return object;
    do {
      this.#skipSpace();
      const name = this.#match(textToken);
      if (name === null) throw this.#fault('a field name in quotes');
      this.expect(':');
      object.set(unquote(name), this.readField());
    } while (this.#accept(','));
    this.expect('}');
    return object;
  }

  readField(): OffsetField {
    this.#skipSpace();
    const word = this.#match(wordToken);
    if (word !== null) return word === 'null' ? null : word === 'true';
    const text = this.#match(textToken);
    if (text !== null) return unquote(text);
    const number = this.#match(numberToken);
    if (number === null) throw this.#fault('a text, number, boolean or null (Kafka Connect allows no nested values)');
    if (/^-?[0-9]+$/.test(number)) {
      const integer = BigInt(number);
      if (integer < int64Min || integer > int64Max) throw this.#fault('an integer of at most 64 bits before it');
      return integer;
    }
    const double = Number(number);
    if (!Number.isFinite(double)) throw this.#fault('a number within the range of a double before it');
    return double;
  }

  expect(character: string): void {
    if (!this.#accept(character)) throw this.#fault(`'${character}'`);
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#at !== this.#text.length) throw this.#fault('the end');
  }

  #accept(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    this.#match(whitespace);
  }

  #match(token: RegExp): string | null {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #fault(expected: string): ConnectError {
    return new ConnectError(
      'OFFSET_INVALID',
      `${this.#what} is not a flat JSON object: ${expected} expected at character ${this.#at + 1}`,
    );
  }
}

function unquote(token: string): string {
  return String(JSON.parse(token));
}
