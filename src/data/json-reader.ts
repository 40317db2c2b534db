import { ConnectError } from '../errors/connect-error.ts';
import { JsonNumber, type JsonNode } from './json-node.ts';

/** Deepest nesting and longest number that are read, as Jackson's own bounds (I7). */
const maxDepth = 1000;
const maxNumberLength = 1000;

/** A text is not JSON. Its message tells the place, and none of the text (I9). */
export class JsonSyntaxError extends ConnectError {
  override readonly name = 'JsonSyntaxError';

  constructor(message: string) {
    super('DATA_INVALID', message);
  }
}

/**
 * Reads JSON values one after the other from a text, as Kafka Connect's JsonConverter is set up to: numbers may have leading
 * zeros. What follows a value is left to the caller.
 */
export class JsonReader {
  readonly #text: string;
  #index: number;

  constructor(text: string, index = 0) {
    this.#text = text;
    this.#index = index;
  }

  /** Place of the next character. */
  get index(): number {
    return this.#index;
  }

  /** Skips white space; true when nothing follows. */
  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#index >= this.#text.length;
  }

  /** Takes `char` if it is the next one after white space. */
  takeIf(char: string): boolean {
    this.#skipSpace();
    if (this.#text.charAt(this.#index) !== char) return false;
    this.#index += 1;
    return true;
  }

  /** Takes `char`, which must be the next one after white space. */
  take(char: string): void {
    if (!this.takeIf(char)) throw this.#malformed();
  }

  /** @throws {JsonSyntaxError} */
  readValue(depth = 0): JsonNode {
    this.#skipSpace();
    if (depth > maxDepth) throw new JsonSyntaxError(`JSON is nested deeper than ${maxDepth} levels`);
    switch (this.#text.charAt(this.#index)) {
      case '{':
        return this.#readObject(depth);
      case '[':
        return this.#readArray(depth);
      case '"':
        return this.readString();
      case 't':
        return this.#readWord('true', true);
      case 'f':
        return this.#readWord('false', false);
      case 'n':
        return this.#readWord('null', null);
      default:
        return this.#readNumber();
    }
  }

  /** The next value, which must be a text. */
  readString(): string {
    this.#skipSpace();
    const end = this.#findStringEnd();
    const raw = this.#text.slice(this.#index + 1, end);
    const start = this.#index;
    this.#index = end + 1;
    if (!/[\\\u0000-\u001f]/.test(raw)) return raw;
    try {
      return String(JSON.parse(this.#text.slice(start, end + 1)));
    } catch {
      // The parser's own message would quote the text.
      throw this.#malformed(start);
    }
  }

  /** Skips the next value, and gives its text. */
  skipValue(): string {
    this.#skipSpace();
    const start = this.#index;
    let depth = 0;
    do {
      this.#skipSpace();
      const char = this.#text.charAt(this.#index);
      if (char === '"') this.#index = this.#findStringEnd() + 1;
      else if (char === '') throw this.#malformed();
      else this.#index += 1;
      if (char === '{' || char === '[') depth += 1;
      if (char === '}' || char === ']') depth -= 1;
    } while (depth > 0 || !this.#isValueEnd());
    return this.#text.slice(start, this.#index);
  }

  #readObject(depth: number): JsonNode {
    const object = new Map<string, JsonNode>();
    this.take('{');
    if (this.takeIf('}')) return object;
    do {
      const key = this.readString();
      this.take(':');
      object.set(key, this.readValue(depth + 1));
    } while (this.takeIf(','));
    this.take('}');
    return object;
  }

  #readArray(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.take('[');
    if (this.takeIf(']')) return items;
    do items.push(this.readValue(depth + 1));
    while (this.takeIf(','));
    this.take(']');
    return items;
  }

  #readWord<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#index)) throw this.#malformed();
    this.#index += word.length;
    return value;
  }

  #readNumber(): JsonNumber {
    const number = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    number.lastIndex = this.#index;
    const text = number.exec(this.#text)?.[0];
    if (text === undefined || text.length > maxNumberLength) throw this.#malformed();
    this.#index += text.length;
    return new JsonNumber(text);
  }

  /** Index of the quote that ends the text that starts here. */
  #findStringEnd(): number {
    if (this.#text.charAt(this.#index) !== '"') throw this.#malformed();
    let end = this.#index;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#malformed();
    } while (this.#isEscaped(end));
    return end;
  }

  #isEscaped(index: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(index - 1 - backslashes) === 0x5c) backslashes += 1;
    return backslashes % 2 === 1;
  }

  #isValueEnd(): boolean {
    return (
      this.#index >= this.#text.length || /[,:}\]\s]/.test(this.#text.charAt(this.#index)) || this.#isAfterBracket()
    );
  }

  #isAfterBracket(): boolean {
    return /["}\]]/.test(this.#text.charAt(this.#index - 1));
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#index);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#index += 1;
    }
  }

  #malformed(index = this.#index): JsonSyntaxError {
    return new JsonSyntaxError(`Malformed JSON at character ${index + 1}`);
  }
}
