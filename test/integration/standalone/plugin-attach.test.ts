import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { HandStartedPlugin } from '../../support/hand-started-plugin.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { missingOf } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

describe('a connector with plugin.attach', () => {
  let fixture: StandaloneFixture;
  let kafka: KafkaProbe;
  let worker: StandaloneWorker;
  let plugin: HandStartedPlugin;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({
      settings: { 'plugin.start.timeout.ms': '20000', 'plugin.restart.backoff.max.ms': '200' },
    });
    plugin = new HandStartedPlugin('datagen', { MILLRACE_PLUGIN_TOKEN: 'token-of-the-plugin' });
    await plugin.start();
  });
  after(async () => {
    await plugin.close();
    await kafka.close();
    await fixture.close();
  });

  const configOf = (topic: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    'connector.class': 'Datagen',
    topic,
    rate: '500',
    'plugin.attach': plugin.address,
    'plugin.attach.token': 'token-of-the-plugin',
    ...more,
  });

  test('runs on the plugin that somebody else started, and goes on when that one is back', async () => {
    const name = uniqueName('attached');
    await worker.create(name, configOf(name, { 'tasks.max': '2', count: '4000' }));
    const running = await worker.awaitRunning(name, 2);
    await kafka.awaitCount(name, 200);

    await plugin.kill();
    await worker.awaitStatus(name, 'is being restarted', ({ tasks }) =>
      tasks.every(({ state, restarts }) => state === 'RESTARTING' || (restarts ?? 0) > 0),
    );
    await plugin.start();
    const made = [0, 1].flatMap(task => Array.from({ length: 2000 }, (_, n) => `${task}-${n}`));
    await untilTrue('every record is there', async () => missingOf(made, await kafka.values(name)).length === 0);
    await worker.awaitRunning(name, 2);
    await worker.call('Connectors/Delete', { name });

    assert.deepEqual(
      [running.connector, ...running.tasks].map(({ pid }) => pid),
      [undefined, undefined, undefined],
    );
    assert.ok(isAlive(plugin.pid));
    assert.ok(!worker.lines.some(line => line.includes('token-of-the-plugin')));
  });

  for (const [what, change, message] of [
    ['an address that is none', { 'plugin.attach': 'localhost:7000' }, /plugin\.attach: The address must be 'unix:/],
    ['a wrong token', { 'plugin.attach.token': 'guess' }, /'plugin\.attach\.token' is not its token/],
  ] as const) {
    test(`is refused before it is created for ${what}`, async () => {
      const name = uniqueName('refused');

      await assert.rejects(worker.create(name, configOf(name, change)), { message });
    });
  }
});
