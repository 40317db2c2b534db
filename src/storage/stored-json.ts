/** What the internal topics hold: keys in UTF-8, values in plain JSON as the schemaless JsonConverter writes it. */

import { JsonReader, JsonSyntaxError } from '../data/json-reader.ts';
import type { JsonNode } from '../data/json-node.ts';

/** A record to write; a null value is a tombstone. */
export interface StoredRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/**
 * Reads a value as Kafka Connect does, which takes nothing at all for null and does not look behind the end of the first value. What is
 * not JSON comes back as the error, for anyone may have written it.
 */
export function parseStoredJson(bytes: Uint8Array): JsonNode | Error {
  try {
    const reader = new JsonReader(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return reader.isAtEnd() ? null : reader.readValue();
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    return new JsonSyntaxError('The value is not UTF-8');
  }
}
