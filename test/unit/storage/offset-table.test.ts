import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { HashMapEntry } from '../../../src/storage/java-hashmap-file.ts';
import { OffsetTable } from '../../../src/storage/offset-table.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const text = (value: Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString());
const entry = (key: string | null, value: string | null): HashMapEntry => ({
  key: key === null ? null : bytes(key),
  value: value === null ? null : bytes(value),
});
const write = (partition: string, offset: string | null) => ({
  partitionJson: bytes(partition),
  offsetJson: offset === null ? null : bytes(offset),
});
const stored = (table: OffsetTable) => table.entries().map(each => [text(each.key), text(each.value)]);

describe('the offset table', () => {
  test('finds a partition whatever the order of its fields and the spaces between them', () => {
    const { table } = OffsetTable.fromEntries([entry('["c",{"db":"x","table":9007199254740993}]', '{"lsn":1}')]);

    const found = table.lookup('c', [
      bytes('{ "table": 9007199254740993, "db": "x" }'),
      bytes('{"table":9007199254740992,"db":"x"}'),
    ]);

    assert.deepEqual(found.map(text), ['{"lsn":1}', null]);
  });

  test('keeps the key bytes of a known partition when its offset changes', () => {
    const { table } = OffsetTable.fromEntries([entry('["c",{"table":"t","db":"x"}]', '{"lsn":1}')]);

    const changed = table.with('c', [write('{"db":"x","table":"t"}', '{ "lsn": 2 }')]);

    assert.deepEqual(stored(changed), [['["c",{"table":"t","db":"x"}]', '{"lsn":2}']]);
    assert.deepEqual(stored(table), [['["c",{"table":"t","db":"x"}]', '{"lsn":1}']]);
  });

  test('gives a new partition the key bytes of a Java HashMap', () => {
    const { table } = OffsetTable.fromEntries([]);

    const changed = table.with('c', [write('{"server":"s","schema":"p","table":"t"}', '{"lsn":1}')]);

    assert.deepEqual(stored(changed), [['["c",{"schema":"p","server":"s","table":"t"}]', '{"lsn":1}']]);
  });

  test('removes a partition on a null offset', () => {
    const { table } = OffsetTable.fromEntries([entry('["c",{"f":1}]', '{"p":1}'), entry('["c",{"f":2}]', '{"p":2}')]);

    const changed = table.with('c', [write('{"f":1}', null)]);

    assert.deepEqual(stored(changed), [['["c",{"f":2}]', '{"p":2}']]);
  });

  test('reads a null value as a removed offset', () => {
    const { table } = OffsetTable.fromEntries([entry('["c",{"f":1}]', null)]);

    assert.deepEqual([table.connectors(), stored(table)], [[], []]);
  });

  test('takes the last of several writes to one partition', () => {
    const { table } = OffsetTable.fromEntries([]);

    const changed = table.with('c', [write('{"f":1}', '{"p":1}'), write('{"f":1}', null), write('{"f":1}', '{"p":3}')]);

    assert.deepEqual(stored(changed), [['["c",{"f":1}]', '{"p":3}']]);
  });

  test('keeps keys that it does not understand', () => {
    const foreign = [entry(null, 'x'), entry('["c",null]', '{"p":1}'), entry('garbage', null)];

    const { table, ignoredKeys } = OffsetTable.fromEntries(foreign);

    assert.equal(ignoredKeys, 3);
    assert.deepEqual(stored(table.with('d', [write('{}', '{}')])), [
      ['["d",{}]', '{}'],
      ...foreign.map(e => [text(e.key), text(e.value)]),
    ]);
  });

  test('takes the spelling of a Java HashMap where one partition is spelt in several ways', () => {
    const java = entry('["c",{"schema":"p","server":"s"}]', '{"lsn":1}');
    const other = entry('["c",{"server":"s","schema":"p"}]', '{"lsn":2}');

    const results = [
      [java, other],
      [other, java],
    ].map(entries => OffsetTable.fromEntries(entries));

    for (const { table, duplicateKeys } of results) {
      assert.deepEqual([stored(table), duplicateKeys], [[[text(java.key), text(java.value)]], 1]);
    }
  });

  test('tells all offsets of a connector, compactly, and none of one that has none', () => {
    const { table } = OffsetTable.fromEntries([entry('["c", {"f": 1}]', '{"p":1}'), entry('["d",{}]', '{}')]);

    const all = ['c', 'none'].map(connector =>
      table.get(connector).map(each => [text(each.partitionJson), text(each.offsetJson)]),
    );

    assert.deepEqual(all, [[['{"f":1}', '{"p":1}']], []]);
  });

  test('shows a new partition in the order in which its key has it', () => {
    const { table } = OffsetTable.fromEntries([]);

    const [stored] = table.with('c', [write('{"server":"s","schema":"p"}', '{}')]).get('c');

    assert.equal(text(stored?.partitionJson ?? null), '{"schema":"p","server":"s"}');
  });

  test('tells before a write whether it could take it', () => {
    const { table } = OffsetTable.fromEntries([]);

    table.checkWrites([write('{"f":1}', '{"p":1}'), write('{"f":1}', null)]);
    assert.throws(() => table.checkWrites([write('[]', '{}')]), {
      code: 'OFFSET_INVALID',
      message: /^Source partition /,
    });
    assert.throws(() => table.checkWrites([write('{}', '[]')]), { code: 'OFFSET_INVALID', message: /^Source offset / });
  });

  test('tells the connectors that have offsets', () => {
    const { table } = OffsetTable.fromEntries([
      entry('["b",{"f":1}]', '{}'),
      entry('["a",{"f":1}]', '{}'),
      entry('["c",{}]', '{}'),
    ]);

    assert.deepEqual(table.with('c', [write('{}', null)]).connectors(), ['a', 'b']);
  });
});
