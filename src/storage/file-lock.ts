import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import type { Clock } from '../async/clock.ts';

/**
 * A lock on a file that the kernel holds for this process and drops with it, whatever ends it, so there is never a stale lock to
 * clean up, and one in another container on the same machine counts too. The lock file stays when the lock is released: removing
 * it would let two processes lock two different files of one name.
 *
 * Node has no call for `flock(2)`. On Linux the `flock` program (util-linux, busybox) locks the open file that we share with it as
 * its descriptor 3; the lock belongs to that open file, so it outlives the program and ends with our descriptor. Node opens files
 * close-on-exec, so no plugin process inherits it. On macOS and the BSDs `open` itself can take the lock.
 */
export interface FileLock {
  /** Lets go of the lock. Idempotent. */
  release(): Promise<void>;
}

/** The lock is held by another process. */
export class FileLockedError extends Error {
  override readonly name = 'FileLockedError';
  /** Process id that the holder wrote down; null if it is not (or no longer) readable. */
  readonly holderPid: number | null;

  constructor(path: string, holderPid: number | null) {
    super(`'${path}' is locked by ${holderPid === null ? 'another process' : `process ${holderPid}`}`);
    this.holderPid = holderPid;
  }
}

/** `O_EXLOCK | O_NONBLOCK` of macOS and the BSDs, which Node does not name. */
const openLocked = 0x20 | 0x04;
/** The holder writes its pid right after it has the lock; a loser in between asks again. */
const pidReads = { count: 20, everyMs: 10 } as const;

/**
 * Takes the lock or fails at once.
 *
 * @param path the lock file; created if it does not exist.
 * @throws {FileLockedError}; errors of the file system.
 */
export async function acquireFileLock(path: string, clock: Clock): Promise<FileLock> {
  const handle = process.platform === 'linux' ? await openThenLock(path) : await openWithLock(path);
  if (handle === null) throw new FileLockedError(path, await readHolderPid(path, clock));
  try {
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`, 0);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let released: Promise<void> | null = null;
  return { release: () => (released ??= handle.close()) };
}

async function openThenLock(path: string): Promise<FileHandle | null> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    if (await runFlock(handle.fd)) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

async function openWithLock(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | constants.O_CREAT | openLocked, 0o644);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    throw error;
  }
}

/** True if the lock was taken, false if another process has it. */
function runFlock(fd: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd] });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.once('error', error => {
      reject(new Error(`the program 'flock' (package util-linux) cannot be run: ${error.message}`, { cause: error }));
    });
    child.once('close', code => {
      if (code === 0) resolve(true);
      else if (code === 1 && complaint === '') resolve(false);
      else reject(new Error(`the program 'flock' failed with exit code ${code}: ${complaint.trim()}`));
    });
  });
}

async function readHolderPid(path: string, clock: Clock): Promise<number | null> {
  for (let read = 0; read < pidReads.count; read += 1) {
    const handle = await open(path, 'r');
    const text = await handle.readFile('utf8').finally(() => handle.close());
    const pid = Number(text);
    if (pid > 0 && isAlive(pid)) return pid;
    await clock.sleep(pidReads.everyMs);
  }
  return null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
