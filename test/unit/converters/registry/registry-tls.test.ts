import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { KeyStoreError } from '../../../../src/config/key-stores/key-store.ts';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';
import type { TlsOptions } from '../../../../src/converters/registry/registry-tls.ts';
import { ConfigError } from '../../../../src/errors/connect-error.ts';
import { expectedStores, keyPassword, readStore, storePassword, storePath } from '../../../support/key-stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-registry-tls-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Settings without `schema.registry.ssl.`. */
type Settings = Readonly<Record<string, string>>;

const tlsOf = (settings: Settings): TlsOptions | null =>
  parseRegistryConfig(
    new Map([
      ['schema.registry.url', 'https://a'],
      ...Object.entries(settings).map(([key, value]) => [`schema.registry.ssl.${key}`, value] as const),
    ]),
  ).tls;

/** Subjects of the certificates that are trusted and shown, and the types of the keys. */
function seen(settings: Settings): unknown {
  const { ca, key, cert, allowPartialTrustChain } = tlsOf(settings) ?? {};
  const subjects = (pem: string): readonly string[] =>
    pem
      .split(/(?=-----BEGIN)/)
      .filter(part => part.trim() !== '')
      .map(part => new X509Certificate(part).subject);
  return {
    ...(ca === undefined ? {} : { trusted: ca.flatMap(subjects).sort(), allowPartialTrustChain }),
    ...(key === undefined ? {} : { keys: key.map(each => createPrivateKey(each).asymmetricKeyType) }),
    ...(cert === undefined ? {} : { chains: cert.map(subjects) }),
  };
}

function refusalOf(settings: Settings): unknown {
  try {
    return tlsOf(settings);
  } catch (error) {
    if (error instanceof ConfigError)
      return { key: error.violations[0]?.key.slice(20), message: error.message.slice(34) };
    throw error;
  }
}

const trust = (file: string, others: Settings = { 'truststore.password': storePassword }): Settings => ({
  'truststore.location': storePath(file),
  ...others,
});
const keys = (file: string, others: Settings = { 'keystore.password': storePassword }): Settings => ({
  'keystore.location': storePath(file),
  ...others,
});
const authorities = { trusted: ['CN=ca-ec', 'CN=ca-rsa'], allowPartialTrustChain: true };

