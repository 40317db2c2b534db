import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-registry-tls-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const pem = Buffer.from('# mine\n-----BEGIN CERTIFICATE-----\n');
const pkcs12 = Buffer.from([0x30, 0x82, 1, 2]);
const jks = Buffer.from([0xfe, 0xed, 0xfe, 0xed]);

const tlsOf = (settings: Readonly<Record<string, string>>) =>
  parseRegistryConfig(
    new Map([
      ['schema.registry.url', 'https://a'],
      ...Object.entries(settings).map(([key, value]) => [`schema.registry.ssl.${key}`, value] as const),
    ]),
  ).tls;

describe('TLS of a schema registry client', () => {
  test('trusts the certificates that are given, or those of a file in PEM', () => {
    const location = fileOf('trust.pem', pem);

    assert.deepEqual(tlsOf({ 'truststore.location': location }), { ca: pem });
    assert.deepEqual(tlsOf({ 'truststore.location': location, 'truststore.certificates': 'c' }), { ca: 'c' });
  });

  test('shows the key that is given with its chain, or the one of a file in PEM or PKCS12', () => {
    const location = fileOf('key.pem', pem);

    assert.deepEqual(tlsOf({ 'keystore.location': location }), { key: pem, cert: pem });
    assert.deepEqual(tlsOf({ 'keystore.location': fileOf('key.p12', pkcs12) }), { pfx: pkcs12 });
    assert.deepEqual(tlsOf({ 'keystore.key': 'k', 'keystore.certificate.chain': 'c' }), { key: 'k', cert: 'c' });
    assert.deepEqual(tlsOf({ 'keystore.key': 'k', 'keystore.location': location }), { key: pem, cert: pem });
  });

  test('opens keys with their own password, or else that of the key store', () => {
    const both = { 'keystore.password': 'store', 'key.password': 'key' };

    assert.deepEqual([both, { 'keystore.password': 'store' }, { 'key.password': '' }].map(tlsOf), [
      { passphrase: 'key' },
      { passphrase: 'store' },
      {},
    ]);
  });

  test('takes any host name only where the algorithm is empty', () => {
    const [any, own] = ['', 'https'].map(algorithm => tlsOf({ 'endpoint.identification.algorithm': algorithm }));

    // Node takes the name where the check finds no fault.
    assert.deepEqual([any?.checkServerIdentity?.(), Object.keys(any ?? {})], [undefined, ['checkServerIdentity']]);
    assert.deepEqual(own, {});
  });

  test('refuses stores of other formats, with the way to convert them', () => {
    const location = fileOf('store.jks', jks);

    assert.throws(() => tlsOf({ 'truststore.location': location }), {
      code: 'CONFIG_INVALID',
      message:
        /^Configuration schema\.registry\.ssl\.truststore\.location names a trust store that is not in PEM; write/,
    });
    assert.throws(() => tlsOf({ 'keystore.location': location }), {
      code: 'CONFIG_INVALID',
      message: /^Configuration schema\.registry\.ssl\.keystore\.location names a key store that is neither .*; convert/,
    });
    assert.throws(() => tlsOf({ 'keystore.location': join(folder, 'none') }), { message: /cannot be read: ENOENT/ });
  });

  test('is not read for an address without it', () => {
    const config = new Map([
      ['schema.registry.url', 'http://a'],
      ['schema.registry.ssl.truststore.location', '/nowhere'],
    ]);

    assert.equal(parseRegistryConfig(config).tls, null);
  });
});
