/**
 * Signatures of requests between workers: a MAC over the exact bytes of the request under the session key, which whoever can read the
 * config topic knows (KIP-507).
 *
 * @see `InternalRequestSignature` in Kafka Connect.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConnectError } from '../errors/connect-error.ts';
import type { SessionKey } from '../storage/config-store.ts';

/** A signature with what it was made by. */
export interface RequestSignature {
  /** Java's name of a MAC algorithm, such as `HmacSHA256`. */
  readonly algorithm: string;
  readonly mac: Uint8Array;
}

/** Java's names of MAC algorithms: the hash behind each, and the size of the keys that Java generates for it, in bits. */
const algorithms: ReadonlyMap<string, { readonly hash: string; readonly keyBits: number }> = new Map([
  ['HmacSHA1', { hash: 'sha1', keyBits: 160 }],
  ['HmacSHA256', { hash: 'sha256', keyBits: 256 }],
  ['HmacSHA384', { hash: 'sha384', keyBits: 384 }],
  ['HmacSHA512', { hash: 'sha512', keyBits: 512 }],
]);

/** Signs the bytes. @param algorithm one of Java's names; the key may be for another. */
export function signRequest(body: Uint8Array, key: SessionKey, algorithm: string): RequestSignature {
  return { algorithm, mac: macOf(body, key, algorithm) };
}

/**
 * Passes if the signature is that of these bytes under this key.
 *
 * @param options `accepted`: algorithms that may be used, `inter.worker.verification.algorithms`.
 * @throws {ConnectError} SIGNATURE_MISSING, SIGNATURE_INVALID, SESSION_KEY_MISSING.
 */
export function verifyRequest(
  body: Uint8Array,
  signature: RequestSignature | null,
  options: { readonly key: SessionKey | null; readonly accepted: readonly string[] },
): void {
  if (signature === null || signature.mac.length === 0) {
    throw new ConnectError('SIGNATURE_MISSING', 'Internal request missing required signature');
  }
  const { algorithm } = signature;
  if (!options.accepted.includes(algorithm) || !algorithms.has(algorithm)) {
    throw new ConnectError(
      'SIGNATURE_MISSING',
      `Internal request is signed by an algorithm that 'inter.worker.verification.algorithms' does not list`,
      { details: { accepted: options.accepted.join(',') } },
    );
  }
  if (options.key === null) {
    throw new ConnectError('SESSION_KEY_MISSING', 'This worker has read no session key yet; try again');
  }
  const expected = macOf(body, options.key, algorithm);
  if (expected.length === signature.mac.length && timingSafeEqual(expected, signature.mac)) return;
  throw new ConnectError('SIGNATURE_INVALID', 'Internal request contained invalid signature.');
}

/** What session keys are to be like. */
export interface SessionKeyRules {
  /** `inter.worker.key.generation.algorithm` */
  readonly algorithm: string;
  /** `inter.worker.key.size` in bits; null for the algorithm's own. */
  readonly keyBits: number | null;
  /** `inter.worker.key.ttl.ms`; 0: keys never get too old. */
  readonly ttlMs: number;
}

/** A new key. @throws {RangeError} for an algorithm that the configuration does not allow. */
export function generateSessionKey(rules: SessionKeyRules, nowMs: number): SessionKey {
  const known = algorithms.get(rules.algorithm);
  if (known === undefined) throw new RangeError(`No such algorithm: ${rules.algorithm}`);
  const key = randomBytes(Math.ceil((rules.keyBits ?? known.keyBits) / 8));
  return { key, algorithm: rules.algorithm, createdAtMs: nowMs };
}

/**
 * After how many milliseconds the leader has to make a new key: 0 for at once, because there is none or it was made under other
 * rules; null for never.
 */
export function sessionKeyDueInMs(key: SessionKey | null, rules: SessionKeyRules, nowMs: number): number | null {
  const known = algorithms.get(rules.algorithm);
  const bytes = Math.ceil((rules.keyBits ?? known?.keyBits ?? 0) / 8);
  if (key === null || key.algorithm !== rules.algorithm || key.key.length !== bytes) return 0;
  return rules.ttlMs === 0 ? null : Math.max(0, key.createdAtMs + rules.ttlMs - nowMs);
}

function macOf(body: Uint8Array, key: SessionKey, algorithm: string): Uint8Array {
  const known = algorithms.get(algorithm);
  if (known === undefined) throw new RangeError(`No such algorithm: ${algorithm}`);
  return createHmac(known.hash, key.key).update(body).digest();
}
