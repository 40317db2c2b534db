import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createDeferred } from '../../../src/async/deferred.ts';
import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import type { ConnectorWatch } from '../../../src/plugin-host/connector-watch.ts';
import { PluginFixture } from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(() => fixture.close());

async function connect(name: string, callTimeoutMs = 5000): Promise<ConnectorClient> {
  return new ConnectorClient(await fixture.launch(name), { clock: fixture.clock, callTimeoutMs });
}

describe('a connector client', () => {
  test('asks for the config definition of a class', async () => {
    const client = await connect('plain');

    const { className, type, keys } = await client.describe('org.example.plain');

    assert.deepEqual(
      { className, type, keys: keys.map(key => key.name) },
      { className: 'org.example.plain', type: 'SOURCE', keys: ['topic'] },
    );
  });

  test('says so when the plugin does not describe what its manifest names', async () => {
    const client = await connect('plain');

    await assert.rejects(client.describe('org.example.other'), {
      code: 'PLUGIN_CALL_FAILED',
      message:
        "Plugin 'plain' failed in Describe: its plugin.json names 'org.example.other', but it describes org.example.plain",
    });
  });

  test('hands on what the plugin finds wrong with a configuration', async () => {
    const client = await connect('plain');

    const [report] = await client.validateConfig('org.example.plain', new Map());

    assert.deepEqual([report?.name, report?.errors], ['topic', ['is missing']]);
  });

  test('gets task configurations', async () => {
    const client = await connect('plain');
    const config = new Map([['plan.tasks', '2']]);

    const tasks = await client.planTasks({ className: 'org.example.plain', connector: 'c1', config, maxTasks: 2 });

    assert.deepEqual(tasks, [config, config]);
  });

  test('refuses more tasks than asked for', async () => {
    const client = await connect('plain');
    const request = {
      className: 'org.example.plain',
      connector: 'c1',
      config: new Map([['plan.tasks', '3']]),
      maxTasks: 2,
    };

    await assert.rejects(client.planTasks(request), {
      code: 'PROTOCOL_VIOLATION',
      message: /planned 3 tasks, but 'tasks.max' is 2/,
    });
  });

  test('fails with the failure that the plugin puts into its answer', async () => {
    const client = await connect('fails');
    const request = { className: 'org.example.fails', connector: 'c1', config: new Map(), maxTasks: 1 };

    await assert.rejects(client.planTasks(request), {
      code: 'CONNECTOR_FAILED',
      message: "Connector 'c1' could not plan its tasks: Password refused",
      details: { category: 'AUTH', pluginCode: 'NO_LOGIN' },
    });
  });

  test('fails with the text of an exception in the plugin', async () => {
    const client = await connect('throws');

    await assert.rejects(client.describeAll(), {
      code: 'PLUGIN_CALL_FAILED',
      message: "Plugin 'throws' failed in Describe: INTERNAL: ZeroDivisionError in describe()",
    });
  });

  test('tells the exit when the process goes in mid-call', async () => {
    const client = await connect('crashes-mid-flow');

    await assert.rejects(client.describeAll(), {
      code: 'PLUGIN_EXITED',
      message: /failed in Describe: it exited with code 7/,
    });
  });

  test('waits no longer than its deadline', async () => {
    const client = await connect('ends-stream', 200);

    await assert.rejects(client.describeAll(), {
      code: 'DEADLINE_EXCEEDED',
      message: "Plugin 'ends-stream' did not answer Describe within 200 ms",
    });
  });

  test('takes a plugin without AlterOffsets for one that has nothing to say', async () => {
    const client = await connect('plain');
    const request = { className: 'c', connector: 'c1', config: new Map(), sourceOffsets: [], sinkOffsets: [] };

    assert.deepEqual(await client.alterOffsets(request), { handled: false, failure: null });
  });
});

describe('a watch', () => {
  async function watch(
    name: string,
    options: { deadAfterMs?: number; replanTasks?: (reason: string) => void } = {},
  ): Promise<ConnectorWatch> {
    const client = await connect(name);
    const request = { className: `org.example.${name}`, connector: 'c1', config: new Map(), heartbeatMs: 100 };
    return client.watch(request, options.deadAfterMs ?? 5000, {
      replanTasks: options.replanTasks ?? (() => undefined),
    });
  }

  test('starts the connector, hears that its plan is out of date, and ends the process when stopped', async () => {
    const replan = createDeferred<string>();
    const plugin = await watch('plain', { replanTasks: reason => replan.resolve(reason) });
    await plugin.started;
    const reason = await replan.promise;

    const end = await plugin.stop();

    assert.deepEqual(end, { kind: 'stopped', isClean: true });
    assert.equal(reason, 'a table was added');
  });

  test('ends as failed when the connector fails', async () => {
    const end = await (await watch('fails')).ended;

    assert.equal(end.kind === 'failed' && end.error.message, 'Watcher broke');
  });

  test('ends as died when the process goes', async () => {
    const end = await (await watch('crashes-mid-flow')).ended;

    assert.equal(end.kind === 'died' && end.exit.code, 9);
  });

  test('ends as died of silence when nothing comes', async () => {
    const end = await (await watch('goes-silent', { deadAfterMs: 200 })).ended;

    assert.equal(end.kind === 'died' && end.error.code, 'PLUGIN_SILENT');
  });
});
