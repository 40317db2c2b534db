import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { tickerManifest } from '../../support/python-ticker.ts';
import { pythonPluginPath, StandaloneFixture } from '../../support/standalone-fixture.ts';

const ticks = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `{"tick":${n + 1}}`);

describe('Python ticker in a standalone worker', () => {
  test('ticks, is killed and resumes, is stopped with its worker and resumes, without a gap', async t => {
    tickerManifest(); // fails by name where Python was not set up
    const fixture = await StandaloneFixture.open(t);
    const kafka = await KafkaProbe.open(t, fixture.bootstrap);
    const topic = uniqueName('ticker');
    const connector = await fixture.folder.properties('ticker.properties', {
      name: topic,
      'connector.class': 'Ticker',
      topic,
      'interval.ms': '10',
      count: '500',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
    });
    const start = { connectors: [connector], settings: { 'plugin.path': pythonPluginPath } };
    const first = await fixture.start(start);
    await kafka.awaitCount(topic, 50);

    const [before] = (await first.awaitRunning(topic)).tasks;
    process.kill(before?.pid ?? assert.fail('no process'), 'SIGKILL');
    const after = await first.awaitStatus(
      topic,
      'has another process',
      ({ tasks: [task] }) => task?.state === 'RUNNING' && task.pid !== before?.pid,
    );
    await kafka.awaitCount(topic, 150);
    const exit = await first.stop();
    const whenStopped = await kafka.values(topic);
    await fixture.start(start);
    const values = await kafka.awaitValues(topic, '{"tick":500}');

    assert.deepEqual([after.tasks[0]?.restarts, after.tasks[0]?.last_exit?.signal], [1, 'SIGKILL']);
    assert.deepEqual(exit, { code: 0, signal: null });
    assert.ok(whenStopped.length < 500, 'stopped in mid-flow');
    assert.deepEqual(values, ticks(500));
  });
});
