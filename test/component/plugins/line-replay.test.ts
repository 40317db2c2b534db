import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pluginService } from '../../../src/wire/grpc-services.ts';
import type { SourceStart } from '../../../src/wire/source-messages.ts';
import { type DrivenBatch, type DrivenSource, PluginDriver } from '../../support/plugin-driver.ts';

const className = 'millrace.datagen.LineReplaySourceConnector';

describe('line replay', () => {
  let plugin: PluginDriver;
  let folder: string;
  let file: string;
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'datagen' });
    folder = await mkdtemp(join(tmpdir(), 'millrace-line-replay-'));
    file = join(folder, 'lines');
    await writeFile(file, ['zero', 'one', 'two\r', 'three', '', 'five'].join('\n'));
  });
  after(async () => {
    await plugin.close();
    await rm(folder, { recursive: true, force: true });
  });

  function open(config: Record<string, string> = {}, start: Partial<SourceStart> = {}): DrivenSource {
    return plugin.openSource({ 'connector.class': className, file, topic: 't', rate: '0', ...config }, start);
  }

  async function plan(maxTasks: number): Promise<readonly Record<string, string>[]> {
    const config = new Map([
      ['file', file],
      ['topic', 't'],
      ['rate', '0'],
    ]);
    const { tasks } = await plugin.call(pluginService.planTasks, { className, connector: 'c', config, maxTasks });
    return tasks.map(task => Object.fromEntries(task.config));
  }

  test('deals the lines of a file out among the tasks, each once and then no more', async () => {
    const made: (string | null)[][] = [];
    for (const config of await plan(4)) {
      const task = open(config);
      await task.expect('started');
      task.demand({ tokens: 2, maxWaitMs: 1 });
      made.push(values([await task.nextBatch(), await task.nextBatch()]));
      task.stream.cancel();
    }

    assert.deepEqual(made, [['zero', ''], ['one', 'five'], ['two'], ['three']]);
  });

  test('goes on with the first line that was not sent', async () => {
    const [config] = await plan(2);
    const partition = { filename: file, stripe: 0, stripes: 2 };
    const partitionJson = Buffer.from(JSON.stringify(partition));
    const offsets = [{ partitionJson, offsetJson: Buffer.from('{"line":1}'), tombstone: false }];
    const task = open(config, { offsets });
    await task.expect('started');

    task.demand({ maxRecords: 1, maxWaitMs: 1 });
    const batch = await task.nextBatch();
    task.stream.cancel();

    assert.deepEqual(values([batch]), ['two']);
    assert.deepEqual(batch.offsets, [{ partition, offset: { line: 3 } }]);
  });

  test('fails with the name of a file that is not there', async () => {
    const task = open({ file: join(folder, 'absent') });

    const { failure } = await task.expect('failure');

    assert.match(failure.message, /absent' cannot be read: ENOENT/);
  });
});

function values(batches: readonly DrivenBatch[]): (string | null)[] {
  return batches.flatMap(batch => batch.records.map(record => record.value));
}
