import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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

  test('with parts for the owner of a key is refused', () => {
    const bytes = changed('trust.p12', [hex(encryptedData), hex('06092a864886f70d010703')]);

    assert.throws(() => readPkcs12(bytes, null), {
      fault: 'file',
      message: 'has parts that no password protects, but keys',
    });
  });
});
