import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf, type Refusal } from '../../support/grpc-refusal.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

describe('configuration that a standalone worker refuses', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;

  before(async () => {
    fixture = await StandaloneFixture.create();
    worker = await fixture.start();
  });
  after(() => fixture.close());

  /** How a create call with this configuration is refused; nothing is created by it. */
  async function refuse(config: Settings): Promise<Refusal> {
    const name = uniqueName('refused');
    const refusal = await refusalOf(worker.create(name, config));
    assert.equal((await refusalOf(worker.status(name))).status, 'NOT_FOUND');
    return refusal;
  }

  const source: Settings = { 'connector.class': 'FileStreamSource', file: '/tmp/none', topic: 't' };

  test('names an unknown class and the known ones', async () => {
    const refusal = await refuse({ ...source, 'connector.class': 'org.example.NoSuchConnector' });

    assert.deepEqual([refusal.status, refusal.code], ['INVALID_ARGUMENT', 'CONNECTOR_CLASS_UNKNOWN']);
    for (const part of ['org.example.NoSuchConnector', 'FileStreamSourceConnector', 'DatagenSourceConnector'])
      assert.ok(refusal.message.includes(part), `${part} in ${refusal.message}`);
  });

  test('has no connector.class', async () => {
    const refusal = await refuse({ topic: 't' });

    assert.equal(refusal.status, 'INVALID_ARGUMENT');
    assert.deepEqual(
      refusal.violations.map(({ key }) => key),
      ['connector.class'],
    );
  });

  test('lacks a key of the plugin', async () => {
    const refusal = await refuse({ 'connector.class': 'FileStreamSource', file: '/tmp/none' });

    assert.deepEqual([refusal.status, refusal.code], ['INVALID_ARGUMENT', 'CONFIG_INVALID']);
    assert.deepEqual(refusal.violations, [
      { key: 'topic', message: 'Missing required configuration "topic" which has no default value.' },
    ]);
  });

  for (const { what, config, key, message } of [
    {
      what: 'a number that is none',
      config: { ...source, 'tasks.max': 'many' },
      key: 'tasks.max',
      message: /^Invalid value many for configuration tasks\.max: Not a number of type INT$/,
    },
    {
      what: 'a number out of its range',
      config: { 'connector.class': 'Datagen', topic: 't', rate: '-1' },
      key: 'rate',
      message: /^Invalid value -1(\.0)? for configuration rate: Value must be at least 0/,
    },
    {
      what: 'a word that is not one of those known',
      config: { 'connector.class': 'Datagen', topic: 't', shape: 'round' },
      key: 'shape',
      message: /round.*shape.*counter, bytes, user, order/,
    },
    {
      what: 'a sink that names no topic',
      config: { 'connector.class': 'FileStreamSink', file: '/tmp/none' },
      key: 'topics',
      message: /topics/,
    },
    {
      what: 'a topics.regex that is no pattern',
      config: { 'connector.class': 'FileStreamSink', file: '/tmp/none', 'topics.regex': 'a(' },
      key: 'topics.regex',
      message: /a\(/,
    },
    {
      what: 'an unknown converter',
      config: { ...source, 'value.converter': 'org.example.NoConverter' },
      key: 'value.converter',
      message: /org\.example\.NoConverter/,
    },
    {
      what: 'a setting of a converter that is none',
      config: {
        ...source,
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter.schemas.enable': 'maybe',
      },
      key: 'value.converter',
      message: /schemas\.enable/,
    },
    {
      what: 'a transform without class',
      config: { ...source, transforms: 'a' },
      key: 'transforms.a.type',
      message: /Missing required configuration "transforms\.a\.type"/,
    },
    {
      what: 'a transform of an unknown class',
      config: { ...source, transforms: 'a', 'transforms.a.type': 'com.example.My' },
      key: 'transforms.a.type',
      message: /Class com\.example\.My could not be found/,
    },
    {
      what: 'a transform with a wrong setting',
      config: { ...source, transforms: 'a', 'transforms.a.type': 'Cast$Value', 'transforms.a.spec': 'int7' },
      key: 'transforms.a.spec',
      message: /int7/,
    },
    {
      what: 'a transform whose settings contradict each other',
      config: { ...source, transforms: 'a', 'transforms.a.type': 'InsertField$Value' },
      key: 'transforms',
      message: /No field insertion configured/,
    },
    {
      what: 'a restart policy that is none',
      config: { ...source, 'task.restart.policy': 'always' },
      key: 'task.restart.policy',
      message: /always.*never, crash, transient/,
    },
  ]) {
    test(`has ${what}`, async () => {
      const refusal = await refuse(config);

      assert.deepEqual([refusal.status, refusal.code], ['INVALID_ARGUMENT', 'CONFIG_INVALID']);
      assert.ok(
        refusal.violations.some(violation => violation.key === key && message.test(violation.message)),
        JSON.stringify(refusal.violations),
      );
    });
  }

  test('has two wrong keys, one of the plugin and one of the framework: both are told', async () => {
    const refusal = await refuse({ 'connector.class': 'Datagen', rate: 'fast', topic: 't', 'tasks.max': '0' });

    assert.deepEqual([...new Set(refusal.violations.map(({ key }) => key))].toSorted(), ['rate', 'tasks.max']);
    assert.match(refusal.message, /Invalid value fast for configuration rate: Not a number of type DOUBLE/);
    assert.match(refusal.message, /Invalid value 0 for configuration tasks\.max: Value must be at least 1/);
  });

  for (const { key, value } of [
    { key: 'exactly.once.support', value: 'required' },
    { key: 'topic.creation.default.partitions', value: '3' },
  ]) {
    test(`asks by ${key} for what this version does not have`, async () => {
      const refusal = await refuse({ ...source, [key]: value });

      assert.equal(refusal.status, 'INVALID_ARGUMENT');
      assert.ok(
        refusal.violations.some(violation => violation.key === key),
        JSON.stringify(refusal.violations),
      );
    });
  }

  test('gives another name than the request', async () => {
    const refusal = await refuse({ ...source, name: 'another' });

    assert.equal(refusal.status, 'INVALID_ARGUMENT');
    assert.match(refusal.message, /another/);
  });

  test('leaves a connector that runs as it is', async () => {
    const name = uniqueName('refused-put');
    const config = { 'connector.class': 'Datagen', topic: name };
    await worker.create(name, config);
    const before = await worker.awaitRunning(name);

    const put = await refusalOf(worker.call('Connectors/PutConfig', { name, config: { ...config, rate: 'fast' } }));
    const patch = await refusalOf(worker.call('Connectors/PatchConfig', { name, set: { count: '-1' } }));

    assert.deepEqual([put.status, patch.status], ['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
    assert.deepEqual(
      [put, patch].map(({ violations }) => violations[0]?.key),
      ['rate', 'count'],
    );
    assert.deepEqual(await worker.status(name), before);
    assert.deepEqual(await worker.call('Connectors/GetConfig', { name }), { config: { ...config, name } });
  });

  test('is told key by key by Validate, without an error of the call', async () => {
    const answer = await worker.call('Plugins/Validate', {
      class_name: 'Datagen',
      config: { 'connector.class': 'Datagen', name: 'n', topic: 't', rate: 'fast' },
    });

    const text = JSON.stringify(answer);
    // As Kafka's ConfigDef: what is no number is then found to be null, too.
    assert.match(text, /"error_count":2/);
    assert.match(text, /Invalid value fast for configuration rate: Not a number of type DOUBLE/);
  });
});
