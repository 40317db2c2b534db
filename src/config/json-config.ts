/**
 * Configurations written as JSON objects. Numbers and booleans are taken as the text they were written with, because every
 * configuration value is a text: `1.0` stays `1.0`, and a 64-bit number keeps its digits.
 */
import { ConnectError } from '../errors/connect-error.ts';

/** A JSON object; numbers, true and false are texts. */
export type JsonObject = ReadonlyMap<string, JsonNode>;

/** A JSON value; numbers, true and false are texts. */
export type JsonNode = string | null | readonly JsonNode[] | JsonObject;

/**
 * Reads a text that must be a JSON object.
 *
 * @param source name of the text in errors.
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE.
 */
export function parseJsonObject(text: string, source: string): JsonObject {
  checkSyntax(text, source);
  const root = toNode(JSON.parse(quoteScalars(text)));
  if (root instanceof Map) return root;
  throw unreadable(source, 'must be a JSON object');
}

/**
 * The object as a configuration.
 *
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE when a value is null, a list or an object.
 */
export function toConfigMap(json: JsonObject, source: string): Map<string, string> {
  const config = new Map<string, string>();
  for (const [key, value] of json) {
    if (value === null) throw unreadable(source, `key '${key}' is null; leave the key out instead`);
    if (typeof value !== 'string') throw unreadable(source, `the value of key '${key}' must be a text`);
    config.set(key, value);
  }
  return config;
}

function checkSyntax(text: string, source: string): void {
  try {
    JSON.parse(text);
  } catch {
    // The parser's own error quotes the text around the fault, which may be a secret, so it is not even kept as cause (I9).
    throw unreadable(source, 'is not valid JSON');
  }
}

/** The same JSON with every number, true and false outside of texts put in quotes. */
function quoteScalars(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false/g, token =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function toNode(value: unknown): JsonNode {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(item => toNode(item));
  if (typeof value === 'object') return new Map(Object.entries(value).map(([key, item]) => [key, toNode(item)]));
  // Scalars were put in quotes before, so what is left is text.
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unreadable(source: string, reason: string): ConnectError {
  return new ConnectError('CONFIG_FILE_UNREADABLE', `Configuration '${source}': ${reason}`, {
    details: { file: source },
  });
}
