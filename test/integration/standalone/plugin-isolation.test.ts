import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, missingOf, readLines } from '../../support/line-files.ts';
import { isAlive } from '../../support/plugin-fixture.ts';
import { pythonPluginPath, StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { ConnectorStatusMessage, StandaloneWorker } from '../../support/standalone-worker.ts';

/** Process ids of the instance and the tasks. */
function pidsOf({ connector, tasks }: ConnectorStatusMessage): readonly (number | undefined)[] {
  return [connector.pid, ...tasks.map(({ pid }) => pid)];
}

function distinct(...statuses: readonly ConnectorStatusMessage[]): number {
  return new Set(statuses.flatMap(pidsOf)).size;
}

describe('tasks that share plugin processes', () => {
  let fixture: StandaloneFixture;
  let kafka: KafkaProbe;
  let worker: StandaloneWorker;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({ settings: { 'plugin.isolation': 'connector', 'plugin.path': pythonPluginPath } });
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  const datagen = (topic: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    'connector.class': 'Datagen',
    'tasks.max': '3',
    topic,
    rate: '500',
    ...more,
  });

  /** Runs a connector with three tasks, the config's rest as given. */
  async function run(name: string, more: Readonly<Record<string, string>> = {}): Promise<ConnectorStatusMessage> {
    await worker.create(name, datagen(name, more));
    return worker.awaitRunning(name, 3);
  }

  test('have the one of their connector, which ends with the connector', async () => {
    const [one, other] = [uniqueName('shared'), uniqueName('shared')];

    const [first, second] = [await run(one), await run(other)];
    await worker.call('Connectors/Delete', { name: one });

    assert.deepEqual([distinct(first), distinct(second), distinct(first, second)], [1, 1, 2]);
    await untilTrue('its process is gone', () => !isAlive(first.connector.pid ?? assert.fail('no process')));
    assert.equal(distinct(second, await worker.awaitRunning(other, 3)), 1);
    await worker.call('Connectors/Delete', { name: other });
  });

  test('share as their connector says, whatever the worker does', async () => {
    const names = [uniqueName('packed'), uniqueName('packed'), uniqueName('alone')] as const;

    const packed = [
      await run(names[0], { 'plugin.isolation': 'plugin' }),
      await run(names[1], { 'plugin.isolation': 'plugin' }),
    ];
    const alone = await run(names[2], { 'plugin.isolation': 'task' });

    assert.deepEqual([distinct(...packed), distinct(alone)], [1, 4]);
    for (const name of names) await worker.call('Connectors/Delete', { name });
  });

  test('lose no record and meet in one new process when theirs is killed', async t => {
    const name = uniqueName('shared-death');
    const before = await run(name, { count: '6000' });
    await kafka.awaitCount(name, 500);
    const made = [0, 1, 2].flatMap(task => Array.from({ length: 2000 }, (_, n) => `${task}-${n}`));

    process.kill(before.connector.pid ?? assert.fail('no process'), 'SIGKILL');
    const after = await worker.awaitStatus(name, 'runs in another process', status => {
      const pids = pidsOf(status);
      return pids.length === 4 && pids.every(pid => pid !== undefined && pid !== before.connector.pid);
    });
    const values = await untilAll(name, made);

    t.diagnostic(`${values.length - made.length} duplicates`);
    assert.equal(distinct(after), 1);
    assert.deepEqual(
      after.tasks.map(({ restarts, last_exit: exit }) => [restarts, exit?.signal]),
      [1, 2, 3].map(() => [1, 'SIGKILL']),
    );
    await worker.call('Connectors/Delete', { name });
  });

  test('are sinks, too, each with its own commits', async () => {
    const name = uniqueName('shared-sink');
    const output = fixture.folder.file(name);
    await kafka.create(name, 3);
    await worker.create(`${name}-source`, datagen(name, { count: '3000', key: 'true' }));
    await worker.create(name, { 'connector.class': 'FileStreamSink', topics: name, file: output, 'tasks.max': '3' });
    const before = await worker.awaitRunning(name, 3);
    await awaitLines(output, 200);

    process.kill(before.tasks[0]?.pid ?? assert.fail('no process'), 'SIGKILL');
    const made = [0, 1, 2].flatMap(task => Array.from({ length: 1000 }, (_, n) => `${task}-${n}`));
    await untilTrue('every record is there', async () => missingOf(made, await readLines(output)).length === 0);
    await kafka.awaitCommitted(`connect-${name}`, name, 3000);

    assert.equal(distinct(before), 1);
    for (const each of [name, `${name}-source`]) await worker.call('Connectors/Delete', { name: each });
  });

  test('are of a plugin in Python, which says how many it takes', async () => {
    const names = [uniqueName('tick'), uniqueName('tick')];
    const statuses: ConnectorStatusMessage[] = [];
    for (const name of names) {
      const config = { 'connector.class': 'Ticker', topic: name, 'interval.ms': '10', 'plugin.isolation': 'plugin' };
      await worker.create(name, config);
      statuses.push(await worker.awaitRunning(name));
    }

    for (const name of names) await kafka.awaitCount(name, 20);
    await worker.call('Connectors/Stop', { name: names[0] });
    const other = names[1] ?? assert.fail('two names');
    await kafka.awaitCount(other, (await kafka.count(other)) + 20);

    assert.equal(distinct(...statuses), 1);
  });

  async function untilAll(topic: string, made: readonly string[]): Promise<readonly string[]> {
    let values: readonly string[] = [];
    await untilTrue('every record is there', async () => {
      values = await kafka.values(topic);
      return missingOf(made, values).length === 0;
    });
    return values;
  }
});
