import type { HashMapEntry } from './java-hashmap-file.ts';
import { inJavaHashOrder } from '../data/java-hash-order.ts';
import {
  canonicalPartition,
  parseOffsetKey,
  parseOffsetObject,
  writeOffsetKey,
  writeOffsetObject,
  type OffsetKey,
  type OffsetObject,
} from './offset-json.ts';
import type { OffsetWrite, StoredOffset } from './offset-store.ts';

/** An offset as it is stored: `key` is kept to the byte, because Kafka Connect looks offsets up by the bytes of their keys. */
interface Row {
  readonly key: Uint8Array;
  readonly partition: OffsetObject;
  readonly offset: Uint8Array;
}

/** Rows of one connector by canonical partition. */
type Rows = ReadonlyMap<string, Row>;

/**
 * Offsets by connector and by what a source partition says, not by how it is written. Immutable: a change makes a new table, so the
 * old one stays until the new one is durable.
 */
export class OffsetTable {
  readonly #rows: ReadonlyMap<string, Rows>;
  /** Entries whose keys say nothing to a connector; kept as they are. */
  readonly #foreign: readonly HashMapEntry[];

  private constructor(rows: ReadonlyMap<string, Rows>, foreign: readonly HashMapEntry[]) {
    this.#rows = rows;
    this.#foreign = foreign;
  }

  /**
   * Builds a table from stored entries; null values are removed offsets. Where one partition is written in several ways the way that
   * a Java `HashMap` would write it is taken, as that is the one a Kafka Connect worker looked up, otherwise the last.
   */
  static fromEntries(entries: readonly HashMapEntry[]): {
    readonly table: OffsetTable;
    readonly ignoredKeys: number;
    readonly duplicateKeys: number;
  } {
    const rows = new Map<string, Map<string, Row>>();
    const foreign: HashMapEntry[] = [];
    let duplicateKeys = 0;
    for (const entry of entries) {
      const key = entry.key === null ? null : parseOffsetKey(entry.key);
      if (entry.key === null || key === null) {
        foreign.push(entry);
        continue;
      }
      if (entry.value === null) continue;
      const ofConnector = rows.get(key.connector) ?? new Map<string, Row>();
      rows.set(key.connector, ofConnector);
      const canonical = canonicalPartition(key.partition);
      const earlier = ofConnector.get(canonical);
      if (earlier !== undefined) duplicateKeys += 1;
      if (earlier !== undefined && isInJavaOrder(earlier, key)) continue;
      ofConnector.set(canonical, { key: entry.key, partition: key.partition, offset: entry.value });
    }
    return { table: new OffsetTable(rows, foreign), ignoredKeys: foreign.length, duplicateKeys };
  }

  /** Names of the connectors that have offsets, sorted. */
  connectors(): readonly string[] {
    return [...this.#rows]
      .filter(([, rows]) => rows.size > 0)
      .map(([connector]) => connector)
      .sort();
  }

  /** All offsets of a connector. */
  get(connector: string): readonly StoredOffset[] {
    return [...(this.#rows.get(connector)?.values() ?? [])].map(row => ({
      partitionJson: Buffer.from(writeOffsetObject(row.partition)),
      offsetJson: row.offset,
    }));
  }

  /** Offsets of the given partitions; null where there is none. @throws {ConnectError} OFFSET_INVALID */
  lookup(connector: string, partitions: readonly Uint8Array[]): readonly (Uint8Array | null)[] {
    const rows = this.#rows.get(connector);
    return partitions.map(json => rows?.get(canonicalPartition(parsePartition(json)))?.offset ?? null);
  }

  /** @throws {ConnectError} OFFSET_INVALID if {@link with} could not take one of the writes. */
  checkWrites(writes: readonly OffsetWrite[]): void {
    for (const { partitionJson, offsetJson } of writes) {
      parsePartition(partitionJson);
      if (offsetJson !== null) parseOffset(offsetJson);
    }
  }

  /** The table after writes to a connector: a known partition keeps its key bytes, a new one gets those of a Java `HashMap`. */
  with(connector: string, writes: readonly OffsetWrite[]): OffsetTable {
    const changed = new Map(this.#rows.get(connector));
    for (const { partitionJson, offsetJson } of writes) {
      const partition = parsePartition(partitionJson);
      const canonical = canonicalPartition(partition);
      if (offsetJson === null) {
        changed.delete(canonical);
        continue;
      }
      const row = changed.get(canonical) ?? newRow(connector, partition);
      changed.set(canonical, { ...row, offset: Buffer.from(writeOffsetObject(parseOffset(offsetJson))) });
    }
    return new OffsetTable(new Map(this.#rows).set(connector, changed), this.#foreign);
  }

  /** Everything to store. */
  entries(): readonly HashMapEntry[] {
    const own = [...this.#rows.values()].flatMap(rows => [...rows.values()]);
    return [...own.map(row => ({ key: row.key, value: row.offset })), ...this.#foreign];
  }
}

function newRow(connector: string, partition: OffsetObject): Omit<Row, 'offset'> {
  const ordered = inJavaHashOrder(partition);
  return { key: Buffer.from(writeOffsetKey({ connector, partition: ordered })), partition: ordered };
}

function isInJavaOrder(row: Row, key: OffsetKey): boolean {
  const javaKey = writeOffsetKey({ connector: key.connector, partition: inJavaHashOrder(row.partition) });
  return Buffer.from(javaKey).equals(row.key);
}

function parsePartition(json: Uint8Array): OffsetObject {
  return parseOffsetObject(json, 'Source partition');
}

function parseOffset(json: Uint8Array): OffsetObject {
  return parseOffsetObject(json, 'Source offset');
}
