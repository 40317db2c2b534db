import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { TLSSocket } from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createSchemaRegistry } from '../../../src/converters/registry/create-schema-registry.ts';
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts';
import { keyPassword, readStore, storePassword, storePath } from '../../support/key-stores.ts';

const { signal } = new AbortController();

/** Demands a certificate from its clients that `ca-rsa` or `ca-ec` signed, and answers with that certificate's name as a schema. */
class DemandingRegistry {
  readonly #server: Server;

  constructor() {
    const pem = readStore('server.pem');
    const options = { key: pem, cert: pem, ca: readStore('trust.pem'), requestCert: true, rejectUnauthorized: true };
    this.#server = createServer(options, ({ socket }, response) => {
      assert.ok(socket instanceof TLSSocket);
      response.end(JSON.stringify({ schema: socket.getPeerCertificate().subject.CN }));
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Name in the client's certificate that the registry saw. */
  async nameSeen(settings: Readonly<Record<string, string>>): Promise<string> {
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const config = parseRegistryConfig(
      new Map([
        ['schema.registry.url', `https://localhost:${address.port}`],
        ['max.retries', '0'],
        ...Object.entries(settings).map(([key, value]): [string, string] => [`schema.registry.ssl.${key}`, value]),
      ]),
    );
    return (await createSchemaRegistry(config, new SystemClock()).schemaById(1, signal)).schema;
  }
}

const trust = (file: string): Readonly<Record<string, string>> => ({
  'truststore.location': storePath(file),
  ...(file.endsWith('.pem') ? {} : { 'truststore.password': storePassword }),
});
const keys = (file: string, own: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  'keystore.location': storePath(file),
  ...(file.endsWith('.pem') ? {} : { 'keystore.password': storePassword }),
  ...own,
});

describe('a schema registry behind TLS', () => {
  const registry = new DemandingRegistry();
  before(() => registry.start());
  after(() => registry.stop());

  for (const file of [
    'trust.jks',
    'trust.p12',
    'trust-legacy.p12',
    'trust-sha512.p12',
    'trust-open.p12',
    'trust.pem',
    // These trust an authority that is signed by another, which is enough for Java.
    'between.jks',
    'between.p12',
  ]) {
    test(`is trusted by ${file}`, async () => {
      const password = file === 'trust-open.p12' ? { 'truststore.password': '' } : {};

      assert.equal(await registry.nameSeen({ ...trust(file), ...password, ...keys('keys-legacy.p12') }), 'client-rsa');
    });
  }

  for (const [file, name, own] of [
    ['keys.jks', /^client-(rsa|ec)$/, {}],
    ['keys.p12', /^client-(rsa|ec)$/, {}],
    ['keys-own-password.jks', /^client-rsa$/, { 'key.password': keyPassword }],
    ['keys-own-password.p12', /^client-ec$/, { 'key.password': keyPassword }],
    ['server.pem', /^server$/, {}],
  ] as const) {
    test(`sees the key of ${file}`, async () => {
      assert.match(await registry.nameSeen({ ...trust('trust.jks'), ...keys(file, own) }), name);
    });
  }

  test('is not trusted by a store that lacks its authority, nor by the authorities of Node', async () => {
    const unavailable = {
      code: 'REGISTRY_UNAVAILABLE',
      message: /unable to (get|verify)|self-signed|unable to get local/,
    };

    await assert.rejects(registry.nameSeen({ ...trust('keys.p12'), ...keys('keys.p12') }), unavailable);
    await assert.rejects(registry.nameSeen(keys('keys.p12')), unavailable);
  });

  test('does not answer a client without a key', async () => {
    await assert.rejects(registry.nameSeen(trust('trust.jks')), { code: 'REGISTRY_UNAVAILABLE' });
  });
});
