import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { KeyStoreError, type KeyStore } from '../../../../src/config/key-stores/key-store.ts';
import { readKeyStore } from '../../../../src/config/key-stores/read-key-store.ts';
import { expectedStores, keyPassword, readStore, storePassword } from '../../../support/key-stores.ts';

const subjectOf = (certificate: X509Certificate): string => certificate.subject;
const trustedBy = (store: KeyStore): readonly string[] => store.trusted.map(subjectOf).sort();
const faultOf = (read: () => unknown): string => {
  try {
    read();
    return 'none';
  } catch (error) {
    if (error instanceof KeyStoreError) return error.fault;
    throw error;
  }
};

/** Java tells of several keys of one type the one that it asks first. */
const asked = (keys: readonly string[], expected: readonly string[]): readonly string[] =>
  keys.length > 2
    ? expected.filter(key => keys.includes(key))
    : keys.toSorted((a, b) => expected.indexOf(a) - expected.indexOf(b));

describe('key stores of Java', () => {
  for (const { file, trusted, withoutPassword } of expectedStores) {
    test(`trust what Java trusts in ${file}, with its password and without`, () => {
      const bytes = readStore(file);

      assert.deepEqual(trustedBy(readKeyStore(bytes, storePassword)), trusted);
      assert.deepEqual(trustedBy(readKeyStore(bytes, null)), withoutPassword);
    });
  }

  for (const { file, keys, keysByOwnPassword } of expectedStores) {
    test(`open the keys of ${file} with the passwords that Java opens them with`, () => {
      const store = readKeyStore(readStore(file), storePassword);

      for (const [password, expected] of [
        [storePassword, keys],
        [keyPassword, keysByOwnPassword],
      ] as const) {
        const openAll = (): readonly string[] =>
          store.keys.map(({ alias, chain, open }) => {
            assert.ok(chain[0]?.checkPrivateKey(open(password)));
            return [alias, ...chain.map(subjectOf)].join(' ');
          });
        // Java tells why as a text.
        if (typeof expected === 'string') assert.equal(faultOf(openAll), 'key password');
        else assert.deepEqual(asked(openAll(), expected), expected);
      }
    });
  }

  test('are not opened by a wrong password', () => {
    for (const { file } of expectedStores) {
      const hasNone = file === 'trust-open.p12';

      assert.equal(
        faultOf(() => readKeyStore(readStore(file), 'Store-secret')),
        hasNone ? 'none' : 'password',
        file,
      );
    }
  });

  test('are refused where they end too early, wherever that is', () => {
    for (const file of ['trust.jks', 'keys.jks', 'trust-open.p12', 'keys-own-password.p12']) {
      const bytes = readStore(file);

      const faults = everySeventh(bytes).map(end => faultOf(() => readKeyStore(bytes.subarray(0, end), null)));

      // A JKS file is read without its check; its other parts are all needed.
      assert.deepEqual([...new Set(faults)], ['file'], file);
    }
  });

  test('are refused where a JKS file was changed, wherever that is', () => {
    const bytes = readStore('keys.jks');

    const faults = everySeventh(bytes).map(at => faultOf(() => readKeyStore(flip(bytes, at), storePassword)));

    assert.deepEqual([...new Set(faults)].sort(), ['file', 'password']);
  });

  test('fail in no other way where a PKCS12 file was changed, wherever that is', () => {
    for (const file of ['trust-open.p12', 'keys-own-password.p12']) {
      const bytes = readStore(file);

      for (const at of everySeventh(bytes)) {
        faultOf(() => readKeyStore(flip(bytes, at), null).keys.map(({ alias }) => alias));
      }
    }
  });

  test('are told from other files', () => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const jceks = hex('cececece');

    const files = [jceks, Buffer.from('text'), hex('feedfe'), hex('feedfeed'), hex('3003020104')];

    const messages = files.map(bytes => {
      try {
        readKeyStore(bytes, null);
        return 'read';
      } catch (error) {
        return error instanceof KeyStoreError ? error.message : String(error);
      }
    });

    assert.deepEqual(messages, [
      'is in JCEKS, not in JKS, PKCS12 or PEM',
      'is not in JKS, PKCS12 or PEM',
      'is not in JKS, PKCS12 or PEM',
      'is a damaged JKS file: it ends after 4 bytes, within a field',
      'is no PKCS12 file of version 3 that a password protects',
    ]);
  });
});

/** Places in these bytes, few enough to try each. */
function everySeventh(bytes: Buffer): readonly number[] {
  return [...bytes.keys()].filter(at => at % 7 === 0);
}

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(bytes.readUInt8(at) ^ 0x41, at);
  return changed;
}
