/**
 * Key stores in PKCS12 (RFC 7292) as Java writes and reads them.
 *
 *     PFX          { 3, data with an AuthenticatedSafe, MacData? }
 *     AuthenticatedSafe  parts, each plain or encrypted, each a list of bags
 *     bag          { kind, [0] value, attributes? }: an encrypted key or a certificate
 *     MacData      { { algorithm, HMAC of the AuthenticatedSafe }, salt, iterations = 1 }
 *
 * A certificate is trusted when it has Java's attribute for that; all others belong to chains of keys. A key's first certificate has
 * the same `localKeyId`, or the same name.
 *
 * @see `sun.security.pkcs12.PKCS12KeyStore` of Java.
 */
import { createHmac, createPrivateKey, timingSafeEqual, X509Certificate, type KeyObject } from 'node:crypto';
import { parseDer, type DerElement } from './der.ts';
import { damaged, KeyStoreError, wrongKeyPassword, wrongPassword, type KeyEntry, type KeyStore } from './key-store.ts';
import { boundedIterations, decryptWithPassword } from './password-cipher.ts';
import { derivePkcs12Key, keyPurpose } from './pkcs12-key.ts';
import { fromUtf16 } from './utf16.ts';

const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  encryptedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  trustedByJava: '2.16.840.1.113894.746875.1.1',
} as const;

const macDigests: ReadonlyMap<string, { readonly digest: string; readonly bytes: number }> = new Map([
  ['1.3.14.3.2.26', { digest: 'sha1', bytes: 20 }],
  ['2.16.840.1.101.3.4.2.4', { digest: 'sha224', bytes: 28 }],
  ['2.16.840.1.101.3.4.2.1', { digest: 'sha256', bytes: 32 }],
  ['2.16.840.1.101.3.4.2.2', { digest: 'sha384', bytes: 48 }],
  ['2.16.840.1.101.3.4.2.3', { digest: 'sha512', bytes: 64 }],
]);

/**
 * The store in these bytes.
 *
 * @param password null to read what is not encrypted, without a check of whether the file was changed.
 * @throws {KeyStoreError} for a damaged file, a wrong password, or algorithms that are not known.
 */
export function readPkcs12(bytes: Buffer, password: string | null): KeyStore {
  const [version, content, mac] = parseDer(bytes).children();
  if (version?.int() !== 3 || content?.child(0).oid() !== oids.data) {
    throw new KeyStoreError('file', 'is no PKCS12 file of version 3 that a password protects');
  }
  const safe = content.child(1).child(0).octets();
  if (password !== null && mac !== undefined) checkMac({ mac, safe, password });
  const bags = parseDer(safe)
    .children()
    .flatMap(part => readPart(part, password));
  return toKeyStore(bags);
}

function checkMac(options: { readonly mac: DerElement; readonly safe: Buffer; readonly password: string }): void {
  const { safe, password } = options;
  const [info, salt, iterations] = options.mac.children();
  if (info === undefined || salt === undefined) throw damaged('a part is missing');
  const oid = info.child(0).child(0).oid();
  const known = macDigests.get(oid);
  if (known === undefined) throw new KeyStoreError('file', `is protected with the MAC ${oid}, which is not known`);
  const key = derivePkcs12Key({
    digest: known.digest,
    password,
    salt: salt.octets(),
    iterations: iterations === undefined ? 1 : boundedIterations(iterations),
    purpose: keyPurpose.mac,
    keyBytes: known.bytes,
  });
  const actual = createHmac(known.digest, key).update(safe).digest();
  const expected = info.child(1).octets();
  if (expected.length !== actual.length || !timingSafeEqual(actual, expected)) throw wrongPassword();
}

function readPart(part: DerElement, password: string | null): readonly Bag[] {
  const kind = part.child(0).oid();
  const content = part.child(1).child(0);
  if (kind === oids.data) return readBags(parseDer(content.octets()));
  if (kind !== oids.encryptedData) throw new KeyStoreError('file', 'has parts that no password protects, but keys');
  if (password === null) return [];
  const [, algorithm, encrypted] = content.child(1).children();
  if (algorithm === undefined || encrypted === undefined) throw damaged('it has no content');
  const plain = decryptWithPassword({ algorithm, encrypted: encrypted.octets(), password });
  if (plain === undefined) throw wrongPassword();
  return readBags(parseDer(plain));
}

/** A bag of a kind that counts here. */
interface Bag {
  /** An EncryptedPrivateKeyInfo, or a certificate in DER. */
  readonly kind: 'key' | 'certificate';
  readonly value: Buffer;
  readonly alias: string | null;
  readonly keyId: string | null;
  readonly isTrusted: boolean;
  /** Whether it is the first one of its part. */
  readonly isFirst: boolean;
}

