import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue } from './connect-value.ts';
import { doubleToJavaText, floatToJavaText } from './java-number-text.ts';
import { connectLogicalTypes, type Schema } from './schema.ts';
import { Struct } from './struct.ts';

/**
 * The value as Java's `toString` shows it in Kafka Connect, which is what StringConverter writes and FileStreamSink prints:
 * `Struct{a=1,b=x}`, `{k=v}`, `[1, 2]`. Entries of maps keep their own order, where Java's HashMap has one of its own.
 *
 * @param schema null for data without schema.
 * @throws {ConnectError} DATA_INVALID for bytes, which Java shows as a memory address, and for logical types.
 */
export function toJavaText(schema: Schema | null, value: ConnectValue): string {
  if (value === null) return 'null';
  if (schema !== null && schema.name !== null && connectLogicalTypes.has(schema.name)) {
    throw new ConnectError('DATA_INVALID', `Values of logical type '${schema.name}' cannot be written as text yet`);
  }
  if (typeof value === 'number') return numberText(schema, value);
  if (value instanceof Uint8Array) {
    throw new ConnectError(
      'DATA_INVALID',
      'Bytes have no text form; use ByteArrayConverter, or a sink that takes bytes',
    );
  }
  if (value instanceof Struct) return structText(value);
  if (isConnectList(value)) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return `[${value.map(item => toJavaText(items, item)).join(', ')}]`;
  }
  if (isConnectMap(value)) {
    const [keys, values] = schema?.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    const entries = [...value].map(([key, item]) => `${toJavaText(keys, key)}=${toJavaText(values, item)}`);
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

function numberText(schema: Schema | null, value: number): string {
  switch (schema?.type) {
    case undefined:
    case 'FLOAT64':
      return doubleToJavaText(value);
    case 'FLOAT32':
      return floatToJavaText(value);
    default:
      return String(value);
  }
}

function structText(struct: Struct): string {
  const parts: string[] = [];
  for (const [index, field] of struct.schema.fields.entries()) {
    const value = struct.values[index] ?? null;
    if (value !== null) parts.push(`${field.name}=${toJavaText(field.schema, value)}`);
  }
  return `Struct{${parts.join(',')}}`;
}
