import assert from 'node:assert/strict';
import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseDer } from '../../../../src/config/key-stores/der.ts';
import {
  boundedIterations,
  decryptWithPassword,
  maxIterations,
} from '../../../../src/config/key-stores/password-cipher.ts';
import { derivePkcs12Key, keyPurpose } from '../../../../src/config/key-stores/pkcs12-key.ts';

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const int = (hex: string): Buffer => der(0x02, Buffer.from(hex, 'hex'));

const salt = Buffer.from('0102030405060708', 'hex');
const plain = Buffer.from('what is to be kept');
const pbkdf2 = (...more: readonly Buffer[]): Buffer => oid2('2a864886f70d01050c', octets(salt), ...more);
const oid2 = (hex: string, ...parameters: readonly Buffer[]): Buffer => sequence(oid(hex), sequence(...parameters));

function encrypt(cipher: string, options: { readonly key: Buffer; readonly iv: Buffer }): Buffer {
  const stream = createCipheriv(cipher, options.key, options.iv);
  return Buffer.concat([stream.update(plain), stream.final()]);
}

const decrypt = (algorithm: Buffer, encrypted: Buffer, password = 'p'): string | undefined =>
  decryptWithPassword({ algorithm: parseDer(algorithm), encrypted, password })?.toString();

describe('what a password encrypts', () => {
  for (const [cipher, hex, keyBytes] of [
    ['aes-128-cbc', '60864801650304' + '0102', 16],
    ['aes-192-cbc', '60864801650304' + '0116', 24],
    ['aes-256-cbc', '60864801650304' + '012a', 32],
    ['des-ede3-cbc', '2a864886f70d0307', 24],
  ] as const) {
    test(`is decrypted by PBES2 with ${cipher}, its HMAC being that of SHA-1 where none is told`, () => {
      const iv = Buffer.alloc(cipher.startsWith('aes') ? 16 : 8, 9);
      const encrypted = encrypt(cipher, { key: pbkdf2Sync('p', salt, 7, keyBytes, 'sha1'), iv });
      const algorithm = oid2('2a864886f70d01050d', pbkdf2(int('07')), sequence(oid(hex), octets(iv)));

      assert.equal(decrypt(algorithm, encrypted), plain.toString());
      assert.equal(decrypt(algorithm, encrypted.subarray(1)), undefined);
    });
  }

  for (const [cipher, last, keyBytes] of [
    ['des-ede3-cbc', '03', 24],
    ['des-ede-cbc', '04', 16],
  ] as const) {
    test(`is decrypted by PKCS12's own way with ${cipher}`, () => {
      const from = { digest: 'sha1', password: 'p', salt, iterations: 3 };
      const key = derivePkcs12Key({ ...from, purpose: keyPurpose.key, keyBytes });
      const iv = derivePkcs12Key({ ...from, purpose: keyPurpose.iv, keyBytes: 8 });
      const algorithm = oid2(`2a864886f70d010c01${last}`, octets(salt), int('03'));

      assert.equal(decrypt(algorithm, encrypt(cipher, { key, iv })), plain.toString());
    });
  }

  // As OpenSSL's rc2-cbc and rc2-40-cbc encrypt it.
  for (const [bits, last, encrypted] of [
    [128, '05', '8ccc29633b2b28bc32fe676f964c09fe2dd229d0613431db'],
    [40, '06', '563ffa0cb437250bc674a9826bc3828ca56b2f21d26caa46'],
  ] as const) {
    test(`is decrypted by PKCS12's own way with RC2 and a key of ${bits} bits`, () => {
      const algorithm = oid2(`2a864886f70d010c01${last}`, octets(salt), int('03'));

      assert.equal(decrypt(algorithm, Buffer.from(encrypted, 'hex')), plain.toString());
    });
  }

  // As OpenSSL's rc2-40-cbc encrypts it, told not to pad.
  for (const [end, encrypted, expected] of [
    ['37 01', '0ca4569002c4ec16', '1234567'],
    ['38 08 08 08 08 08 08 08 08', '7c241e047418677c3a4c7d8eeae7388a', '12345678'],
    ['00 00 00 00 00 00 00 00', '7d00bb00e61002fe', undefined],
    ['37 09 09 09 09 09 09 09 09 09', '440a7f08ab49828a48755bc548b2ccb1', undefined],
    ['35 02 03 03', '9d45a34c247dd09c', undefined],
    ['35 03 02 03', '3322be1811d8a639', undefined],
  ] as const) {
    test(`is ${expected === undefined ? 'not ' : ''}decrypted with RC2 where it ends with ${end}`, () => {
      const algorithm = oid2('2a864886f70d010c0106', octets(salt), int('03'));

      assert.equal(decrypt(algorithm, Buffer.from(encrypted, 'hex')), expected);
    });
  }

  test('is not decrypted with RC2 where blocks are not whole, or the padding is none', () => {
    const algorithm = oid2('2a864886f70d010c0106', octets(salt), int('03'));

    assert.deepEqual(
      [7, 8, 0].map(length => decrypt(algorithm, Buffer.alloc(length))),
      [undefined, undefined, undefined],
    );
  });

  test('has keys of one iteration up to five million', () => {
    assert.deepEqual(
      [int('01'), int('4c4b40')].map(each => boundedIterations(parseDer(each))),
      [1, 5_000_000],
    );
    assert.equal(maxIterations, 5_000_000);
  });

  const iv = octets(Buffer.alloc(16));
  const aes = sequence(oid('6086480165030401' + '2a'), iv);
  for (const [algorithm, what] of [
    [sequence(oid('2a0304'), sequence()), 'is protected with the algorithm 1.2.3.4, which is not known'],
    [
      oid2('2a864886f70d01050d', sequence(oid('2a0304'), sequence()), aes),
      'is protected with the derivation of a key 1.2.3.4, which is not known',
    ],
    [
      oid2('2a864886f70d01050d', pbkdf2(int('07'), sequence(oid('2a0304'))), aes),
      'is protected with the HMAC 1.2.3.4, which is not known',
    ],
    [
      oid2('2a864886f70d01050d', pbkdf2(int('07')), sequence(oid('2a0304'), iv)),
      'is protected with the cipher 1.2.3.4, which is not known',
    ],
    [oid2('2a864886f70d01050d', pbkdf2(), aes), 'is damaged: a part is missing'],
    [
      oid2('2a864886f70d01050d', pbkdf2(int('4c4b41')), aes),
      'asks for 5000001 iterations to make a key, not for 1 to 5000000',
    ],
    [
      oid2('2a864886f70d010c0103', octets(salt), int('00')),
      'asks for 0 iterations to make a key, not for 1 to 5000000',
    ],
  ] as const) {
    test(`is refused: it ${what}`, () => {
      assert.throws(() => decrypt(algorithm, Buffer.alloc(16)), { fault: 'file', message: what });
    });
  }
});
