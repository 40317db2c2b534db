import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { errnoOf, type Logger } from '../../../src/sdk/index.ts';
import { fileError } from './file-error.ts';

/** What became of a read. */
export type ReadResult =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Nothing more for now. */
  | { readonly kind: 'end' }
  /** The file does not exist, yet or any more. */
  | { readonly kind: 'absent' }
  /** What was read so far is void: the file was cut off or replaced, and goes on at position 0. */
  | { readonly kind: 'restarted' };

/**
 * Reads a file that may appear, grow, be cut off or be replaced while it is read. The position counts bytes handed out.
 *
 * Kafka Connect's reader keeps its position when a file becomes shorter, and so never reads it again; this one says so in the
 * log and starts over.
 */
export class FileFollower {
  readonly #path: string;
  readonly #log: Logger;
  #handle: FileHandle | undefined;
  #inode: bigint | undefined;
  #isSeekable = true;
  #position: number;
  #hasWarned = false;

  /** @param position first byte to read. */
  constructor(options: { readonly path: string; readonly position: number; readonly log: Logger }) {
    this.#path = options.path;
    this.#position = options.position;
    this.#log = options.log;
  }

  /**
   * Reads up to `length` bytes into `buffer`. Does not wait for more to come.
   *
   * @throws {ConnectorError} FILE_UNREADABLE.
   */
  async read(buffer: Buffer, start: number, length: number): Promise<ReadResult> {
    try {
      if (this.#handle === undefined && !(await this.#open())) return { kind: 'absent' };
      if (this.#handle === undefined) return { kind: 'restarted' };
      const { bytesRead } = await this.#handle.read(buffer, start, length, this.#isSeekable ? this.#position : null);
      this.#position += bytesRead;
      if (bytesRead > 0) return { kind: 'bytes', bytes: bytesRead };
      return (await this.#hasRestarted()) ? { kind: 'restarted' } : { kind: 'end' };
    } catch (error) {
      throw fileError({ code: 'FILE_UNREADABLE', path: this.#path, what: 'cannot be read' }, error);
    }
  }

  /** Closes the file; a later {@link read} opens it again. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** @returns false if the file does not exist. After it, no handle means that the file is shorter than the position. */
  async #open(): Promise<boolean> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, constants.O_RDONLY);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      if (!this.#hasWarned) this.#log.warn({ file: this.#path }, `File '${this.#path}' does not exist; waiting for it`);
      this.#hasWarned = true;
      return false;
    }
    const status = await handle.stat({ bigint: true });
    this.#isSeekable = status.isFile();
    this.#inode = status.ino;
    if (this.#isSeekable && status.size < BigInt(this.#position)) {
      await handle.close();
      this.#restart(`is shorter (${status.size} bytes) than the position ${this.#position} that was read to`);
      return true;
    }
    this.#handle = handle;
    if (this.#hasWarned) this.#log.info({ file: this.#path }, `File '${this.#path}' is there now`);
    this.#hasWarned = false;
    return true;
  }

  /** Asked at the end of what there is: has the file under this path become another one, or shorter? */
  async #hasRestarted(): Promise<boolean> {
    if (!this.#isSeekable) return false;
    let status;
    try {
      status = await stat(this.#path, { bigint: true });
    } catch (error) {
      // Deleted: what is open can still grow.
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
    if (status.ino !== this.#inode) {
      await this.close();
      this.#restart('was replaced by another file');
      return true;
    }
    if (status.size >= BigInt(this.#position)) return false;
    await this.close();
    this.#restart(`was cut off at ${status.size} bytes after ${this.#position} had been read`);
    return true;
  }

  #restart(why: string): void {
    this.#log.warn({ file: this.#path }, `File '${this.#path}' ${why}; reading it from its start`);
    this.#position = 0;
  }
}
