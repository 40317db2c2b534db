import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { uniqueName } from '../../support/fill-topic.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';
import { RegistryFlow } from '../../support/registry-flow.ts';
import { untilTrue } from '../../support/standalone-fixture.ts';
import type { Settings } from '../../support/standalone-worker.ts';

const { signal } = new AbortController();

/** {"id": 9007199254740993n, "name": "Ada"} and {"id": 1n, "name": null}. */
const definition =
  '{"type":"record","name":"Person","namespace":"org.example","fields":[{"name":"id","type":"long"},' +
  '{"name":"name","type":["null","string"],"default":null}]}';
const people = ['82808080808080200206416461', '0200'] as const;

/** Values of a format as the plugin's source takes them, and as its sink writes them down. */
const hexOf = (texts: readonly string[]): readonly string[] => texts.map(text => Buffer.from(text).toString('hex'));
const jsonLines = (texts: readonly string[]): readonly object[] =>
  hexOf(texts).map(value => ({ format: 'JSON', definition: '', value }));

/** Magic byte and id. */
function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeInt32BE(id, 1);
  return frame;
}

let flow: RegistryFlow;

before(async () => {
  flow = await RegistryFlow.start();
});
after(() => flow.stop());

describe('AvroConverter with a real schema registry', () => {
  test('frames AVRO of a source, and gives a sink the same bytes with their schema', async () => {
    const topic = uniqueName('avro');

    const values = await flow.produce(topic, people, { format: 'AVRO', definition });
    const given = await flow.consume(topic, people.length, { format: 'AVRO' });

    const { id, schema } = await flow.client.schemaByVersion(`${topic}-value`, 'latest', signal);
    assert.deepEqual(
      values,
      people.map(hex => Buffer.concat([frameOf(id), Buffer.from(hex, 'hex')])),
    );
    assert.deepEqual(JSON.parse(schema), JSON.parse(definition));
    assert.deepEqual(
      given,
      people.map(value => ({ format: 'AVRO', definition, value })),
    );
  });

  test('gives a sink of JSON the data', async () => {
    const topic = uniqueName('avro');
    await flow.produce(topic, people, { format: 'AVRO', definition });

    const given = await flow.consume(topic, people.length, { format: 'JSON' });

    assert.deepEqual(given, jsonLines(['{"id":9007199254740993,"name":"Ada"}', '{"id":1,"name":null}']));
  });

  test('makes Avro of JSON with a schema, and gives it back', async () => {
    const topic = uniqueName('avro');
    const texts = ['{"id":9007199254740993,"tags":["a","b"]}', '{"id":-1,"tags":[]}'];
    const schema =
      '{"type":"struct","name":"org.example.Tagged","fields":[{"field":"id","type":"int64"},' +
      '{"field":"tags","type":"array","items":{"type":"string"}}]}';

    const inKafka = await flow.produce(topic, hexOf(texts), { format: 'JSON', definition: schema });
    const given = await flow.consume(topic, texts.length, { format: 'JSON' });

    assert.equal(inKafka[1]?.subarray(5).toString('hex'), '0100');
    assert.deepEqual(given, jsonLines(texts));
    const registered = await flow.client.schemaByVersion(`${topic}-value`, 1, signal);
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
    await flow.worker.create(`${topic}-source`, {
      'connector.class': 'org.example.TypedValuesSource',
      topic: `${topic}-in`,
      values: people[1],
      format: 'AVRO',
      definition,
      ...source,
    });
    await flow.kafka.awaitCount(topic, 1);

    const [given] = await flow.consume(topic, 1, {
      format: 'AVRO',
      transforms: 'drop',
      'transforms.drop.type': 'ReplaceField$Value',
      'transforms.drop.exclude': 'id',
    });

    const { schema } = await flow.client.schemaByVersion(`${topic}-value`, 'latest', signal);
    assert.match(schema, /"name":"site","type":\["null","string"\]/);
    assert.ok(typeof given === 'object' && given !== null && 'value' in given && 'definition' in given);
    assert.equal(given.value, '00020278');
    assert.doesNotMatch(String(given.definition), /"name":"id"/);
  });

  test('refuses a schema that the registry finds incompatible, and fails the task', async () => {
    const topic = uniqueName('avro');
    await flow.produce(topic, people, { format: 'AVRO', definition });
    await flow.requireBackward(topic);

    await flow.worker.create(`${topic}-other`, {
      'connector.class': 'org.example.TypedValuesSource',
      topic,
      values: '0261',
      format: 'AVRO',
      definition: '"string"',
    });

    const trace = await flow.worker.awaitFailed(`${topic}-other`);
    assert.match(trace, /answers 409/);
  });
});

