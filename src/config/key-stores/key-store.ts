import type { KeyObject, X509Certificate } from 'node:crypto';

/** What a key store of Java holds that TLS needs. */
export interface KeyStore {
  /** What Java's trust manager trusts: each certificate of its own, and the first one of each key's chain. */
  readonly trusted: readonly X509Certificate[];
  /** Private keys that have a chain of certificates, in the order of the file. */
  readonly keys: readonly KeyEntry[];
}

/** A private key and its certificates. */
export interface KeyEntry {
  readonly alias: string;
  /** The key's own certificate, then whoever signed the one before. Never empty. */
  readonly chain: readonly X509Certificate[];
  /**
   * The private key.
   *
   * @throws {KeyStoreError} for a password that does not open it.
   */
  readonly open: (password: string) => KeyObject;
}

/** What has to be looked at when a key store cannot be used: the file, its password, or that of a key in it. */
export type KeyStoreFault = 'file' | 'password' | 'key password';

/** A key store that cannot be used. The message is what follows the file's name in a sentence, and holds no secret (I9). */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly fault: KeyStoreFault;

  constructor(fault: KeyStoreFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

/** The error about a file that its password does not open. */
export function wrongPassword(): KeyStoreError {
  return new KeyStoreError('password', 'is not opened by its password, or was changed after it was written');
}

/** The error about a key that its password does not open. */
export function wrongKeyPassword(alias: string, cause?: unknown): KeyStoreError {
  return new KeyStoreError('key password', `holds the key '${alias}', which its password does not open`, cause);
}

/** The error about a file that is not as its format says. */
export function damaged(what: string): KeyStoreError {
  return new KeyStoreError('file', `is damaged: ${what}`);
}
