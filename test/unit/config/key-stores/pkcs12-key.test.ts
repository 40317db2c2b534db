import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { derivePkcs12Key, keyPurpose } from '../../../../src/config/key-stores/pkcs12-key.ts';

describe("keys by PKCS12's derivation", () => {
  // Known answers that implementations of PKCS12 have tested with since its first version.
  const known = [
    ['smeg', '0a58cf64530d823f', 1, 'key', 24, '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3'],
    ['smeg', '0a58cf64530d823f', 1, 'iv', 8, '79993dfe048d3b76'],
    ['smeg', '3d83c0e4546ac140', 1, 'mac', 20, '8d967d88f6caa9d714800ab3d48051d63f73a312'],
    ['queeg', '05dec959acff72f7', 1000, 'key', 24, 'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4'],
    ['queeg', '05dec959acff72f7', 1000, 'iv', 8, '11dedad7758d4860'],
    ['queeg', '263216fcc2fab31c', 1000, 'mac', 20, '5ec4c7a80df652294c3925b6489a7ab857c83476'],
    // The start of the first one.
    ['smeg', '0a58cf64530d823f', 1, 'key', 21, '8aaae6297b6cb04642ab5b077851284eb7128f1a2a'],
    // As PKCS12KDF of OpenSSL 3 derives them; these hashes have blocks of 128 bytes.
    ['queeg', '05dec959acff72f7', 1000, 'mac', 24, '31663c7b6c0584ba23eb34bf4850b5953bcc64edd2279d13', 'sha384'],
    ['queeg', '05dec959acff72f7', 1000, 'mac', 24, 'b2587204c6cbda975c143740c4d3309850ac282bf83fb0e4', 'sha512'],
  ] as const;

  for (const [password, salt, iterations, purpose, keyBytes, expected, digest = 'sha1'] of known) {
    test(`are the known ones for '${password}' as ${purpose} of ${keyBytes} bytes by ${digest}`, () => {
      const options = {
        digest,
        password,
        salt: Buffer.from(salt, 'hex'),
        iterations,
        purpose: keyPurpose[purpose],
        keyBytes,
      };

      assert.equal(derivePkcs12Key(options).toString('hex'), expected);
    });
  }

  test('are derived once, as long as they are of the last 64 that were asked for (I7)', () => {
    const derive = (salt: number): Buffer =>
      derivePkcs12Key({
        digest: 'sha1',
        password: 'p',
        salt: Buffer.from([salt]),
        iterations: 1,
        purpose: keyPurpose.mac,
        keyBytes: 20,
      });
    const [first, second] = Array.from({ length: 64 }, (_, salt) => derive(salt));

    assert.equal(derive(0), first);
    derive(64);

    assert.equal(derive(0), first);
    assert.notEqual(derive(1), second);
  });
});
