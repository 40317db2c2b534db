import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import { PluginFixture } from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(() => fixture.close());

/** A batch of one record with a value of `valueBytes`. */
function makeBatch(seq: number, valueBytes = 10): Buffer {
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema: 0, valueSchema: 0 });
  const value = Buffer.alloc(valueBytes, 'v');
  const record = {
    keyBuffer: value,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: value,
    valueStart: 0,
    valueEnd: valueBytes,
    timestampMs: 1,
    headers: [],
  };
  writer.append(record, { topicId: 1, partition: 0, offset: seq });
  return writer.finishSinkDown();
}

describe('a sink task', () => {
  test('says what it takes, answers assignments, batches and flushes, and stops', async () => {
    const task = await fixture.openSink('plain-sink');
    const started = await task.client.started;

    task.client.send({
      kind: 'assign',
      assign: { id: 1, opened: [{ topic: 't', partition: 0, offset: 0 }], closed: [] },
    });
    task.client.sendBatch(makeBatch(1));
    task.client.send({ kind: 'flush', flush: { id: 1 } });
    const [durable] = await task.take('durable', 1);
    const stopping = task.client.stop('STOP', 60_000);
    await task.take('stopped', 1);
    task.client.finish();

    assert.deepEqual(await stopping, { kind: 'stopped', isClean: true });
    assert.deepEqual([started.maxBatches, started.maxBytes], [4, 65_536]);
    assert.deepEqual(durable?.durable, { upToSeq: 1, offsets: [], flushId: 1 });
    const kinds = task.messages.map(message => message.kind).filter(kind => kind !== 'heartbeat');
    assert.deepEqual(kinds, ['started', 'assigned', 'result', 'durable', 'stopped']);
  });

  test('ends as failed when it calls durable what was never sent to it', async () => {
    const task = await fixture.openSink('acks-unsent');
    await task.client.started;

    task.client.sendBatch(makeBatch(1));
    const end = await task.client.ended;

    assert.equal(
      end.kind === 'failed' && end.error.message,
      'The plugin sent Durable for batch 6, but only 1 were sent to it',
    );
  });

  test('is not sent what its server would refuse, and goes on', async () => {
    const task = await fixture.openSink('plain-sink');
    await task.client.started;

    assert.throws(() => task.client.sendBatch(makeBatch(1, 4 * 1024 * 1024)), { code: 'MESSAGE_TOO_LARGE' });
    task.client.sendBatch(makeBatch(1));

    assert.equal((await task.take('result', 1)).length, 1);
  });

  test('holds its sender while it reads nothing, and gets everything in the end', async () => {
    const task = await fixture.openSink('slow-sink');
    await task.client.started;
    let waits = 0;

    for (let seq = 1; seq <= 64; seq += 1) {
      task.client.sendBatch(makeBatch(seq, 1024 * 1024));
      const beforeMs = fixture.clock.monotonicMs();
      await task.client.writable();
      if (fixture.clock.monotonicMs() - beforeMs > 50) waits += 1;
    }

    assert.equal((await task.take('result', 64)).length, 64);
    assert.ok(waits > 0);
  });
});
