/**
 * Java regular expressions, which are part of Kafka Connect's configuration language, run on JavaScript's engine.
 *
 * A pattern is translated piece by piece to a JavaScript expression with flag `v`. Translated: quoting `\Q…\E`, classes with
 * nesting and `&&`, POSIX and Unicode `\p{…}`, `\h \H \v \V \R \s \S`, `\A \z \Z`, `. ^ $` with Java's line terminators, octal
 * and hexadecimal escapes, flags `(?i)` `(?s)` `(?m)` `(?u)` at the very start. Refused with a reason: possessive quantifiers,
 * atomic groups, flags elsewhere or others, `\G`, `\X`, `\N{…}`, Unicode blocks. Case-insensitive matching is Unicode-aware,
 * where Java's is not without `(?u)`.
 */
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Validator } from './config-key.ts';
import { JavaClassReader } from './java-pattern-class.ts';
import { PatternCursor, PatternError, readEscape, toLiteral } from './java-pattern-escape.ts';
import { validator } from './validators.ts';

/** A compiled Java regular expression. */
export class JavaPattern {
  /** The expression as it was written. */
  readonly source: string;
  readonly #whole: RegExp;
  readonly #anywhere: RegExp;

  /** @throws {ConnectError} CONFIG_INVALID when the expression is wrong, or uses what is not translated. */
  constructor(source: string) {
    this.source = source;
    try {
      const { body, flags } = translate(source);
      this.#whole = new RegExp(`(?<![\\s\\S])(?:${body})(?![\\s\\S])`, flags);
      this.#anywhere = new RegExp(body, flags);
    } catch (error) {
      const reason = error instanceof PatternError ? error.message : messageOf(error).replace(/^.*\/[a-z]*: /s, '');
      throw new ConnectError('CONFIG_INVALID', `Regular expression '${source}': ${reason}`, { cause: error });
    }
  }

  /** Whether the expression matches the whole text, as Java's `Matcher.matches`. */
  matches(text: string): boolean {
    return this.#whole.test(text);
  }

  /** The first place where the expression is found, with its groups, as Java's `Matcher.find`; null if there is none. */
  find(text: string): RegExpExecArray | null {
    return this.#anywhere.exec(text);
  }
}

/** A text that is a regular expression as Java has them; unset and empty are fine. */
export function validRegex(): Validator {
  return validator('valid regex', value => {
    if (typeof value !== 'string') return undefined;
    try {
      new JavaPattern(value);
      return undefined;
    } catch (error) {
      return `Invalid regex: ${messageOf(error)}`;
    }
  });
}

interface Flags {
  readonly isDotAll: boolean;
  readonly isMultiline: boolean;
}

const lineTerminator = '(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])';

function translate(source: string): { readonly body: string; readonly flags: string } {
  const letters = /^\(\?([a-zA-Z]+)\)/.exec(source)?.[1] ?? '';
  const unknown = /[^ismu]/.exec(letters);
  if (unknown !== null) throw new PatternError(`flag '${unknown[0]}' is not supported`);
  const cursor = new PatternCursor(source, letters === '' ? 0 : letters.length + 3);
  const flags: Flags = { isDotAll: letters.includes('s'), isMultiline: letters.includes('m') };
  let body = '';
  while (!cursor.isAtEnd) body += translateNext(cursor, flags);
  return { body, flags: letters.includes('i') ? 'vi' : 'v' };
}

function translateNext(cursor: PatternCursor, flags: Flags): string {
  const char = cursor.take();
  switch (char) {
    case '\\':
      return translateEscape(cursor);
    case '[':
      return new JavaClassReader(cursor).read();
    case '(':
      return readGroupStart(cursor);
    case '.':
      return flags.isDotAll ? '[\\s\\S]' : '[^\\n\\r\\u0085\\u2028\\u2029]';
    case '^':
      return flags.isMultiline ? `(?:(?<![\\s\\S])|(?<=${lineTerminator})(?=[\\s\\S]))` : '(?<![\\s\\S])';
    case '$':
      return flags.isMultiline ? `(?=${lineTerminator}|(?![\\s\\S]))` : `(?=${lineTerminator}?(?![\\s\\S]))`;
    case '*':
    case '+':
    case '?':
      return char + readQuantifierSuffix(cursor);
    case '{':
      return readRepetition(cursor);
    case ')':
    case '|':
      return char;
    default:
      return toLiteral(char);
  }
}

function translateEscape(cursor: PatternCursor): string {
  if (cursor.takeIf('Q')) return Array.from(cursor.takeQuoted(), toLiteral).join('');
  const next = cursor.peek();
  switch (next) {
    case 'A':
      cursor.take();
      return '(?<![\\s\\S])';
    case 'z':
      cursor.take();
      return '(?![\\s\\S])';
    case 'Z':
      cursor.take();
      return `(?=${lineTerminator}?(?![\\s\\S]))`;
    case 'R':
      cursor.take();
      return '(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])';
    case 'b':
    case 'B':
      cursor.take();
      if (cursor.peek() === '{') throw new PatternError(`'\\${next}{…}' is not supported`);
      return `\\${next}`;
    case 'k':
      cursor.take();
      if (!cursor.takeIf('<')) throw new PatternError("'\\k' needs the name of a group");
      return `\\k<${cursor.takeUntil('>')}>`;
    default:
      if (/[1-9]/.test(next)) return `\\${cursor.take()}`;
      return readEscape(cursor);
  }
}

function readGroupStart(cursor: PatternCursor): string {
  if (!cursor.takeIf('?')) return '(';
  if (cursor.takeIf(':')) return '(?:';
  if (cursor.takeIf('=')) return '(?=';
  if (cursor.takeIf('!')) return '(?!';
  if (cursor.takeIf('>')) throw new PatternError("atomic groups '(?>…)' are not supported");
  if (!cursor.takeIf('<')) throw new PatternError('flags are supported at the very start only');
  if (cursor.takeIf('=')) return '(?<=';
  if (cursor.takeIf('!')) return '(?<!';
  return `(?<${cursor.takeUntil('>')}>`;
}

function readRepetition(cursor: PatternCursor): string {
  const bounds = cursor.takeUntil('}');
  if (!/^[0-9]+(?:,[0-9]*)?$/.test(bounds)) throw new PatternError('illegal repetition');
  return `{${bounds}}${readQuantifierSuffix(cursor)}`;
}

function readQuantifierSuffix(cursor: PatternCursor): string {
  if (cursor.takeIf('+')) throw new PatternError('possessive quantifiers are not supported');
  return cursor.takeIf('?') ? '?' : '';
}
