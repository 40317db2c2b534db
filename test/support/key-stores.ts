import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';

/** Passwords of the stores that `MakeStores.java` makes: of the files, and of keys that have one of their own. */
export const storePassword = 'store-secret';
export const keyPassword = 'key-secret';

/** What Java sees in a store. A text in place of keys is why it cannot open them. */
export interface ExpectedStore {
  readonly file: string;
  /** Subjects of the certificates that TLS trusts. */
  readonly trusted: readonly string[];
  readonly withoutPassword: readonly string[];
  /** For each type of key the alias that Java asks first, then the subjects of its chain; opened with the store's password. */
  readonly keys: readonly string[] | string;
  /** The same with {@link keyPassword}. */
  readonly keysByOwnPassword: readonly string[] | string;
}

/** Path of a file that `MakeStores.java` made. */
export function storePath(file: string): string {
  return join(packageRoot(), 'test/unit/config/testdata/key-stores', file);
}

export function readStore(file: string): Buffer {
  return readFileSync(storePath(file));
}

export const expectedStores: readonly ExpectedStore[] = JSON.parse(
  readStore('expected.json').toString(),
) as readonly ExpectedStore[];
