/**
 * Trust and key stores among the settings of a TLS client, by the rules of Kafka: which settings exclude each other, and which password
 * opens what. Only where Kafka takes PEM under the type PEM alone, what is in PEM is taken as such whatever the type says.
 *
 * @see `DefaultSslEngineFactory` of Kafka, and `SslFactory` of Confluent's client, which follows it.
 */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { KeyStoreError, type KeyEntry } from '../../config/key-stores/key-store.ts';
import { readPemCertificates, readPemKey } from '../../config/key-stores/pem.ts';
import { readKeyStore } from '../../config/key-stores/read-key-store.ts';
import type { ParsedConfig } from '../../config/parsed-config.ts';
import { StoreSettings } from './store-settings.ts';

/** A private key with its certificates, its own first. */
export interface OpenedKey {
  readonly alias: string;
  readonly key: KeyObject;
  readonly chain: readonly X509Certificate[];
}

/**
 * The certificates that are trusted.
 *
 * @param prefix before `ssl.` in the names of the settings.
 * @returns null when the settings name none.
 * @throws {ConfigError} for settings that exclude each other, and for a store that cannot be used or trusts nothing.
 */
export function readTrusted(config: ParsedConfig, prefix: string): readonly X509Certificate[] | null {
  const settings = new StoreSettings({ config, prefix, kind: 'truststore' });
  const certificates = settings.secret('truststore.certificates');
  if (certificates !== null) {
    settings.refuseFileBeside('truststore.certificates');
    return settings.blame({ setting: 'truststore.certificates' }, () => readPemCertificates(certificates));
  }
  const file = settings.readFile();
  if (file === null) return null;
  return settings.blame({ setting: 'truststore.location', path: file.path }, () => {
    if (file.isPem) return readPemCertificates(file.bytes.toString('utf8'));
    const { trusted } = readKeyStore(file.bytes, file.password);
    if (trusted.length > 0) return trusted;
    const why = file.password === null ? ' and can be read without a password' : '';
    throw new KeyStoreError('file', `holds no certificate that is marked as trusted${why}`);
  });
}

/**
 * The private keys that are shown to servers, all of them opened, as Java does.
 *
 * @param prefix before `ssl.` in the names of the settings.
 * @returns empty when the settings name none.
 * @throws {ConfigError} for settings that exclude each other, and for a store that cannot be used or has no key.
 */
export function readKeys(config: ParsedConfig, prefix: string): readonly OpenedKey[] {
  const settings = new StoreSettings({ config, prefix, kind: 'keystore' });
  const key = settings.secret('keystore.key');
  const chain = settings.secret('keystore.certificate.chain');
  const keyPassword = settings.secret('key.password');
  if (key !== null || chain !== null) {
    if (key === null) throw settings.missing('keystore.key', 'keystore.certificate.chain');
    if (chain === null) throw settings.missing('keystore.certificate.chain', 'keystore.key');
    settings.refuseFileBeside('keystore.key');
    return settings.blame({ setting: 'keystore.key' }, () => open([readPemKey({ key, chain })], keyPassword));
  }
  const file = settings.readFile();
  if (file === null) return [];
  const { path, isPem, bytes, password } = file;
  if (password === null && !isPem) throw settings.missing('keystore.password', 'keystore.location');
  return settings.blame({ setting: 'keystore.location', path }, () => {
    const text = bytes.toString('utf8');
    const { keys } = isPem ? { keys: [readPemKey({ key: text, chain: text })] } : readKeyStore(bytes, password);
    if (keys.length === 0) throw new KeyStoreError('file', 'holds no private key with a certificate');
    return open(keys, keyPassword ?? password);
  });
}

function open(keys: readonly KeyEntry[], password: string | null): readonly OpenedKey[] {
  return keys.map(({ alias, chain, open }) => {
    const key = open(password ?? '');
    if (chain[0]?.checkPrivateKey(key) === true) return { alias, chain, key };
    throw new KeyStoreError('file', 'holds a private key and a first certificate that do not belong together');
  });
}
