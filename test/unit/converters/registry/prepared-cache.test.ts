import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { PreparedCache } from '../../../../src/converters/registry/prepared-cache.ts';
import { SchemaPending } from '../../../../src/converters/schema-pending.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const { signal } = new AbortController();

describe('a prepared cache', () => {
  const clock = new ManualClock();
  const loaded: number[] = [];
  const cache = (
    options: { readonly maxEntries?: number; readonly ttlMs?: number; readonly fail?: ConnectError } = {},
  ) =>
    new PreparedCache<number, string>({
      load: async key => {
        loaded.push(key);
        if (options.fail !== undefined) throw options.fail;
        return `schema ${key}`;
      },
      describe: key => `Schema ${key}`,
      maxEntries: options.maxEntries ?? 10,
      maxMissing: 10,
      ttlMs: options.ttlMs ?? null,
      missingTtlMs: 0,
      clock,
    });

  test('asks for a fetch of what it lacks, and gives it then', async () => {
    const schemas = cache();

    const pending = pendingOf(() => schemas.get(1));
    await pending.fetch(signal);

    assert.match(pending.message, /^Schema 1 /);
    assert.equal(schemas.get(1), 'schema 1');
  });

  test('keeps values for ever where it is told no time', async () => {
    const schemas = cache();
    await pendingOf(() => schemas.get(1)).fetch(signal);

    schemas.get(1);
    clock.advance(1e9);

    assert.equal(schemas.get(1), 'schema 1');
  });

  test('drops the oldest value beyond its bound', async () => {
    const schemas = cache({ maxEntries: 2 });

    for (const key of [1, 2, 3]) await pendingOf(() => schemas.get(key)).fetch(signal);

    assert.throws(() => schemas.get(1), SchemaPending);
    assert.equal(schemas.get(2), 'schema 2');
    assert.equal(schemas.get(3), 'schema 3');
  });

  test('gives an answer of the registry to each who asks, for a second', async () => {
    loaded.length = 0;
    const schemas = cache({ fail: new ConnectError('REGISTRY_NOT_FOUND', 'Schema 1 not found') });
    await pendingOf(() => schemas.get(1)).fetch(signal);

    for (let count = 0; count < 3; count += 1) {
      assert.throws(() => schemas.get(1), { code: 'DATA_INVALID', message: 'Schema 1 not found' });
    }
    clock.advance(1000);

    assert.throws(() => schemas.get(1), SchemaPending);
    assert.deepEqual(loaded, [1]);
  });

  test('keeps no failure that may pass', async () => {
    const schemas = cache({ fail: new ConnectError('REGISTRY_UNAVAILABLE', 'down') });

    await assert.rejects(pendingOf(() => schemas.get(1)).fetch(signal), { code: 'REGISTRY_UNAVAILABLE' });

    assert.throws(() => schemas.get(1), SchemaPending);
  });

  test('gives what was fetched once, however long the fetch took', async () => {
    const schemas = cache({ ttlMs: 0 });

    await pendingOf(() => schemas.get(1)).fetch(signal);
    clock.advance(10_000);

    assert.equal(schemas.get(1), 'schema 1');
    assert.throws(() => schemas.get(1), SchemaPending);
  });
});

function pendingOf(run: () => unknown): SchemaPending {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof SchemaPending);
    return error;
  }
  return assert.fail('Nothing has to be fetched');
}
