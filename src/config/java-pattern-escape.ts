/** Escapes of Java regular expressions that mean the same within and outside of character classes. */

/** Why a pattern cannot be translated. */
export class PatternError extends Error {}

/** A place in the text of a pattern. */
export class PatternCursor {
  readonly #text: string;
  #index: number;

  constructor(text: string, index: number) {
    this.#text = text;
    this.#index = index;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#text.length;
  }

  /** The next character, without taking it; empty at the end. */
  peek(): string {
    const codePoint = this.#text.codePointAt(this.#index);
    return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
  }

  /** Takes the next character. */
  take(): string {
    const char = this.peek();
    if (char === '') throw new PatternError('ends too early');
    this.#index += char.length;
    return char;
  }

  /** Takes `expected` if the text goes on with it. */
  takeIf(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#index)) return false;
    this.#index += expected.length;
    return true;
  }

  /** Takes what comes before the next `end`, and `end` itself. */
  takeUntil(end: string): string {
    const at = this.#text.indexOf(end, this.#index);
    if (at < 0) throw new PatternError(`'${end}' is missing`);
    const taken = this.#text.slice(this.#index, at);
    this.#index = at + end.length;
    return taken;
  }

  /** Takes the rest of a quotation: up to `\E` or the end. */
  takeQuoted(): string {
    const at = this.#text.indexOf('\\E', this.#index);
    const taken = this.#text.slice(this.#index, at < 0 ? undefined : at);
    this.#index = at < 0 ? this.#text.length : at + 2;
    return taken;
  }

  /** Takes exactly what `pattern` (sticky) matches here; undefined when it does not. */
  takeMatch(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index;
    const taken = pattern.exec(this.#text)?.[0];
    if (taken !== undefined) this.#index += taken.length;
    return taken;
  }
}

/** A character that stands for itself, in and outside of classes of a JavaScript expression with flag `v`. */
export function toLiteral(char: string): string {
  return /^[A-Za-z0-9_]$/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Translates what follows a backslash. */
export function readEscape(cursor: PatternCursor): string {
  const char = cursor.take();
  const fixed = fixedEscapes.get(char);
  if (fixed !== undefined) return fixed;
  switch (char) {
    case 'p':
    case 'P':
      return readProperty(cursor, char === 'P');
    case '0':
      return fromHex(cursor.takeMatch(/[0-3]?[0-7]{1,2}/y), 8);
    case 'x':
      return cursor.takeIf('{') ? fromHex(cursor.takeUntil('}'), 16) : fromHex(cursor.takeMatch(/[0-9a-fA-F]{2}/y), 16);
    case 'u':
      return fromHex(cursor.takeMatch(/[0-9a-fA-F]{4}/y), 16);
    case 'c':
      return toLiteral(String.fromCharCode(cursor.take().charCodeAt(0) ^ 64));
    default:
      if (/[A-Za-z0-9]/.test(char)) throw new PatternError(`'\\${char}' is not supported`);
      return toLiteral(char);
  }
}

const fixedEscapes: ReadonlyMap<string, string> = new Map([
  ['d', '\\d'],
  ['D', '\\D'],
  ['w', '\\w'],
  ['W', '\\W'],
  ['s', '[ \\t-\\r]'],
  ['S', '[^ \\t-\\r]'],
  ['h', '[ \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]'],
  ['H', '[^ \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]'],
  ['v', '[\\n-\\r\\u0085\\u2028\\u2029]'],
  ['V', '[^\\n-\\r\\u0085\\u2028\\u2029]'],
  ['t', '\\t'],
  ['n', '\\n'],
  ['r', '\\r'],
  ['f', '\\f'],
  ['a', '\\x07'],
  ['e', '\\x1b'],
]);

/** Java's POSIX classes, which are ASCII only, as the inside of a class. */
const posixClasses: ReadonlyMap<string, string> = new Map([
  ['Lower', 'a-z'],
  ['Upper', 'A-Z'],
  ['ASCII', '\\x00-\\x7f'],
  ['Alpha', 'a-zA-Z'],
  ['Digit', '0-9'],
  ['Alnum', 'a-zA-Z0-9'],
  ['Punct', '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e'],
  ['Graph', '\\x21-\\x7e'],
  ['Print', '\\x20-\\x7e'],
  ['Blank', ' \\t'],
  ['Cntrl', '\\x00-\\x1f\\x7f'],
  ['XDigit', '0-9a-fA-F'],
  ['Space', ' \\t-\\r'],
  ['javaLowerCase', '\\p{Lowercase}'],
  ['javaUpperCase', '\\p{Uppercase}'],
  ['javaLetter', '\\p{L}'],
  ['javaDigit', '\\p{Nd}'],
  ['javaLetterOrDigit', '\\p{L}\\p{Nd}'],
]);

function readProperty(cursor: PatternCursor, isNegated: boolean): string {
  const name = cursor.takeIf('{') ? cursor.takeUntil('}') : cursor.take();
  const posix = posixClasses.get(name);
  if (posix !== undefined) return `[${isNegated ? '^' : ''}${posix}]`;
  const letter = isNegated ? 'P' : 'p';
  if (/^(?:general_category=|gc=)?(?:L[CDlmotu]?|[MNPSZC][a-z]?)$/.test(name)) {
    return `\\${letter}{${name.replace('LD', 'L')}}`;
  }
  const script = /^(?:script=|sc=|Is)([A-Za-z_]+)$/.exec(name)?.[1];
  const found = script === undefined ? undefined : [script, `Script=${script}`].find(isUnicodeProperty);
  if (found !== undefined) return `\\${letter}{${found}}`;
  throw new PatternError(`'\\${letter}{${name}}' is not supported`);
}

function isUnicodeProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'v').source !== '';
  } catch {
    // Asking the engine is the only way to learn which properties it knows.
    return false;
  }
}

function fromHex(digits: string | undefined, radix: number): string {
  const codePoint = Number.parseInt(digits ?? '', radix);
  if (Number.isNaN(codePoint) || codePoint > 0x10ffff) throw new PatternError('illegal numeric escape');
  return toLiteral(String.fromCodePoint(codePoint));
}
