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
  const { length } = content;
  const told = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...told]), content]);
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

const oid = (hexText: string): Buffer => der(6, hex(hexText));
/** A store of plain parts, each of these bags. */
const storeOf = (...parts: readonly (readonly Buffer[])[]): Buffer =>
  storeOfParts(...parts.map(bags => sequence(hex(data), der(0xa0, der(4, sequence(...bags))))));
const storeOfParts = (...parts: readonly Buffer[]): Buffer =>
  sequence(hex('020103'), sequence(hex(data), der(0xa0, der(4, sequence(...parts)))));

interface Attributes {
  readonly name?: string;
  readonly id?: string;
  readonly isTrusted?: true;
}

const bag = (kind: string, value: Buffer, { name, id, isTrusted }: Attributes): Buffer => {
  const attributes = [
    ...(name === undefined
      ? []
      : [sequence(oid('2a864886f70d010914'), der(0x31, der(0x1e, Buffer.from(name, 'utf16le').swap16())))]),
    ...(id === undefined ? [] : [sequence(oid('2a864886f70d010915'), der(0x31, der(4, hex(id))))]),
    ...(isTrusted ? [sequence(oid('6086480186f966adca7b0101'), der(0x31, hex('0604551d2500')))] : []),
  ];
  return sequence(oid(kind), der(0xa0, value), ...(attributes.length === 0 ? [] : [der(0x31, ...attributes)]));
};
const keyBag = (attributes: Attributes = {}, sealed = sequence()): Buffer =>
  bag('2a864886f70d010c0a0102', sealed, attributes);
const encoded = readPkcs12(readStore('keys.p12'), storePassword).keys.flatMap(key => key.chain);
/** One of the certificates `client-ec`, `ca-ec`, `client-rsa` and `ca-rsa`. */
const rawOf = (subject: string): Buffer =>
  encoded.find(each => each.subject === `CN=${subject}`)?.raw ?? Buffer.alloc(0);
const certificateBag = (subject: string, attributes: Attributes = {}): Buffer =>
  certificateBagOf(rawOf(subject), attributes);
const certificateBagOf = (raw: Buffer, attributes: Attributes): Buffer =>
  bag('2a864886f70d010c0a0103', sequence(oid('2a864886f70d01091601'), der(0xa0, der(4, raw))), attributes);

