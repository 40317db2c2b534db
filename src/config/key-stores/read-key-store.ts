import { isJks, readJks } from './jks.ts';
import { KeyStoreError, type KeyStore } from './key-store.ts';
import { readPkcs12 } from './pkcs12.ts';

/**
 * A key store of Java, in JKS or PKCS12: the file's first bytes tell which one, as Java reads either under both names.
 *
 * @param password null to read without a check of whether the file was changed, as Java does for trust stores; a PKCS12 file then
 * gives only what is not encrypted.
 * @throws {KeyStoreError} for a file that is neither or is damaged, and for a wrong password.
 */
export function readKeyStore(bytes: Buffer, password: string | null): KeyStore {
  if (isJks(bytes)) return readJks(bytes, password);
  if (bytes[0] === derSequence) return readPkcs12(bytes, password);
  const isJceks = bytes.length >= 4 && bytes.readUInt32BE(0) === jceksMagic;
  throw new KeyStoreError('file', isJceks ? 'is in JCEKS, not in JKS, PKCS12 or PEM' : 'is not in JKS, PKCS12 or PEM');
}

const derSequence = 0x30;
const jceksMagic = 0xcececece;
