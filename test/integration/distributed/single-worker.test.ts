import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniqueName } from '../../support/fill-topic.ts';
import { appendLines, awaitLines, makeLines, missingOf, writeLines } from '../../support/line-files.ts';
import { ClusterFixture } from '../../support/cluster-fixture.ts';

describe('a worker alone in its group', () => {
  test('runs what was created, and goes on with it after a restart', async t => {
    const cluster = await ClusterFixture.open(t);
    const topic = uniqueName('cluster-flow');
    const [input, output] = [cluster.folder.file('in'), cluster.folder.file('out')];
    const [before, after] = [makeLines(100), makeLines(100, 100)];
    await writeLines(input, before);

    const first = await cluster.start();
    await first.create('source', { 'connector.class': 'FileStreamSource', file: input, topic });
    await first.create('sink', { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    await first.awaitRunning('source');
    await awaitLines(output, 100);
    const exit = await first.stop();
    await appendLines(input, after);
    const second = await cluster.start();
    await second.awaitRunning('source');
    const found = await awaitLines(output, 200);

    assert.equal(exit.code, 0);
    assert.deepEqual(missingOf([...before, ...after], found), []);
    assert.equal(found.length, 200);
  });
});
