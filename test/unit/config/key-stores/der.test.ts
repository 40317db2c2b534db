import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDer, type DerElement } from '../../../../src/config/key-stores/der.ts';
import { readKeyStore } from '../../../../src/config/key-stores/read-key-store.ts';
import { readStore, storePassword } from '../../../support/key-stores.ts';

const hex = (text: string): DerElement => parseDer(Buffer.from(text, 'hex'));

/** The same element in BER: no lengths are told, bytes come in pieces. */
function toBer({ tag, content, encoded }: DerElement): Buffer {
  const isMade = (tag & 0x20) !== 0;
  if (!isMade && tag !== 0x04 && tag !== 0x80) return encoded;
  const parts = isMade
    ? parseDer(encoded).children().map(toBer)
    : [content.subarray(0, 3), content.subarray(3)].map(toOctets);
  return Buffer.concat([Buffer.from([tag | 0x20, 0x80]), ...parts, Buffer.alloc(2)]);
}

/** Bytes of one letter, in one piece of one piece, and so on: so deep. */
function nestOctets(depth: number): string {
  let bytes = Buffer.from('040161', 'hex');
  for (let level = 0; level < depth; level += 1) bytes = Buffer.concat([Buffer.from([0x24, bytes.length]), bytes]);
  return bytes.toString('hex');
}

function toOctets(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.from([0x04, 0x84]), length, bytes]);
}

describe('elements of ASN.1', () => {
  test('have numbers and names', () => {
    assert.deepEqual(
      ['020100', '02027fff', '0201ff', '02047fffffff'].map(text => hex(text).int()),
      [0, 32_767, -1, 2_147_483_647],
    );
    assert.deepEqual(
      [
        '06092a864886f70d01070100',
        '0603550406',
        '0603883703',
        '060127',
        '060128',
        '060150',
        '06022a7f',
        '06042a818000',
      ].map(text => hex(text).oid()),
      ['1.2.840.113549.1.7.1', '2.5.4.6', '2.999.3', '0.39', '1.0', '2.0', '1.2.127', '1.2.16384'],
    );
  });

  test('have lengths of up to four bytes', () => {
    const long = Buffer.concat([Buffer.from('0483010000', 'hex'), Buffer.alloc(65_536, 7)]);

    assert.equal(parseDer(long).octets().length, 65_536);
    assert.equal(hex(`047f${'61'.repeat(127)}`).octets().length, 127);
    assert.equal(hex('0484000000016162').octets().toString(), 'a');
    assert.throws(() => hex('048500000000016162'), { fault: 'file', message: 'is damaged: a length is too large' });
  });

  for (const [text, read, what] of [
    ['', (element: DerElement) => element, 'it ends too early'],
    ['04', (element: DerElement) => element, 'it ends too early'],
    ['0482', (element: DerElement) => element, 'it ends too early'],
    ['040261', (element: DerElement) => element, 'it ends too early'],
    ['3080020101', (element: DerElement) => element, 'it ends too early'],
    ['308000', (element: DerElement) => element, 'it ends too early'],
    ['3001ff', (element: DerElement) => element.children(), 'it ends too early'],
    ['3080'.repeat(33), (element: DerElement) => element, 'its elements are nested too deeply'],
    [nestOctets(33), (element: DerElement) => element.octets(), 'its elements are nested too deeply'],
    ['030161', (element: DerElement) => element.children(), 'a single value stands where several belong'],
    ['3003020101', (element: DerElement) => element.child(1), 'a part is missing'],
    ['020101', (element: DerElement) => element.octets(), 'bytes are missing'],
    ['040101', (element: DerElement) => element.int(), 'a number is missing'],
    ['0200', (element: DerElement) => element.int(), 'a number is missing'],
    ['02050100000000', (element: DerElement) => element.int(), 'a number is too large'],
    ['020101', (element: DerElement) => element.oid(), 'an object identifier is missing'],
  ] as const) {
    test(`are not ${text.slice(0, 20)}: ${what}`, () => {
      assert.throws(() => read(hex(text)), { fault: 'file', message: `is damaged: ${what}` });
    });
  }

  test('may nest without lengths, and bytes in pieces', () => {
    const bytes = Buffer.from('3080'.repeat(32) + '0500' + '0000'.repeat(32), 'hex');

    assert.equal(parseDer(bytes).encoded.length, bytes.length);
    assert.equal(hex(nestOctets(32)).octets().toString(), 'a');
  });

  test('may be in BER, as Bouncy Castle writes PKCS12', () => {
    for (const file of ['keys.p12', 'trust-open.p12']) {
      const bytes = readStore(file);
      const ber = toBer(parseDer(bytes));

      const [expected, store] = [bytes, ber].map(each => readKeyStore(each, storePassword));

      assert.ok(ber.length > bytes.length);
      assert.deepEqual(
        store?.trusted.map(each => each.raw),
        expected?.trusted.map(each => each.raw),
      );
      assert.deepEqual(
        store?.keys.map(key => key.open(storePassword).export({ type: 'pkcs8', format: 'der' })),
        expected?.keys.map(key => key.open(storePassword).export({ type: 'pkcs8', format: 'der' })),
      );
    }
  });
});
