import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import type { SourceStart } from '../../../src/wire/source-messages.ts';
import { type DrivenBatch, type DrivenSource, PluginDriver, within } from '../../support/plugin-driver.ts';

describe('file-stream source', () => {
  let plugin: PluginDriver;
  let folder: string;
  let file: string;
  const opened: DrivenSource[] = [];

  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'file-stream' });
  });
  after(async () => {
    await plugin.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-file-'));
    file = join(folder, 'in.txt');
    plugin.logLines.length = 0;
  });
  afterEach(() => {
    for (const task of opened.splice(0)) task.stream.cancel();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(config: Record<string, string> = {}, start: Partial<SourceStart> = {}): DrivenSource {
    const task = plugin.openSource({ file, topic: 'lines', ...config }, start);
    opened.push(task);
    return task;
  }

  async function openStarted(
    config: Record<string, string> = {},
    start: Partial<SourceStart> = {},
  ): Promise<DrivenSource> {
    const task = open(config, start);
    await task.expect('started');
    return task;
  }

  test('sends lines as UTF8 values under a declared topic, with the position after the last one', async () => {
    writeFileSync(file, 'one\ntwo\r\nthr€e\n');
    const task = await openStarted();

    task.demand();
    const { declare } = await task.expect('declare');
    const batch = await task.nextBatch();

    assert.deepEqual(declare.topics, [{ id: 1, name: 'lines' }]);
    assert.deepEqual(declare.schemas, [{ id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 }]);
    assert.deepEqual(batch.seq, 1);
    assert.deepEqual(values([batch]), ['one', 'two', 'thr€e']);
    assert.deepEqual(batch.offsets, [{ partition: { filename: file }, offset: { position: 17 } }]);
  });

  test('gives a line the time at which it was read, as Kafka Connect does', async () => {
    const clock = new SystemClock();
    const task = await openStarted();
    const written = clock.nowMs();
    writeFileSync(file, 'one\ntwo\n');
    task.demand();
    const { records } = await task.nextBatch();
    const after = clock.nowMs();

    appendFileSync(file, 'three\n');
    task.demand();
    const { records: later } = await task.nextBatch();

    for (const { timestampMs } of records)
      assert.ok(written <= timestampMs && timestampMs <= after, String(timestampMs));
    for (const { timestampMs } of later) assert.ok(after <= timestampMs, String(timestampMs));
    assert.deepEqual([records.length, later.length], [2, 1]);
  });

  test('sends nothing without demand, and one batch per token', async () => {
    writeFileSync(file, 'a\nb\nc\n');
    const task = await openStarted({ 'batch.size': '1' });
    await task.heartbeat();
    const before = task.waiting;

    task.demand({ tokens: 2 });
    const batches = [await task.nextBatch(), await task.nextBatch()];
    await task.heartbeat();

    assert.equal(before, 0);
    assert.deepEqual(
      batches.map(batch => [batch.seq, values([batch])]),
      [
        [1, ['a']],
        [2, ['b']],
      ],
    );
    assert.equal(task.waiting, 0);
  });

  test('sends at most batch.size lines, and at most the records and bytes of the demand', async () => {
    writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(5000));
    const task = await openStarted();

    task.demand();
    const bySize = await task.nextBatch();
    task.demand({ maxRecords: 7 });
    const byRecords = await task.nextBatch();
    task.demand({ maxBytes: 5000 });
    const byBytes = await task.nextBatch();

    assert.deepEqual([bySize.records.length, byRecords.records.length], [2000, 7]);
    assert.ok(byBytes.messageBytes <= 5000 && byBytes.records.length > 40, String(byBytes.records.length));
  });

  test('answers demand with an empty batch when there is nothing for the time it may wait', async () => {
    writeFileSync(file, '');
    const task = await openStarted();

    task.demand({ maxWaitMs: 20 });
    const batch = await task.nextBatch();

    assert.deepEqual([batch.records, batch.offsets], [[], []]);
  });

  test('goes on at the position it is given', async () => {
    writeFileSync(file, 'one\ntwo\nthree\n');
    const offsets = [{ partitionJson: json({ filename: file }), offsetJson: json({ position: 4 }), tombstone: false }];
    const task = await openStarted({}, { offsets });

    const batches = await task.collect(records => records.length > 0);

    assert.deepEqual(values(batches), ['two', 'three']);
  });

  test('asks the worker for the position when it was not given all offsets', async () => {
    writeFileSync(file, 'one\ntwo\n');
    const task = open({}, { offsetsComplete: false });

    const { call } = await task.expect('call');
    const offsets = [{ partitionJson: json({ filename: file }), offsetJson: json({ position: 4 }), tombstone: false }];
    task.send({ kind: 'reply', reply: { id: call.id, error: null, reply: { kind: 'offsets', offsets: { offsets } } } });
    await task.expect('started');
    const batches = await task.collect(records => records.length > 0);

    assert.deepEqual(call.call, { kind: 'readOffsets', readOffsets: { partitionsJson: [json({ filename: file })] } });
    assert.deepEqual(values(batches), ['two']);
  });

  test('waits for a file that is not there yet, and warns once', async () => {
    const task = await openStarted();
    task.demand({ maxWaitMs: 250 });
    const empty = await task.nextBatch();

    writeFileSync(file, 'late\n');
    const batches = await task.collect(records => records.length > 0);

    assert.deepEqual(empty.records, []);
    assert.deepEqual(values(batches), ['late']);
    assert.equal(plugin.logLines.filter(line => line.includes('does not exist; waiting for it')).length, 1);
  });

  test('reads what is appended, and holds back a line until its end comes', async () => {
    writeFileSync(file, 'one\ntw');
    const task = await openStarted();
    const first = await task.collect(records => records.length > 0);

    appendFileSync(file, 'o\nthree\n');
    const second = await task.collect(records => records.length > 1);

    assert.deepEqual([values(first), values(second)], [['one'], ['two', 'three']]);
    assert.deepEqual(first[0]?.offsets, [{ partition: { filename: file }, offset: { position: 4 } }]);
  });

  test('starts over with a warning when the file is cut off', async () => {
    writeFileSync(file, 'one\ntwo\nthree\n');
    const task = await openStarted();
    await task.collect(records => records.length === 3);

    truncateSync(file, 0);
    task.demand({ maxWaitMs: 500 });
    const empty = await task.nextBatch();
    appendFileSync(file, 'four\n');
    const batches = await task.collect(records => records.length > 0);

    assert.deepEqual(empty.records, []);
    assert.deepEqual(values(batches), ['four']);
    assert.deepEqual(batches.at(-1)?.offsets, [{ partition: { filename: file }, offset: { position: 5 } }]);
    assert.ok(plugin.logLines.some(line => line.includes('was cut off at 0 bytes after 14')));
  });

  test('starts over with a warning when the file is shorter than the position it was left at', async () => {
    writeFileSync(file, 'new\n');
    const offsets = [
      { partitionJson: json({ filename: file }), offsetJson: json({ position: 400 }), tombstone: false },
    ];
    const task = await openStarted({}, { offsets });

    const batches = await task.collect(records => records.length > 0);

    assert.deepEqual(values(batches), ['new']);
    assert.ok(plugin.logLines.some(line => line.includes('is shorter (4 bytes) than the position 400')));
  });

  test('reads a file that takes the place of another from its start', async () => {
    writeFileSync(file, 'old\n');
    const task = await openStarted();
    await task.collect(records => records.length === 1);

    writeFileSync(`${file}.new`, 'brand\nnew\n');
    renameSync(`${file}.new`, file);
    const batches = await task.collect(records => records.length === 2);

    assert.deepEqual(values(batches), ['brand', 'new']);
  });

  for (const [what, make, reason] of [
    ['a folder', (path: string) => mkdirSync(path), 'it is a directory'],
    ['a path through a file', (path: string) => writeFileSync(path, ''), 'a part of its path is no directory'],
  ] as const) {
    test(`fails with path and reason on ${what}`, async () => {
      make(file);
      const path = what === 'a folder' ? file : join(file, 'x');
      const task = await openStarted({ file: path });

      task.demand();
      const { failure } = await task.expect('failure');
      const end = await within('the end', task.ended);

      assert.deepEqual(
        [failure.category, failure.code, failure.message],
        ['CONFIG', 'FILE_UNREADABLE', `File '${path}' cannot be read: ${reason}`],
      );
      assert.equal(end.code, 0);
    });
  }

  test('fails on a configuration without file or topic', async () => {
    const task = open({ file: '', topic: '' });

    const { failure } = await task.expect('failure');

    assert.deepEqual([failure.category, failure.code], ['CONFIG', 'CONFIG_INVALID']);
  });

  test('fails on an offset that is not its own', async () => {
    const offsets = [
      { partitionJson: json({ filename: file }), offsetJson: json({ position: 'x' }), tombstone: false },
    ];
    const task = open({}, { offsets });

    const { failure } = await task.expect('failure');

    assert.equal(failure.message, 'Offset position is the incorrect type');
  });

  test('fails on a line that no message can hold, and names where it is', async () => {
    await plugin.handshake(256 * 1024);
    writeFileSync(file, `ok\n${'x'.repeat(300 * 1024)}`);
    const task = await openStarted();

    task.demand();
    const batches = [await task.nextBatch()];
    task.demand();
    const { failure } = await task.expect('failure');
    await plugin.handshake();

    assert.deepEqual(values(batches), ['ok']);
    assert.deepEqual([failure.category, failure.code], ['DATA', 'LINE_TOO_LONG']);
    assert.match(failure.message, /at position 3/);
  });

  test('answers stop at once, while it waits for lines', async () => {
    writeFileSync(file, '');
    const task = await openStarted();
    task.demand({ maxWaitMs: 60_000 });

    task.stop();
    await task.nextBatch();
    const stopped = await task.next();
    const end = await within('the end', task.ended);

    assert.deepEqual([stopped.kind, end.code], ['stopped', 0]);
  });

  test('loses no line when it is killed between batches', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const victim = await PluginDriver.launch({ plugin: 'file-stream' });
    const first = victim.openSource({ file, topic: 't', 'batch.size': '100' });
    await first.expect('started');
    const before = await first.collect(records => records.length >= 500);

    victim.process.kill('SIGKILL');
    await within('the exit', victim.exited);
    const last = before.at(-1)?.offsets[0]?.offset;
    const offsets = [{ partitionJson: json({ filename: file }), offsetJson: json(last), tombstone: false }];
    const task = await openStarted({}, { offsets });
    const rest = await task.collect(records => records.length >= 2500);

    assert.deepEqual([...values(before), ...values(rest)], lines);
    await victim.close();
  });
});

function values(batches: readonly DrivenBatch[]): (string | null)[] {
  return batches.flatMap(batch => batch.records.map(record => record.value));
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
