import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReaderCache } from '../../../../src/converters/registry/reader-cache.ts';

describe('reader cache', () => {
  /** A cache, and what it had made. */
  function cacheOf(maxEntries: number) {
    const made: string[] = [];
    const cache = new ReaderCache<string>(maxEntries);
    const get = (id: number, version: number | null = null): string =>
      cache.get(id, version, () => {
        made.push(`${id}/${version}`);
        return `${id}/${version}`;
      });
    return { made, get };
  }

  test('makes a value once for an id and a version, which may be none', () => {
    const { made, get } = cacheOf(2);

    const got = [get(1), get(1, 1), get(1), get(1, 1)];

    assert.deepEqual(got, ['1/null', '1/1', '1/null', '1/1']);
    assert.deepEqual(made, ['1/null', '1/1']);
  });

  test('drops the oldest id beyond its bound', () => {
    const { made, get } = cacheOf(2);

    for (const id of [1, 2, 3, 2, 3, 1]) get(id);

    assert.deepEqual(made, ['1/null', '2/null', '3/null', '1/null']);
  });

  test('begins anew with the versions of an id beyond its bound', () => {
    const { made, get } = cacheOf(2);

    for (const version of [1, 2, 1, 2, 3, 3, 1]) get(7, version);

    assert.deepEqual(made, ['7/1', '7/2', '7/3', '7/1']);
  });
});
