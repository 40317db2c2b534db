import { inJavaHashOrder } from '../data/java-hash-order.ts';
import {
  canonicalPartition,
  parseOffsetKey,
  parseOffsetObject,
  writeOffsetKey,
  writeOffsetObject,
  type OffsetObject,
} from './offset-json.ts';
import type { OffsetWrite, StoredOffset } from './offset-store.ts';
import type { StoredRecord } from './stored-json.ts';

/** A record of an offset topic. */
export interface OffsetRecord {
  readonly key: Uint8Array | null;
  /** Null removes. */
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
}

/** One way in which the key of a source partition is written, with the offset under it. */
interface Variant {
  readonly key: Uint8Array;
  readonly offset: Uint8Array;
  readonly timestampMs: number;
}

/**
 * The offsets that an offset topic holds, by connector and by what a source partition says, not by how it is written.
 *
 * Writes keep the bytes of a key that is there: another spelling would be another key to compaction and to Kafka Connect, and would
 * mostly lie in another partition of the topic. Where one partition is there in several spellings the newest counts, by time as they
 * may lie in different partitions of the topic, and the next write removes the others.
 */
export class OffsetIndex {
  /** By connector and canonical partition, the spellings that are there, in the order they were read; never none. */
  readonly #rows = new Map<string, Map<string, readonly Variant[]>>();

  /** Takes a record of the topic. False if its key says nothing to a connector: such a record stays where it is. */
  apply({ key, value, timestampMs }: OffsetRecord): boolean {
    const parsed = key === null ? null : parseOffsetKey(key);
    if (key === null || parsed === null) return false;
    const canonical = canonicalPartition(parsed.partition);
    const rows = this.#rows.get(parsed.connector) ?? new Map<string, readonly Variant[]>();
    const others = (rows.get(canonical) ?? []).filter(variant => Buffer.compare(variant.key, key) !== 0);
    const variants = value === null ? others : [...others, { key, offset: value, timestampMs }];
    if (variants.length > 0) rows.set(canonical, variants);
    else rows.delete(canonical);
    if (rows.size > 0) this.#rows.set(parsed.connector, rows);
    else this.#rows.delete(parsed.connector);
    return true;
  }

  /** Names of the connectors that have offsets, sorted. */
  connectors(): readonly string[] {
    return [...this.#rows.keys()].sort();
  }

  /** All offsets of a connector. */
  get(connector: string): readonly StoredOffset[] {
    return [...(this.#rows.get(connector)?.values() ?? [])].map(variants => {
      const { key, offset } = newestOf(variants);
      const partition = parseOffsetKey(key)?.partition ?? noFields;
      return { partitionJson: Buffer.from(writeOffsetObject(partition)), offsetJson: offset };
    });
  }

  /** Offsets of the given partitions; null where there is none. @throws {ConnectError} OFFSET_INVALID */
  lookup(connector: string, partitions: readonly Uint8Array[]): readonly (Uint8Array | null)[] {
    const rows = this.#rows.get(connector);
    return partitions.map(json => {
      const variants = rows?.get(canonicalPartition(parsePartition(json)));
      return variants === undefined ? null : newestOf(variants).offset;
    });
  }

  /**
   * The records to write for a connector's offsets, in their order. A partition that has no key yet gets the one that a Java `HashMap`
   * would make; that one is removed, too, for it may be on its way into the topic.
   *
   * @throws {ConnectError} OFFSET_INVALID
   */
  recordsFor(connector: string, writes: readonly OffsetWrite[]): readonly StoredRecord[] {
    return writes.flatMap(({ partitionJson, offsetJson }) => {
      const partition = parsePartition(partitionJson);
      const value =
        offsetJson === null ? null : Buffer.from(writeOffsetObject(parseOffsetObject(offsetJson, 'Source offset')));
      const variants = this.#rows.get(connector)?.get(canonicalPartition(partition));
      if (variants === undefined) return [{ key: newKey(connector, partition), value }];
      const newest = newestOf(variants);
      const others = variants.filter(variant => variant !== newest);
      return [{ key: newest.key, value }, ...others.map(({ key }) => ({ key, value: null }))];
    });
  }
}

const noFields: OffsetObject = new Map();

/** Among those of one millisecond, the spelling of a Java `HashMap`, else the one that was read last. */
function newestOf([first, ...rest]: readonly Variant[]): Variant {
  if (first === undefined) throw new TypeError('A partition has a spelling');
  return rest.reduce((newest, variant) => {
    if (variant.timestampMs !== newest.timestampMs) return variant.timestampMs > newest.timestampMs ? variant : newest;
    return isInJavaOrder(newest.key) ? newest : variant;
  }, first);
}

function isInJavaOrder(key: Uint8Array): boolean {
  const parsed = parseOffsetKey(key);
  return parsed !== null && newKey(parsed.connector, parsed.partition).equals(key);
}

function newKey(connector: string, partition: OffsetObject): Buffer {
  return Buffer.from(writeOffsetKey({ connector, partition: inJavaHashOrder(partition) }));
}

function parsePartition(json: Uint8Array): OffsetObject {
  return parseOffsetObject(json, 'Source partition');
}
