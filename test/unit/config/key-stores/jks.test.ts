import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { readJks } from '../../../../src/config/key-stores/jks.ts';
import { readStore } from '../../../support/key-stores.ts';

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([int(value.length).subarray(2), Buffer.from(value)]);
const utf16 = (value: string): Buffer => Buffer.from(value, 'utf16le').swap16();
const sha1 = (...parts: readonly Buffer[]): Buffer => createHash('sha1').update(Buffer.concat(parts)).digest();

const protector = '2b060104012a02110101';
const certificate = new X509Certificate(readStore('trust.pem')).raw;

/** A store of one key, whose bytes are these, protected by the password `p`; null is less than any key with its protection. */
function storeOf(
  key: Buffer | null,
  {
    oid = protector,
    chain = [],
    version = 2,
    alias = 'mine',
  }: {
    readonly oid?: string;
    readonly chain?: readonly Buffer[];
    readonly version?: number;
    readonly alias?: string;
  } = {},
): Buffer {
  const salt = Buffer.alloc(20, 7);
  const pad = sha1(utf16('p'), salt);
  const sealed =
    key === null
      ? Buffer.concat([salt, salt.subarray(1)])
      : Buffer.concat([salt, Buffer.from(key.map((byte, at) => byte ^ (pad[at] ?? 0))), sha1(utf16('p'), key)]);
  const algorithm = Buffer.concat([
    Buffer.from([0x30, 4 + oid.length / 2, 6, oid.length / 2]),
    Buffer.from(oid, 'hex'),
    Buffer.from([5, 0]),
  ]);
  const octets = Buffer.concat([Buffer.from([4, sealed.length]), sealed]);
  const info = Buffer.concat([Buffer.from([0x30, algorithm.length + octets.length]), algorithm, octets]);
  const entry = [int(1), text(alias), Buffer.alloc(8), int(info.length), info, int(chain.length)];
  const certificates = chain.flatMap(each => [...(version === 1 ? [] : [text('X.509')]), int(each.length), each]);
  const body = Buffer.concat([int(-0x01120113), int(version), int(1), ...entry, ...certificates]);
  return Buffer.concat([body, sha1(utf16('p'), Buffer.from('Mighty Aphrodite'), body)]);
}

const faultOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

describe('a key store in JKS', () => {
  test('has no key without a chain, which no server could be shown', () => {
    assert.deepEqual(readJks(storeOf(Buffer.from('key')), 'p'), { trusted: [], keys: [] });
  });

  test('of the first version has certificates without a type', () => {
    const store = storeOf(Buffer.from('key'), { version: 1, chain: [certificate], alias: '' });

    const { keys, trusted } = readJks(store, 'p');

    assert.deepEqual(
      [keys.map(({ alias, chain }) => [alias, chain.map(each => each.raw)]), trusted.map(each => each.raw)],
      [[['', [certificate]]], [certificate]],
    );
  });

  test('has certificates of X.509 alone, which can be read', () => {
    const other = storeOf(Buffer.from('key'), { chain: [certificate] });
    other.write('PGP!!', other.indexOf('X.509'));

    const none = storeOf(Buffer.from('key'), { chain: [Buffer.from('none')] });
    const message = 'is a damaged JKS file: a certificate';
    assert.equal(
      faultOf(() => readJks(other, null)),
      `${message} is of the unknown type 'PGP!!'`,
    );
    assert.match(String(faultOf(() => readJks(none, null))), new RegExp(`^${message} cannot be read: `));
  });

  test('is refused where it is of another version, or has entries of another kind', () => {
    const store = storeOf(Buffer.from('key'));
    const [version, kind] = [Buffer.from(store), Buffer.from(store)];
    version.writeInt32BE(3, 4);
    kind.writeInt32BE(3, 12);

    assert.deepEqual(
      [version, kind].map(bytes => faultOf(() => readJks(bytes, null))),
      ['is a damaged JKS file: version 3 is not known', "is a damaged JKS file: entry 'mine' is of the unknown kind 3"],
    );
  });

  test('is refused where it tells a length below zero, or ends within a field', () => {
    const [negative, short] = [storeOf(Buffer.from('key')), storeOf(Buffer.from('key'), { chain: [certificate] })];
    // After magic, version, count, kind, alias and time.
    negative.writeInt32BE(-1, 4 + 4 + 4 + 4 + 6 + 8);

    assert.deepEqual(
      [negative, short.subarray(0, -21)].map(bytes => faultOf(() => readJks(bytes, null))),
      [negative.length, short.length - 21].map(
        length => `is a damaged JKS file: it ends after ${length} bytes, within a field`,
      ),
    );
  });

  test('does not open keys of another protection, or of no kind', () => {
    const chain = [certificate];
    const open = (bytes: Buffer): unknown => readJks(bytes, 'p').keys[0]?.open('p');
    const noProtection = faultOf(() => open(storeOf(Buffer.from('key'), { chain, oid: '2a0304' })));

    const short = storeOf(null, { chain });
    assert.equal(
      faultOf(() => readJks(short, 'p').keys[0]?.open('p')),
      "is a damaged JKS file: key 'mine' is too short",
    );
    for (const key of ['key', '']) {
      const store = storeOf(Buffer.from(key), { chain });
      assert.throws(() => open(store), {
        fault: 'file',
        message: /^holds the key 'mine', which is of no known kind: /,
      });
    }
    assert.equal(noProtection, "is a damaged JKS file: key 'mine' is protected by the unknown algorithm 1.2.3.4");
  });
});
