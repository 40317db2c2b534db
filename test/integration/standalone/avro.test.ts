import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createSchemaRegistry } from '../../../src/converters/registry/create-schema-registry.ts';
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts';
import type { SchemaRegistry } from '../../../src/converters/registry/schema-registry.ts';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines } from '../../support/line-files.ts';
import { RealSchemaRegistry } from '../../support/real-schema-registry.ts';
import { roguePluginPath, StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

const { signal } = new AbortController();

/** {"id": 9007199254740993n, "name": "Ada"} and {"id": 1n, "name": null}. */
const definition =
  '{"type":"record","name":"Person","namespace":"org.example","fields":[{"name":"id","type":"long"},' +
  '{"name":"name","type":["null","string"],"default":null}]}';
const people = ['82808080808080200206416461', '0200'] as const;

describe('AvroConverter with a real schema registry', () => {
  let registry: RealSchemaRegistry;
  let client: SchemaRegistry;
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;

  before(async () => {
    kafka = await KafkaProbe.connect(testBootstrap());
    fixture = await StandaloneFixture.create();
    registry = await RealSchemaRegistry.start();
    client = createSchemaRegistry(
      parseRegistryConfig(new Map([['schema.registry.url', registry.url]])),
      new SystemClock(),
    );
    worker = await fixture.start({
      settings: {
        'plugin.path': roguePluginPath,
        'value.converter': 'io.confluent.connect.avro.AvroConverter',
        'value.converter.schema.registry.url': `http://127.0.0.1:9,${registry.url}`,
        'value.converter.retries.wait.ms': '1',
      },
    });
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
    await registry.stop();
  });

  /** Values of a topic in Kafka, after a source gave them. */
  async function produce(topic: string, values: readonly string[], settings: Settings): Promise<readonly Buffer[]> {
    await worker.create(`${topic}-source`, {
      'connector.class': 'org.example.TypedValuesSource',
      topic,
      values: values.join(','),
      ...settings,
    });
    await kafka.awaitCount(topic, values.length);
    return (await kafka.read(topic)).map(({ message }) => message.value ?? Buffer.alloc(0));
  }

  /** What a sink got of a topic, record by record. */
  async function consume(topic: string, count: number, settings: Settings): Promise<readonly unknown[]> {
    const name = uniqueName('avro-sink');
    const file = fixture.folder.file(name);
    await worker.create(name, { 'connector.class': 'org.example.TypedValuesSink', file, topics: topic, ...settings });
    await awaitLines(file, count);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    return lines.map((line): unknown => JSON.parse(line));
  }

  test('frames AVRO of a source, and gives a sink the same bytes with their schema', async () => {
    const topic = uniqueName('avro');

    const values = await produce(topic, people, { format: 'AVRO', definition });
    const given = await consume(topic, people.length, { format: 'AVRO' });

    const { id, schema } = await client.schemaByVersion(`${topic}-value`, 'latest', signal);
    const frame = Buffer.alloc(5);
    frame.writeInt32BE(id, 1);
    assert.deepEqual(
      values,
      people.map(hex => Buffer.concat([frame, Buffer.from(hex, 'hex')])),
    );
    assert.deepEqual(JSON.parse(schema), JSON.parse(definition));
    assert.deepEqual(
      given,
      people.map(value => ({ format: 'AVRO', definition, value })),
    );
  });

  test('gives a sink of JSON the data', async () => {
    const topic = uniqueName('avro');
    await produce(topic, people, { format: 'AVRO', definition });

    const given = await consume(topic, people.length, { format: 'JSON' });

    const texts = ['{"id":9007199254740993,"name":"Ada"}', '{"id":1,"name":null}'];
    assert.deepEqual(
      given,
      texts.map(text => ({ format: 'JSON', definition: '', value: Buffer.from(text).toString('hex') })),
    );
  });

  test('makes Avro of JSON with a schema, and gives it back', async () => {
    const topic = uniqueName('avro');
    const texts = ['{"id":9007199254740993,"tags":["a","b"]}', '{"id":-1,"tags":[]}'];
    const schema =
      '{"type":"struct","name":"org.example.Tagged","fields":[{"field":"id","type":"int64"},' +
      '{"field":"tags","type":"array","items":{"type":"string"}}]}';
    const values = texts.map(text => Buffer.from(text).toString('hex'));

    const inKafka = await produce(topic, values, { format: 'JSON', definition: schema });
    const given = await consume(topic, texts.length, { format: 'JSON' });

    assert.equal(inKafka[1]?.subarray(5).toString('hex'), '0100');
    assert.deepEqual(
      given,
      values.map(value => ({ format: 'JSON', definition: '', value })),
    );
    const registered = await client.schemaByVersion(`${topic}-value`, 1, signal);
    assert.match(registered.schema, /"connect.name":"org.example.Tagged"/);
  });

  test('lets transforms change AVRO on both ways, under the topic that they name', async () => {
    const topic = uniqueName('avro');
    const source = {
      transforms: 'route,insert',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': '(.*)-in',
      'transforms.route.replacement': '$1',
      'transforms.insert.type': 'InsertField$Value',
      'transforms.insert.static.field': 'site',
      'transforms.insert.static.value': 'x',
    };
    await worker.create(`${topic}-source`, {
      'connector.class': 'org.example.TypedValuesSource',
      topic: `${topic}-in`,
      values: people[1],
      format: 'AVRO',
      definition,
      ...source,
    });
    await kafka.awaitCount(topic, 1);

    const [given] = await consume(topic, 1, {
      format: 'AVRO',
      transforms: 'drop',
      'transforms.drop.type': 'ReplaceField$Value',
      'transforms.drop.exclude': 'id',
    });

    const { schema } = await client.schemaByVersion(`${topic}-value`, 'latest', signal);
    assert.match(schema, /"name":"site","type":\["null","string"\]/);
    assert.ok(typeof given === 'object' && given !== null && 'value' in given && 'definition' in given);
    assert.equal(given.value, '00020278');
    assert.doesNotMatch(String(given.definition), /"name":"id"/);
  });

  test('refuses a schema that the registry finds incompatible, and fails the task', async () => {
    const topic = uniqueName('avro');
    await produce(topic, people, { format: 'AVRO', definition });
    const compatibility = await fetch(`${registry.url}/config/${topic}-value`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
    });
    assert.ok(compatibility.ok);

    await worker.create(`${topic}-other`, {
      'connector.class': 'org.example.TypedValuesSource',
      topic,
      values: '0261',
      format: 'AVRO',
      definition: '"string"',
    });

    const trace = await worker.awaitFailed(`${topic}-other`);
    assert.match(trace, /answers 409/);
  });
});
