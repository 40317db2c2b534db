import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decryptRc2Cbc } from '../../../../src/config/key-stores/rc2.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('RC2', () => {
  // Of the vectors in section 5, those that let all bits of the key count.
  for (const [key, encrypted, plain] of [
    ['ffffffffffffffff', '278b27e42e2f0d49', 'ffffffffffffffff'],
    ['3000000000000000', '30649edf9be7d2c2', '1000000000000001'],
    ['88bca90e90875a7f0f79c384627bafb2', '2269552ab0f85ca6', '0000000000000000'],
  ] as const) {
    test(`decrypts what RFC 2268 encrypts with the key ${key}`, () => {
      const decrypted = decryptRc2Cbc({ key: hex(key), iv: Buffer.alloc(8), encrypted: hex(encrypted) });

      assert.equal(decrypted.toString('hex'), plain);
    });
  }

  for (const [key, encrypted] of [
    ['88bca90e90', '116a3d8017ae1fd8'],
    ['88bca90e90875a7f', 'ec1246a3069a41e9'],
  ] as const) {
    test(`decrypts what Java and OpenSSL encrypt with all bits of the key ${key}`, () => {
      const decrypted = decryptRc2Cbc({ key: hex(key), iv: Buffer.alloc(8), encrypted: hex(encrypted) });

      assert.equal(decrypted.toString('hex'), '0000000000000000');
    });
  }

  test('chains blocks', () => {
    // As OpenSSL's rc2-cbc encrypts it.
    const decrypted = decryptRc2Cbc({
      key: hex('88bca90e90875a7f0f79c384627bafb2'),
      iv: hex('0102030405060708'),
      encrypted: hex('c3c713a43d735fd83de9008e7c065ddf'),
    });

    assert.equal(decrypted.toString(), 'two blocks of it');
  });
});
