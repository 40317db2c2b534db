/** A `map<string, string>` field. */
export type StringMap = Readonly<Record<string, string>>;

/** `google.protobuf.Timestamp`. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** @param atMs milliseconds since the epoch. */
export function toTimestamp(atMs: number): Timestamp {
  const seconds = Math.floor(atMs / 1000);
  return { seconds, nanos: Math.round((atMs - seconds * 1000) * 1e6) };
}

/** A map for users' keys. */
export function fromStringMap(map: StringMap): ReadonlyMap<string, string> {
  return new Map(Object.entries(map));
}
