import { hash } from 'node:crypto';
import { toUtf16 } from './utf16.ts';

/** What a derived key is for, by its number in RFC 7292. */
export const keyPurpose = { key: 1, iv: 2, mac: 3 } as const;

/** What a key is derived from. */
export interface Pkcs12KeyOptions {
  /** Name of the hash as Node has it, such as `sha1`. */
  readonly digest: string;
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly purpose: (typeof keyPurpose)[keyof typeof keyPurpose];
  readonly keyBytes: number;
}

/** Most keys that are remembered. A file asks for three or more, and each converter of each task reads its files. */
const maxRemembered = 64;
const remembered = new Map<string, Buffer>();

/**
 * A key from a password, as PKCS12 files have them beside PBKDF2 (RFC 7292, appendix B). Takes about 2 µs per iteration and hash, which is
 * up to half a second for a file of Java 11, so the last {@link maxRemembered} are remembered.
 */
export function derivePkcs12Key(options: Pkcs12KeyOptions): Buffer {
  const { digest, password, iterations, purpose, keyBytes } = options;
  const parts = [digest, password, options.salt.toString('hex'), iterations, purpose, keyBytes];
  const name = hash('sha256', JSON.stringify(parts));
  const key = remembered.get(name) ?? derive(options);
  remembered.delete(name);
  remembered.set(name, key);
  for (const [oldest] of remembered) if (remembered.size > maxRemembered) remembered.delete(oldest);
  return key;
}

function derive(options: Pkcs12KeyOptions): Buffer {
  const { digest, keyBytes } = options;
  const blockBytes = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  // The password's characters have two bytes each, and a zero at their end.
  const password = toUtf16(`${options.password}\0`);
  const seed = Buffer.concat([repeatToBlocks(options.salt, blockBytes), repeatToBlocks(password, blockBytes)]);
  const diversifier = Buffer.alloc(blockBytes, options.purpose);
  const parts: Buffer[] = [];
  for (let have = 0; have < keyBytes; have += parts.at(-1)?.length ?? 0) {
    let part = hash(digest, Buffer.concat([diversifier, seed]), 'buffer');
    for (let round = 1; round < options.iterations; round += 1) part = hash(digest, part, 'buffer');
    parts.push(part);
    const addend = Buffer.alloc(blockBytes, part);
    for (let at = 0; at < seed.length; at += blockBytes) addPlusOne(seed.subarray(at, at + blockBytes), addend);
  }
  return Buffer.concat(parts).subarray(0, keyBytes);
}

function repeatToBlocks(bytes: Buffer, blockBytes: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes, bytes);
}

/** Adds a number of the same length and one to a number in place, without what overflows. */
function addPlusOne(number: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let at = number.length - 1; at >= 0; at -= 1) {
    carry += number.readUInt8(at) + addend.readUInt8(at);
    number.writeUInt8(carry & 0xff, at);
    carry >>= 8;
  }
}
