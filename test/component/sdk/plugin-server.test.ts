import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { on } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { packageRoot } from '../../../src/config/package-root.ts';
import { pluginService, sourceTaskService } from '../../../src/wire/grpc-services.ts';
import { callUnary, openTaskStream, openWatch } from '../../../src/wire/plugin-calls.ts';
import { PluginDriver, programArguments, within } from '../../support/plugin-driver.ts';
import { ReflectionClient } from '../../support/reflection-client.ts';

const source = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const sink = 'org.apache.kafka.connect.file.FileStreamSinkConnector';

describe('plugin server', () => {
  let plugin: PluginDriver;
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'file-stream' });
  });
  after(async () => {
    await plugin.close();
  });

  test('answers a handshake with the nonce', async () => {
    const answer = await plugin.call(pluginService.handshake, {
      majors: [1, 7],
      features: ['not-known'],
      nonce: Buffer.from('abc'),
      maxReceiveBytes: 0,
      worker: 'test',
    });

    const { major, nonce, features, plugin: name } = answer;
    assert.deepEqual([major, Buffer.from(nonce).toString(), features, name], [1, 'abc', [], 'file-stream']);
    assert.ok(answer.maxReceiveBytes >= 4 * 1024 * 1024);
  });

  test('refuses a worker with which it has no major in common', async () => {
    const request = { majors: [2], features: [], nonce: Buffer.alloc(0), maxReceiveBytes: 0, worker: 'test' };

    await assert.rejects(plugin.call(pluginService.handshake, request), {
      code: 'PLUGIN_PROTOCOL_UNSUPPORTED',
      details: { plugin: '1', worker: '2' },
    });
  });

  test('describes its connectors with their keys', async () => {
    const { connectors } = await plugin.call(pluginService.describe, {});

    assert.deepEqual(
      connectors.map(({ className, type, version }) => ({ className, type, version })),
      [
        { className: source, type: 'SOURCE', version: '1.0.0' },
        { className: sink, type: 'SINK', version: '1.0.0' },
      ],
    );
    assert.deepEqual(
      connectors[0]?.keys.map(({ name, type, required, defaultValue, importance }) => [
        name,
        type,
        required,
        defaultValue,
        importance,
      ]),
      [
        ['file', 'STRING', false, null, 'HIGH'],
        ['topic', 'STRING', true, null, 'HIGH'],
        ['batch.size', 'INT', false, '2000', 'LOW'],
      ],
    );
  });

  test('reports every wrong key with Kafka Connect’s texts', async () => {
    const config = new Map([['batch.size', 'many']]);

    const { values } = await plugin.call(pluginService.validateConfig, { className: source, config });

    assert.deepEqual(
      values.map(({ name, value, errors }) => [name, value, errors.length === 0 ? '' : errors[0]]),
      [
        [
          'file',
          null,
          'A file is needed here: the standard input of a plugin process belongs to the worker, so there is none to read from',
        ],
        ['topic', null, 'Missing required configuration "topic" which has no default value.'],
        ['batch.size', 'many', 'Invalid value many for configuration batch.size: Not a number of type INT'],
      ],
    );
  });

  test('plans one task for a file, whatever the maximum', async () => {
    const config = new Map([
      ['file', '/tmp/x'],
      ['topic', 't'],
    ]);

    const plan = await plugin.call(pluginService.planTasks, { className: source, connector: 'c', config, maxTasks: 5 });

    assert.deepEqual(plan, {
      tasks: [{ config: new Map([...config, ['task.class', 'org.apache.kafka.connect.file.FileStreamSourceTask']]) }],
      failure: null,
    });
  });

  test('reports a plan that cannot be made as a failure of category CONFIG', async () => {
    const request = { className: source, connector: 'c', config: new Map([['file', '/tmp/x']]), maxTasks: 1 };

    const { tasks, failure } = await plugin.call(pluginService.planTasks, request);

    assert.deepEqual([tasks, failure?.category], [[], 'CONFIG']);
    assert.match(failure?.message ?? '', /Missing required configuration "topic"/);
  });

  test('names the classes that it has when asked for another', async () => {
    const request = { className: 'org.example.Other', config: new Map<string, string>() };

    await assert.rejects(plugin.call(pluginService.validateConfig, request), {
      code: 'CONNECTOR_CLASS_UNKNOWN',
      message: /FileStreamSourceConnector/,
    });
  });

  test('says that it watches once the connector has started, and goes on saying that it lives', async () => {
    const config = new Map([
      ['file', '/tmp/x'],
      ['topic', 't'],
    ]);
    const request = { className: source, connector: 'c', config, heartbeatMs: 30 };
    const stream = openWatch(plugin.client, request, { metadata: plugin.metadata });
    const kinds: (string | undefined)[] = [];

    await within(
      'three events',
      new Promise<void>(resolve => {
        stream.on('error', () => undefined);
        stream.on('data', (event: { event: { kind: string } | null }) => {
          if (kinds.push(event.event?.kind) === 3) resolve();
        });
      }),
    );
    stream.cancel();

    assert.deepEqual(kinds, ['watching', 'alive', 'alive']);
  });

  test('fails the watch of a connector that cannot start', async () => {
    const request = { className: source, connector: 'c', config: new Map<string, string>(), heartbeatMs: 1000 };
    const stream = openWatch(plugin.client, request, { metadata: plugin.metadata });
    const events: unknown[] = [];

    await within(
      'the end',
      new Promise<void>(resolve => {
        stream.on('data', (event: unknown) => events.push(event));
        stream.on('end', resolve);
      }),
    );

    assert.equal(events.length, 1);
    assert.match(JSON.stringify(events[0]), /"kind":"failed".*"category":"CONFIG"/);
  });

  for (const [what, partition, offset, message] of [
    ['takes a position', { filename: 'f' }, { position: 3 }, undefined],
    ['takes no offset for any partition', { other: 1 }, null, undefined],
    [
      'refuses an offset without position',
      { filename: 'f' },
      { x: 1 },
      /should either be null or contain the key 'position'/,
    ],
    ['refuses a position that is no integer', { filename: 'f' }, { position: 'a' }, /expected to be a Long value/],
    ['refuses a position below 0', { filename: 'f' }, { position: -1 }, /non-negative value/],
    ['refuses no partition', null, { position: 1 }, /Partition objects cannot be null/],
    ['refuses a partition without filename', { x: 1 }, { position: 1 }, /should contain the key 'filename'/],
  ] as const) {
    test(`${what} when offsets are altered`, async () => {
      const toBytes = (value: unknown): Buffer =>
        value === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value));
      const sourceOffsets = [
        { partitionJson: toBytes(partition), offsetJson: toBytes(offset), tombstone: offset === null },
      ];
      const config = new Map([
        ['file', '/tmp/x'],
        ['topic', 't'],
      ]);
      const request = { className: source, connector: 'c', config, sourceOffsets, sinkOffsets: [] };

      const answer = await plugin.call(pluginService.alterOffsets, request);

      assert.equal(answer.handled, message === undefined);
      if (message !== undefined) assert.match(answer.failure?.message ?? '', message);
    });
  }

  test('is described by reflection and healthy, with no file of the protocol at hand', async () => {
    const reflection = new ReflectionClient(plugin.target);

    const services = await reflection.listServices();
    const described = await reflection.call('millrace.plugin.v1.Plugin/Describe', {});
    const health = await reflection.call('grpc.health.v1.Health/Check', {}).catch(String);
    reflection.close();

    for (const service of ['Plugin', 'SourceTask', 'SinkTask']) {
      assert.ok(services.includes(`millrace.plugin.v1.${service}`), service);
    }
    assert.match(JSON.stringify(described), /FileStreamSinkConnector/);
    assert.deepEqual(health, { status: 'SERVING' });
  });

  test('ends a stream with WIRE_MALFORMED when it is sent something else', async () => {
    const stream = openTaskStream(plugin.client, sourceTaskService.run, { metadata: plugin.metadata });
    stream.on('error', () => undefined);
    stream.on('data', () => undefined);
    const ended = new Promise<number>(resolve => stream.on('status', ({ code }: { code: number }) => resolve(code)));

    stream.write(Buffer.from([0x0a, 0xff]));

    assert.equal(await within('the end', ended), 13);
  });
});

