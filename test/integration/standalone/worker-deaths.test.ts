import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readProcessTree } from '../../../scripts/process-tree.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, makeLines, missingOf, readLines, writeLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

describe('SIGKILL of a standalone worker', () => {
  test('loses no line and no record, and takes its plugin processes with it', async t => {
    const fixture = await StandaloneFixture.open(t);
    const kafka = await KafkaProbe.open(t, fixture.bootstrap);
    const topic = uniqueName('death-worker');
    const [input, output] = [fixture.folder.file('in'), fixture.folder.file('out')];
    const lines = makeLines(60_000);
    await writeLines(input, lines);
    const connectors = [
      await fixture.folder.properties('source.properties', {
        name: `${topic}-source`,
        'connector.class': 'FileStreamSource',
        file: input,
        topic,
        'batch.size': '20',
      }),
      await fixture.folder.properties('sink.properties', {
        name: `${topic}-sink`,
        'connector.class': 'FileStreamSink',
        file: output,
        topics: topic,
        'consumer.override.session.timeout.ms': '6000',
      }),
    ];
    const first = await fixture.start({ connectors, settings: { 'offset.flush.interval.ms': '20' } });
    await awaitLines(output, 1);
    const tree = await readProcessTree(first.pid);

    first.kill('SIGKILL');
    await first.exited;
    const copied = (await readLines(output)).length;
    await untilTrue('its processes are gone', () => tree.every(({ pid }) => !isAlive(pid)), 10_000);
    await fixture.start({ connectors });
    await untilTrue('every line is there', async () => missingOf(lines, await readLines(output)).length === 0, 60_000);

    const values = await kafka.values(topic);
    const written = await readLines(output);
    t.diagnostic(`killed after ${copied} lines`);
    t.diagnostic(
      `${values.length - lines.length} duplicates in the topic, ${written.length - lines.length} in the file`,
    );
    assert.ok(copied < lines.length, 'killed in mid-flow');
    assert.ok(tree.length >= 5, 'a worker, two instances and two tasks had run');
    assert.deepEqual(missingOf(lines, values), []);
    assert.deepEqual(missingOf(values, lines), [], 'nothing else is in the topic');
  });

  // I5: the group's offsets never pass what the sink has made durable.
  test('loses no record that its sink had been sent and had not written', async t => {
    const fixture = await StandaloneFixture.open(t);
    const kafka = await KafkaProbe.open(t, fixture.bootstrap);
    const name = uniqueName('death-held');
    const output = fixture.folder.file('out');
    const settings = { 'offset.flush.timeout.ms': '300', 'task.shutdown.graceful.timeout.ms': '500' };
    const sink = {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: name,
      'consumer.override.session.timeout.ms': '6000',
    };
    const first = await fixture.start({ settings });
    await first.create(`${name}-source`, { 'connector.class': 'Datagen', topic: name, rate: '1000', count: '4000' });
    await first.create(name, sink);
    await awaitLines(output, 100);
    const [task] = (await first.awaitRunning(name)).tasks;

    process.kill(task?.pid ?? assert.fail('no process'), 'SIGSTOP');
    const lateBefore = countLate(first);
    await untilTrue('two flushes were late', () => countLate(first) >= lateBefore + 2);
    const committed = await kafka.committed(`connect-${name}`, name);
    const written = (await readLines(output)).length;
    const produced = await kafka.count(name);
    first.kill('SIGKILL');
    await first.exited;
    const second = await fixture.start({ settings });
    await second.create(`${name}-source`, { 'connector.class': 'Datagen', topic: name, rate: '0', count: '4000' });
    await second.create(name, sink);
    const made = Array.from({ length: 4000 }, (_, n) => `0-${n}`);
    await untilTrue('every record is there', async () => missingOf(made, await readLines(output)).length === 0);

    assert.ok(produced > written, 'the sink held records back');
    assert.ok(committed <= written, `${committed} committed, ${written} written`);
  });
});

/** How often a sink did not flush in time. */
function countLate(worker: StandaloneWorker): number {
  return worker.lines.filter(line => line.includes('did not flush in time')).length;
}
