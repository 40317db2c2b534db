import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { TaskEnd } from '../../../src/plugin-host/task-end.ts';
import { isAlive, PluginFixture } from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(() => fixture.close());

/** How a rogue's task ends after it got one demand. */
async function endAfterDemand(name: string): Promise<TaskEnd> {
  const task = await fixture.openSource(name);
  task.demand();
  return task.client.ended;
}

/** The end's kind with its error's code and message. */
function summary(end: TaskEnd): readonly [kind: string, code: string, message: string] {
  return end.kind === 'stopped' ? [end.kind, '', ''] : [end.kind, end.error.code, end.error.message];
}

describe('a source task', () => {
  test('sends as many batches as it was granted, and none without demand', async () => {
    const task = await fixture.openSource('plain');
    await task.client.started;

    task.demand({ tokens: 2 });
    await task.take('batch', 2);
    // The heartbeat that follows has passed every batch that the plugin might have sent.
    const heartbeats = task.messages.filter(message => message.kind === 'heartbeat').length;
    await task.take('heartbeat', heartbeats + 1);

    assert.equal(task.messages.filter(message => message.kind === 'batch').length, 2);
    assert.equal(task.client.tokens, 0);
  });

  test('hands over each batch with the reader on it', async () => {
    const task = await fixture.openSource('plain');
    const read: string[] = [];
    task.client.onUp(message => {
      const { batch } = task.client;
      if (message.kind === 'batch' && batch.next())
        read.push(`${batch.seq} ${batch.valueBuffer.toString('utf8', batch.valueStart, batch.valueEnd)}`);
      if (read.length === 2) void task.client.stop('STOP', 1000);
    });

    task.demand({ tokens: 2 });
    await task.client.stop('STOP', 1000);

    assert.deepEqual(read, ['1 record 1', '2 record 2']);
  });

  test('gets acknowledgements of both levels, in order', async () => {
    const task = await fixture.openSource('plain');
    task.client.send({ kind: 'ack', ack: { level: 'PRODUCED', upToSeq: 1, dropped: [] } });
    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });

    await fixture.line(/^ack COMMITTED 1$/);

    const acks = fixture.lines.map(line => String(line['msg'])).filter(message => message.startsWith('ack'));
    assert.deepEqual(acks, ['ack PRODUCED 1', 'ack COMMITTED 1']);
  });

  test('stops clean after Stopped, with acknowledgements until the worker has no more', async () => {
    const task = await fixture.openSource('plain');
    const ended = task.client.stop('STOP', 60_000);
    await task.take('stopped', 1);

    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 9, dropped: [] } });
    task.client.finish();

    assert.deepEqual(await ended, { kind: 'stopped', isClean: true });
    assert.ok(fixture.lines.some(line => line['msg'] === 'ack COMMITTED 9'));
    assert.equal(isAlive(task.plugin.pid), false);
  });

  test('is cancelled at its deadline if the worker never says that it has no more', async () => {
    const task = await fixture.openSource('plain');

    const end = await task.client.stop('STOP', 100);

    assert.deepEqual(end, { kind: 'stopped', isClean: true });
  });

  test('takes what is sent after its end without harm', async () => {
    const task = await fixture.openSource('plain');
    await task.client.stop('STOP', 100);

    task.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 9, dropped: [] } });
    await task.client.writable();

    assert.deepEqual(await task.client.stop('STOP', 100), { kind: 'stopped', isClean: true });
  });

  test('holds its sender while it reads nothing', async () => {
    const task = await fixture.openSource('plain', { deadAfterMs: 60_000 });
    await task.client.started;
    process.kill(task.plugin.pid, 'SIGSTOP');
    const dropped = [
      { seq: 1, index: Array.from({ length: 200_000 }, (_, index) => index), why: null, count: 200_000 },
    ];
    for (let count = 0; count < 64; count += 1) {
      task.client.send({ kind: 'ack', ack: { level: 'PRODUCED', upToSeq: 1, dropped } });
    }
    let isWritable = false;
    const writable = task.client.writable().then(() => (isWritable = true));
    await fixture.clock.sleep(50);
    const wasWritable = isWritable;

    process.kill(task.plugin.pid, 'SIGCONT');
    await writable;

    assert.equal(wasWritable, false);
  });
});

describe('a source task that breaks the protocol ends as failed', () => {
  const cases: readonly (readonly [name: string, code: string, message: RegExp])[] = [
    ['violates-demand', 'FLOW_VIOLATION', /batch 1 although no demand was left/],
    ['wrong-seq', 'FLOW_VIOLATION', /batch 7 where 1 was due/],
    ['many-records', 'FLOW_VIOLATION', /101 records, but the demand allows 100/],
    ['batch-over-limit', 'MESSAGE_TOO_LARGE', /has 65\d+ bytes in 2 records, but the demand allows 65536/],
    ['huge-message', 'MESSAGE_TOO_LARGE', /message larger than max/],
    ['garbage-bytes', 'WIRE_MALFORMED', /./],
    ['ends-stream', 'PROTOCOL_VIOLATION', /without 'Stopped' or 'Failure'/],
    ['throws', 'PLUGIN_CALL_FAILED', /UNKNOWN: Exception iterating responses: KeyError/],
  ];
  for (const [name, code, message] of cases) {
    test(`${name}: ${code}`, async () => {
      const end = await endAfterDemand(name);

      assert.deepEqual(summary(end).slice(0, 2), ['failed', code]);
      assert.match(summary(end)[2], message);
    });
  }

  test('while another task goes on untouched', async () => {
    const good = await fixture.openSource('plain');
    good.demand();
    await good.take('batch', 1);

    await endAfterDemand('garbage-bytes');
    good.demand();

    assert.equal((await good.take('batch', 2)).length, 2);
  });
});

