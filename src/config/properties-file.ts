/**
 * Java's `.properties` format, as `java.util.Properties#load` reads it:
 *
 * ```
 * natural line  ends at \n, \r or \r\n; leading space, tab and form feed do not count
 * comment       a natural line that starts with # or !; never continued
 * logical line  natural lines joined where one ends in an odd number of backslashes
 * entry         key, separator, value; the key ends at the first unescaped '=', ':', space, tab or form feed;
 *               white space around one '=' or ':' belongs to the separator
 * escapes       \t \n \r \f, \uXXXX (UTF-16 code unit); a backslash before anything else is dropped
 * ```
 *
 * Encoding: Kafka Connect reads worker and connector files as ISO-8859-1. Here bytes that are valid UTF-8 are read as UTF-8,
 * all others as ISO-8859-1 (docs/decisions/0020-properties-encoding.md).
 */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { ConnectError, messageOf } from '../errors/connect-error.ts';

/**
 * Entries of a properties file, in order; a later entry of the same key wins and keeps the first one's place.
 *
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE, with `file` and, for a syntax error, `line` in its details.
 */
export async function readPropertiesFile(path: string): Promise<Map<string, string>> {
  return parseProperties(await readConfigText(path), path);
}

/**
 * Text of a configuration file, decoded as this module's comment says.
 *
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE.
 */
export async function readConfigText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ConnectError(
      'CONFIG_FILE_UNREADABLE',
      `Configuration file '${path}' cannot be read: ${messageOf(error)}`,
      {
        cause: error,
        details: { file: path },
      },
    );
  }
  return isUtf8(bytes) ? bytes.toString('utf8').replace(/^\uFEFF/, '') : bytes.toString('latin1');
}

/**
 * Entries of a text in properties format.
 *
 * @param source name of the text in errors.
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE for a `\u` escape without four hexadecimal digits.
 */
export function parseProperties(text: string, source: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const { keyEnd, valueStart } = findSeparator(line.text);
    const key = unescape(line.text.slice(0, keyEnd));
    const value = unescape(line.text.slice(valueStart));
    if (key === undefined || value === undefined) {
      const message = `Configuration file '${source}', line ${line.number}: a \\u escape needs four hexadecimal digits`;
      throw new ConnectError('CONFIG_FILE_UNREADABLE', message, {
        details: { file: source, line: String(line.number) },
      });
    }
    entries.set(key, value);
  }
  return entries;
}

interface LogicalLine {
  readonly text: string;
  /** Number of its first natural line, from 1. */
  readonly number: number;
}

function* logicalLines(text: string): Generator<LogicalLine> {
  const naturalLines = text.split(/\r\n|\r|\n/);
  let open: LogicalLine | undefined;
  for (const [index, naturalLine] of naturalLines.entries()) {
    const line = naturalLine.replace(/^[ \t\f]+/, '');
    const isStart = open === undefined || open.text === '';
    if (isStart && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const isContinued = endsInEscape(line);
    const joined: LogicalLine = {
      text: (open?.text ?? '') + (isContinued ? line.slice(0, -1) : line),
      number: open?.number ?? index + 1,
    };
    open = isContinued ? joined : undefined;
    if (!isContinued && joined.text !== '') yield joined;
  }
  if (open !== undefined && open.text !== '') yield open;
}

/** Whether the line ends in an odd number of backslashes. */
function endsInEscape(line: string): boolean {
  const trailing = /\\*$/.exec(line)?.[0].length ?? 0;
  return trailing % 2 === 1;
}

function findSeparator(line: string): { readonly keyEnd: number; readonly valueStart: number } {
  let keyEnd = 0;
  while (keyEnd < line.length && !/[=: \t\f]/.test(line.charAt(keyEnd))) keyEnd += line.charAt(keyEnd) === '\\' ? 2 : 1;
  keyEnd = Math.min(keyEnd, line.length);
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(keyEnd))?.[0] ?? '';
  return { keyEnd, valueStart: keyEnd + separator.length };
}

/** The text with its escapes resolved; undefined when a `\u` escape is malformed. */
function unescape(text: string): string | undefined {
  if (/^(?:[^\\]|\\[^u]|\\u[0-9a-fA-F]{4})*\\u(?![0-9a-fA-F]{4})/.test(text)) return undefined;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]?))/g, (_match, hex: string | undefined, char?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return namedEscapes.get(char ?? '') ?? char ?? '';
  });
}

const namedEscapes: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
]);
