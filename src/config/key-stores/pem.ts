import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { messageOf } from '../../errors/connect-error.ts';
import { KeyStoreError, type KeyEntry } from './key-store.ts';

/** Whether a file looks like PEM, which may have any text before its first part. */
export function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}

/**
 * All certificates of a text.
 *
 * @throws {KeyStoreError} for a text without any, and for a damaged one.
 */
export function readPemCertificates(text: string): readonly X509Certificate[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new KeyStoreError('file', 'holds no certificate in PEM');
  return found.map((pem, index) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new KeyStoreError('file', `has a damaged certificate, number ${index + 1}: ${messageOf(error)}`, error);
    }
  });
}

/**
 * A private key and its certificates, which may be in one text.
 *
 * @throws {KeyStoreError} for texts without a key or a certificate.
 */
export function readPemKey(texts: { readonly key: string; readonly chain: string }): KeyEntry {
  const [key] = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(texts.key) ?? [];
  if (key === undefined) throw new KeyStoreError('file', 'holds no private key in PEM');
  return { alias: 'kafka', chain: readPemCertificates(texts.chain), open: password => openKey(key, password) };
}

function openKey(key: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key, passphrase });
  } catch (error) {
    throw new KeyStoreError('key password', 'holds a private key that its password does not open', error);
  }
}