/** {"id", "name", "tags", "at", "address"} with what each language has its own way for: 64 bits, null, lists, times, structs. */
const orderSchema = JSON.stringify({
  type: 'struct',
  name: 'org.example.Order',
  fields: [
    { field: 'id', type: 'int64' },
    { field: 'name', type: 'string', optional: true },
    { field: 'tags', type: 'array', items: { type: 'string' } },
    { field: 'at', type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp', version: 1 },
    {
      field: 'address',
      type: 'struct',
      name: 'org.example.Address',
      optional: true,
      fields: [{ field: 'city', type: 'string' }],
    },
  ],
});
const orders = [
  '{"id":9007199254740993,"name":"Ada","tags":["a","b"],"at":1700000000123,"address":{"city":"Zürich"}}',
  '{"id":-1,"name":null,"tags":[],"at":0,"address":null}',
];

/** What a converter writes of {@link orders} behind magic byte and id, and how the registry has its schema. */
interface Language {
  readonly schemaType: 'JSON' | 'PROTOBUF';
  readonly settings: Settings;
  readonly written: readonly Buffer[];
  /** Parts of the registered text. */
  readonly schemaParts: readonly RegExp[];
}

const languages: readonly Language[] = [
  {
    schemaType: 'JSON',
    settings: { 'value.converter': 'io.confluent.connect.json.JsonSchemaConverter' },
    written: orders.map(text => Buffer.from(text)),
    schemaParts: [/"title":"org.example.Order"/, /"connect.type":"int64"/],
  },
  {
    schemaType: 'PROTOBUF',
    settings: {
      'value.converter': 'io.confluent.connect.protobuf.ProtobufConverter',
      'value.converter.optional.for.nullables': 'true',
    },
    // One byte, a zero, names the first message of the schema; then come the fields, by number.
    written: [
      '00 088180808080808010 1203416461 1a0161 1a0162 220b0880e2cfaa0610c0a9d33a 2a090a075ac3bc72696368',
      '00 08ffffffffffffffffff01 2200',
    ].map(hex => Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    schemaParts: [/^syntax = "proto3";/, /message Order \{/, /optional string name = 2;/],
  },
];

for (const { schemaType, settings, written, schemaParts } of languages) {
  const asJson = (url = flow.registry.url): Settings => ({
    ...settings,
    'value.converter.schema.registry.url': url,
    format: 'JSON',
  });

  describe(`${schemaType} in a real schema registry`, () => {
    test('frames structs of a source under a registered schema, and gives a sink the same', async () => {
      const topic = uniqueName('orders');

      const values = await flow.produce(topic, hexOf(orders), { ...asJson(), definition: orderSchema });
      const given = await flow.consume(topic, orders.length, asJson());

      const registered = await flow.client.schemaByVersion(`${topic}-value`, 'latest', signal);
      assert.equal(registered.schemaType, schemaType);
      for (const part of schemaParts) assert.match(registered.schema, part);
      assert.deepEqual(
        values,
        written.map(bytes => Buffer.concat([frameOf(registered.id), bytes])),
      );
      assert.deepEqual(given, jsonLines(orders));
    });

    test('fails the task when the registry finds the schema incompatible', async () => {
      const topic = uniqueName('orders');
      await flow.produce(topic, hexOf(orders), { ...asJson(), definition: orderSchema });
      await flow.requireBackward(topic);
      const definition = orderSchema.replace('"field":"id","type":"int64"', '"field":"id","type":"string"');
      const values = hexOf(orders.map(text => text.replace(/"id":(-?\d+)/, '"id":"$1"')));

      await flow.createSource(`${topic}-other`, values, { ...asJson(), definition, topic });

      assert.match(
        await flow.worker.awaitFailed(`${topic}-other-source`),
        new RegExp(`The schema registry answers 409 to .*/subjects/${topic}-value/versions: `),
      );
    });

    test('waits for a registry that is away as long as errors.retry.timeout allows', async t => {
      const topic = uniqueName('orders');
      const proxy = await FlakyProxy.start(new URL(flow.registry.url).host);
      t.after(() => proxy.close());
      proxy.refuses = true;
      const away: Settings = {
        ...asJson(`http://${proxy.bootstrapServers}${new URL(flow.registry.url).pathname}`),
        'value.converter.max.retries': '0',
      };

      await flow.createSource(topic, hexOf(orders), {
        ...away,
        definition: orderSchema,
        'errors.retry.timeout': '60000',
        'errors.retry.delay.max.ms': '100',
      });
      await untilTrue('the registry is asked again', () => proxy.cuts >= 3);
      await flow.worker.awaitRunning(`${topic}-source`);
      assert.equal(await flow.kafka.count(topic), 0);
      proxy.refuses = false;
      const values = await flow.awaitValues(topic, orders.length);

      assert.deepEqual(
        values.map(value => value.subarray(5)),
        written,
      );
    });

    test('fails a sink whose registry is away by default, and goes on after a restart', async t => {
      const topic = uniqueName('orders');
      const proxy = await FlakyProxy.start(new URL(flow.registry.url).host);
      t.after(() => proxy.close());
      proxy.refuses = true;
      await flow.produce(topic, hexOf(orders), { ...asJson(), definition: orderSchema });

      const file = await flow.createSink(`${topic}-sink`, topic, {
        ...asJson(`http://${proxy.bootstrapServers}${new URL(flow.registry.url).pathname}`),
        'value.converter.max.retries': '0',
      });
      const trace = await flow.worker.awaitFailed(`${topic}-sink`);
      proxy.refuses = false;
      await flow.worker.call('Connectors/RestartTask', { name: `${topic}-sink`, task: 0 });
      const given = await flow.awaitTaken(file, orders.length);

      assert.match(trace, /The schema registry at http:\/\/127\.0\.0\.1:\d+ cannot be reached: /);
      assert.deepEqual(given, jsonLines(orders));
    });
  });
}

test('Protobuf fits data into the message of that name of a registered schema, and tells its place', async () => {
  const topic = uniqueName('orders');
  const settings: Settings = {
    'value.converter': 'io.confluent.connect.protobuf.ProtobufConverter',
    'value.converter.schema.registry.url': flow.registry.url,
    'value.converter.auto.register.schemas': 'false',
    'value.converter.use.latest.version': 'true',
    format: 'JSON',
  };
  const definition = '{"type":"struct","name":"org.example.Note","fields":[{"field":"text","type":"string"}]}';
  const schema =
    'syntax = "proto3"; package org.example; message Other { int32 n = 1; } message Note { string text = 7; }';
  const id = await flow.client.register(
    { subject: `${topic}-value`, normalize: false, schema: { schemaType: 'PROTOBUF', schema, references: [] } },
    signal,
  );

  const values = await flow.produce(topic, hexOf(['{"text":"a"}']), { ...settings, definition });
  const given = await flow.consume(topic, 1, settings);

  // One index, 1, both as zigzag varints; then field 7.
  assert.deepEqual(values, [Buffer.concat([frameOf(id), Buffer.from('02023a0161', 'hex')])]);
  assert.deepEqual(given, jsonLines(['{"text":"a"}']));
});
