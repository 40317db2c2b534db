import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Bell } from '../../../src/async/bell.ts';
import type { Converter } from '../../../src/converters/converter.ts';
import { SchemaPending } from '../../../src/converters/schema-pending.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { FetchedRecords, RecordFetcher } from '../../../src/kafka/record-fetcher.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { FileOffsetStore } from '../../../src/storage/file-offset-store.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import { noTopicTracker } from '../../../src/worker/active-topics.ts';
import type { RecordErrors } from '../../../src/worker/errors/record-errors.ts';
import { SinkSubscription } from '../../../src/worker/sink-subscription.ts';
import { SinkTask } from '../../../src/worker/sink-task.ts';
import { createTaskConverters } from '../../../src/worker/task-converters.ts';
import { failingAt, fetchOf } from '../../support/fetched-records.ts';
import { idleFetcher } from '../../support/idle-fetcher.ts';
import { awaitLines, readLines } from '../../support/line-files.ts';
import { PluginFixture, rogueManifest } from '../../support/plugin-fixture.ts';
import { openQuietGroup } from '../../support/quiet-group.ts';
import { makeRecordErrors } from '../../support/record-errors.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';
import { TestFolder } from '../../support/worker-process.ts';

const settings = {
  offsetFlushIntervalMs: 60_000,
  offsetFlushTimeoutMs: 5000,
  shutdownTimeoutMs: 5000,
  pluginStartTimeoutMs: 10_000,
  warmProcesses: 0,
  pluginCallTimeoutMs: 10_000,
  heartbeatMs: 200,
  deadAfterMs: 10_000,
};

const strings = new Map([
  ['key.converter', 'StringConverter'],
  ['value.converter', 'StringConverter'],
]);
const first = { topic: 't', partition: 0, offset: 0 };
const second = { topic: 't', partition: 1, offset: 0 };

/** Brings of these records those of the partitions that are read, each once. */
function bringing(given: readonly FetchedRecords[]): RecordFetcher {
  const ready: FetchedRecords[] = [];
  const bell = new Bell();
  return {
    ...idleFetcher,
    add: start => {
      ready.push(...given.filter(({ topic, partition }) => topic === start.topic && partition === start.partition));
      bell.ring();
    },
    poll: async (_maxWaitMs, signal) => {
      signal.addEventListener('abort', () => bell.ring());
      while (ready.length === 0 && !signal.aborted) await bell.wait();
      return ready.splice(0);
    },
  };
}

describe('sink task whose partitions move', () => {
  let folder: TestFolder;
  let fixture: PluginFixture;

  beforeEach(async () => {
    folder = await TestFolder.create();
    fixture = new PluginFixture();
  });
  afterEach(async () => {
    await fixture.close();
    await folder.remove();
  });

  /** A task on the plugin that writes what it is told, with these records to read; `events` is the group's voice. */
  async function start(options: { given: readonly FetchedRecords[]; value?: Converter; errors?: RecordErrors }) {
    const { clock } = fixture;
    const log = createSilentLogger();
    const converters = createTaskConverters(strings, new Map());
    const { group, events } = openQuietGroup();
    const task = new SinkTask({
      id: { connector: 'c', task: 0 },
      epoch: 1,
      config: new Map([
        ['file', folder.file('out')],
        ['gate', folder.path],
      ]),
      lease: signal => fixture.launch(rogueManifest('gated'), { signal }),
      subscription: new SinkSubscription({ group, fetcher: bringing(options.given), log }),
      converters: { ...converters, value: options.value ?? converters.value },
      chain: new TransformChain(new Map(), 0),
      errors: options.errors ?? makeRecordErrors().errors,
      tracker: noTopicTracker,
      pluginLog: { level: 'info', onChange: () => () => undefined },
      offsets: new FileOffsetStore({ path: folder.file('offsets'), clock, log }),
      createTopic: async () => undefined,
      settings,
      clock,
      log,
    });
    const ended = task.run({ launched: () => undefined, started: () => undefined });
    const stop = async () => {
      task.stop('STOP', 5000);
      return ended;
    };
    return { events: await events, stop, output: folder.file('out') };
  }

  test('sends no record of a partition once it has told the plugin to close it', async () => {
    const many = Array.from({ length: 2000 }, (_, n) => String(n));
    const given = [fetchOf(many), fetchOf(['other'], { partition: 1 })];
    const { events, stop, output } = await start({ given });

    await events.assigned([first, second]);
    await awaitLines(output, 3);
    await events.revoked([first]);
    await untilTrue('the record of the other partition', async () =>
      (await readLines(output)).includes('put 1 0 other'),
    );
    const end = await stop();

    const lines = await readLines(output);
    const fromClose = lines.slice(lines.indexOf('close 0')).filter(line => line !== 'put 1 0 other');
    assert.deepEqual(fromClose, ['close 0', 'close 1']);
    assert.deepEqual(end, { kind: 'stopped' });
  });

  test('leaves the record that waited for a schema to whoever has its partition next', async () => {
    const missing = new SchemaPending('The schema', () =>
      Promise.reject(new ConnectError('REGISTRY_UNAVAILABLE', 'no answer')),
    );
    const bad = new ConnectError('DATA_INVALID', 'no data');
    const value = failingAt('!', text => (text === '!bad' ? bad : missing));
    const { errors, producer } = makeRecordErrors({
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dlq',
    });
    const given = [fetchOf(['!bad', '!waits']), fetchOf(['other'], { partition: 1 })];
    const { events, stop, output } = await start({ given, value, errors });

    await events.assigned([first, second]);
    await untilTrue('the report of the first record', () => producer.produced.length === 1);
    await events.revoked([first]);
    producer.finish(completion => completion.acked(1));
    await awaitLines(output, 4);
    await stop();

    assert.deepEqual(await readLines(output), ['open 0', 'open 1', 'close 0', 'put 1 0 other', 'close 1']);
    assert.deepEqual(
      producer.produced.map(record => record.value),
      ['!bad'],
    );
  });
});
