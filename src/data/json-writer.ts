import { JsonNumber, isJsonArray, isJsonObject, type JsonNode } from './json-node.ts';

/**
 * The node as JSON text without white space, escaped as Jackson escapes.
 *
 * @param quote {@link quoteJson} for what Jackson writes as bytes, {@link quoteJsonText} for what it writes as a text.
 */
export function writeJson(node: JsonNode, quote: (text: string) => string = quoteJson): string {
  if (node === null) return 'null';
  if (typeof node === 'string') return quote(node);
  if (typeof node === 'boolean') return String(node);
  if (node instanceof JsonNumber) return node.text;
  if (isJsonArray(node)) return `[${node.map(item => writeJson(item, quote)).join(',')}]`;
  if (isJsonObject(node))
    return `{${[...node].map(([key, item]) => `${quote(key)}:${writeJson(item, quote)}`).join(',')}}`;
  return node;
}

/**
 * The text in quotes, with Jackson's escapes: short forms for `\b \t \n \f \r`, upper case `\u00XX` for other control
 * characters, and both halves of a surrogate pair as `\uXXXX`. Everything else, `/` and U+2028 included, stands for itself.
 */
export function quoteJson(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f\ud800-\udfff]/g, escapeChar)}"`;
}

/** As {@link quoteJson}, but surrogate pairs stand for themselves: Jackson escapes them only where it writes bytes. */
export function quoteJsonText(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f]/g, escapeChar)}"`;
}

function escapeChar(char: string): string {
  const short = shortEscapes.get(char);
  return short ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);
