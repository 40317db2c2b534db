import { PatternError, readEscape, toLiteral, type PatternCursor } from './java-pattern-escape.ts';

/**
 * Translates a character class of a Java regular expression, from behind its `[` to its `]`:
 *
 * ```
 * class   = "[" ["^"] operand {"&&" operand} "]"
 * operand = { char | char "-" char | escape | quotation | class }
 * ```
 *
 * JavaScript does not let an intersection's operand be a bare union, so each operand becomes a class of its own.
 */
export class JavaClassReader {
  readonly #cursor: PatternCursor;

  constructor(cursor: PatternCursor) {
    this.#cursor = cursor;
  }

  /** The JavaScript class. */
  read(): string {
    const negation = this.#cursor.takeIf('^') ? '^' : '';
    const operands = [''];
    let isFirst = true;
    while (isFirst || !this.#cursor.takeIf(']')) {
      if (this.#cursor.takeIf('&&')) operands.push('');
      else operands.push((operands.pop() ?? '') + this.#readItem());
      isFirst = false;
    }
    const filled = operands.filter(operand => operand !== '');
    if (filled.length === 1) return `[${negation}${filled.join('')}]`;
    return `[${negation}${filled.map(operand => `[${operand}]`).join('&&')}]`;
  }

  #readItem(): string {
    if (this.#cursor.takeIf('[')) return new JavaClassReader(this.#cursor).read();
    if (this.#cursor.takeIf('\\Q')) return Array.from(this.#cursor.takeQuoted(), toLiteral).join('');
    const first = this.#readAtom();
    if (this.#cursor.peek() !== '-' || !isSingle(first)) return first;
    this.#cursor.take();
    // A hyphen before the end of the class, or before another class, stands for itself.
    if (this.#cursor.peek() === ']' || this.#cursor.peek() === '[') return first + toLiteral('-');
    const last = this.#readAtom();
    if (!isSingle(last)) throw new PatternError('illegal character range');
    return `${first}-${last}`;
  }

  #readAtom(): string {
    const char = this.#cursor.take();
    return char === '\\' ? readEscape(this.#cursor) : toLiteral(char);
  }
}

/** Whether a translated atom stands for one character and not for a class. */
function isSingle(atom: string): boolean {
  return /^(?:[A-Za-z0-9_]|\\u\{[0-9a-f]+\}|\\[tnrf]|\\x[0-9a-f]{2})$/.test(atom);
}
