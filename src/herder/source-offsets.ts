import { ConnectError, messageOf, RequestError, type FieldViolation } from '../errors/connect-error.ts';
import { canonicalPartition, parseOffsetObject, writeOffsetObject, type OffsetObject } from '../storage/offset-json.ts';
import type { OffsetStore, OffsetWrite } from '../storage/offset-store.ts';
import type { SourcePartitionOffset } from './connector-offsets.ts';

/** Offsets of source connectors in the worker's store. */
export class SourceOffsets {
  readonly #store: OffsetStore;

  constructor(store: OffsetStore) {
    this.#store = store;
  }

  /** All offsets of a connector. */
  async read(connector: string): Promise<readonly SourcePartitionOffset[]> {
    const stored = await this.#store.get(connector);
    return stored.map(({ partitionJson, offsetJson }) => ({
      partitionJson: textOf(partitionJson),
      offsetJson: textOf(offsetJson),
    }));
  }

  /** What forgets all offsets of a connector. */
  async toReset(connector: string): Promise<readonly OffsetWrite[]> {
    const stored = await this.#store.get(connector);
    return stored.map(({ partitionJson }) => ({ partitionJson, offsetJson: null }));
  }

  /** Writes offsets under the keys that are there already; durable when it resolves. */
  async write(connector: string, writes: readonly OffsetWrite[]): Promise<void> {
    if (writes.length === 0) return;
    // What the store knows to be there decides which bytes a key has.
    await this.#store.get(connector);
    await this.#store.put(connector, writes);
  }
}

/**
 * The writes of an alteration, in the form in which tasks read offsets back: integers are int64, all other numbers double.
 *
 * @throws {RequestError} with every partition and offset that is no flat JSON object, and every partition that comes twice.
 */
export function parseSourceOffsets(offsets: readonly SourcePartitionOffset[]): readonly OffsetWrite[] {
  const violations: FieldViolation[] = [];
  const indexes = new Map<string, number>();
  const writes = offsets.map(({ partitionJson, offsetJson }, index): OffsetWrite => {
    const parse = (json: string, field: string, what: string): OffsetObject => {
      try {
        return parseOffsetObject(Buffer.from(json), what);
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        violations.push({ key: `source[${index}].${field}`, message: `is not valid: ${messageOf(error)}` });
        return new Map();
      }
    };
    const wrongBefore = violations.length;
    const partition = parse(partitionJson, 'partition_json', 'Source partition');
    const offset = offsetJson === null ? null : parse(offsetJson, 'offset_json', 'Source offset');
    const canonical = canonicalPartition(partition);
    const earlier = indexes.get(canonical);
    if (earlier === undefined) indexes.set(canonical, index);
    else if (violations.length === wrongBefore) {
      violations.push({
        key: `source[${index}].partition_json`,
        message: `is the partition of source[${earlier}] again`,
      });
    }
    return {
      partitionJson: Buffer.from(writeOffsetObject(partition)),
      offsetJson: offset === null ? null : Buffer.from(writeOffsetObject(offset)),
    };
  });
  if (violations.length > 0) throw new RequestError(violations);
  return writes;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
