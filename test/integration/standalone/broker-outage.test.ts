import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { showBrokerIfFailed } from '../../support/failure-log.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { appendLines, awaitLines, makeLines, missingOf, readLines, writeLines } from '../../support/line-files.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';

const made = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `0-${n}`);

/** Bytes that a process has read so far, from files and else. */
async function bytesRead(pid: number): Promise<number> {
  const [, read] = /^rchar: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, 'utf8')) ?? [];
  return Number(read);
}

describe('standalone worker and its broker', () => {
  /** One that the tests stop, kill and start again, one after the other. */
  let shared: PrivateBroker;

  before(async () => {
    shared = await PrivateBroker.start();
  });
  after(() => shared.dispose());

  test('start in any order: what was created while the broker was down flows once it is there', async t => {
    const broker = await PrivateBroker.prepare();
    t.after(() => broker.dispose());
    const fixture = await StandaloneFixture.open(t, broker.bootstrapServers);
    const topic = uniqueName('outage-start');
    const [input, output] = [fixture.folder.file('in'), fixture.folder.file('out')];
    const lines = makeLines(1000);
    await writeLines(input, lines);
    const worker = await fixture.start({ settings: { 'reconnect.backoff.max.ms': '200' } });
    await worker.create(`${topic}-source`, { 'connector.class': 'FileStreamSource', file: input, topic });
    await worker.create(`${topic}-sink`, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    const source = await worker.awaitRunning(`${topic}-source`);
    const sink = await worker.awaitRunning(`${topic}-sink`);

    await broker.restart();
    await awaitLines(output, lines.length);

    assert.deepEqual(await readLines(output), lines);
    assert.deepEqual(
      [(await worker.status(`${topic}-source`)).tasks[0]?.pid, (await worker.status(`${topic}-sink`)).tasks[0]?.pid],
      [source.tasks[0]?.pid, sink.tasks[0]?.pid],
    );
    assert.deepEqual(await worker.stop(), { code: 0, signal: null });
  });

  for (const how of ['stopped', 'killed'] as const) {
    test(`survive each other: a broker ${how} in mid-flow costs no record and doubles none of the source's`, async t => {
      t.after(() => showBrokerIfFailed(t, shared));
      const fixture = await StandaloneFixture.open(t, shared.bootstrapServers);
      const topic = uniqueName('outage-flow');
      const [source, sink] = [`${topic}-source`, `${topic}-sink`];
      const output = fixture.folder.file('out');
      const worker = await fixture.start();
      await worker.create(source, { 'connector.class': 'Datagen', topic, rate: '1000' });
      await worker.create(sink, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
      await awaitLines(output, 500);
      const statusBefore = await Promise.all([source, sink].map(name => worker.status(name)));

      await (how === 'stopped' ? shared.stop() : shared.kill());
      await shared.restart();
      const kafka = await KafkaProbe.open(t, shared.bootstrapServers);
      await kafka.awaitCount(topic, (await kafka.count(topic)) + 1500);
      const statusAfter = await Promise.all([source, sink].map(name => worker.status(name)));
      await worker.call('Connectors/Stop', { name: source });
      const values = await kafka.values(topic);
      await untilTrue('every record is there', async () => missingOf(values, await readLines(output)).length === 0);
      await kafka.awaitCommitted(`connect-${sink}`, topic, values.length);

      assert.deepEqual(values, made(values.length));
      assert.deepEqual(statusAfter, statusBefore, 'the tasks are the same, in the same processes');
      t.diagnostic(`${(await readLines(output)).length - values.length} duplicates in the file`);
    });
  }

  // I1: a source's offset is written only when its records are acknowledged.
  test('lose no line that was read and could not be produced when the worker is stopped', async t => {
    const fixture = await StandaloneFixture.open(t, shared.bootstrapServers);
    const topic = uniqueName('outage-held');
    const file = fixture.folder.file('in');
    const lines = makeLines(20_000);
    await writeLines(file, lines.slice(0, 100));
    const config = { 'connector.class': 'FileStreamSource', file, topic };
    const settings = { 'task.shutdown.graceful.timeout.ms': '1000', 'offset.flush.timeout.ms': '1000' };
    const first = await fixture.start({ settings });
    await first.create(topic, config);
    const [task] = (await first.awaitRunning(topic)).tasks;
    const pid = task?.pid ?? assert.fail('no process');
    const running = await KafkaProbe.connect(shared.bootstrapServers);
    await running.awaitCount(topic, 100);
    await running.close();

    await shared.kill();
    const readBefore = await bytesRead(pid);
    await appendLines(file, lines.slice(100));
    const { size } = await stat(file);
    await untilTrue('the plugin has read all', async () => (await bytesRead(pid)) - readBefore > size - 10_000);
    const exit = await first.stop();
    await shared.restart();
    const second = await fixture.start({ settings });
    await second.create(topic, config);
    const kafka = await KafkaProbe.open(t, shared.bootstrapServers);
    const values = await kafka.awaitValues(topic, lines.at(-1) ?? '');

    assert.deepEqual(exit, { code: 0, signal: null });
    assert.deepEqual(missingOf(lines, values), []);
    t.diagnostic(`${values.length - lines.length} duplicates`);
  });

  test('tell of a topic that is missing and that the broker does not create; it flows once it is there', async t => {
    const broker = await PrivateBroker.start({ autoCreateTopics: false });
    t.after(() => broker.dispose());
    const fixture = await StandaloneFixture.open(t, broker.bootstrapServers);
    const kafka = await KafkaProbe.open(t, broker.bootstrapServers);
    const topic = uniqueName('outage-topic');
    const output = fixture.folder.file('out');
    const worker = await fixture.start();
    await worker.create(`${topic}-source`, { 'connector.class': 'Datagen', topic, rate: '0', count: '10' });
    await worker.create(`${topic}-sink`, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      'consumer.override.metadata.max.age.ms': '300',
    });
    await worker.create(`${topic}-strict`, {
      'connector.class': 'Datagen',
      topic: `${topic}-never`,
      'producer.override.max.block.ms': '1000',
    });

    const trace = await worker.awaitFailed(`${topic}-strict`);
    await untilTrue('the log tells of it', () =>
      worker.lines.some(line => line.includes(`${topic}-source`) && line.includes('does not exist')),
    );
    await kafka.create(topic, 1);
    const lines = await awaitLines(output, 10);

    assert.match(trace, new RegExp(`'${topic}-never' does not exist.*[Cc]reate`, 's'));
    assert.deepEqual(lines, made(10));
    await worker.stop();
  });

  // Regression: the sink waited for its commit, and the producer for its broker, for a minute and more.
  test('end in order while the broker is down', async t => {
    const fixture = await StandaloneFixture.open(t, shared.bootstrapServers);
    const topic = uniqueName('outage-stop');
    const output = fixture.folder.file('out');
    const worker = await fixture.start({
      settings: { 'task.shutdown.graceful.timeout.ms': '2000', 'offset.flush.timeout.ms': '1000' },
    });
    await worker.create(`${topic}-source`, { 'connector.class': 'Datagen', topic, rate: '1000' });
    await worker.create(`${topic}-sink`, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    await awaitLines(output, 100);
    await shared.kill();

    const exit = await worker.stop();

    assert.deepEqual(exit, { code: 0, signal: null });
  });
});
