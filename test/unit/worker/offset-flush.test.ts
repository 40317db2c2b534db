import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred, type Deferred } from '../../../src/async/deferred.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import type { OffsetStore, OffsetWrite } from '../../../src/storage/offset-store.ts';
import { OffsetFlush } from '../../../src/worker/offset-flush.ts';
import { SubmittedBatches } from '../../../src/worker/submitted-batches.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A store whose writes end as the test says. */
class HeldStore implements OffsetStore {
  readonly puts: { readonly writes: readonly string[]; readonly done: Deferred<undefined> }[] = [];

  async load(): Promise<void> {
    return;
  }

  async connectors(): Promise<readonly string[]> {
    return [];
  }

  async get(): Promise<readonly never[]> {
    return [];
  }

  async lookup(): Promise<readonly null[]> {
    return [];
  }

  async put(_connector: string, writes: readonly OffsetWrite[]): Promise<void> {
    const done = createDeferred<undefined>();
    this.puts.push({ writes: writes.map(write => Buffer.from(write.offsetJson ?? []).toString()), done });
    await done.promise;
  }

  async close(): Promise<void> {
    return;
  }
}

function flushing() {
  const clock = new ManualClock();
  const store = new HeldStore();
  const committed: number[] = [];
  const submitted = new SubmittedBatches({ produced: () => undefined, failed: () => false });
  const flush = new OffsetFlush({
    connector: 'c',
    store,
    submitted,
    intervalMs: 1000,
    timeoutMs: 500,
    clock,
    log: createSilentLogger(),
    onCommitted: seq => committed.push(seq),
  });
  const done = (seq: number): void => submitted.submit(seq, [{ partition: '{"p":1}', offset: `{"n":${seq}}` }]).seal();
  return { clock, store, committed, flush, done };
}

describe('offset flush', () => {
  test('tells the commit only when the write is durable (I2)', async () => {
    const { store, committed, flush, done } = flushing();
    done(1);

    const flushed = flush.flush();
    await turn();
    const early = [...committed];
    store.puts[0]?.done.resolve(undefined);

    assert.equal(await flushed, true);
    assert.deepEqual(early, []);
    assert.deepEqual(committed, [1]);
  });

  test('keeps offsets whose write failed for the next flush', async () => {
    const { store, committed, flush, done } = flushing();
    done(1);
    const first = flush.flush();
    await turn();
    store.puts[0]?.done.reject(new Error('disk full'));
    const isFirstWritten = await first;

    const second = flush.flush();
    await turn();
    store.puts[1]?.done.resolve(undefined);
    await second;

    assert.equal(isFirstWritten, false);
    assert.deepEqual(store.puts[1]?.writes, ['{"n":1}']);
    assert.deepEqual(committed, [1]);
  });

  test('gives up on a write after its timeout and writes the newest offset next', async () => {
    const { clock, store, committed, flush, done } = flushing();
    done(1);
    const first = flush.flush();
    await turn();
    clock.advance(500);
    const isFirstWritten = await first;
    done(2);

    const second = flush.flush();
    await turn();
    store.puts[1]?.done.resolve(undefined);
    await second;

    assert.equal(isFirstWritten, false);
    assert.deepEqual(store.puts[1]?.writes, ['{"n":2}']);
    assert.deepEqual(committed, [2]);
  });

  test('writes nothing when there was no progress', async () => {
    const { store, flush } = flushing();

    await flush.flush();

    assert.deepEqual(store.puts, []);
  });

  test('flushes at its interval until it is stopped', async () => {
    const { clock, store, flush, done } = flushing();
    flush.start();
    done(1);
    clock.advance(1000);
    await turn();
    store.puts[0]?.done.resolve(undefined);
    await turn();
    done(2);
    clock.advance(1000);
    await turn();
    store.puts[1]?.done.resolve(undefined);
    await turn();
    flush.stop();
    done(3);
    clock.advance(5000);
    await turn();

    assert.equal(store.puts.length, 2);
  });
});
