import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type DrivenSink, PluginDriver, within } from '../../support/plugin-driver.ts';
import { writeSinkBatch } from '../../support/sink-batch.ts';

describe('sink session', () => {
  let plugin: PluginDriver;
  const opened: DrivenSink[] = [];
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'probe' });
  });
  after(async () => {
    await plugin.close();
  });
  afterEach(() => {
    for (const task of opened.splice(0)) task.stream.cancel();
    plugin.logLines.length = 0;
  });

  async function openStarted(): Promise<DrivenSink> {
    const task = plugin.openSink({});
    opened.push(task);
    await task.expect('started');
    const schemas = [{ id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 }] as const;
    task.send({ kind: 'declare', declare: { schemas, topics: [{ id: 1, name: 't' }] } });
    return task;
  }

  test('says what the task wants', async () => {
    const task = plugin.openSink({});
    opened.push(task);

    const { started } = await task.expect('started');

    assert.deepEqual(started, {
      maxBatches: 100,
      maxBytes: 1024 * 1024,
      keyFormat: 'FORMAT_UNSPECIFIED',
      valueFormat: 'UTF8',
      ownsOffsets: true,
      headerFormat: 'FORMAT_UNSPECIFIED',
    });
  });

  test('closes what was lost before it opens what was gained, and passes on where to seek', async () => {
    const task = await openStarted();

    task.send({
      kind: 'assign',
      assign: {
        id: 4,
        opened: [{ topic: 't', partition: 2, offset: 7 }],
        closed: [{ topic: 't', partition: 1, offset: null }],
      },
    });
    const { assigned } = await task.expect('assigned');

    assert.deepEqual(assigned, { id: 4, seek: [{ topic: 't', partition: 2, offset: 1002 }] });
    await plugin.logged('closed 1');
  });

  test('has a batch delivered again, and turns back those behind it meanwhile', async () => {
    const task = await openStarted();
    const batches = [writeSinkBatch(1, ['a', 'retry']), writeSinkBatch(2, ['b']), writeSinkBatch(3, ['c'])];

    for (const batch of batches) task.sendBytes(batch);
    const refused = [await task.expect('result'), await task.expect('result'), await task.expect('result')];
    for (const batch of batches) task.sendBytes(batch);
    const taken = [await task.expect('result'), await task.expect('result'), await task.expect('result')];
    await plugin.logged('took t 0 c of 3');

    assert.deepEqual(
      refused.map(({ result }) => result),
      [1, 2, 3].map(seq => ({ seq, r: { kind: 'retryAfterMs', retryAfterMs: 20 } })),
    );
    assert.deepEqual(
      taken.map(({ result }) => result),
      [1, 2, 3].map(seq => ({ seq, r: { kind: 'ok', ok: true } })),
    );
    const order = plugin.logLines.flatMap(line => /took t \d+ (\w+) of/.exec(line)?.[1] ?? []);
    assert.deepEqual(order, ['a', 'a', 'retry', 'b', 'c']);
  });

  test('takes no batch before the one that was turned back has come, however late', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['retry']));
    task.sendBytes(writeSinkBatch(2, ['b']));
    await task.expect('result');
    await task.expect('result');
    task.sendBytes(writeSinkBatch(1, ['a']));
    task.sendBytes(writeSinkBatch(3, ['c']));
    const [first, third] = [await task.expect('result'), await task.expect('result')];
    task.send({ kind: 'flush', flush: { id: 1 } });
    const { durable } = await task.expect('durable');

    assert.deepEqual([first.result.r?.kind, third.result.r?.kind, durable.upToSeq], ['ok', 'retryAfterMs', 1]);
  });

  test('fails the task when the worker leaves a batch out', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(2, ['b']));
    const { failure } = await task.expect('failure');

    assert.equal(failure.code, 'PROTOCOL_VIOLATION');
  });

  test('reports records that failed for good by their place in the batch', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['a', 'bad', 'b', 'bad']));
    const { result } = await task.expect('result');

    assert.ok(result.r?.kind === 'partial');
    assert.equal(result.r.partial.count, 4);
    assert.deepEqual(
      result.r.partial.failed.map(({ index, why }) => [index, why?.message]),
      [
        [1, 'a bad record'],
        [3, 'a bad record'],
      ],
    );
  });

  test('reports records that the task told while it went on, with their category', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['worse', 'bad', 'a']));
    task.sendBytes(writeSinkBatch(2, ['b']));
    const [{ result }, next] = [await task.expect('result'), await task.expect('result')];

    assert.ok(result.r?.kind === 'partial');
    assert.deepEqual(
      result.r.partial.failed.map(({ index, why }) => [index, why?.category, why?.code]),
      [
        [0, 'DATA', 'WORSE'],
        [1, 'BUG', 'UNEXPECTED'],
      ],
    );
    assert.deepEqual(next.result, { seq: 2, r: { kind: 'ok', ok: true } });
  });

  test('fails the task when it reports a record that the batch does not have', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['nowhere']));
    const { failure } = await task.expect('failure');

    assert.equal(failure.message, 'Batch 1 has 1 records, and none at position 1');
  });

  test('fails the task on any other error', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['throw']));
    const { failure } = await task.expect('failure');
    const end = await within('the end', task.ended);

    assert.deepEqual([failure.category, failure.message, end.code], ['BUG', 'a fault of the plugin', 0]);
  });

  test('fails the task on a record of a topic that was not declared', async () => {
    const task = plugin.openSink({});
    opened.push(task);
    await task.expect('started');

    task.sendBytes(writeSinkBatch(1, ['a']));
    const { failure } = await task.expect('failure');

    assert.equal(failure.code, 'PROTOCOL_VIOLATION');
  });

  test('promises nothing of batches that were taken until they are flushed', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['a']));
    await task.expect('result');
    await task.heartbeat();
    const unasked = task.waiting;
    task.send({ kind: 'flush', flush: { id: 3 } });
    const { durable } = await task.expect('durable');

    assert.equal(unasked, 0);
    assert.deepEqual(durable, { upToSeq: 1, offsets: [], flushId: 3 });
    await plugin.logged('flushed for commit');
  });

  test('passes on wishes about the flow', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['pause', 'commit']));
    const first = await task.expect('hint');
    const second = await task.expect('hint');

    assert.deepEqual(
      [first.hint, second.hint],
      [
        { pause: [{ topic: 't', partition: 0, offset: null }], resume: [], requestCommit: false },
        { pause: [], resume: [], requestCommit: true },
      ],
    );
  });
});
