import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError } from '../../src/errors/connect-error.ts';
import type { OffsetStore } from '../../src/storage/offset-store.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** A write in texts. */
export const writeOf = (partition: string, offset: string | null) => ({
  partitionJson: bytes(partition),
  offsetJson: offset === null ? null : bytes(offset),
});

/** A connector's offsets as texts, sorted. */
export async function offsetsOf(store: OffsetStore, connector: string): Promise<readonly string[]> {
  const offsets = await store.get(connector);
  return offsets
    .map(each => [each.partitionJson, each.offsetJson].map(json => Buffer.from(json).toString()).join(' '))
    .sort();
}

/** Opens stores that see the same offsets, one after the other: the earlier one is closed. */
export type OffsetStoreOpener = (t: TestContext) => Promise<() => Promise<OffsetStore>>;

/** What every offset store does, whatever it keeps the offsets in. */
export function testOffsetStore(name: string, prepare: OffsetStoreOpener): void {
  describe(name, () => {
    test('is empty at first', async t => {
      const store = await (await prepare(t))();

      assert.deepEqual([await store.connectors(), await store.get('c')], [[], []]);
    });

    test('shows what was put, to the next worker too', async t => {
      const open = await prepare(t);
      const first = await open();

      await first.put('c', [writeOf('{"filename": "/a"}', '{"position": 42}'), writeOf('{"filename":"/b"}', '{}')]);
      await first.put('b', [writeOf('{}', '{"x":null}')]);
      const seen = [await first.connectors(), await offsetsOf(first, 'c')];
      await first.close();
      const second = await open();

      assert.deepEqual(seen, [
        ['b', 'c'],
        ['{"filename":"/a"} {"position":42}', '{"filename":"/b"} {}'],
      ]);
      assert.deepEqual([await second.connectors(), await offsetsOf(second, 'c')], seen);
    });

    test('finds a partition whatever the order of its fields', async t => {
      const open = await prepare(t);
      const first = await open();
      await first.put('c', [writeOf('{"b":1,"a":"x"}', '{"o":9007199254740993}')]);
      await first.close();
      const second = await open();
      await second.put('c', [writeOf('{"a":"x","b":1}', '{"o":2}')]);

      const found = await second.lookup('c', [bytes('{"a":"x","b":1}'), bytes('{"a":"x","b":2}')]);

      assert.deepEqual(
        found.map(json => json && Buffer.from(json).toString()),
        ['{"o":2}', null],
      );
      assert.equal((await second.get('c')).length, 1);
    });

    test('lets the later of two puts win', async t => {
      const store = await (await prepare(t))();

      await Promise.all(
        Array.from({ length: 40 }, (_, index) => store.put('c', [writeOf(`{"p":${index % 4}}`, `{"o":${index}}`)])),
      );

      assert.deepEqual(
        await offsetsOf(store, 'c'),
        [36, 37, 38, 39].map((offset, partition) => `{"p":${partition}} {"o":${offset}}`),
      );
    });

    test('removes on a null offset, also what was put just before', async t => {
      const store = await (await prepare(t))();
      await store.put('c', [writeOf('{"p":1}', '{"o":1}'), writeOf('{"p":2}', '{"o":2}')]);

      await Promise.all([
        store.put('c', [writeOf('{"p":1}', null)]),
        store.put('c', [writeOf('{"p":3}', '{"o":3}')]),
        store.put('c', [writeOf('{"p":3}', null)]),
      ]);
      const left = await offsetsOf(store, 'c');
      await store.put('c', [writeOf('{"p":2}', null)]);

      assert.deepEqual([left, await store.connectors()], [['{"p":2} {"o":2}'], []]);
    });

    test('refuses what is no flat JSON object, and stores nothing of that put', async t => {
      const store = await (await prepare(t))();

      for (const wrong of [writeOf('{"p":[]}', '{}'), writeOf('{"p":1}', '{"o":{}}'), writeOf('1', null)]) {
        await assert.rejects(store.put('c', [writeOf('{"p":0}', '{}'), wrong]), (error: unknown) => {
          assert.ok(error instanceof ConnectError);
          assert.equal(error.code, 'OFFSET_INVALID');
          return true;
        });
      }
      assert.deepEqual(await store.get('c'), []);
    });

    test('finishes what was put before it closes, though told twice, and takes nothing afterwards', async t => {
      const open = await prepare(t);
      const first = await open();
      const put = first.put('c', [writeOf('{}', '{"o":1}')]).then(() => 'put');

      await Promise.all([first.close(), first.close()]);
      const outcome = await Promise.race([put, turn('waits')]);
      const second = await open();

      assert.deepEqual([outcome, await offsetsOf(second, 'c')], ['put', ['{} {"o":1}']]);
      await assert.rejects(first.put('c', [writeOf('{}', '{}')]), { code: 'SHUTTING_DOWN' });
    });
  });
}
