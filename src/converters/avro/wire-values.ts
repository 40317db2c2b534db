/** What avsc gives, whose type it does not tell. */
import { ConnectError } from '../../errors/connect-error.ts';

/** Whether the value is a record, or a branch of a union with its name. */
export function isWireRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The bytes as a Buffer over the same memory. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number. @throws {ConnectError} DATA_INVALID */
export function wireNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw unexpected('a number');
}

/** A 64-bit integer. @throws {ConnectError} DATA_INVALID */
export function wireBigint(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw unexpected('a long');
}

/** Bytes. @throws {ConnectError} DATA_INVALID */
export function wireBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw unexpected('bytes');
}

/** A text. @throws {ConnectError} DATA_INVALID */
export function wireText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw unexpected('a text');
}

/** A list. @throws {ConnectError} DATA_INVALID */
export function wireList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected('a list');
}

/** A record. @throws {ConnectError} DATA_INVALID */
export function wireRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (isWireRecord(value)) return value;
  throw unexpected('a record');
}

function unexpected(what: string): ConnectError {
  return new ConnectError('DATA_INVALID', `Avro data that its schema says to be ${what} is something else`);
}
