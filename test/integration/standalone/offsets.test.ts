import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { createFilledTopic, uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, writeLines } from '../../support/line-files.ts';
import { filePosition, offsetsOf } from '../../support/offsets-calls.ts';
import { rangeAssigner } from '../../support/range-assigner.ts';
import { roguePluginPath, StandaloneFixture, until, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

const bootstrap = testBootstrap();

describe('offsets of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(bootstrap);
    worker = await fixture.start({ settings: { 'plugin.path': `dist/plugins/typescript,${roguePluginPath}` } });
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  const createStopped = (name: string, config: Record<string, string>): Promise<unknown> =>
    worker.call('Connectors/Create', { name, config, initial_state: 'STOPPED' });
  const call = (method: string, name: string, more: object = {}): Promise<unknown> =>
    worker.call(method, { name, ...more });

  /** Values of a topic once there are as many. */
  const valuesOf = (topic: string, count: number): Promise<readonly string[]> =>
    until(`${count} records in '${topic}'`, async () => {
      if ((await kafka.count(topic)) < count) return undefined;
      return kafka.values(topic);
    });

  test('of a source decide where it begins, and where it goes on', async () => {
    const name = uniqueName('source-offsets');
    const file = fixture.folder.file(name);
    await writeLines(file, ['one', 'two', 'three']);
    const position = async (): Promise<string | undefined> => (await offsetsOf(worker, name)).source?.[0]?.offset_json;

    await createStopped(name, { 'connector.class': 'FileStreamSource', file, topic: name });
    const none = await offsetsOf(worker, name);
    await call('Offsets/Alter', name, { source: [filePosition(file, 4)] });
    await call('Connectors/Resume', name);
    const first = await valuesOf(name, 2);
    await untilTrue('the end is committed', async () => (await position()) === '{"position":14}');
    await call('Connectors/Stop', name);
    const altered = await call('Offsets/Alter', name, { source: [filePosition(file, 8)] });
    await call('Connectors/Resume', name);
    const again = await valuesOf(name, 3);
    await call('Connectors/Stop', name);
    await call('Offsets/Reset', name);
    const forgotten = await offsetsOf(worker, name);
    await call('Connectors/Resume', name);
    const all = await valuesOf(name, 6);

    assert.deepEqual([none, forgotten], [{ name }, { name }]);
    assert.deepEqual(first, ['two', 'three']);
    assert.deepEqual(again, ['two', 'three', 'three']);
    assert.deepEqual(all, ['two', 'three', 'three', 'one', 'two', 'three']);
    assert.deepEqual(altered, {
      handled: true,
      message: 'The offsets for this connector have been altered successfully',
    });
    await call('Connectors/Delete', name);
  });

  test('of a sink decide where its group begins, and where it goes on', async () => {
    const name = uniqueName('sink-offsets');
    const group = uniqueName('sink-group');
    const file = fixture.folder.file(name);
    await createFilledTopic(bootstrap, { topic: name, partitions: 1, recordsEach: 5 });
    const at = (offset?: number): object => ({ sink: [{ topic: name, partition: 0, offset }] });

    const sink = { 'connector.class': 'FileStreamSink', file, topics: name };
    await createStopped(name, { ...sink, 'consumer.override.group.id': group });
    await call('Offsets/Alter', name, at(3));
    const before = await offsetsOf(worker, name);
    await call('Connectors/Resume', name);
    const first = await awaitLines(file, 2);
    await call('Connectors/Stop', name);
    const altered = await call('Offsets/Alter', name, at(4));
    await call('Connectors/Resume', name);
    const again = await awaitLines(file, 3);
    await call('Connectors/Stop', name);
    await call('Offsets/Alter', name, at());
    const forgotten = await offsetsOf(worker, name);
    await call('Connectors/Resume', name);
    const all = await awaitLines(file, 8);
    await call('Connectors/Stop', name);
    for (let twice = 0; twice < 2; twice += 1) await call('Offsets/Reset', name);

    assert.deepEqual(before, { name, sink: [{ topic: name, partition: 0, offset: '3' }] });
    assert.deepEqual(
      [first, again],
      [
        ['3', '4'],
        ['3', '4', '4'],
      ],
    );
    assert.deepEqual(all, ['3', '4', '4', '0', '1', '2', '3', '4']);
    assert.deepEqual([forgotten, await offsetsOf(worker, name)], [{ name }, { name }]);
    assert.match(
      JSON.stringify(altered),
      /^\{"handled":true,"message":"The offsets for this connector have been altered/,
    );
    await call('Connectors/Delete', name);
  });

  test('are left alone while the connector is not stopped', async () => {
    const name = uniqueName('running-offsets');
    const file = fixture.folder.file(name);
    await writeLines(file, ['one']);
    await worker.create(name, { 'connector.class': 'FileStreamSource', file, topic: name });
    await worker.awaitRunning(name);

    const running = await refusalOf(call('Offsets/Alter', name, { source: [filePosition(file, 0)] }));
    await call('Connectors/Pause', name);
    const paused = await refusalOf(call('Offsets/Reset', name));

    for (const { status, code, message } of [running, paused]) {
      assert.deepEqual([status, code], ['FAILED_PRECONDITION', 'CONNECTOR_NOT_STOPPED']);
      assert.equal(
        message,
        'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified ' +
          `connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
      );
    }
    await call('Connectors/Delete', name);
  });

  test('are refused with every field that cannot be', async () => {
    const [source, sink] = [uniqueName('wrong-source'), uniqueName('wrong-sink')];
    await kafka.create(sink, 2);
    await createStopped(source, { 'connector.class': 'FileStreamSource', file: '/none', topic: source });
    await createStopped(sink, { 'connector.class': 'FileStreamSink', file: '/none', topics: sink });
    const fieldsOf = async (name: string, offsets: object): Promise<readonly string[]> => {
      const refusal = await refusalOf(call('Offsets/Alter', name, offsets));
      assert.deepEqual([refusal.status, refusal.code], ['INVALID_ARGUMENT', 'REQUEST_INVALID']);
      return refusal.violations.map(({ key }) => key);
    };

    const wrongSource = await fieldsOf(source, {
      source: [
        { partition_json: '{"a":[]}', offset_json: '{"p":1}' },
        { partition_json: '{}', offset_json: 'null' },
      ],
    });
    const wrongSink = await fieldsOf(sink, {
      sink: [
        { topic: sink, partition: 2, offset: 0 },
        { topic: `${sink}-none`, partition: 0, offset: 0 },
        { topic: sink, partition: 0 },
        { topic: sink, partition: 0, offset: 1 },
      ],
    });
    const ofOtherKind = [
      await fieldsOf(source, { sink: [{ topic: sink, partition: 0, offset: 0 }] }),
      await fieldsOf(sink, { source: [{ partition_json: '{}' }] }),
    ];

    assert.deepEqual(wrongSource, ['source[0].partition_json', 'source[1].offset_json']);
    assert.deepEqual(wrongSink, ['sink[3].partition', 'sink[0].partition', 'sink[1].topic']);
    assert.deepEqual(ofOtherKind, [['sink'], ['source']]);
    assert.deepEqual(
      [await offsetsOf(worker, source), await offsetsOf(worker, sink)],
      [{ name: source }, { name: sink }],
    );
    await call('Connectors/Delete', source);
    await call('Connectors/Delete', sink);
  });

  test('are altered as the connector agrees', async () => {
    const name = uniqueName('agreed-offsets');
    const offset = { partition_json: '{"table":"a"}', offset_json: '{"row":9007199254740993}' };
    const alterAs = async (behaviour: string): Promise<unknown> => {
      await call('Connectors/PutConfig', name, { config: { 'connector.class': 'ProbeSource', behaviour } });
      return call('Offsets/Alter', name, { source: [offset] });
    };
    await createStopped(name, { 'connector.class': 'ProbeSource', behaviour: 'none' });

    const refused = await refusalOf(alterAs('refuse-offsets'));
    const unsupported = await refusalOf(alterAs('keep-offsets'));
    const before = await offsetsOf(worker, name);
    const handled = await alterAs('handle-offsets');
    const unhandled = await alterAs('none');

    assert.deepEqual([refused.status, refused.code], ['FAILED_PRECONDITION', 'OFFSETS_REFUSED']);
    assert.match(refused.message, /No snapshot goes back to 1 tables/);
    assert.deepEqual([unsupported.status, unsupported.code], ['FAILED_PRECONDITION', 'OFFSETS_REFUSED']);
    assert.equal(
      unsupported.message,
      `Failed to modify offsets for connector ${name} because it doesn't support external modification of offsets`,
    );
    assert.deepEqual(before, { name });
    assert.match(JSON.stringify(handled), /^\{"handled":true/);
    assert.match(JSON.stringify(unhandled), /^\{"handled":false,"message":"The Connect framework-managed/);
    assert.deepEqual(await offsetsOf(worker, name), { name, source: [offset] });
    await call('Connectors/Delete', name);
  });

  test('of a sink wait for a zombie to leave its group', async t => {
    const name = uniqueName('zombie-offsets');
    await createFilledTopic(bootstrap, { topic: name, partitions: 1, recordsEach: 1 });
    await createStopped(name, { 'connector.class': 'FileStreamSink', file: '/none', topics: name });
    await call('Offsets/Alter', name, { sink: [{ topic: name, partition: 0, offset: 1 }] });
    const zombie = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING }).consumer({
      groupId: `connect-${name}`,
      partitionAssigners: [rangeAssigner],
    });
    t.after(() => zombie.disconnect());
    await zombie.connect();
    await zombie.subscribe({ topic: name });
    await zombie.run({ autoCommit: false, eachMessage: async () => undefined });
    await kafka.awaitMembers(`connect-${name}`, 1);

    const altering = await refusalOf(call('Offsets/Alter', name, { sink: [{ topic: name, partition: 0, offset: 0 }] }));
    const forgetting = await refusalOf(call('Offsets/Alter', name, { sink: [{ topic: name, partition: 0 }] }));
    const resetting = await refusalOf(call('Offsets/Reset', name));
    const kept = await offsetsOf(worker, name);
    await zombie.disconnect();
    await call('Offsets/Reset', name);

    for (const [verb, refusal] of [
      ['alter', altering],
      ['alter', forgetting],
      ['reset', resetting],
    ] as const) {
      assert.deepEqual([refusal.status, refusal.code], ['ABORTED', 'SINK_TASKS_LINGER']);
      assert.ok(
        refusal.message.startsWith(`Failed to ${verb} consumer group offsets for connector ${name}`),
        refusal.message,
      );
      assert.match(
        refusal.message,
        /If the connector is in a stopped state, this operation can be safely retried.*zombie sink task/,
      );
    }
    assert.deepEqual(kept.sink, [{ topic: name, partition: 0, offset: '1' }]);
    assert.deepEqual(await offsetsOf(worker, name), { name });
    await call('Connectors/Delete', name);
  });

  test('outlive the connector, and are read back by a worker that starts on the same file', async t => {
    const name = uniqueName('kept-offsets');
    const own = await StandaloneFixture.open(t);
    const file = own.folder.file('in');
    const config = { 'connector.class': 'FileStreamSource', file, topic: name };
    const start = async (): Promise<StandaloneWorker> => {
      const started = await own.start();
      await started.call('Connectors/Create', { name, config, initial_state: 'STOPPED' });
      return started;
    };
    const first = await start();
    await first.call('Offsets/Alter', { name, source: [filePosition(file, 77)] });
    await first.stop();

    const found = await offsetsOf(await start(), name);

    assert.deepEqual(found, { name, source: [filePosition(file, 77)] });
  });
});