describe('connector in a plugin', () => {
  const className = 'test.ProbeSourceConnector';
  let plugin: PluginDriver;
  before(async () => {
    plugin = await PluginDriver.launch({ plugin: 'probe' });
  });
  after(async () => {
    await plugin.close();
  });

  function watch(behaviour: string): { next(): Promise<string>; cancel(): void } {
    const config = new Map([['behaviour', behaviour]]);
    const request = { className, connector: behaviour, config, heartbeatMs: 60_000 };
    const stream = openWatch(plugin.client, request, { metadata: plugin.metadata });
    stream.on('error', () => undefined);
    const events = on(stream, 'data');
    return {
      next: async () => JSON.stringify(await within('an event', events.next())),
      cancel: () => stream.cancel(),
    };
  }

  function plan(behaviour: string): Promise<readonly (string | undefined)[]> {
    const request = { className, connector: behaviour, config: new Map([['behaviour', behaviour]]), maxTasks: 4 };
    return plugin
      .call(pluginService.planTasks, request)
      .then(({ tasks }) => tasks.map(({ config }) => config.get('plan')));
  }

  test('plans by the instance that is watched, and by one of its own without', async () => {
    const watched = watch('plain');
    await watched.next();

    const plans = [await plan('plain'), await plan('plain'), await plan('other'), await plan('other')];
    watched.cancel();
    await plugin.logged('connector stopped');

    assert.deepEqual(plans, [['1'], ['2'], ['1'], ['1']]);
  });

  test('asks for a new plan', async () => {
    const watched = watch('replan');

    const event = await watched.next();
    watched.cancel();

    assert.match(event, /"kind":"replanTasks","replanTasks":\{"reason":"more tables"\}/);
  });

  test('fails with the error that it raised', async () => {
    const watched = watch('raise');

    const event = await watched.next();

    assert.match(event, /"kind":"failed".*"category":"AUTH","code":"BAD_LOGIN","message":"The login was refused"/);
  });

  test('is validated without its secrets coming back', async () => {
    const config = new Map([
      ['behaviour', 'x'],
      ['secret', 'hunter2'],
    ]);

    const answer = await plugin.call(pluginService.validateConfig, { className, config });

    assert.deepEqual(
      answer.values.map(({ name, value, errors }) => [name, value, errors]),
      [
        ['behaviour', 'x', []],
        ['secret', null, []],
      ],
    );
  });
});

