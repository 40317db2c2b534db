import { ConnectError } from '../../errors/connect-error.ts';

/** A value of an option: a text, a name or number as it is written, a message or a list. */
export type OptionValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'message'; readonly entries: readonly (readonly [string, OptionValue])[] }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] };

/** Deepest nesting of what is in braces and brackets (I7). */
export const maxProtoDepth = 100;

const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\d[\d.]*[eE][-+]\d+|[\w.]+|[^\s\w]/y;
const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

/** The words and signs of a `.proto` text, one after the other; comments are no part of them. */
export class ProtoTokens {
  readonly #text: string;
  #at = 0;
  #next: string;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#read();
  }

  /** The next one, which is not taken yet; empty at the end. */
  get next(): string {
    return this.#next;
  }

  /** Takes the next one. */
  take(): string {
    const taken = this.#next;
    if (taken === '') throw this.malformed('more');
    this.#next = this.#read();
    return taken;
  }

  /** Takes the next one if it is that. */
  takeIf(expected: string): boolean {
    if (this.#next !== expected) return false;
    this.#next = this.#read();
    return true;
  }

  /** Takes the next one, which must be that. */
  expect(expected: string): void {
    if (!this.takeIf(expected)) throw this.malformed(`'${expected}'`);
  }

  /** A name, with or without dots. */
  takeName(): string {
    if (!/^\.?[A-Za-z_][\w.]*$/.test(this.#next)) throw this.malformed('a name');
    return this.take();
  }

  /** An integer, in any of the bases that there are. */
  takeInteger(): number {
    const sign = this.takeIf('-') ? -1 : 1;
    const text = this.#next;
    const value = /^0[0-7]+$/.test(text)
      ? Number.parseInt(text, 8)
      : /^(0[xX])?[\da-fA-F]+$/.test(text)
        ? Number(text)
        : NaN;
    if (!Number.isSafeInteger(value)) throw this.malformed('an integer');
    this.take();
    return sign * value;
  }

  /** A text in quotes, without them; several in a row are one. */
  takeText(): string {
    if (!/^["']/.test(this.#next)) throw this.malformed('a text in quotes');
    let text = '';
    while (/^["']/.test(this.#next)) text += unescape(this.take().slice(1, -1));
    return text;
  }

  /** A value of an option. */
  takeValue(depth = 0): OptionValue {
    if (depth > maxProtoDepth) throw this.malformed('less nesting');
    if (/^["']/.test(this.#next)) return { kind: 'text', text: this.takeText() };
    if (this.#next === '{' || this.#next === '<') return this.#takeMessage(depth);
    if (!this.takeIf('[')) return { kind: 'word', text: (this.takeIf('-') ? '-' : '') + this.take() };
    const items: OptionValue[] = [];
    while (!this.takeIf(']')) {
      items.push(this.takeValue(depth + 1));
      this.takeIf(',');
    }
    return { kind: 'list', items };
  }

  /** Passes over a block in braces, or over a statement that ends with a semicolon. */
  skipStatement(): void {
    let depth = 0;
    for (;;) {
      const taken = this.take();
      if (taken === '{') depth += 1;
      if (taken === '}') depth -= 1;
      if (depth === 0 && (taken === ';' || taken === '}')) return;
    }
  }

  /** An error that tells what was expected here. */
  malformed(expected: string): ConnectError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return invalidProto(`${expected} is expected in line ${line}`);
  }

  #takeMessage(depth: number): OptionValue {
    const end = this.take() === '{' ? '}' : '>';
    const entries: (readonly [string, OptionValue])[] = [];
    while (!this.takeIf(end)) {
      const name = this.takeIf('[') ? this.#takeExtensionName() : this.takeName();
      this.takeIf(':');
      entries.push([name, this.takeValue(depth + 1)]);
      if (!this.takeIf(',')) this.takeIf(';');
    }
    return { kind: 'message', entries };
  }

  #takeExtensionName(): string {
    const name = this.takeName();
    this.expect(']');
    return `[${name}]`;
  }

  #read(): string {
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/g,
    (_all: string, hex?: string, octal?: string, char: string = '') => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return escapes.get(char) ?? char;
    },
  );
}

/** An error that tells what is wrong with a schema. */
export function invalidProto(reason: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `A Protobuf schema is not valid: ${reason}`);
}
