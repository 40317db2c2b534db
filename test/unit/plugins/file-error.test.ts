import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileError } from '../../../plugins/typescript/file-stream/file-error.ts';

describe('file error', () => {
  for (const [errno, category, code, reason] of [
    ['EACCES', 'CONFIG', 'FILE_UNREADABLE', 'permission denied'],
    ['EISDIR', 'CONFIG', 'FILE_UNREADABLE', 'it is a directory'],
    ['ENOSPC', 'TRANSIENT', 'DISK_FULL', 'no space is left on the device'],
    ['EIO', 'TRANSIENT', 'FILE_UNREADABLE', 'EIO: i/o error'],
  ] as const) {
    test(`tells path and reason of ${errno}`, () => {
      const cause = Object.assign(new Error(`${errno}: i/o error`), { code: errno, syscall: 'read' });

      const error = fileError({ code: 'FILE_UNREADABLE', path: '/a/b', what: 'cannot be read' }, cause);

      assert.deepEqual(
        [error.category, error.code, error.message, error.cause],
        [category, code, `File '/a/b' cannot be read: ${reason}`, cause],
      );
    });
  }
});
