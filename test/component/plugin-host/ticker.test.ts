import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import { BatchReader } from '../../../src/wire/batch-reader.ts';
import type { BatchRange, SourceOffset } from '../../../src/wire/data-messages.ts';
import { PluginFixture, type SourceProbe } from '../../support/plugin-fixture.ts';
import { tickerManifest } from '../../support/python-ticker.ts';

const className = 'io.millrace.ticker.TickerSourceConnector';

let fixture: PluginFixture;

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(() => fixture.close());

/** Values and offsets of a batch, as text. */
function readBatch({ buffer, start, end }: BatchRange): {
  values: string[];
  offsets: string[];
  raw: readonly SourceOffset[];
} {
  const reader = new BatchReader();
  reader.reset(buffer, start, end);
  const raw = reader.readOffsets();
  const offsets = raw.map(
    offset => `${Buffer.from(offset.partitionJson).toString()} ${Buffer.from(offset.offsetJson).toString()}`,
  );
  const values: string[] = [];
  while (reader.next()) values.push(reader.valueBuffer.toString('utf8', reader.valueStart, reader.valueEnd));
  return { values, offsets, raw };
}

/** What the ticker says to have pruned so far. */
function prunedLines(): readonly string[] {
  return fixture.lines.map(line => String(line['msg'])).filter(message => message.startsWith('committed'));
}

function startTicker(
  config: Readonly<Record<string, string>>,
  offsets: readonly SourceOffset[] = [],
): Promise<SourceProbe> {
  const full = new Map(Object.entries({ topic: 'ticks', 'interval.ms': '0', ...config }));
  return fixture.openSource(tickerManifest(), { connector: 'clock', config: full, offsets });
}

describe('the Python ticker', () => {
  test('has fewer than 100 lines and uses no SDK', () => {
    const source = readFileSync(join(tickerManifest().folder, 'ticker.py'), 'utf8');

    assert.ok(source.trimEnd().split('\n').length < 100);
    assert.doesNotMatch(source, /import millrace\b(?!\.plugin)/);
  });

  test('describes itself, checks a configuration and plans one task', async () => {
    const client = new ConnectorClient(await fixture.launch(tickerManifest()), {
      clock: fixture.clock,
      callTimeoutMs: 5000,
    });
    const config = new Map([['interval.ms', 'soon']]);

    const { keys } = await client.describe(className);
    const reports = await client.validateConfig(className, config);
    const tasks = await client.planTasks({ className, connector: 'clock', config, maxTasks: 4 });

    assert.deepEqual(
      keys.map(key => [key.name, key.required, key.defaultValue]),
      [
        ['topic', true, null],
        ['interval.ms', false, '1000'],
        ['count', false, '-1'],
      ],
    );
    assert.deepEqual(
      reports.map(report => report.errors),
      [
        ['Missing required configuration "topic" which has no default value.'],
        ['Invalid value soon for configuration interval.ms: Not a number of type LONG'],
        [],
      ],
    );
    assert.deepEqual(tasks, [config]);
  });

  test('watches until it is stopped', async () => {
    const client = new ConnectorClient(await fixture.launch(tickerManifest()), {
      clock: fixture.clock,
      callTimeoutMs: 5000,
    });
    const watch = client.watch({ className, connector: 'clock', config: new Map(), heartbeatMs: 100 }, 5000, {
      replanTasks: () => undefined,
    });
    await watch.started;

    assert.deepEqual(await watch.stop(), { kind: 'stopped', isClean: true });
  });

  test('sends ticks within its demand, with its topic, schema and offset', async () => {
    const task = await startTicker({});
    task.demand({ tokens: 2, maxRecords: 3 });

    const [declare] = await task.take('declare', 1);
    const batches = (await task.take('batch', 2)).map(({ batch }) => readBatch(batch));

    assert.deepEqual(declare?.declare.topics, [{ id: 1, name: 'ticks' }]);
    assert.deepEqual(
      declare.declare.schemas.map(schema => schema.format),
      ['JSON'],
    );
    assert.deepEqual(
      batches.map(({ values, offsets }) => ({ values, offsets })),
      [
        { values: ['{"tick":1}', '{"tick":2}', '{"tick":3}'], offsets: ['{"ticker": "clock"} {"tick":3}'] },
        { values: ['{"tick":4}', '{"tick":5}', '{"tick":6}'], offsets: ['{"ticker": "clock"} {"tick":6}'] },
      ],
    );
  });

  test('keeps its pace, and answers a demand in time when there is nothing', async () => {
    const task = await startTicker({ 'interval.ms': '60000' });
    task.demand({ tokens: 2, maxWaitMs: 50 });

    const batches = (await task.take('batch', 2)).map(({ batch }) => readBatch(batch).values);

    assert.deepEqual(batches, [['{"tick":1}'], []]);
  });

  test('ends at its count', async () => {
    const task = await startTicker({ count: '2' });
    task.demand({ tokens: 2, maxWaitMs: 50 });

    const batches = (await task.take('batch', 2)).map(({ batch }) => readBatch(batch).values);

    assert.deepEqual(batches, [['{"tick":1}', '{"tick":2}'], []]);
  });

  test('lives on heartbeats alone', async () => {
    const task = await startTicker({});

    const heartbeats = await task.take('heartbeat', 5);

    assert.equal(heartbeats.at(0)?.heartbeat.phase, 'ticking');
  });

  test('prunes on COMMITTED, not on PRODUCED, and after Stop too', async () => {
    const task = await startTicker({});
    task.demand({ tokens: 2, maxRecords: 1 });
    await task.take('batch', 2);
    task.client.send({ kind: 'ack', ack: { level: 'PRODUCED', upToSeq: 2, dropped: [] } });
    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });
    await fixture.line(/^committed up to tick 1$/);

    const stopping = task.client.stop('STOP', 30_000);
    await task.take('stopped', 1);
    const prunedBefore = prunedLines();
    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 2, dropped: [] } });
    task.client.finish();

    assert.deepEqual(await stopping, { kind: 'stopped', isClean: true });
    assert.deepEqual(prunedBefore, ['committed up to tick 1']);
    assert.deepEqual(prunedLines(), ['committed up to tick 1', 'committed up to tick 2']);
  });

  test('goes on from the committed offset after SIGKILL', async () => {
    const first = await startTicker({});
    first.demand({ tokens: 2, maxRecords: 5 });
    const [committed] = (await first.take('batch', 2)).map(({ batch }) => readBatch(batch));
    process.kill(first.plugin.pid, 'SIGKILL');
    const end = await first.client.ended;

    const second = await startTicker({}, committed?.raw);
    second.demand({ maxRecords: 2 });
    const [resumed] = (await second.take('batch', 1)).map(({ batch }) => readBatch(batch).values);

    assert.equal(end.kind, 'died');
    assert.deepEqual(resumed, ['{"tick":6}', '{"tick":7}']);
  });

  test('ends at the end of its stdin', async () => {
    const plugin = await fixture.launch(tickerManifest());

    plugin.closeStdin();

    assert.equal((await plugin.exited).code, 0);
  });
});
