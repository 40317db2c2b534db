/** A source partition or source offset: a JSON object of the connector's own making. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object from its bytes; null for no bytes, for `null` and for any other JSON. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | null {
  if (bytes.length === 0) return null;
  const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Bytes of a JSON object. */
export function encodeJsonObject(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Text that is equal for objects with the same members in any order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
