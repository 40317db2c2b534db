import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type ConfigMap,
  ConnectorError,
  errnoOf,
  type Format,
  type Logger,
  type SinkBatch,
  type SinkTask,
  type SinkTaskContext,
  type SinkTaskOptions,
} from '../../../src/sdk/index.ts';
import { fileError, reasonOf } from './file-error.ts';
import { parseSinkFile } from './file-stream-sink-config.ts';
import { LineBuffer } from './line-buffer.ts';

const lineFeed = 0x0a;

/**
 * Appends the text of each value and a line end, one write per batch. A null value is the line `null`, as Java prints it; a
 * value that is not text is written as its bytes.
 *
 * A batch whose `put` has returned is in the hands of the operating system and so outlives this process; before a commit it is
 * on the disk too.
 *
 * @see `FileStreamSinkTask` in Kafka Connect, which leaves the second to chance.
 */
export class FileStreamSinkTask implements SinkTask {
  readonly #lines = new LineBuffer();
  #path: string | null = null;
  #file: FileHandle | undefined;
  #isDirty = false;

  async start(config: ConfigMap, context: SinkTaskContext): Promise<SinkTaskOptions> {
    this.#path = parseSinkFile(config);
    if (this.#path !== null) this.#file = await openToAppend(this.#path, context.log);
    const text: readonly Format[] = ['UTF8', 'JSON', 'RAW'];
    return { maxBatches: 8, maxBytes: 1024 * 1024, valueFormat: text };
  }

  async put(batch: SinkBatch): Promise<void> {
    const { reader } = batch;
    while (reader.next()) {
      if (reader.valueStart < 0) this.#lines.appendText('null');
      else this.#lines.append(reader.valueBuffer, reader.valueStart, reader.valueEnd);
    }
    await this.#write(this.#lines.take());
  }

  async flush(reason: 'commit' | 'window'): Promise<void> {
    if (reason !== 'commit' || !this.#isDirty || this.#file === undefined) return;
    try {
      await this.#file.datasync();
    } catch (error) {
      // Pipes and devices have nothing to synchronize.
      const errno = errnoOf(error);
      if (errno !== 'EINVAL' && errno !== 'ENOTSUP' && errno !== 'EROFS') throw notWritten(this.#path, error);
    }
    this.#isDirty = false;
  }

  async stop(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#file === undefined) {
      await new Promise<void>((resolve, reject) => {
        process.stdout.write(bytes, error => (error ? reject(error) : resolve()));
      });
      return;
    }
    try {
      for (let written = 0; written < bytes.length;) {
        written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten;
      }
      this.#isDirty = true;
    } catch (error) {
      throw notWritten(this.#path, error);
    }
  }
}

/**
 * Opens the file at its end. Where its last line has no end, because a write was cut short when a process was killed or the
 * disk was full, one is added: the records of that write come again, and must not be glued to its rest.
 */
async function openToAppend(path: string, log: Logger): Promise<FileHandle> {
  try {
    const endsInLine = await hasOpenLine(path);
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o644);
    if (endsInLine) {
      log.warn({ file: path }, `The last line of '${path}' has no end; it gets one before new lines are added`);
      await file.write(Buffer.from([lineFeed]));
    }
    return file;
  } catch (error) {
    throw new ConnectorError(
      { category: 'CONFIG', code: 'FILE_UNWRITABLE' },
      `Couldn't find or create file '${path}' for FileStreamSinkTask: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

async function hasOpenLine(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // No such file, or one that may only be written: both are as good as empty here, and opening it to write tells the rest.
    return false;
  }
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size === 0) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, status.size - 1);
    return bytesRead === 1 && buffer[0] !== lineFeed;
  } finally {
    await file.close();
  }
}

function notWritten(path: string | null, cause: unknown): ConnectorError {
  return fileError({ code: 'FILE_WRITE_FAILED', path: path ?? 'stdout', what: 'cannot be written' }, cause);
}
