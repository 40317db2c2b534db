import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { roguePluginPath, StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

describe('standalone worker with a plugin that', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  const bystander = uniqueName('rogue-bystander');

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({
      settings: {
        'plugin.path': roguePluginPath,
        'plugin.start.timeout.ms': '60000',
        'plugin.stop.timeout.ms': '300',
      },
    });
    await worker.create(bystander, { 'connector.class': 'Datagen', topic: bystander, rate: '200' });
    await worker.awaitRunning(bystander);
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  // I6: whatever one plugin does, the worker and the tasks of others go on.
  afterEach(async () => {
    await kafka.awaitCount(bystander, (await kafka.count(bystander)) + 20);
    assert.equal((await worker.status(bystander)).tasks[0]?.restarts ?? 0, 0);
  });

  for (const { plugin, what, code, cause } of [
    {
      plugin: 'missing-program',
      what: 'has no program',
      code: 'PLUGIN_NOT_EXECUTABLE',
      cause: /no-such-program/,
    },
    {
      plugin: 'not-executable',
      what: 'is not executable',
      code: 'PLUGIN_NOT_EXECUTABLE',
      cause: /program\.sh/,
    },
    { plugin: 'bad-interpreter', what: 'names no interpreter', code: 'PLUGIN_NOT_EXECUTABLE', cause: /program\.sh/ },
    {
      plugin: 'exits-at-once',
      what: 'exits at once',
      code: 'PLUGIN_EXITED',
      cause: /exited with code 3; last lines: .*license expired/,
    },
    {
      plugin: 'other-major',
      what: 'is of another protocol major by its manifest',
      code: 'PLUGIN_PROTOCOL_UNSUPPORTED',
      cause: /other-major/,
    },
    {
      plugin: 'wrong-major',
      what: 'answers the handshake with another major',
      code: 'PLUGIN_PROTOCOL_UNSUPPORTED',
      cause: /2/,
    },
    {
      plugin: 'throws',
      what: 'fails to describe itself',
      code: 'PLUGIN_CALL_FAILED',
      cause: /Describe.*ZeroDivisionError/,
    },
    { plugin: 'wrong-nonce', what: 'gives back another nonce', code: 'PLUGIN_HANDSHAKE_REFUSED', cause: /nonce/ },
  ]) {
    test(`${what} refuses to create its connector, naming the cause`, async () => {
      const name = uniqueName('rogue');

      const refusal = await refusalOf(worker.create(name, { 'connector.class': `org.example.${plugin}`, topic: name }));

      assert.equal(refusal.code, code, refusal.message);
      assert.match(refusal.message, cause);
      assert.equal((await refusalOf(worker.status(name))).status, 'NOT_FOUND');
    });
  }

  for (const { plugin, what, cause } of [
    { plugin: 'violates-demand', what: 'sends a batch unasked', cause: /sent batch 1 although no demand was left/ },
    { plugin: 'wrong-seq', what: 'sends batches out of sequence', cause: /sent batch 7 where 1 was due/ },
    {
      plugin: 'batch-over-limit',
      what: 'sends more bytes than were asked for',
      cause: /batch 1 has \d+ bytes in 2 records, but the demand allows \d+ bytes/,
    },
    {
      plugin: 'many-records',
      what: 'sends more records than were asked for',
      cause: /batch 1 has \d+ records, but the demand allows \d+/,
    },
    { plugin: 'huge-message', what: 'sends a message over the limit', cause: /message larger than max/ },
    { plugin: 'garbage-bytes', what: 'sends bytes that are no message', cause: /Varint cut off/ },
    { plugin: 'fails-and-exits', what: 'reports a failure and exits', cause: /Table is gone/ },
  ]) {
    test(`${what} makes the task FAILED, naming the cause`, async () => {
      const name = uniqueName('rogue');
      await worker.create(name, { 'connector.class': `org.example.${plugin}`, topic: name });

      const trace = await worker.awaitFailed(name);

      assert.match(trace, cause);
      assert.equal((await worker.status(name)).tasks[0]?.restarts ?? 0, 0);
    });
  }

  test('floods its output is read to the end and does no harm', async () => {
    const name = uniqueName('rogue');
    await worker.create(name, { 'connector.class': 'org.example.prints-much', topic: name });

    await untilTrue('its last line is in the log', () => worker.lines.some(line => line.includes('printed much')));

    assert.ok(worker.lines.some(line => line.includes('"table":"orders"') && line.includes(name)));
  });
});

describe('standalone worker that waits a second for its plugins', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;

  before(async () => {
    fixture = await StandaloneFixture.create();
    worker = await fixture.start({
      settings: { 'plugin.path': roguePluginPath, 'plugin.start.timeout.ms': '1000', 'plugin.stop.timeout.ms': '300' },
    });
  });
  after(() => fixture.close());

  for (const { plugin, what } of [
    { plugin: 'prints-garbage', what: 'prints garbage and serves nothing' },
    { plugin: 'never-answers', what: 'never answers' },
  ]) {
    test(`refuses the connector of one that ${what}, naming the wait`, async () => {
      const name = uniqueName('rogue');

      const refusal = await refusalOf(worker.create(name, { 'connector.class': `org.example.${plugin}`, topic: name }));

      assert.equal(refusal.code, 'PLUGIN_START_TIMEOUT', refusal.message);
      assert.match(refusal.message, new RegExp(`${plugin}.*1000 ms`, 's'));
      assert.equal((await refusalOf(worker.status(name))).status, 'NOT_FOUND');
    });
  }
});
