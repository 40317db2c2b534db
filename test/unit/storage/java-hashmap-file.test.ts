import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  decodeHashMap,
  encodeHashMap,
  JavaStreamError,
  type HashMapEntry,
} from '../../../src/storage/java-hashmap-file.ts';

/** Written by Java 17: `new ObjectOutputStream(file).writeObject(map)` with two keys, the second mapped to null. */
const writtenByJava = Buffer.from(
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c6478703f' +
    '4000000000000c77080000001000000002757200025b42acf317f8060854e002000078700000000d5b2263222c7b2269223a307d5d7571007e00020000' +
    '00077b2270223a307d7571007e00020000000d5b2263222c7b2269223a317d5d7078',
  'hex',
);

function readable(entries: readonly HashMapEntry[]): readonly (readonly [string | null, string | null])[] {
  const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());
  return entries.map(entry => [text(entry.key), text(entry.value)]);
}

function entriesOf(count: number): readonly HashMapEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`k${index}`),
    value: Buffer.from(`v${index}`),
  }));
}

describe('the Java HashMap codec', () => {
  test('reads a map that Java wrote', () => {
    assert.deepEqual(readable(decodeHashMap(writtenByJava)), [
      ['["c",{"i":0}]', '{"p":0}'],
      ['["c",{"i":1}]', null],
    ]);
  });

  test('writes the bytes that Java writes', () => {
    assert.equal(encodeHashMap(decodeHashMap(writtenByJava)).toString('hex'), writtenByJava.toString('hex'));
  });

  test('writes the empty map that Java writes', () => {
    assert.equal(
      encodeHashMap([]).toString('hex'),
      'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c6478703f' +
        '400000000000007708000000100000000078',
    );
  });

  test('reads back what it wrote, whatever the size', () => {
    for (const count of [0, 1, 12, 13, 24, 25, 1000]) {
      assert.deepEqual(readable(decodeHashMap(encodeHashMap(entriesOf(count)))), readable(entriesOf(count)));
    }
  });

  test('reads an array that Java wrote once and referred to later', () => {
    const shared = Buffer.from(writtenByJava.toString('hex').replace(/70(?=78$)/, '71007e0004'), 'hex');

    assert.deepEqual(readable(decodeHashMap(shared))[1], ['["c",{"i":1}]', '{"p":0}']);
  });

  test('refuses a file cut off at any byte', () => {
    for (let length = 0; length < writtenByJava.length; length += 1) {
      const torn = writtenByJava.subarray(0, length);
      assert.throws(() => decodeHashMap(torn), JavaStreamError, `cut at ${length}`);
    }
  });

  test('refuses or reads, but never breaks on, a file with any one byte changed', () => {
    for (let at = 0; at < writtenByJava.length; at += 1) {
      for (const byte of [0x00, 0x01, 0x70, 0x71, 0x75, 0x7f, 0x80, 0xff]) {
        const changed = Buffer.from(writtenByJava);
        changed[at] = byte;
        try {
          decodeHashMap(changed);
        } catch (error) {
          assert.ok(error instanceof JavaStreamError, `byte ${at} = ${byte}: ${String(error)}`);
        }
      }
    }
  });

  test('says what is wrong and where', () => {
    const cases: readonly (readonly [Buffer, string])[] = [
      [Buffer.alloc(0), 'it is empty (0 bytes)'],
      [Buffer.from('{"offsets":{}}'), 'it does not start with AC ED 00 05 as a Java object stream does'],
      [writtenByJava.subarray(0, 50), 'it ends at byte 50, in the middle of the class of the map'],
      [writtenByJava.subarray(0, 120), 'it ends at byte 120, in the middle of offset 1 of 2'],
      [Buffer.concat([writtenByJava, Buffer.from('xy')]), '2 more bytes follow its end at byte 159'],
      [
        Buffer.from('aced000574000161', 'hex'),
        'a map was expected just before byte 5, but something else stands there',
      ],
      [
        Buffer.from(writtenByJava.toString('hex').replace('486173684d6170', '547265654d6170'), 'hex'),
        'the object that it holds is not a java.util.HashMap',
      ],
    ];

    const messages = cases.map(([bytes]) => {
      try {
        decodeHashMap(bytes);
        return 'read';
      } catch (error) {
        return String(error instanceof Error ? error.message : error);
      }
    });

    assert.deepEqual(
      messages,
      cases.map(([, message]) => message),
    );
  });
});
