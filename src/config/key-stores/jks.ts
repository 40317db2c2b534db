/**
 * Java's own format of key stores. Numbers are big-endian; a text is its length in two bytes and modified UTF-8.
 *
 *     FEEDFEED  version (1 or 2)  count, then for each entry
 *       1  alias  time of 8 bytes  length, protected key  count, certificates of the chain
 *       2  alias  time of 8 bytes  certificate
 *     SHA-1 of password, "Mighty Aphrodite" and all before
 *
 * A certificate is its type ("X.509", not in version 1), its length and its DER. A protected key is an EncryptedPrivateKeyInfo of
 * Sun's algorithm: salt of 20 bytes, key XOR a chain of SHA-1 from password and salt, SHA-1 of password and key.
 *
 * @see `sun.security.provider.JavaKeyStore` and `KeyProtector` of Java.
 */
import { createHash, createPrivateKey, timingSafeEqual, X509Certificate, type KeyObject } from 'node:crypto';
import { messageOf } from '../../errors/connect-error.ts';
import { parseDer } from './der.ts';
import { KeyStoreError, wrongKeyPassword, wrongPassword, type KeyEntry, type KeyStore } from './key-store.ts';
import { toUtf16 } from './utf16.ts';

const magic = 0xfeedfeed;
const hashBytes = 20;
const keyEntryTag = 1;
const certificateEntryTag = 2;
const keyProtectorOid = '1.3.6.1.4.1.42.2.17.1.1';

/** Whether a file starts as this format does. */
export function isJks(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === magic;
}

/**
 * The store in these bytes, which start as the format does.
 *
 * @param password null to leave out the check of whether the file was changed.
 * @throws {KeyStoreError} for a damaged file or a wrong password.
 */
export function readJks(bytes: Buffer, password: string | null): KeyStore {
  const input = new JksInput(bytes);
  input.take(4);
  const version = input.int();
  if (version !== 1 && version !== 2) throw damaged(`version ${version} is not known`);
  const trusted: X509Certificate[] = [];
  const keys: KeyEntry[] = [];
  for (let left = input.int(); left > 0; left -= 1) {
    const tag = input.int();
    const alias = input.text();
    input.take(8);
    if (tag === certificateEntryTag) trusted.push(input.certificate(version));
    else if (tag === keyEntryTag) {
      const entry = readKeyEntry(input, { alias, version });
      trusted.push(...entry.chain.slice(0, 1));
      if (entry.chain.length > 0) keys.push(entry);
    } else throw damaged(`entry '${alias}' is of the unknown kind ${tag}`);
  }
  const body = bytes.subarray(0, input.position);
  const expected = input.take(hashBytes);
  if (password !== null) {
    const actual = createHash('sha1').update(toUtf16(password)).update('Mighty Aphrodite').update(body).digest();
    if (!timingSafeEqual(actual, expected)) throw wrongPassword();
  }
  return { trusted, keys };
}

function readKeyEntry(input: JksInput, options: { readonly alias: string; readonly version: number }): KeyEntry {
  const { alias, version } = options;
  const sealed = input.take(input.int());
  const chain: X509Certificate[] = [];
  for (let left = input.int(); left > 0; left -= 1) chain.push(input.certificate(version));
  return { alias, chain, open: password => openKey(sealed, { alias, password }) };
}

function openKey(sealed: Buffer, options: { readonly alias: string; readonly password: string }): KeyObject {
  const { alias } = options;
  const info = parseDer(sealed);
  const algorithm = info.child(0).child(0).oid();
  if (algorithm !== keyProtectorOid) throw damaged(`key '${alias}' is protected by the unknown algorithm ${algorithm}`);
  const bytes = info.child(1).octets();
  if (bytes.length < 2 * hashBytes) throw damaged(`key '${alias}' is too short`);
  const password = toUtf16(options.password);
  const sha1 = (...parts: readonly Buffer[]): Buffer => createHash('sha1').update(Buffer.concat(parts)).digest();
  const key = Buffer.from(bytes.subarray(hashBytes, -hashBytes));
  let pad: Buffer = bytes.subarray(0, hashBytes);
  for (let at = 0; at < key.length; at += 1) {
    if (at % hashBytes === 0) pad = sha1(password, pad);
    key.writeUInt8(key.readUInt8(at) ^ pad.readUInt8(at % hashBytes), at);
  }
  if (!timingSafeEqual(sha1(password, key), bytes.subarray(-hashBytes))) throw wrongKeyPassword(alias);
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw new KeyStoreError('file', `holds the key '${alias}', which is of no known kind: ${messageOf(error)}`, error);
  }
}

function damaged(what: string): KeyStoreError {
  return new KeyStoreError('file', `is a damaged JKS file: ${what}`);
}

/** Takes the fields of the format one after the other. */
class JksInput {
  readonly #bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    const end = this.position + length;
    if (length < 0 || end > this.#bytes.length)
      throw damaged(`it ends after ${this.#bytes.length} bytes, within a field`);
    const taken = this.#bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  int(): number {
    return this.take(4).readInt32BE(0);
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE(0)).toString('utf8');
  }

  certificate(version: number): X509Certificate {
    const type = version === 1 ? 'X.509' : this.text();
    if (type !== 'X.509') throw damaged(`a certificate is of the unknown type '${type}'`);
    try {
      return new X509Certificate(this.take(this.int()));
    } catch (error) {
      if (error instanceof KeyStoreError) throw error;
      throw damaged(`a certificate cannot be read: ${messageOf(error)}`);
    }
  }
}
