import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseDer } from '../../../../src/config/key-stores/der.ts';
import { derivePkcs12Key, keyPurpose } from '../../../../src/config/key-stores/pkcs12-key.ts';
import { readPkcs12 } from '../../../../src/config/key-stores/pkcs12.ts';
import { readStore, storePassword } from '../../../support/key-stores.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** A store with the last of these bytes replaced by others of the same length. */
function changed(file: string, [from, to]: readonly [Buffer, Buffer]): Buffer {
  const bytes = Buffer.from(readStore(file));
  const at = bytes.lastIndexOf(from);
  assert.ok(at >= 0);
  to.copy(bytes, at);
  return bytes;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);

/** A store without passwords, and what its MAC is of. */
const open = parseDer(readStore('trust-open.p12'));
const safe = open.child(1).child(1).child(0).octets();
const salt = Buffer.from('salt');

/** The store with a MAC of SHA-1 by the password `p` in these parts. */
const withMac = (...parts: readonly Buffer[]): Buffer =>
  sequence(open.child(0).encoded, open.child(1).encoded, sequence(...parts));
const macOf = (iterations: number): Buffer => {
  const derived = { digest: 'sha1', password: 'p', salt, iterations, purpose: keyPurpose.mac, keyBytes: 20 };
  return createHmac('sha1', derivePkcs12Key(derived)).update(safe).digest();
};
const info = (mac: Buffer): Buffer => sequence(sequence(hex('06052b0e03021a')), der(4, mac));

const data = '06092a864886f70d010701';
const encryptedData = '06092a864886f70d010706';
const sha256 = '0609608648016503040201';

describe('a key store in PKCS12', () => {
  for (const [title, file, from, to, message] of [
    ['of another version', 'trust.p12', '020103', '020104', 'is no PKCS12 file of version 3 that a password protects'],
    [
      'that is signed',
      'empty.p12',
      data,
      '06092a864886f70d010702',
      'is no PKCS12 file of version 3 that a password protects',
    ],
    [
      'with a MAC that is not known',
      'trust.p12',
      sha256,
      '0609608648016503040207',
      'is protected with the MAC 2.16.840.1.101.3.4.2.7, which is not known',
    ],
  ] as const) {
    test(`${title} is refused`, () => {
      const bytes = changed(file, [hex(from), hex(to)]);

      assert.throws(() => readPkcs12(bytes, storePassword), { fault: 'file', message });
    });
  }

  test('has a MAC of one iteration where it tells none', () => {
    for (const bytes of [
      withMac(info(macOf(1)), der(4, salt)),
      withMac(info(macOf(1)), der(4, salt), hex('020101')),
      withMac(info(macOf(7)), der(4, salt), hex('020107')),
    ]) {
      assert.deepEqual(
        readPkcs12(bytes, 'p').trusted.map(each => each.subject),
        ['CN=ca-rsa', 'CN=ca-ec'],
      );
      assert.throws(() => readPkcs12(bytes, 'q'), { fault: 'password' });
    }
  });

  for (const [title, bytes, fault, message] of [
    ['nothing', withMac(), 'file', 'is damaged: a part is missing'],
    ['no salt', withMac(info(macOf(1))), 'file', 'is damaged: a part is missing'],
    [
      'no iterations',
      withMac(info(macOf(1)), der(4, salt), hex('020100')),
      'file',
      'asks for 0 iterations to make a key, not for 1 to 5000000',
    ],
    [
      'less than a hash',
      withMac(info(macOf(1).subarray(1)), der(4, salt)),
      'password',
      'is not opened by its password, or was changed after it was written',
    ],
  ] as const) {
    test(`with ${title} in its MAC is refused, but not where no password is given`, () => {
      assert.throws(() => readPkcs12(bytes, 'p'), { fault, message });
      assert.equal(readPkcs12(bytes, null).trusted.length, 2);
    });
  }

  test('with parts for the owner of a key is refused', () => {
    const bytes = changed('trust.p12', [hex(encryptedData), hex('06092a864886f70d010703')]);

    assert.throws(() => readPkcs12(bytes, null), {
      fault: 'file',
      message: 'has parts that no password protects, but keys',
    });
  });
});
