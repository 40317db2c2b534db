import {
  canonicalPartition,
  inJavaHashOrder,
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

/** One way in which a source partition's key is written, with the offset under it. */
interface Variant {
  readonly key: Uint8Array;
  readonly offset: Uint8Array;
  readonly timestampMs: number;
}

/** A source partition with an offset, under one key or, because Kafka Connect tells keys apart by their bytes, several. */
interface Row {
  readonly partition: OffsetObject;
  /** By key, never empty, as they were read. */
  readonly variants: Map<string, Variant>;
}

/**
 * The offsets that an offset topic holds, by connector and by what a source partition says, not by how it is written.
 *
 * Writes keep the bytes of a key that is there: another spelling would be another key to compaction and to Kafka Connect, and would
 * mostly lie in another partition of the topic. Where one partition is there in several spellings the newest counts, by time as they
 * may lie in different partitions of the topic, and the next write removes the others.
 */
export class OffsetIndex {
  readonly #rows = new Map<string, Map<string, Row>>();

  /** Takes a record of the topic. False if its key says nothing to a connector: such a record stays where it is. */
  apply({ key, value, timestampMs }: OffsetRecord): boolean {
    const parsed = key === null ? null : parseOffsetKey(key);
    if (key === null || parsed === null) return false;
    const canonical = canonicalPartition(parsed.partition);
    const rows = this.#rows.get(parsed.connector) ?? new Map<string, Row>();
    const row = rows.get(canonical) ?? { partition: parsed.partition, variants: new Map<string, Variant>() };
    if (value === null) row.variants.delete(nameOf(key));
    else row.variants.set(nameOf(key), { key, offset: value, timestampMs });
    if (row.variants.size > 0) rows.set(canonical, row);
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
    return [...(this.#rows.get(connector)?.values() ?? [])].map(row => ({
      partitionJson: Buffer.from(writeOffsetObject(row.partition)),
      offsetJson: newestOf(row).offset,
    }));
  }

  /** Offsets of the given partitions; null where there is none. @throws {ConnectError} OFFSET_INVALID */
  lookup(connector: string, partitions: readonly Uint8Array[]): readonly (Uint8Array | null)[] {
    const rows = this.#rows.get(connector);
    return partitions.map(json => {
      const row = rows?.get(canonicalPartition(parsePartition(json)));
      return row === undefined ? null : newestOf(row).offset;
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
      const row = this.#rows.get(connector)?.get(canonicalPartition(partition));
      if (row === undefined) return [{ key: newKey(connector, partition), value }];
      const newest = newestOf(row);
      const others = [...row.variants.values()].filter(variant => variant !== newest);
      return [{ key: newest.key, value }, ...others.map(({ key }) => ({ key, value: null }))];
    });
  }
}

/** Among those of one millisecond, the spelling of a Java `HashMap`, else the one that was read last. */
function newestOf(row: Row): Variant {
  const [first, ...rest] = row.variants.values();
  if (first === undefined) throw new TypeError('A row has a variant');
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

/** Bytes as a text that tells them apart. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1');
}
