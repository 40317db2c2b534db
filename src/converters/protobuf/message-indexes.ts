/**
 * Which message of a schema data is of: the places from outside to inside, each counted among the messages there, behind the schema's id:
 *
 * ```
 * indexes => 0                      // the first message
 *          | count place…           // zigzag varints
 * ```
 *
 * @see `MessageIndexes` of Confluent.
 */
import { ConnectError } from '../../errors/connect-error.ts';
import { maxProtoDepth } from './proto-tokens.ts';

/** The bytes of these places. */
export function writeMessageIndexes(indexes: readonly number[]): Buffer {
  const isFirst = indexes.length === 1 && indexes[0] === 0;
  return Buffer.from(isFirst ? [0] : [indexes.length, ...indexes].flatMap(toVarint));
}

/** The places that the bytes begin with, and where they end. @throws {ConnectError} DATA_INVALID */
export function readMessageIndexes(
  bytes: Buffer,
  start: number,
): { readonly indexes: readonly number[]; readonly end: number } {
  const count = readVarint(bytes, start);
  if (count.value === 0) return { indexes: [0], end: count.end };
  if (count.value < 0 || count.value > maxProtoDepth) throw invalid(`${count.value} places of a message`);
  const indexes: number[] = [];
  let { end } = count;
  for (let left = count.value; left > 0; left -= 1) {
    const index = readVarint(bytes, end);
    indexes.push(index.value);
    ({ end } = index);
  }
  return { indexes, end };
}

function toVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let bits = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw invalid('no message, as they end too early');
    bits |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value: (bits >>> 1) ^ -(bits & 1), end: start + index + 1 };
  }
  throw invalid('a number of more than 32 bits');
}

function invalid(what: string): ConnectError {
  return new ConnectError('DATA_INVALID', `The bytes behind the schema's id tell ${what}`);
}
