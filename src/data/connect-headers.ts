import { ConnectError } from '../errors/connect-error.ts';
import { isConnectList, isConnectMap, type ConnectValue, type SchemaAndValue } from './connect-value.ts';
import { logicalKind } from './logical-types.ts';
import type { Schema } from './schema.ts';
import { Struct } from './struct.ts';
import { checkValue } from './value-check.ts';

/** A header of a record: a key, which others may have as well, and a value. */
export interface ConnectHeader extends SchemaAndValue {
  readonly key: string;
}

/**
 * The headers of a record, in order; keys may repeat. Never changed: each step gives new headers.
 *
 * @see `ConnectHeaders` in Kafka Connect.
 */
export class ConnectHeaders implements Iterable<ConnectHeader> {
  readonly #headers: readonly ConnectHeader[];

  constructor(headers: Iterable<ConnectHeader> = []) {
    this.#headers = [...headers];
  }

  get size(): number {
    return this.#headers.length;
  }

  [Symbol.iterator](): Iterator<ConnectHeader> {
    return this.#headers[Symbol.iterator]();
  }

  /** With one more at the end. @throws {ConnectError} DATA_INVALID for a value whose outermost type is not that of its schema. */
  add(header: ConnectHeader): ConnectHeaders {
    checkHeader(header);
    return new ConnectHeaders([...this.#headers, header]);
  }

  /** The last one of that key; undefined if there is none. */
  lastWithKey(key: string): ConnectHeader | undefined {
    return this.#headers.findLast(header => header.key === key);
  }

  /** All of that key, in order. */
  allWithKey(key: string): readonly ConnectHeader[] {
    return this.#headers.filter(header => header.key === key);
  }

  /** Without those of these keys. */
  without(keys: ReadonlySet<string>): ConnectHeaders {
    return new ConnectHeaders(this.#headers.filter(header => !keys.has(header.key)));
  }

  /** With only the last one of each key; of one key, if it is given. */
  retainLatest(key?: string): ConnectHeaders {
    const kept = this.#headers.filter(
      header => (key !== undefined && header.key !== key) || this.lastWithKey(header.key) === header,
    );
    return new ConnectHeaders(kept);
  }

  /** With each header replaced by another; null drops it. */
  map(change: (header: ConnectHeader) => ConnectHeader | null): ConnectHeaders {
    return new ConnectHeaders(this.#headers.flatMap(header => change(header) ?? []));
  }
}

/** No headers. */
export const emptyHeaders = new ConnectHeaders();

/** What lists, maps and structs hold is not looked at, as Kafka Connect does not. */
function checkHeader({ key, schema, value }: ConnectHeader): void {
  if (schema === null) return;
  if (value !== null && logicalKind(schema) === null && isContainerOf(schema, value)) return;
  try {
    checkValue(schema, value);
  } catch (error) {
    throw new ConnectError('DATA_INVALID', `The value of header '${key}' does not fit its schema`, { cause: error });
  }
}

function isContainerOf(schema: Schema, value: ConnectValue): boolean {
  if (schema.type === 'ARRAY') return isConnectList(value);
  return schema.type === 'MAP' ? isConnectMap(value) : schema.type === 'STRUCT' && value instanceof Struct;
}
