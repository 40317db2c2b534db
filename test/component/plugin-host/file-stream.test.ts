import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { packageRoot } from '../../../src/config/package-root.ts';
import { readManifest } from '../../../src/plugin-host/manifest.ts';
import type { PluginManifest } from '../../../src/plugin-host/plugin-manifest.ts';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import type { SourceOffset } from '../../../src/wire/data-messages.ts';
import { PluginFixture, type SourceProbe } from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;
let folder: string;

beforeEach(() => {
  fixture = new PluginFixture();
  folder = mkdtempSync(join(tmpdir(), 'file-stream-'));
});

afterEach(async () => {
  await fixture.close();
  rmSync(folder, { recursive: true });
});

function fileStream(): PluginManifest {
  const file = join(packageRoot(), 'dist/plugins/typescript/file-stream/plugin.json');
  if (!existsSync(file)) throw new Error('dist/plugins/typescript/file-stream is missing: run npm run build');
  return readManifest(file);
}

function openSource(offsets: readonly SourceOffset[] = []): Promise<SourceProbe> {
  const config = new Map([
    ['file', join(folder, 'in')],
    ['topic', 'lines'],
  ]);
  return fixture.openSource(fileStream(), { config, offsets });
}

/** Asks for batches until `count` lines have come; the offset is that of the last batch. */
async function readLines(
  task: SourceProbe,
  count: number,
): Promise<{ lines: string[]; offsets: readonly SourceOffset[] }> {
  const reader = new BatchReader();
  const lines: string[] = [];
  let offsets: readonly SourceOffset[] = [];
  for (let batches = 1; lines.length < count; batches += 1) {
    task.demand({ maxWaitMs: 100 });
    const batch = (await task.take('batch', batches)).at(-1)?.batch;
    assert.ok(batch !== undefined);
    reader.reset(batch.buffer, batch.start, batch.end);
    if (reader.offsetCount > 0) offsets = reader.readOffsets();
    while (reader.next()) lines.push(reader.valueBuffer.toString('utf8', reader.valueStart, reader.valueEnd));
  }
  return { lines, offsets };
}

describe('the file stream plugin under the plugin host', () => {
  test('reads lines, and goes on after SIGKILL where the offset says', async () => {
    writeFileSync(join(folder, 'in'), 'one\ntwo\n');
    const first = await openSource();
    const before = await readLines(first, 2);
    process.kill(first.plugin.pid, 'SIGKILL');
    const end = await first.client.ended;
    appendFileSync(join(folder, 'in'), 'three\n');

    const after = await readLines(await openSource(before.offsets), 1);

    assert.equal(end.kind, 'died');
    assert.deepEqual([before.lines, after.lines], [['one', 'two'], ['three']]);
  });

  test('stops clean when the worker has no more acknowledgements', async () => {
    writeFileSync(join(folder, 'in'), 'one\n');
    const task = await openSource();
    await readLines(task, 1);

    const stopping = task.client.stop('STOP', 30_000);
    await task.take('stopped', 1);
    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });
    task.client.finish();

    assert.deepEqual(await stopping, { kind: 'stopped', isClean: true });
  });

  test('writes what it is sent, durable when asked to flush', async () => {
    const config = new Map([
      ['file', join(folder, 'out')],
      ['topics', 'lines'],
    ]);
    const task = await fixture.openSink(fileStream(), { config, offers: ['RAW', 'UTF8'] });
    await task.client.started;
    const text = Buffer.from('onetwo');
    const writer = new BatchWriter();
    writer.begin({ seq: 1, keySchema: 0, valueSchema: 1 });
    for (const [start, end] of [
      [0, 3],
      [3, 6],
    ] as const) {
      const record = {
        keyBuffer: text,
        keyStart: -1,
        keyEnd: -1,
        valueBuffer: text,
        valueStart: start,
        valueEnd: end,
        timestampMs: 1,
        headers: [],
      };
      writer.append(record, { topicId: 1, partition: 0, offset: start });
    }

    task.client.send({
      kind: 'assign',
      assign: { id: 1, opened: [{ topic: 'lines', partition: 0, offset: 0 }], closed: [] },
    });
    await task.take('assigned', 1);
    const schemas = [{ id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 }] as const;
    task.client.send({ kind: 'declare', declare: { schemas, topics: [{ id: 1, name: 'lines' }] } });
    task.client.sendBatch(writer.finishSinkDown());
    task.client.send({ kind: 'flush', flush: { id: 1 } });
    const durables = await task.take('durable', 1);

    assert.equal(durables[0]?.durable.upToSeq, 1);
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'one\ntwo\n');
  });
});
