import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPemKey } from '../../../../src/config/key-stores/pem.ts';
import { readStore } from '../../../support/key-stores.ts';

describe('a private key in PEM', () => {
  const server = readStore('server.pem').toString();

  test("has the alias of Kafka's client, and its certificates", () => {
    const { alias, chain, open } = readPemKey({ key: server, chain: server });

    assert.deepEqual([alias, ...chain.map(each => each.subject)], ['kafka', 'CN=server', 'CN=between']);
    assert.ok(chain[0]?.checkPrivateKey(open('')));
  });

  test('is missing in a text of certificates', () => {
    const trust = readStore('trust.pem').toString();

    assert.throws(() => readPemKey({ key: trust, chain: trust }), {
      fault: 'file',
      message: 'holds no private key in PEM',
    });
  });
});
