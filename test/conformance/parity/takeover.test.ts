import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClusterFixture } from '../../support/cluster-fixture.ts';
import { JavaConnectWorker } from '../../support/java-connect-worker.ts';
import { appendLines, awaitLines, makeLines } from '../../support/line-files.ts';
import { uniqueName } from '../../support/fill-topic.ts';

const linesEach = 100;

describe('a cluster of Kafka Connect', () => {
  test('is taken over with its connectors and offsets by Millrace, and back, without a line lost or doubled', async t => {
    const cluster = await ClusterFixture.open(t);
    const [input, output] = [cluster.folder.file('in'), cluster.folder.file('out')];
    const topic = uniqueName('takeover');
    const startJava = async (): Promise<JavaConnectWorker> => {
      const java = await JavaConnectWorker.start(cluster.sharedSettings);
      t.after(() => java.stop());
      return java;
    };
    const expected: string[] = [];
    /** Adds lines to what the source reads, and waits until the sink has written as many. */
    const pass = async (): Promise<void> => {
      const lines = makeLines(linesEach, expected.length);
      expected.push(...lines);
      await appendLines(input, lines);
      assert.deepEqual(await awaitLines(output, expected.length), expected);
    };

    const first = await startJava();
    const file = 'org.apache.kafka.connect.file.FileStream';
    await first.create('lines-in', { 'connector.class': `${file}SourceConnector`, file: input, topic });
    await first.create('lines-out', { 'connector.class': `${file}SinkConnector`, file: output, topics: topic });
    await pass();
    await first.stop();

    const millrace = await cluster.start();
    await millrace.awaitRunning('lines-in');
    await millrace.awaitRunning('lines-out');
    await pass();
    await millrace.stop();

    const second = await startJava();
    await pass();
    await second.stop();
    assert.equal(new Set(expected).size, 3 * linesEach);
  });
});
