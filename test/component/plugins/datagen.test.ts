import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pluginService } from '../../../src/wire/grpc-services.ts';
import type { SourceStart } from '../../../src/wire/source-messages.ts';
import { type DrivenBatch, type DrivenSource, PluginDriver } from '../../support/plugin-driver.ts';

const className = 'millrace.datagen.DatagenSourceConnector';

describe('datagen', () => {
  let plugin: PluginDriver;
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'datagen' });
  });
  after(async () => {
    await plugin.close();
  });

  async function open(config: Record<string, string>, start: Partial<SourceStart> = {}): Promise<DrivenSource> {
    const task = plugin.openSource({ 'connector.class': className, topic: 't', rate: '0', ...config }, start);
    await task.expect('started');
    return task;
  }

  test('divides a count among as many tasks as there may be', async () => {
    const config = new Map([
      ['topic', 't'],
      ['rate', '0'],
      ['count', '10'],
    ]);
    const { tasks } = await plugin.call(pluginService.planTasks, { className, connector: 'c', config, maxTasks: 3 });

    const made: (string | null)[][] = [];
    for (const { config: taskConfig } of tasks) {
      const task = await open(Object.fromEntries(taskConfig));
      task.demand({ maxWaitMs: 1 });
      made.push(values([await task.nextBatch()]));
      task.demand({ maxWaitMs: 1 });
      made.push(values([await task.nextBatch()]));
      task.stream.cancel();
    }

    assert.deepEqual(made, [['0-0', '0-1', '0-2', '0-3'], [], ['1-0', '1-1', '1-2'], [], ['2-0', '2-1', '2-2'], []]);
  });

  test('goes on exactly where it was', async () => {
    const offsets = [
      {
        partitionJson: Buffer.from('{"generator":0}'),
        offsetJson: Buffer.from('{"count":999}'),
        tombstone: false,
      },
    ];
    const task = await open({ key: 'true' }, { offsets });

    task.demand({ maxRecords: 2 });
    const batch = await task.nextBatch();
    task.stream.cancel();

    assert.deepEqual(batch.records, [
      { key: '0-999', value: '0-999', timestampMs: -1 },
      { key: '0-1000', value: '0-1000', timestampMs: -1 },
    ]);
    assert.deepEqual(batch.offsets, [{ partition: { generator: 0 }, offset: { count: 1001 } }]);
  });

  for (const shape of ['counter', 'bytes', 'user', 'order']) {
    test(`makes the same records of shape ${shape} on every run`, async () => {
      const runs: (string | null)[][] = [];
      for (let run = 0; run < 2; run += 1) {
        const task = await open({ shape, size: '30', count: '200' });
        runs.push(values(await task.collect(records => records.length === 200)));
        task.stream.cancel();
      }

      assert.deepEqual(runs[0], runs[1]);
      assert.equal(new Set(runs[0]).size, 200);
      if (shape === 'bytes') assert.ok(runs[0]?.every(value => value?.length === 30));
      if (shape === 'user' || shape === 'order') {
        for (const value of runs[0] ?? []) assert.doesNotThrow(() => JSON.parse(value ?? '') as unknown);
      }
    });
  }

  test('keeps to its rate', async () => {
    const task = await open({ rate: '50' });
    const startMs = performance.now();

    await task.collect(records => records.length >= 20);
    task.stream.cancel();

    // 20 records at 50 a second take 400 ms; faster would be wrong, slower is the machine's fault.
    assert.ok(performance.now() - startMs >= 350);
  });

  test('refuses JSON of a shape that is none', async () => {
    const config = new Map([
      ['topic', 't'],
      ['schema', 'json'],
    ]);

    const { values: reports } = await plugin.call(pluginService.validateConfig, { className, config });

    assert.deepEqual(
      reports.filter(({ errors }) => errors.length > 0).map(({ name, errors }) => [name, errors]),
      [
        [
          'schema',
          ['Invalid value json for configuration schema: values of shape counter are no JSON; use shape user or order'],
        ],
      ],
    );
  });
});

function values(batches: readonly DrivenBatch[]): (string | null)[] {
  return batches.flatMap(batch => batch.records.map(record => record.value));
}
