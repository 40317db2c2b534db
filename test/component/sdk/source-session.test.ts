import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import type { SourceStart } from '../../../src/wire/source-messages.ts';
import { type DrivenSource, PluginDriver, within } from '../../support/plugin-driver.ts';

describe('source session', () => {
  let plugin: PluginDriver;
  const opened: DrivenSource[] = [];
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'probe' });
    await plugin.handshake();
  });
  after(async () => {
    await plugin.close();
  });
  afterEach(() => {
    for (const task of opened.splice(0)) task.stream.cancel();
    plugin.logLines.length = 0;
  });

  function open(behaviour: string, start: Partial<SourceStart> = {}): DrivenSource {
    const task = plugin.openSource({ behaviour }, start);
    opened.push(task);
    return task;
  }

  test('declares topics and schemas before the batch that uses them', async () => {
    const task = open('friendly');
    await task.expect('started');

    task.demand();
    const { declare } = await task.expect('declare');
    const { batch } = await task.expect('batch');

    assert.deepEqual(declare.topics, [
      { id: 1, name: 't' },
      { id: 2, name: 'u' },
    ]);
    assert.deepEqual(
      declare.schemas.map(({ id, format }) => [id, format]),
      [
        [1, 'UTF8'],
        [2, 'JSON'],
      ],
    );
    const reader = new BatchReader();
    reader.reset(batch.buffer, batch.start, batch.end);
    const read: unknown[] = [];
    while (reader.next()) {
      read.push([
        reader.topicId,
        reader.keyStart < 0 ? null : reader.keyBuffer.toString('utf8', reader.keyStart, reader.keyEnd),
        reader.valueStart < 0 ? null : reader.valueBuffer.toString('latin1', reader.valueStart, reader.valueEnd),
        [reader.keySchemaId, reader.valueSchemaId, reader.partition, reader.timestampMs],
        reader.headers.map(({ key, value, schemaId }) => [
          key,
          value === null ? null : Buffer.from(value).toString(),
          schemaId,
        ]),
      ]);
    }
    assert.deepEqual(read, [
      [1, 'k', 'text', [1, 1, -1, 5], []],
      [2, null, '{"json":[1]}', [0, 2, 2, -1], []],
      [
        1,
        null,
        '\u0001\u0002',
        [0, 0, -1, -1],
        [
          ['h', 'x', 1],
          ['h', null, 0],
        ],
      ],
      [1, 'gone', null, [1, 0, -1, -1], []],
    ]);
    assert.deepEqual(
      reader
        .readOffsets()
        .map(({ partitionJson, offsetJson, tombstone }) => [
          Buffer.from(partitionJson).toString(),
          Buffer.from(offsetJson).toString(),
          tombstone,
        ]),
      [
        ['{"table":"a"}', '{"row":2}', false],
        ['{"table":"b"}', '', true],
      ],
    );
  });

  test('splits what does not fit the demand, and sends offsets with the last piece only', async () => {
    const task = open('overfill');
    await task.expect('started');

    task.demand({ maxBytes: 4000, tokens: 1 });
    const first = await task.nextBatch();
    await task.heartbeat();
    const waitingWithoutToken = task.waiting;
    task.demand({ maxBytes: 4000, tokens: 3 });
    const rest = [await task.nextBatch(), await task.nextBatch(), await task.nextBatch()];

    assert.equal(waitingWithoutToken, 0);
    assert.deepEqual(
      [first, ...rest].map(({ seq, records, offsets }) => [seq, records.length, offsets.length]),
      [
        [1, 3, 0],
        [2, 3, 0],
        [3, 3, 0],
        [4, 1, 1],
      ],
    );
    assert.ok([first, ...rest].every(batch => batch.messageBytes <= 4000));
  });

  test('fails on a record that no message can hold, with both sizes', async () => {
    const task = open('huge');
    await task.expect('started');

    task.demand();
    const { failure } = await task.expect('failure');

    assert.deepEqual([failure.category, failure.code], ['DATA', 'RECORD_TOO_LARGE']);
    assert.match(failure.message, /about 52429\d\d bytes is larger than the 4128768 bytes/);
  });

  test('reports a failure as the plugin categorized it', async () => {
    const task = open('fail-start');

    const { failure } = await task.expect('failure');
    const end = await within('the end', task.ended);

    const { category, code, message, retryAfterMs, detail } = failure;
    assert.deepEqual(
      [category, code, message, retryAfterMs, end.code],
      ['RATE_LIMITED', 'SLOW_DOWN', 'Too fast', 1500, 0],
    );
    assert.match(detail, /ConnectorError: Too fast\n +at /);
  });

  test('reports an unexpected error as a bug of the plugin, and goes on serving others', async () => {
    const task = open('throw');
    await task.expect('started');
    task.demand();
    const { failure } = await task.expect('failure');
    const other = open('');

    await other.expect('started');

    assert.deepEqual([failure.category, failure.message], ['BUG', 'a fault of the plugin']);
  });

  test('sends signs of life before it has started and while a poll blocks', async () => {
    const task = open('block', { heartbeatMs: 60 });
    await task.expect('started');
    task.demand();

    for (let i = 0; i < 3; i += 1) await task.heartbeat();

    assert.ok(task.heartbeats >= 3);
  });

  test('says in a sign of life what it does', async () => {
    const task = plugin.openSource({ behaviour: 'report' }, { heartbeatMs: 60 });
    opened.push(task);
    await task.expect('started');

    await task.heartbeat();
    await task.heartbeat();

    assert.deepEqual([task.lastHeartbeat?.phase, task.lastHeartbeat?.backlog], ['snapshot', 42]);
  });

  test('asks the worker to create a topic, and fails with its answer', async () => {
    const task = open('create-topic');

    const { call } = await task.expect('call');
    const error = { category: 'AUTH', code: 'DENIED', message: 'Not allowed', detail: '', retryAfterMs: 0 } as const;
    task.send({ kind: 'reply', reply: { id: call.id, error, reply: null } });
    const { failure } = await task.expect('failure');

    assert.deepEqual(call.call, {
      kind: 'createTopic',
      createTopic: { topic: 'made', partitions: 3, replicationFactor: 0, configs: new Map() },
    });
    assert.deepEqual([failure.category, failure.code, failure.message], ['AUTH', 'DENIED', 'Not allowed']);
  });

  test('hears of commits only, cumulatively, with the records in them', async () => {
    const task = open('');
    await task.expect('started');
    for (let i = 0; i < 3; i += 1) {
      task.demand();
      await task.nextBatch();
    }

    task.send({ kind: 'ack', ack: { level: 'PRODUCED', upToSeq: 3, dropped: [] } });
    task.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 2, dropped: [] } });
    await plugin.logged('committed 2 with 2 records');
    task.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 3, dropped: [] } });
    await plugin.logged('committed 3 with 3 records');

    assert.equal(plugin.logLines.filter(line => line.includes('committed')).length, 2);
  });

  test('hears which records were dropped, and why, before the commit that covers them', async () => {
    const task = open('');
    await task.expect('started');
    task.demand();
    await task.nextBatch();
    const why = { category: 'DATA', code: 'DATA_INVALID', message: 'no JSON', detail: '', retryAfterMs: 0 } as const;
    const dropped = [
      { seq: 1, index: [0, 3], count: 2, why },
      { seq: 1, index: [4], count: 1, why: null },
    ];

    task.send({ kind: 'ack', ack: { level: 'PRODUCED', upToSeq: 1, dropped } });
    task.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });
    await plugin.logged('committed 1 with 1 records');

    const told = plugin.logLines
      .filter(line => /dropped|committed/.test(line))
      .map(line => /(dropped|committed) .*/.exec(line)?.[0]);
    assert.equal(told.length, 3);
    assert.match(told[0] ?? '', /^dropped 2 at 0,3 of 1: no JSON/);
    assert.match(told[1] ?? '', /^dropped 1 at 4 of 1: filtered/);
  });

  test('sends what it holds when it is stopped, then stops, and hears of its commit before it ends', async () => {
    const task = open('hold');
    await task.expect('started');
    task.demand({ maxWaitMs: 60_000 });

    task.stop();
    const held = await task.nextBatch();
    await task.expect('stopped');
    await plugin.logged('task stopped');
    task.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });
    await plugin.logged('committed 1 with 1 records');
    const end = await within('the end', task.ended);

    assert.deepEqual(
      held.records.map(record => record.value),
      ['held'],
    );
    assert.equal(end.code, 0);
  });

  test('ends after a stop when no commit comes before the deadline', async () => {
    const task = open('hold');
    await task.expect('started');
    task.demand({ maxWaitMs: 60_000 });

    task.stop(50);
    await task.nextBatch();
    await task.expect('stopped');
    const end = await within('the end', task.ended);

    assert.equal(end.code, 0);
  });

  test('stops the task when the worker cancels the stream', async () => {
    const task = open('hold');
    await task.expect('started');
    task.demand({ maxWaitMs: 60_000 });

    task.stream.cancel();

    await plugin.logged('task stopped');
  });

  test('takes a log level from the worker', async () => {
    const quiet = open('');
    await quiet.expect('started');
    quiet.send({ kind: 'logLevel', logLevel: 'debug' });
    quiet.send({ kind: 'logLevel', logLevel: 'not-a-level' });
    quiet.demand();
    await quiet.nextBatch();

    const talkative = open('');
    await talkative.expect('started');

    await plugin.logged('a debug line');
    quiet.send({ kind: 'logLevel', logLevel: 'info' });
  });

  test('writes log lines as JSON with level, message, connector and task', async () => {
    const task = open('');
    await task.expect('started');
    task.stop();

    const line: unknown = JSON.parse(await plugin.logged('task stopped'));

    assert.match(JSON.stringify(line), /^\{"level":30,.*"connector":"driven","task":0,"msg":"task stopped"\}$/);
  });
});
