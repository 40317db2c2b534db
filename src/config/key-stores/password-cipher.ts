import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import type { DerElement } from './der.ts';
import { damaged, KeyStoreError } from './key-store.ts';
import { derivePkcs12Key, keyPurpose } from './pkcs12-key.ts';
import { decryptRc2Cbc } from './rc2.ts';

/** Most iterations of a key's derivation, as in Java. */
export const maxIterations = 5_000_000;

/**
 * What was encrypted with a password, by the algorithms that Java's key stores have had: PBES2 with AES or triple DES, and those of
 * PKCS12 with SHA-1 and triple DES or RC2.
 *
 * @param algorithm an AlgorithmIdentifier.
 * @returns undefined when the password is wrong, as far as padding tells.
 * @throws {KeyStoreError} for another algorithm.
 */
export function decryptWithPassword(options: {
  readonly algorithm: DerElement;
  readonly encrypted: Buffer;
  readonly password: string;
}): Buffer | undefined {
  const { algorithm, encrypted, password } = options;
  const oid = algorithm.child(0).oid();
  const parameters = algorithm.child(1);
  const scheme = pkcs12Schemes.get(oid);
  if (oid !== pbes2 && scheme === undefined) throw unknown('algorithm', oid);
  return scheme === undefined
    ? decryptPbes2({ parameters, encrypted, password })
    : decryptPkcs12({ scheme, parameters, encrypted, password });
}

/** An algorithm of PKCS12's own, which derives key and start of the chain with SHA-1. */
interface Pkcs12Scheme {
  readonly cipher: 'des-ede3-cbc' | 'des-ede-cbc' | 'rc2-cbc';
  readonly keyBytes: number;
}

const pkcs12Schemes: ReadonlyMap<string, Pkcs12Scheme> = new Map([
  ['1.2.840.113549.1.12.1.3', { cipher: 'des-ede3-cbc', keyBytes: 24 }],
  ['1.2.840.113549.1.12.1.4', { cipher: 'des-ede-cbc', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.5', { cipher: 'rc2-cbc', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.6', { cipher: 'rc2-cbc', keyBytes: 5 }],
]);
const pbes2 = '1.2.840.113549.1.5.13';
const pbkdf2 = '1.2.840.113549.1.5.12';
const pbes2Ciphers: ReadonlyMap<string, { readonly name: string; readonly keyBytes: number }> = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'aes-256-cbc', keyBytes: 32 }],
  ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyBytes: 24 }],
]);
const hmacs: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

interface Encrypted {
  readonly parameters: DerElement;
  readonly encrypted: Buffer;
  readonly password: string;
}

/** Parameters: salt, iterations. */
function decryptPkcs12(options: Encrypted & { readonly scheme: Pkcs12Scheme }): Buffer | undefined {
  const { parameters, encrypted, password } = options;
  const { cipher, keyBytes } = options.scheme;
  const from = {
    digest: 'sha1',
    password,
    salt: parameters.child(0).octets(),
    iterations: boundedIterations(parameters.child(1)),
  };
  const key = derivePkcs12Key({ ...from, purpose: keyPurpose.key, keyBytes });
  const iv = derivePkcs12Key({ ...from, purpose: keyPurpose.iv, keyBytes: 8 });
  if (cipher !== 'rc2-cbc') return decipher({ cipher, key, iv, encrypted });
  return encrypted.length % 8 === 0 ? withoutPadding(decryptRc2Cbc({ key, iv, encrypted })) : undefined;
}

/** Parameters: PBKDF2 with its salt, iterations, length of the key and HMAC, the latter two of which may be missing; cipher with its start. */
function decryptPbes2({ parameters, encrypted, password }: Encrypted): Buffer | undefined {
  const derivation = parameters.child(0);
  if (derivation.child(0).oid() !== pbkdf2) throw unknown('derivation of a key', derivation.child(0).oid());
  const [salt, iterations, ...others] = derivation.child(1).children();
  const hmacOid =
    others
      .find(({ tag }) => tag === sequenceTag)
      ?.child(0)
      .oid() ?? '1.2.840.113549.2.7';
  const hmac = hmacs.get(hmacOid);
  if (hmac === undefined) throw unknown('HMAC', hmacOid);
  const cipherOid = parameters.child(1).child(0).oid();
  const cipher = pbes2Ciphers.get(cipherOid);
  if (cipher === undefined) throw unknown('cipher', cipherOid);
  if (salt === undefined || iterations === undefined) throw damaged('a part is missing');
  const key = pbkdf2Sync(password, salt.octets(), boundedIterations(iterations), cipher.keyBytes, hmac);
  return decipher({ cipher: cipher.name, key, iv: parameters.child(1).child(1).octets(), encrypted });
}

const sequenceTag = 0x30;

function decipher(options: {
  readonly cipher: string;
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly encrypted: Buffer;
}): Buffer | undefined {
  try {
    const cipher = createDecipheriv(options.cipher, options.key, options.iv);
    return Buffer.concat([cipher.update(options.encrypted), cipher.final()]);
  } catch {
    return undefined; // its padding is wrong
  }
}

/** The last byte tells how many there are of it. */
function withoutPadding(plain: Buffer): Buffer | undefined {
  const count = plain.at(-1) ?? 0;
  const isPadded = count >= 1 && count <= 8 && plain.subarray(-count).every(byte => byte === count);
  return isPadded ? plain.subarray(0, -count) : undefined;
}

/**
 * Iterations of a key's derivation.
 *
 * @throws {KeyStoreError} for none, or more than {@link maxIterations}.
 */
export function boundedIterations(element: DerElement): number {
  const iterations = element.int();
  if (iterations >= 1 && iterations <= maxIterations) return iterations;
  throw new KeyStoreError('file', `asks for ${iterations} iterations to make a key, not for 1 to ${maxIterations}`);
}

function unknown(what: string, oid: string): KeyStoreError {
  return new KeyStoreError('file', `is protected with the ${what} ${oid}, which is not known`);
}
