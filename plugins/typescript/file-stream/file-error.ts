import { ConnectorError, errnoOf } from '../../../src/sdk/index.ts';

const reasons = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'its path has too many symbolic links'],
  ['EMFILE', 'too many files are open'],
  ['ENOENT', 'its folder does not exist'],
  ['ENOSPC', 'no space is left on the device'],
  ['ENOTDIR', 'a part of its path is no directory'],
  ['EROFS', 'the file system is read-only'],
]);

/** Errors that may go away with no change of the configuration. */
const transient = new Set(['EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC']);

/**
 * The failure that a file operation ended in, with path and reason.
 *
 * @param what such as `cannot be read`.
 */
export function fileError(
  kind: { readonly code: string; readonly path: string; readonly what: string },
  cause: unknown,
): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const errno = errnoOf(cause);
  const isFull = errno === 'ENOSPC' || errno === 'EDQUOT';
  return new ConnectorError(
    { category: transient.has(errno ?? '') ? 'TRANSIENT' : 'CONFIG', code: isFull ? 'DISK_FULL' : kind.code },
    `File '${kind.path}' ${kind.what}: ${reasonOf(cause)}`,
    { cause },
  );
}

/** Why a file operation failed, for people. */
export function reasonOf(error: unknown): string {
  return reasons.get(errnoOf(error) ?? '') ?? (error instanceof Error ? error.message : String(error));
}