function readBags(list: DerElement): readonly Bag[] {
  return list.children().flatMap((bag, index): readonly Bag[] => {
    const [kind, marked, attributeSet] = bag.children();
    const value = marked?.child(0);
    if (kind === undefined || value === undefined) throw damaged('a part is missing');
    const attributes = new Map((attributeSet?.children() ?? []).map(each => [each.child(0).oid(), each.child(1)]));
    const name = attributes.get(oids.friendlyName)?.child(0).content;
    const named = {
      alias: name === undefined ? null : fromUtf16(name).toLowerCase(),
      keyId: attributes.get(oids.localKeyId)?.child(0).content.toString('hex') ?? null,
      isTrusted: attributes.has(oids.trustedByJava),
      isFirst: index === 0,
    };
    if (kind.oid() === oids.encryptedKey) return [{ ...named, kind: 'key', value: value.encoded }];
    if (kind.oid() !== oids.certificate) return [];
    return [{ ...named, kind: 'certificate', value: value.child(1).child(0).octets() }];
  });
}

type KeyBag = Bag & { readonly alias: string };
type CertificateBag = Bag & { readonly certificate: X509Certificate };

function toKeyStore(bags: readonly Bag[]): KeyStore {
  const { keyBags, certificates } = completeBags(bags);
  const keys = keyBags.flatMap((bag): KeyEntry[] => {
    const { alias } = bag;
    const own = findOwnCertificate(bag, certificates);
    if (own === undefined) return [];
    const chain = chainFrom(own.certificate, certificates);
    return [{ alias, chain, open: password => openKey(bag.value, { alias, password }) }];
  });
  const trusted = certificates.filter(each => each.isTrusted).map(each => each.certificate);
  return { trusted: [...trusted, ...keys.flatMap(key => key.chain.slice(0, 1))], keys };
}

/** What Java takes as `localKeyId` of the first key that has none, and of a certificate that begins a part behind it. */
const firstKeyId = Buffer.from('01').toString('hex');

/** The bags with what Java gives them where it is missing: a `localKeyId`, and as a name the count of those without. */
function completeBags(bags: readonly Bag[]): {
  readonly keyBags: readonly KeyBag[];
  readonly certificates: readonly CertificateBag[];
} {
  const keyBags: KeyBag[] = [];
  const certificates: CertificateBag[] = [];
  let nameless = 0;
  for (const bag of bags) {
    if (bag.alias === null && (bag.kind === 'key' || bag.isTrusted)) nameless += 1;
    if (bag.kind === 'key') {
      const keyId = bag.keyId ?? (keyBags.length === 0 ? firstKeyId : null);
      keyBags.push({ ...bag, alias: bag.alias ?? String(nameless), keyId });
    } else {
      const keyId = bag.keyId ?? (keyBags.length === 1 && bag.isFirst ? firstKeyId : null);
      certificates.push({ ...bag, keyId, certificate: toCertificate(bag) });
    }
  }
  return { keyBags, certificates };
}

function toCertificate(bag: Bag): X509Certificate {
  try {
    return new X509Certificate(bag.value);
  } catch (error) {
    throw new KeyStoreError('file', `has the certificate '${bag.alias ?? ''}', which is damaged`, error);
  }
}

/** As Java: by `localKeyId` and name, or else by either, the last one of several. */
function findOwnCertificate(key: KeyBag, certificates: readonly CertificateBag[]): CertificateBag | undefined {
  if (key.keyId === null) return undefined;
  const candidates = certificates.filter(each => !each.isTrusted);
  const sameId = candidates.filter(each => each.keyId === key.keyId);
  const isNamesake = (each: CertificateBag): boolean => each.alias === key.alias;
  return sameId.find(isNamesake) ?? sameId.at(-1) ?? candidates.findLast(isNamesake);
}

/** Certificates from this one to whoever signed itself, or to the last one that is there. */
function chainFrom(own: X509Certificate, certificates: readonly CertificateBag[]): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next: X509Certificate | undefined = own; next !== undefined && !chain.includes(next);) {
    chain.push(next);
    const last: X509Certificate = next;
    next = last.checkIssued(last)
      ? undefined
      : certificates.find(each => last.checkIssued(each.certificate))?.certificate;
  }
  return chain;
}

function openKey(info: Buffer, options: { readonly alias: string; readonly password: string }): KeyObject {
  const { alias, password } = options;
  const parsed = parseDer(info);
  const plain = decryptWithPassword({ algorithm: parsed.child(0), encrypted: parsed.child(1).octets(), password });
  if (plain === undefined) throw wrongKeyPassword(alias);
  try {
    return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
  } catch (error) {
    // One wrong password in 256 leaves something that looks padded.
    throw wrongKeyPassword(alias, error);
  }
}
