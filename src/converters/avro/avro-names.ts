/** Names that Connect and Avro have for the same things. */

/** Namespace of what Connect has no name for. */
export const avroNamespace = 'io.confluent.connect.avro';
/** Start of the names of structs without one; the second is `ConnectDefault2`. */
export const defaultSchemaName = 'ConnectDefault';
export const mapEntryName = 'MapEntry';
export const unionName = `${avroNamespace}.Union`;
export const enumParameter = `${avroNamespace}.Enum`;
export const generalizedEnumParameter = 'org.apache.kafka.connect.data.Enum';
export const generalizedUnionParameter = 'org.apache.kafka.connect.data.Union';
export const recordDocParameter = `${avroNamespace}.record.doc`;
export const enumDocPrefix = `${avroNamespace}.enum.doc.`;
export const enumDefaultPrefix = `${avroNamespace}.enum.default.`;
export const fieldDocPrefix = `${avroNamespace}.field.doc.`;
/** Says that a default came from an Avro field, not from `connect.default`. */
export const fieldDefaultFlag = `${avroNamespace}.field.default`;
export const connectRecordDoc = 'connect.record.doc';
export const connectEnumDoc = 'connect.enum.doc';
export const fixedSizeParameter = 'connect.fixed.size';
export const precisionParameter = 'connect.decimal.precision';
export const defaultPrecision = 64;
export const internalTypeProp = 'connect.internal.type';

/** Splits a full name into its namespace, null for none, and its last part. Each part is scrubbed if asked. Java's split leaves dots at the end out. */
export function splitName(full: string, scrubs: boolean): readonly [string | null, string] {
  const parts = full
    .replace(/\.+$/, '')
    .split('.')
    .map(part => (scrubs ? scrubName(part) : part));
  const name = parts.pop() ?? '';
  return [parts.length === 0 ? null : parts.join('.'), name];
}

/** The full name with each part scrubbed if asked. */
export function scrubFullName(full: string, scrubs: boolean): string {
  const [space, name] = splitName(full, scrubs);
  return space === null ? name : `${space}.${name}`;
}

/**
 * A name that Avro takes: what it cannot have is written as in a URL, with `_` for `%` and other signs; one that starts with a digit
 * gets an `x` before it.
 *
 * @see `AvroData#doScrubName` of Confluent.
 */
export function scrubName(name: string): string {
  if (name === '' || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  // Java's form encoding leaves `*-._` and turns blanks into `+`; all of these become `_`.
  const encoded = encodeURIComponent(name).replace(
    /[!'()~]/g,
    sign => `_${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const valid = encoded.replace(/%20/g, '_').replace(/[^A-Za-z0-9_]/g, '_');
  return /^[0-9]/.test(valid) ? `x${valid}` : valid;
}