describe('plugin process', () => {
  test('ends when its stdin does', async () => {
    const plugin = await PluginDriver.launch({ plugin: 'file-stream' });

    const exit = await plugin.close();

    assert.deepEqual(exit, { code: 0, signal: null });
  });

  test('says how it is meant to be started when it is started by hand', () => {
    const { status, stderr } = spawnSync(process.execPath, programArguments('file-stream'), {
      cwd: packageRoot(),
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    });

    assert.equal(status, 64);
    assert.match(stderr, /file-stream 1\.0\.0 is a Millrace plugin: a worker starts it/);
  });

  test('ends after a call of Shutdown was answered', async () => {
    const plugin = await PluginDriver.launch({ plugin: 'file-stream' });

    const answer = await plugin.call(pluginService.shutdown, {});
    plugin.client.close();
    const exit = await within('the exit', plugin.exited);

    assert.deepEqual([answer, exit.code], [{}, 0]);
    await plugin.close();
  });

  test('takes over TCP only calls that carry its token', async () => {
    const plugin = await PluginDriver.launch({ plugin: 'file-stream', transport: 'tcp' });
    const stranger = new Client(plugin.target, credentials.createInsecure());
    const wrong = new Metadata();
    wrong.set('authorization', 'Bearer guessed');

    const refused = await Promise.allSettled([
      callUnary(stranger, pluginService.describe, {}, { metadata: new Metadata() }),
      callUnary(stranger, pluginService.describe, {}, { metadata: wrong }),
    ]);
    const stream = openTaskStream(stranger, sourceTaskService.run, { metadata: wrong });
    stream.on('error', () => undefined);
    stream.on('data', () => undefined);
    const status = await within(
      'the end',
      new Promise<number>(resolve => stream.on('status', ({ code }: { code: number }) => resolve(code))),
    );
    const described = await plugin.call(pluginService.describe, {});

    assert.match(plugin.target, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(
      refused
        .map(result => (result.status === 'rejected' ? String(result.reason) : 'passed'))
        .filter(text => !text.includes('UNAUTHENTICATED')),
      [],
    );
    assert.equal(status, 16);
    assert.equal(described.connectors.length, 2);
    stranger.close();
    await plugin.close();
  });
});