describe('trust of a schema registry client', () => {
  test('is what a file in JKS, PKCS12 or PEM trusts, or a text in PEM', () => {
    for (const settings of [
      trust('trust.jks'),
      trust('trust.jks', {}),
      trust('trust.p12', { 'truststore.password': storePassword, 'truststore.type': 'PKCS12' }),
      trust('trust-legacy.p12'),
      trust('trust-sha512.p12'),
      trust('trust-open.p12', {}),
      trust('trust.pem', { 'truststore.type': 'PEM' }),
      trust('trust.pem', {}),
      { 'truststore.certificates': readStore('trust.pem').toString(), 'truststore.type': 'PEM' },
    ]) {
      assert.deepEqual(seen(settings), authorities, JSON.stringify(settings));
    }
    assert.deepEqual(seen(trust('between.jks')), { trusted: ['CN=between'], allowPartialTrustChain: true });
  });

  test("goes by what is in a file where it is of the other of Java's formats than its type says", () => {
    assert.deepEqual(seen({ ...trust('trust.p12'), 'truststore.type': 'jks' }), authorities);
    assert.deepEqual(seen({ ...trust('trust.jks'), 'truststore.type': 'PKCS12' }), authorities);
  });

  test('is not taken from a store that cannot be used; the error names setting, file, cause and remedy', () => {
    const tool = "; 'keytool -list -v -keystore FILE' shows what Java sees in it";
    const inFile = (file: string, cause: string): unknown => ({
      key: 'truststore.location',
      message: `truststore.location cannot be used: '${file}' ${cause}${tool}`,
    });
    const cut = fileOf('cut.jks', readStore('trust.jks').subarray(0, 700));
    const broken = fileOf('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

    assert.deepEqual(refusalOf(trust('trust.jks', { 'truststore.password': 'wrong' })), {
      key: 'truststore.password',
      message:
        `truststore.password does not fit: '${storePath('trust.jks')}' is not opened by its password, or was changed after it ` +
        'was written; set the one it was written with',
    });
    assert.deepEqual(
      refusalOf({ 'truststore.location': cut }),
      inFile(cut, 'is a damaged JKS file: it ends after 700 bytes, within a field'),
    );
    assert.deepEqual(
      refusalOf(trust('empty.jks')),
      inFile(storePath('empty.jks'), 'holds no certificate that is marked as trusted'),
    );
    assert.deepEqual(
      refusalOf(trust('trust.p12', {})),
      inFile(
        storePath('trust.p12'),
        'holds no certificate that is marked as trusted and can be read without a password',
      ),
    );
    assert.deepEqual(
      refusalOf(trust('expected.json')),
      inFile(storePath('expected.json'), 'is not in JKS, PKCS12 or PEM'),
    );
    assert.deepEqual(refusalOf({ 'truststore.certificates': 'none' }), {
      key: 'truststore.certificates',
      message: 'truststore.certificates cannot be used: its value holds no certificate in PEM',
    });
    assert.match(JSON.stringify(refusalOf({ 'truststore.location': broken })), /has a damaged certificate, number 1: /);
    assert.match(JSON.stringify(refusalOf({ 'truststore.location': join(folder, 'none') })), /cannot be read: ENOENT/);
  });

  test('keeps the cause of a refusal for the log', () => {
    const causes = [trust('trust.jks', { 'truststore.password': 'wrong' }), { 'truststore.password': 'p' }].map(
      settings => {
        try {
          return tlsOf(settings);
        } catch (error) {
          return error instanceof ConfigError && error.cause instanceof KeyStoreError ? error.cause.fault : 'none';
        }
      },
    );

    assert.deepEqual(causes, ['password', 'none']);
  });

  test('has a type that is known, and holds to PEM', () => {
    assert.deepEqual(refusalOf({ ...trust('trust.jks'), 'truststore.type': 'BCFKS' }), {
      key: 'truststore.type',
      message:
        "truststore.type is 'BCFKS', not JKS, PKCS12 or PEM; convert the store with 'keytool -importkeystore -deststoretype PKCS12'",
    });
    assert.deepEqual(refusalOf(trust('trust.jks', { 'truststore.type': 'PEM' })), {
      key: 'truststore.location',
      message: `truststore.location names '${storePath('trust.jks')}', which is not in PEM, as its type says`,
    });
  });

  test('comes from one place, with a password where that has one', () => {
    const pem = readStore('trust.pem').toString();

    assert.deepEqual(refusalOf({ ...trust('trust.jks', {}), 'truststore.certificates': pem }), {
      key: 'truststore.certificates',
      message:
        'truststore.certificates and schema.registry.ssl.truststore.location exclude each other; remove one of them',
    });
    assert.deepEqual(refusalOf({ 'truststore.certificates': pem, 'truststore.password': 'p' }), {
      key: 'truststore.certificates',
      message:
        'truststore.certificates and schema.registry.ssl.truststore.password exclude each other; remove one of them',
    });
    assert.deepEqual(refusalOf(trust('trust.pem')), {
      key: 'truststore.password',
      message: `truststore.password is set, but '${storePath('trust.pem')}' is in PEM, which has none; remove it`,
    });
    assert.deepEqual(refusalOf({ 'truststore.password': 'p' }), {
      key: 'truststore.location',
      message: 'truststore.location is missing, which belongs to schema.registry.ssl.truststore.password',
    });
    assert.deepEqual(tlsOf({ 'truststore.location': '', 'truststore.password': 'p' }), {});
    assert.deepEqual(tlsOf({ 'truststore.password': ' ' }), {});
  });
});

describe('keys of a schema registry client', () => {
  const both = {
    keys: ['ec', 'rsa'],
    chains: [
      ['CN=client-ec', 'CN=ca-ec'],
      ['CN=client-rsa', 'CN=ca-rsa'],
    ],
  };
  const [ec, rsa] = both.keys.map((key, index) => ({ keys: [key], chains: both.chains.slice(index, index + 1) }));

  test('are those of a file in JKS, PKCS12 or PEM, one of each type', () => {
    const passwords = { 'keystore.password': storePassword, 'key.password': keyPassword };

    assert.deepEqual(seen(keys('keys.jks')), both);
    assert.deepEqual(seen(keys('keys.p12')), both);
    assert.deepEqual(seen(keys('keys-legacy.p12')), rsa);
    assert.deepEqual(seen(keys('keys-own-password.jks', passwords)), rsa);
    assert.deepEqual(seen(keys('keys-own-password.p12', passwords)), ec);
    assert.deepEqual(seen(keys('server.pem', {})), { keys: ['ec'], chains: [['CN=server', 'CN=between']] });
  });

  test('are of several of one type those that Java asks first', () => {
    const { keys: asked } = expectedStores.find(({ file }) => file === 'several-keys.p12') ?? {};

    assert.deepEqual(asked, ['client-rsa CN=client-rsa CN=ca-rsa', 'server CN=server CN=between CN=ca-rsa']);
    assert.deepEqual(seen(keys('several-keys.p12')), {
      keys: ['ec', 'rsa'],
      chains: [
        ['CN=server', 'CN=between', 'CN=ca-rsa'],
        ['CN=client-rsa', 'CN=ca-rsa'],
      ],
    });
  });

  test('may be given as texts in PEM, encrypted or not', () => {
    const pem = readStore('server.pem').toString();
    const encrypted = createPrivateKey(pem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: keyPassword })
      .toString();
    const server = { keys: ['ec'], chains: [['CN=server', 'CN=between']] };

    assert.deepEqual(seen({ 'keystore.key': pem, 'keystore.certificate.chain': pem }), server);
    assert.deepEqual(
      seen({ 'keystore.key': encrypted, 'keystore.certificate.chain': pem, 'key.password': keyPassword }),
      server,
    );
    assert.deepEqual(refusalOf({ 'keystore.key': encrypted, 'keystore.certificate.chain': pem }), {
      key: 'key.password',
      message:
        'key.password does not fit: its value holds a private key that its password does not open; set ' +
        "schema.registry.ssl.key.password to the key's own",
    });
  });

  test('are all opened, or none is shown', () => {
    const file = storePath('two-passwords.jks');
    const text = (alias: string, setting: string): unknown => ({
      key: setting,
      message:
        `${setting} does not fit: '${file}' holds the key '${alias}', which its password does not open; set ` +
        "schema.registry.ssl.key.password to the key's own",
    });

    assert.deepEqual(refusalOf(keys('two-passwords.jks')), text('client-ec', 'keystore.password'));
    assert.deepEqual(
      refusalOf({ ...keys('two-passwords.jks'), 'key.password': keyPassword }),
      text('client-rsa', 'key.password'),
    );
  });

  test('are not taken from a store without any, nor without its password', () => {
    assert.deepEqual(refusalOf(keys('trust.jks')), {
      key: 'keystore.location',
      message:
        `keystore.location cannot be used: '${storePath('trust.jks')}' holds no private key with a certificate; ` +
        "'keytool -list -v -keystore FILE' shows what Java sees in it",
    });
    assert.deepEqual(refusalOf(keys('keys.jks', {})), {
      key: 'keystore.password',
      message: 'keystore.password is missing, which belongs to schema.registry.ssl.keystore.location',
    });
    assert.deepEqual(refusalOf(keys('server.pem')), {
      key: 'keystore.password',
      message: `keystore.password is set, but '${storePath('server.pem')}' is in PEM, which has none; remove it`,
    });
  });

  test('belong to their first certificate', () => {
    const pem = readStore('server.pem').toString();
    const others = readStore('trust.pem').toString();

    assert.deepEqual(refusalOf({ 'keystore.key': pem, 'keystore.certificate.chain': others }), {
      key: 'keystore.key',
      message:
        'keystore.key cannot be used: its value holds a private key and a first certificate that do not belong together',
    });
  });

  test('come whole, from one place', () => {
    const pem = readStore('server.pem').toString();

    assert.deepEqual(
      [
        { 'keystore.key': pem },
        { 'keystore.certificate.chain': pem },
        { 'keystore.password': 'p' },
        { ...keys('keys.jks', {}), 'keystore.key': pem, 'keystore.certificate.chain': pem },
      ].map(refusalOf),
      [
        {
          key: 'keystore.certificate.chain',
          message: 'keystore.certificate.chain is missing, which belongs to schema.registry.ssl.keystore.key',
        },
        {
          key: 'keystore.key',
          message: 'keystore.key is missing, which belongs to schema.registry.ssl.keystore.certificate.chain',
        },
        {
          key: 'keystore.location',
          message: 'keystore.location is missing, which belongs to schema.registry.ssl.keystore.password',
        },
        {
          key: 'keystore.key',
          message: 'keystore.key and schema.registry.ssl.keystore.location exclude each other; remove one of them',
        },
      ],
    );
  });
});

describe('TLS of a schema registry client', () => {
  test('takes any host name only where the algorithm is empty', () => {
    const [any, own] = ['', 'https'].map(algorithm => tlsOf({ 'endpoint.identification.algorithm': algorithm }));

    // Node takes the name where the check finds no fault.
    assert.deepEqual([any?.checkServerIdentity?.(), Object.keys(any ?? {})], [undefined, ['checkServerIdentity']]);
    assert.deepEqual(own, {});
  });

  test('is not read for an address without it', () => {
    const config = new Map([
      ['schema.registry.url', 'http://a'],
      ['schema.registry.ssl.truststore.location', '/nowhere'],
    ]);

    assert.equal(parseRegistryConfig(config).tls, null);
  });
});
