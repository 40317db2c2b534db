import assert from 'node:assert/strict';

import type { Clock } from '../async/clock.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { readWholeFile, replaceFile, resolveTarget } from './atomic-file.ts';
import { acquireFileLock, FileLockedError, type FileLock } from './file-lock.ts';
import { decodeHashMap, encodeHashMap, JavaStreamError, type HashMapEntry } from './java-hashmap-file.ts';
import { OffsetTable } from './offset-table.ts';
import type { OffsetStore, OffsetWrite, StoredOffset } from './offset-store.ts';

/** Most entries that may wait for the next rewrite of the file (I7); a single larger put is still taken when none waits. */
const waitingEntriesMax = 100_000;

/** Puts that share one rewrite of the file. */
interface Round {
  readonly changes: { readonly connector: string; readonly writes: readonly OffsetWrite[] }[];
  entryCount: number;
  readonly written: Promise<void>;
}

/**
 * Offsets in the file that Kafka Connect standalone keeps (`offset.storage.file.filename`), in its format: either can be started on
 * the other's file. The file is always whole: it is written beside, synced and renamed over the old one. One worker at a time has
 * it, held by a lock on `<file>.lock`; Kafka Connect itself knows no such lock.
 *
 * @see `FileOffsetBackingStore` in Kafka Connect, which starts empty on a torn file; here that is an error.
 */
export class FileOffsetStore implements OffsetStore {
  readonly #configuredPath: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #path: string;
  #lock: FileLock | null = null;
  #table: OffsetTable | null = null;
  #next: Round | null = null;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param options `path`: the worker's `offset.storage.file.filename`. */
  constructor(options: { readonly path: string; readonly clock: Clock; readonly log: Logger }) {
    this.#configuredPath = options.path;
    this.#path = options.path;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Locks and reads the file. An absent file is an empty start; an empty one is not.
   *
   * @throws {ConnectError} OFFSET_FILE_LOCKED, OFFSET_FILE_INVALID, OFFSET_FILE_IO.
   */
  async load(): Promise<void> {
    assert(this.#lock === null, 'load is called once');
    try {
      this.#path = await resolveTarget(this.#configuredPath);
      this.#lock = await acquireFileLock(`${this.#path}.lock`, this.#clock);
    } catch (error) {
      throw this.#toLockError(error);
    }
    try {
      this.#table = await this.#read();
    } catch (error) {
      await this.#lock.release();
      this.#lock = null;
      throw error;
    }
  }

  async connectors(): Promise<readonly string[]> {
    return this.#loaded().connectors();
  }

  async get(connector: string): Promise<readonly StoredOffset[]> {
    return this.#loaded().get(connector);
  }

  async lookup(connector: string, partitions: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#loaded().lookup(connector, partitions);
  }

  async put(connector: string, writes: readonly OffsetWrite[]): Promise<void> {
    const table = this.#loaded();
    if (this.#closed) throw new ConnectError('SHUTTING_DOWN', `The offsets file '${this.#path}' is closed`);
    if (writes.length === 0) return;
    // A wrong entry fails this put alone, not those that share its rewrite.
    table.checkWrites(writes);
    const round = this.#nextRound();
    if (round.entryCount > 0 && round.entryCount + writes.length > waitingEntriesMax) {
      throw new ConnectError(
        'QUEUE_FULL',
        `${round.entryCount} offsets wait to be written to '${this.#path}'; try again later`,
      );
    }
    round.changes.push({ connector, writes });
    round.entryCount += writes.length;
    await round.written;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#lock?.release();
  }

  #loaded(): OffsetTable {
    assert(this.#table !== null, 'load comes before all else');
    return this.#table;
  }

  /** The round that starts when the running one has ended; all puts until then join it. */
  #nextRound(): Round {
    if (this.#next !== null) return this.#next;
    const changes: Round['changes'] = [];
    const written = this.#tail.then(async () => {
      this.#next = null;
      await this.#write(changes);
    });
    this.#tail = written.catch(() => undefined); // Those who put are told; the next round starts anew.
    this.#next = { changes, entryCount: 0, written };
    return this.#next;
  }

  async #write(changes: Round['changes']): Promise<void> {
    let table = this.#loaded();
    for (const { connector, writes } of changes) table = table.with(connector, writes);
    try {
      await replaceFile(this.#path, encodeHashMap(table.entries()));
    } catch (error) {
      throw this.#ioError('written', error);
    }
    this.#table = table;
  }

  async #read(): Promise<OffsetTable> {
    let entries: readonly HashMapEntry[];
    try {
      const bytes = await readWholeFile(this.#path);
      entries = bytes === null ? [] : decodeHashMap(bytes);
    } catch (error) {
      throw error instanceof JavaStreamError ? this.#invalid(error) : this.#ioError('read', error);
    }
    const { table, ignoredKeys, duplicateKeys } = OffsetTable.fromEntries(entries);
    if (ignoredKeys > 0 || duplicateKeys > 0) {
      const counts = { path: this.#path, ignoredKeys, duplicateKeys };
      this.#log.warn(
        counts,
        'The offsets file has keys that no connector can look up, or one partition in several ways',
      );
    }
    return table;
  }

  #toLockError(error: unknown): ConnectError {
    if (!(error instanceof FileLockedError)) return this.#ioError('locked', error);
    const holder = error.holderPid === null ? 'another process' : `the worker with process id ${error.holderPid}`;
    return new ConnectError(
      'OFFSET_FILE_LOCKED',
      `Offsets file '${this.#path}' is in use by ${holder}. Stop that worker, or give each its own 'offset.storage.file.filename'`,
      {
        cause: error,
        details: { path: this.#path, ...(error.holderPid !== null && { pid: String(error.holderPid) }) },
      },
    );
  }

  #invalid(error: JavaStreamError): ConnectError {
    return new ConnectError(
      'OFFSET_FILE_INVALID',
      `Offsets file '${this.#path}' is torn or of another program: ${error.message}. Restore it from a backup, or remove it to ` +
        'let every source connector start from the beginning',
      { cause: error, details: { path: this.#path } },
    );
  }

  #ioError(verb: string, error: unknown): ConnectError {
    return new ConnectError('OFFSET_FILE_IO', `Offsets file '${this.#path}' cannot be ${verb}: ${messageOf(error)}`, {
      cause: error,
      details: { path: this.#path },
    });
  }
}
