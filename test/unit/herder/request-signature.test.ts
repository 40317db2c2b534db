import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  generateSessionKey,
  sessionKeyDueInMs,
  signRequest,
  verifyRequest,
} from '../../../src/herder/request-signature.ts';
import type { SessionKey } from '../../../src/storage/config-store.ts';

const key = { key: Buffer.from('key'), algorithm: 'HmacSHA256', createdAtMs: 1000 };
const body = Buffer.from('The quick brown fox jumps over the lazy dog');
const accepted = ['HmacSHA256'];
const rules = { algorithm: 'HmacSHA256', keyBits: null, ttlMs: 3_600_000 };

interface Given {
  readonly signed: Uint8Array;
  readonly key: SessionKey | null;
  readonly accepted: readonly string[];
}

describe('a signature', () => {
  // The example that HMAC's descriptions share.
  for (const [algorithm, known] of [
    ['HmacSHA1', 'de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9'],
    ['HmacSHA256', 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'],
    ['HmacSHA384', 'd7f4727e2c0b39ae0f1e40cc96f60242d5b7801841cea6fc592c5d3e1ae50700582a96cf35e1e554995fe4e03381c237'],
    [
      'HmacSHA512',
      'b42af09057bac1e2d41708e48a902e09b5ff7f12ab428a4fe86653c73dd248fb82f948a549f7b791a5b41915ee4d1ec3935357e4e2317250d0372afa2ebeeb3a',
    ],
  ] as const) {
    test(`is the MAC of the bytes under the session key, ${algorithm}`, () => {
      const signature = signRequest(body, key, algorithm);

      assert.deepEqual([signature.algorithm, Buffer.from(signature.mac).toString('hex')], [algorithm, known]);
    });
  }

  test('passes for the bytes that were signed', () => {
    const signature = signRequest(body, key, 'HmacSHA256');

    assert.doesNotThrow(() => verifyRequest(body, signature, { key, accepted }));
  });

  for (const [what, change, code] of [
    ['one byte differs', { signed: Buffer.from('the quick brown fox jumps over the lazy dog') }, 'SIGNATURE_INVALID'],
    ['the key differs', { key: { ...key, key: Buffer.from('other') } }, 'SIGNATURE_INVALID'],
    ['there is no key yet', { key: null }, 'SESSION_KEY_MISSING'],
    ['its algorithm is not accepted', { accepted: ['HmacSHA512'] }, 'SIGNATURE_MISSING'],
  ] as const) {
    test(`is refused with ${code} when ${what}`, () => {
      const given: Given = Object.assign({ signed: body, key, accepted }, change);
      const signature = signRequest(given.signed, key, 'HmacSHA256');

      assert.throws(() => verifyRequest(body, signature, given), { code });
    });
  }

  test('is refused with SIGNATURE_INVALID when it is cut short', () => {
    const { algorithm, mac } = signRequest(body, key, 'HmacSHA256');

    const check = (): void => verifyRequest(body, { algorithm, mac: mac.subarray(0, 31) }, { key, accepted });

    assert.throws(check, { code: 'SIGNATURE_INVALID' });
  });

  for (const signature of [null, { algorithm: 'HmacSHA256', mac: new Uint8Array() }]) {
    test(`is missed with SIGNATURE_MISSING when it is ${signature === null ? 'not there' : 'empty'}`, () => {
      assert.throws(() => verifyRequest(body, signature, { key, accepted }), {
        code: 'SIGNATURE_MISSING',
        message: 'Internal request missing required signature',
      });
    });
  }

  test('is refused with SIGNATURE_MISSING when its algorithm is accepted but unknown', () => {
    const signature = { algorithm: 'HmacMD5', mac: new Uint8Array(16) };

    assert.throws(() => verifyRequest(body, signature, { key, accepted: ['HmacMD5'] }), { code: 'SIGNATURE_MISSING' });
  });
});

describe('a session key', () => {
  test("has the size of its algorithm's keys, as Java generates them, unless another is asked for", () => {
    const bytes = ['HmacSHA1', 'HmacSHA256', 'HmacSHA384', 'HmacSHA512'].map(
      algorithm => generateSessionKey({ ...rules, algorithm }, 5).key.length,
    );

    assert.deepEqual(bytes, [20, 32, 48, 64]);
    assert.equal(generateSessionKey({ ...rules, keyBits: 500 }, 5).key.length, 63);
  });

  test('is of the algorithm and the time that it was made by', () => {
    const { algorithm, createdAtMs } = generateSessionKey({ ...rules, algorithm: 'HmacSHA1' }, 5);

    assert.deepEqual({ algorithm, createdAtMs }, { algorithm: 'HmacSHA1', createdAtMs: 5 });
    assert.throws(() => generateSessionKey({ ...rules, algorithm: 'HmacMD5' }, 5), RangeError);
  });

  test('of another size is kept where that size is asked for', () => {
    const present = { ...key, key: Buffer.alloc(63) };

    assert.equal(sessionKeyDueInMs(present, { ...rules, keyBits: 500 }, 1000), 3_600_000);
  });

  for (const [what, given, nowMs, due] of [
    ['when its time is over', {}, 1000, 3_600_000],
    ['at once when it is too old', {}, 4_000_000, 0],
    ['never when keys do not get old', { ttlMs: 0 }, 4_000_000, null],
    ['at once when it is of another algorithm', { algorithm: 'HmacSHA512', keyBits: 256 }, 1000, 0],
    ['at once when it is of another size', { keyBits: 128 }, 1000, 0],
  ] as const) {
    test(`is due ${what}`, () => {
      const present = { ...key, key: Buffer.alloc(32) };

      assert.equal(sessionKeyDueInMs(present, { ...rules, ...given }, nowMs), due);
    });
  }

  test('is due at once when there is none', () => {
    assert.equal(sessionKeyDueInMs(null, rules, 0), 0);
  });
});