describe('a source task that reports a failure', () => {
  test('ends as failed with all that the plugin said', async () => {
    const end = await endAfterDemand('fails');

    assert.deepEqual(end.kind === 'failed' && end.failure, {
      category: 'RATE_LIMITED',
      code: 'SLOW_DOWN',
      message: 'Too many calls',
      detail: 'at poll()',
      retryAfterMs: 1500,
    });
  });

  test('has failed, not died, even if its process exits right after', async () => {
    const end = await endAfterDemand('fails-and-exits');

    assert.deepEqual(summary(end), ['failed', 'TASK_FAILED', 'Table is gone']);
  });
});

describe('a source task whose process goes', () => {
  test('has died with exit code and last lines, after all that it sent was handed over', async () => {
    const task = await fixture.openSource('crashes-mid-flow');
    task.demand({ tokens: 3 });
    task.demand();
    task.demand();

    const end = await task.client.ended;

    assert.deepEqual(summary(end).slice(0, 2), ['died', 'PLUGIN_EXITED']);
    assert.match(summary(end)[2], /exited with code 9; last lines: disk on fire/);
    assert.equal((await task.take('batch', 3)).length, 3);
  });

  test('has died by its signal when killed from outside, for want of memory perhaps', async () => {
    const task = await fixture.openSource('plain');
    await task.client.started;

    process.kill(task.plugin.pid, 'SIGKILL');
    const end = await task.client.ended;

    const { code, signal, oom } = end.kind === 'died' ? end.exit : {};
    assert.deepEqual({ code, signal, oom }, { code: null, signal: 'SIGKILL', oom: 'possible' });
  });

  test('has died when only its connection broke, and is killed', async () => {
    const end = await endAfterDemand('closes-socket');

    assert.deepEqual(summary(end).slice(0, 2), ['died', 'PLUGIN_EXITED']);
    assert.match(summary(end)[2], /connection .* broke/);
  });

  test('has died of silence when it sends no heartbeats, and is killed', async () => {
    const task = await fixture.openSource('goes-silent', { deadAfterMs: 300 });

    const end = await task.client.ended;

    assert.deepEqual(summary(end).slice(0, 2), ['died', 'PLUGIN_SILENT']);
    assert.equal(isAlive(task.plugin.pid), false);
  });

  test('has died of silence when its process is stopped, heartbeats or not', async () => {
    const task = await fixture.openSource('plain', { deadAfterMs: 400 });
    await task.client.started;

    process.kill(task.plugin.pid, 'SIGSTOP');
    const end = await task.client.ended;

    assert.deepEqual(summary(end).slice(0, 2), ['died', 'PLUGIN_SILENT']);
  });

  test('lives through the silence that it announced, and no longer', async () => {
    const task = await fixture.openSource('announces-quiet', { deadAfterMs: 200 });
    await task.client.started;
    const startedMs = fixture.clock.monotonicMs();

    const end = await task.client.ended;

    assert.deepEqual(summary(end).slice(0, 2), ['died', 'PLUGIN_SILENT']);
    assert.ok(fixture.clock.monotonicMs() - startedMs >= 900);
  });

  test('lives without data as long as it sends heartbeats', async () => {
    const task = await fixture.openSource('plain', { deadAfterMs: 300 });

    await task.take('heartbeat', 15);

    assert.equal(isAlive(task.plugin.pid), true);
  });
});

describe('the stop ladder', () => {
  test('ends a plugin that ignores Stop, Shutdown and SIGTERM, each rung at its own deadline', async () => {
    const task = await fixture.openSource('ignores-stop');
    await task.client.started;
    const startedMs = fixture.clock.monotonicMs();

    const end = await task.client.stop('STOP', 300);

    const tookMs = fixture.clock.monotonicMs() - startedMs;
    assert.deepEqual(end, { kind: 'stopped', isClean: false });
    assert.ok(tookMs >= 850 && tookMs < 5000, `took ${tookMs} ms`);
    assert.equal(isAlive(task.plugin.pid), false);
    for (const line of [/^ignored Stop$/, /^cancelled$/, /^ignored SIGTERM$/]) await fixture.line(line);
  });

  test('does not begin anew at a second stop', async () => {
    const task = await fixture.openSource('ignores-stop');
    await task.client.started;
    const startedMs = fixture.clock.monotonicMs();

    void task.client.stop('STOP', 100);
    await task.client.stop('DELETE', 60_000);

    assert.ok(fixture.clock.monotonicMs() - startedMs < 5000);
    assert.equal(fixture.lines.filter(line => line['msg'] === 'ignored Stop').length, 1);
  });
});
