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
  ] as const;

  for (const [password, salt, iterations, purpose, keyBytes, expected] of known) {
    test(`are the known ones for '${password}' as ${purpose}`, () => {
      const options = {
        digest: 'sha1',
        password,
        salt: Buffer.from(salt, 'hex'),
        iterations,
        purpose: keyPurpose[purpose],
        keyBytes,
      };

      assert.equal(derivePkcs12Key(options).toString('hex'), expected);
      assert.equal(derivePkcs12Key(options).toString('hex'), expected);
    });
  }
});
