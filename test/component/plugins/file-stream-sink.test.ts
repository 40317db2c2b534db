import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { SinkStart } from '../../../src/wire/sink-messages.ts';
import { type DrivenSink, PluginDriver, within } from '../../support/plugin-driver.ts';
import { writeSinkBatch } from '../../support/sink-batch.ts';

describe('file-stream sink', () => {
  let plugin: PluginDriver;
  let folder: string;
  let file: string;
  const opened: DrivenSink[] = [];

  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'file-stream' });
  });
  after(async () => {
    await plugin.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-file-'));
    file = join(folder, 'out.txt');
    plugin.logLines.length = 0;
  });
  afterEach(() => {
    for (const task of opened.splice(0)) task.stream.cancel();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A started task that knows topic 1 and schema 1 (UTF8). */
  async function openStarted(path = file, start: Partial<SinkStart> = {}): Promise<DrivenSink> {
    const task = plugin.openSink({ file: path }, start);
    opened.push(task);
    await task.expect('started');
    const schemas = [{ id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 }] as const;
    task.send({ kind: 'declare', declare: { schemas, topics: [{ id: 1, name: 't' }] } });
    return task;
  }

  test('asks for UTF8 values where it can have them', async () => {
    const task = plugin.openSink({ file }, { offers: ['RAW', 'UTF8'] });
    opened.push(task);

    const { started } = await task.expect('started');

    assert.deepEqual(
      [started.keyFormat, started.valueFormat, started.ownsOffsets],
      ['FORMAT_UNSPECIFIED', 'UTF8', false],
    );
    assert.ok(started.maxBatches > 0 && started.maxBytes > 0);
  });

  test('fails when the worker can give no format that makes lines', async () => {
    const task = plugin.openSink({ file }, { offers: ['AVRO'] });
    opened.push(task);

    const { failure } = await task.expect('failure');

    assert.deepEqual([failure.category, failure.code], ['CONFIG', 'FORMAT_NOT_OFFERED']);
  });

  test('appends each value as a line, and null as Java prints it', async () => {
    writeFileSync(file, 'there before\n');
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['one', null, '', 'thr€e']));
    const { result } = await task.expect('result');

    assert.deepEqual(result, { seq: 1, r: { kind: 'ok', ok: true } });
    assert.equal(readFileSync(file, 'utf8'), 'there before\none\nnull\n\nthr€e\n');
  });

  test('prints the lines where no file is given, for the worker to log', async () => {
    const task = plugin.openSink({});
    opened.push(task);
    await task.expect('started');
    const schemas = [{ id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 }] as const;
    task.send({ kind: 'declare', declare: { schemas, topics: [{ id: 1, name: 't' }] } });

    task.sendBytes(writeSinkBatch(1, ['printed line']));

    assert.equal(await plugin.logged('printed line'), 'printed line');
  });

  test('answers partitions with nothing to seek', async () => {
    const task = await openStarted();
    const partitions = [{ topic: 't', partition: 0, offset: 5 }];

    task.send({ kind: 'assign', assign: { id: 1, opened: partitions, closed: [] } });
    const first = await task.expect('assigned');
    task.send({ kind: 'assign', assign: { id: 2, opened: [], closed: partitions } });
    const second = await task.expect('assigned');

    assert.deepEqual(
      [first.assigned, second.assigned],
      [
        { id: 1, seek: [] },
        { id: 2, seek: [] },
      ],
    );
  });

  test('answers a flush once everything before it is written', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['a']));
    task.sendBytes(writeSinkBatch(2, ['b']));
    task.send({ kind: 'flush', flush: { id: 7 } });
    await task.expect('result');
    await task.expect('result');
    const { durable } = await task.expect('durable');

    assert.deepEqual(durable, { upToSeq: 2, offsets: [], flushId: 7 });
    assert.equal(readFileSync(file, 'utf8'), 'a\nb\n');
  });

  test('says by itself that batches are durable, before the window is used up', async () => {
    const task = await openStarted();

    for (let seq = 1; seq <= 4; seq += 1) task.sendBytes(writeSinkBatch(seq, ['x']));
    for (let seq = 1; seq <= 4; seq += 1) await task.expect('result');
    const { durable } = await task.expect('durable');

    assert.deepEqual(durable, { upToSeq: 4, offsets: [], flushId: 0 });
  });

  test('says by itself that a single batch is durable, after a while', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['x']));
    await task.expect('result');
    const { durable } = await task.expect('durable');

    assert.equal(durable.upToSeq, 1);
  });

  test('fails with a clear message when the disk is full', async () => {
    const task = await openStarted('/dev/full');

    task.sendBytes(writeSinkBatch(1, ['x']));
    const { failure } = await task.expect('failure');
    const end = await within('the end', task.ended);

    assert.deepEqual(
      [failure.category, failure.code, failure.message, end.code],
      ['TRANSIENT', 'DISK_FULL', "File '/dev/full' cannot be written: no space is left on the device", 0],
    );
  });

  test('fails with path and reason where the file cannot be made', async () => {
    const path = join(folder, 'no', 'such', 'folder');
    const task = plugin.openSink({ file: path });
    opened.push(task);

    const { failure } = await task.expect('failure');

    assert.equal(
      failure.message,
      `Couldn't find or create file '${path}' for FileStreamSinkTask: its folder does not exist`,
    );
  });

  test('gives a line that was torn by a crash its end before it appends', async () => {
    writeFileSync(file, 'whole\nto');
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['torn']));
    await task.expect('result');

    assert.equal(readFileSync(file, 'utf8'), 'whole\nto\ntorn\n');
    assert.ok(plugin.logLines.some(line => line.includes('has no end; it gets one')));
  });

  test('writes what it was sent before the stop, then stops', async () => {
    const task = await openStarted();

    task.sendBytes(writeSinkBatch(1, ['a']));
    task.stop();
    await task.expect('result');
    const { durable } = await task.expect('durable');
    await task.expect('stopped');
    const end = await within('the end', task.ended);

    assert.deepEqual([durable.upToSeq, end.code], [1, 0]);
    assert.equal(readFileSync(file, 'utf8'), 'a\n');
  });

  test('goes on with another task when one was cancelled', async () => {
    const first = await openStarted();
    first.stream.cancel();

    const second = await openStarted();
    second.sendBytes(writeSinkBatch(1, ['x']));
    const { result } = await second.expect('result');

    assert.equal(result.seq, 1);
  });
});
