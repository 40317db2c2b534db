import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { OffsetIndex } from '../../../src/storage/offset-index.ts';
import { writeOf } from '../../support/offset-store-contract.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const text = (value: Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString());

/** An index of records, the first written at time 1, the next at 2. */
function indexOf(
  ...records: readonly (readonly [key: string | null, value: string | null, timestampMs?: number])[]
): OffsetIndex {
  const index = new OffsetIndex();
  for (const [at, [key, value, timestampMs]] of records.entries()) {
    index.apply({
      key: key === null ? null : bytes(key),
      value: value === null ? null : bytes(value),
      timestampMs: timestampMs ?? at + 1,
    });
  }
  return index;
}

const recordsFor = (index: OffsetIndex, partition: string, offset: string | null) =>
  index.recordsFor('c', [writeOf(partition, offset)]).map(({ key, value }) => [text(key), text(value)]);

const offsets = (index: OffsetIndex) => index.get('c').map(each => [text(each.partitionJson), text(each.offsetJson)]);

describe('the offset index', () => {
  test('has the last offset of each key', () => {
    const index = indexOf(['["c",{"p":1}]', '{"o":1}'], ['["c",{"p":2}]', '{"o":2}'], ['["c",{"p":1}]', '{"o":3}']);

    assert.deepEqual(offsets(index), [
      ['{"p":1}', '{"o":3}'],
      ['{"p":2}', '{"o":2}'],
    ]);
  });

  test('keeps the key bytes of a partition that is there, with their spaces and their order', () => {
    const index = indexOf(['["c", {"table":"t","db":"x"}]', '{"o":1}']);

    assert.deepEqual(recordsFor(index, '{"db":"x","table":"t"}', '{ "o": 2 }'), [
      ['["c", {"table":"t","db":"x"}]', '{"o":2}'],
    ]);
  });

  test('gives a new partition the key bytes of a Java HashMap', () => {
    assert.deepEqual(recordsFor(new OffsetIndex(), '{"server":"s","schema":"p","table":"t"}', '{}'), [
      ['["c",{"schema":"p","server":"s","table":"t"}]', '{}'],
    ]);
  });

  test('escapes a new key as Jackson does, surrogate pairs included', () => {
    assert.deepEqual(recordsFor(new OffsetIndex(), '{"f":"ü😀"}', '{}'), [['["c",{"f":"ü\\uD83D\\uDE00"}]', '{}']]);
  });

  test('takes the newest of several spellings, and removes the others with the next write', () => {
    const index = indexOf(
      ['["c",{"a":1,"b":2}]', '{"o":"old"}', 10],
      ['["c",{"b":2,"a":1}]', '{"o":"new"}', 30],
      ['["c",{ "a":1,"b":2}]', '{"o":"older"}', 5],
    );

    assert.deepEqual(index.lookup('c', [bytes('{"b":2,"a":1}')]).map(text), ['{"o":"new"}']);
    assert.deepEqual(
      offsets(index).map(([, offset]) => offset),
      ['{"o":"new"}'],
    );
    assert.deepEqual(recordsFor(index, '{"a":1,"b":2}', '{"o":1}'), [
      ['["c",{"b":2,"a":1}]', '{"o":1}'],
      ['["c",{"a":1,"b":2}]', null],
      ['["c",{ "a":1,"b":2}]', null],
    ]);
    assert.deepEqual(
      recordsFor(index, '{"a":1,"b":2}', null).map(([, value]) => value),
      [null, null, null],
    );
  });

  test('takes the spelling of a Java HashMap among those of one millisecond', () => {
    for (const records of [
      [['["c",{"a":1,"b":2}]', '{"o":"java"}', 7] as const, ['["c",{"b":2,"a":1}]', '{"o":"other"}', 7] as const],
      [['["c",{"b":2,"a":1}]', '{"o":"other"}', 7] as const, ['["c",{"a":1,"b":2}]', '{"o":"java"}', 7] as const],
    ]) {
      assert.deepEqual(
        indexOf(...records)
          .lookup('c', [bytes('{"a":1,"b":2}')])
          .map(text),
        ['{"o":"java"}'],
      );
    }
  });

  test('goes back to another spelling when the newest is removed, and to none with the last', () => {
    const index = indexOf(
      ['["c",{"a":1,"b":2}]', '{"o":1}'],
      ['["c",{"b":2,"a":1}]', '{"o":2}'],
      ['["c",{"b":2,"a":1}]', null],
    );
    const left = offsets(index);

    index.apply({ key: bytes('["c",{"a":1,"b":2}]'), value: null, timestampMs: 9 });

    assert.deepEqual(left, [['{"a":1,"b":2}', '{"o":1}']]);
    assert.deepEqual([index.connectors(), offsets(index)], [[], []]);
  });

  test('knows no connector by a key that is none, nor by a null partition', () => {
    const index = indexOf(
      [null, '{}'],
      ['garbage', '{}'],
      ['["c",null]', '{}'],
      ['["c",{"p":[1]}]', '{}'],
      ['["d",{}]', '{}'],
    );

    assert.deepEqual(index.connectors(), ['d']);
  });
});