describe('a key in PKCS12', () => {
  const [ec, ca, rsa] = [certificateBag('client-ec'), certificateBag('ca-ec'), certificateBag('client-rsa')];
  // One signed the other, as far as names tell.
  const [byOther, other] = [Buffer.from(rawOf('ca-rsa')), Buffer.from(rawOf('ca-rsa'))];
  byOther.write('ca-two', byOther.indexOf('ca-rsa'));
  other.write('ca-two', other.lastIndexOf('ca-rsa'));
  const named = (subject: string, name: string, id?: string): Buffer =>
    certificateBag(subject, id === undefined ? { name } : { name, id });

  // What Java 17 sees in files of the same bytes: names of keys, each with its chain.
  for (const [title, bytes, keys] of [
    [
      'has the certificate of its id',
      storeOf([keyBag({ id: 'aa' }), certificateBag('client-ec', { id: 'aa' }), ca]),
      ['1 client-ec ca-ec'],
    ],
    [
      'has a chain that ends where it would come back to itself',
      storeOf([keyBag({ id: 'aa' }), certificateBagOf(byOther, { id: 'aa' }), certificateBagOf(other, {})]),
      ['1 ca-rsa ca-two'],
    ],
    [
      'has a chain that ends with what signed itself',
      storeOf([keyBag({ id: 'aa' }), certificateBagOf(byOther, {}), certificateBag('ca-rsa', { id: 'aa' })]),
      ['1 ca-rsa'],
    ],
    [
      'has of several certificates of its id the one of its name, in any case',
      storeOf([
        keyBag({ name: 'mine', id: 'aa' }),
        named('client-rsa', 'x', 'aa'),
        named('client-ec', 'MINE', 'aa'),
        named('ca-rsa', 'y', 'aa'),
      ]),
      ['mine client-ec'],
    ],
    [
      'has of several certificates of its id the last, where none has its name',
      storeOf([keyBag({ name: 'Mine', id: 'aa' }), named('client-rsa', 'x', 'aa'), named('client-ec', 'y', 'aa')]),
      ['mine client-ec'],
    ],
    [
      'has a certificate of its id before one of its name',
      storeOf([keyBag({ name: 'mine', id: 'aa' }), named('client-ec', 'x', 'aa'), named('client-rsa', 'mine', 'bb')]),
      ['mine client-ec'],
    ],
    [
      'has the last certificate of its name where none has its id',
      storeOf([keyBag({ name: 'mine', id: 'aa' }), named('client-rsa', 'mine', 'bb'), named('client-ec', 'mine'), ca]),
      ['mine client-ec ca-ec'],
    ],
    [
      'has no certificate of another id and name',
      storeOf([keyBag({ name: 'mine', id: 'aa' }), named('client-ec', 'x', 'bb')]),
      [],
    ],
    [
      'has no certificate that is trusted by itself',
      storeOf([keyBag({ name: 'mine', id: 'aa' }), certificateBag('client-ec', { id: 'aa', isTrusted: true })]),
      [],
    ],
    [
      'without an id has the certificate without one that begins a part behind it',
      storeOf([keyBag()], [ec, ca]),
      ['1 client-ec ca-ec'],
    ],
    ['without an id has no certificate that begins a part before it', storeOf([ec], [keyBag(), ca]), []],
    ['without an id has no certificate that follows in its part', storeOf([keyBag(), ec]), []],
    [
      'without an id has no certificate behind something else',
      storeOf([keyBag()], [bag('2a864886f70d010c0a0104', sequence(), {}), ec]),
      [],
    ],
    [
      'without an id has a certificate of its name',
      storeOf([named('ca-ec', 'x'), named('client-ec', 'mine')], [keyBag({ name: 'mine' })]),
      ['mine client-ec ca-ec'],
    ],
    [
      "without an id has the one that Java gives it, '01'",
      storeOf([certificateBag('client-ec', { id: '3031' })], [keyBag()]),
      ['1 client-ec'],
    ],
    [
      'without an id has no certificate where it is not the first key',
      storeOf([keyBag({ name: 'one' })], [ec], [keyBag({ name: 'two' })], [rsa], [named('client-rsa', 'two')]),
      ['one client-ec'],
    ],
    [
      'without a name has the count of what has none',
      storeOf([
        certificateBag('ca-rsa', { isTrusted: true }),
        certificateBag('ca-ec', { name: 'named', isTrusted: true }),
        rsa,
        keyBag({ name: 'named', id: 'aa' }),
        keyBag({ id: 'bb' }),
        certificateBag('client-ec', { id: 'bb' }),
      ]),
      ['2 client-ec ca-ec'],
    ],
  ] as const) {
    test(title, () => {
      assert.deepEqual(
        readPkcs12(bytes, storePassword).keys.map(({ alias, chain }) =>
          [alias, ...chain.map(each => each.subject.slice('CN='.length))].join(' '),
        ),
        keys,
      );
    });
  }

  test('is not opened by a password that leaves something else than a key', () => {
    const part = parseDer(parseDer(readStore('trust.p12')).child(1).child(1).child(0).octets()).child(0);
    const [, algorithm, content] = part.child(1).child(0).child(1).children();
    assert.ok(algorithm !== undefined && content !== undefined);
    const sealed = sequence(algorithm.encoded, der(4, content.octets()));
    const { keys } = readPkcs12(storeOf([keyBag({}, sealed)], [ec]), storePassword);

    for (const password of [storePassword, 'wrong']) {
      assert.throws(() => keys[0]?.open(password), {
        fault: 'key password',
        message: "holds the key '1', which its password does not open",
      });
    }
  });
});

describe('a part of a key store in PKCS12', () => {
  const algorithm = sequence(oid('2a0304'));
  const noContent = sequence(hex(encryptedData), der(0xa0, sequence(hex('020100'), sequence(hex(data), algorithm))));

  for (const [title, bytes, message] of [
    ['that is encrypted has content', storeOfParts(noContent), 'is damaged: it has no content'],
    [
      'has bags of a kind and a value',
      storeOf([sequence(oid('2a864886f70d010c0a0103'))]),
      'is damaged: a part is missing',
    ],
    [
      'has certificates that can be read',
      storeOf([certificateBagOf(Buffer.from('none'), { name: 'Odd' })]),
      "has the certificate 'odd', which is damaged",
    ],
    [
      'has certificates without a name that can be read',
      storeOf([certificateBagOf(Buffer.from('none'), {})]),
      "has the certificate '', which is damaged",
    ],
    ['stands behind a version', hex('3000'), 'is no PKCS12 file of version 3 that a password protects'],
    ['is missing', hex('3003020103'), 'is no PKCS12 file of version 3 that a password protects'],
  ] as const) {
    test(title, () => {
      assert.throws(() => readPkcs12(bytes, storePassword), { fault: 'file', message });
    });
  }

  test('is not decrypted by a wrong password, also where no MAC tells', () => {
    const [version, content] = parseDer(readStore('trust.p12')).children();
    assert.ok(version !== undefined && content !== undefined);
    const bytes = sequence(version.encoded, content.encoded);

    assert.equal(readPkcs12(bytes, storePassword).trusted.length, 2);
    assert.throws(() => readPkcs12(bytes, 'wrong'), { fault: 'password' });
  });

  test('has certificates that are not trusted, and other things', () => {
    const bytes = storeOf([certificateBag('ca-ec'), bag('2a864886f70d010c0a0105', sequence(), {})]);

    assert.deepEqual(readPkcs12(bytes, null), { trusted: [], keys: [] });
  });
});
