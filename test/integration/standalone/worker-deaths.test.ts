import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readProcessTree } from '../../../scripts/process-tree.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, makeLines, missingOf, readLines, writeLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';

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
});
