import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, writeLines } from '../../support/line-files.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

const transforms = 'org.apache.kafka.connect.transforms';
const json: Settings = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
};
const string: Settings = { 'value.converter': 'org.apache.kafka.connect.storage.StringConverter' };

describe('transforms of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  let producer: Producer;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start();
    producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await kafka.close();
    await fixture.close();
  });

  function awaitCommitted(topic: string, offset: number): Promise<void> {
    return kafka.awaitCommitted(`connect-${topic}`, topic, offset);
  }

  test('shape, route and drop what a source gives', async () => {
    const topic = uniqueName('smt');
    const input = fixture.folder.file(topic);
    await writeLines(input, ['one', 'two']);
    await worker.create(topic, {
      'connector.class': 'FileStreamSource',
      file: input,
      topic,
      ...json,
      transforms: 'hoist,note,route,drop',
      'transforms.hoist.type': `${transforms}.HoistField$Value`,
      'transforms.hoist.field': 'line',
      'transforms.note.type': `${transforms}.InsertField$Value`,
      'transforms.note.static.field': 'from',
      'transforms.note.static.value': 'file',
      'transforms.route.type': `${transforms}.RegexRouter`,
      'transforms.route.regex': '(.*)',
      'transforms.route.replacement': '$1-routed',
      'transforms.drop.type': `${transforms}.Filter`,
      'transforms.drop.predicate': 'old',
      predicates: 'old',
      'predicates.old.type': `${transforms}.predicates.TopicNameMatches`,
      'predicates.old.pattern': topic,
    });

    await kafka.awaitCount(`${topic}-routed`, 2);

    assert.deepEqual(await kafka.values(`${topic}-routed`), [
      '{"line":"one","from":"file"}',
      '{"line":"two","from":"file"}',
    ]);
  });

  test('shape and drop what a sink takes, and let its offsets pass what they drop', async () => {
    const topic = uniqueName('smt');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    const messages = ['{"a":1,"b":"x"}', null, '{"a":2,"b":"y"}', null].map(value => ({ key: null, value }));
    await producer.send({ topic, messages });
    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      ...json,
      transforms: 'drop,extract',
      'transforms.drop.type': `${transforms}.Filter`,
      'transforms.drop.predicate': 'tombstone',
      'transforms.extract.type': `${transforms}.ExtractField$Value`,
      'transforms.extract.field': 'b',
      predicates: 'tombstone',
      'predicates.tombstone.type': `${transforms}.predicates.RecordIsTombstone`,
    });

    await awaitLines(output, 2);

    assert.equal(await readFile(output, 'utf8'), 'x\ny\n');
    await awaitCommitted(topic, 4);
  });

  test('commit what a sink never sees', async () => {
    const topic = uniqueName('smt');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    await producer.send({ topic, messages: [{ key: null, value: 'a' }] });
    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      ...string,
      transforms: 'drop',
      'transforms.drop.type': 'Filter',
    });
    await worker.awaitRunning(topic);

    await awaitCommitted(topic, 1);
  });

  test('give a sink other topics, and commit the old ones', async () => {
    const topic = uniqueName('smt');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    await producer.send({ topic, messages: [{ key: null, value: 'a' }] });
    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      ...string,
      transforms: 'route',
      'transforms.route.type': 'TimestampRouter',
      'transforms.route.topic.format': 'x-${timestamp}',
    });

    await awaitLines(output, 1);

    await awaitCommitted(topic, 1);
  });

  test('fail the task at a record that they cannot change', async () => {
    const topic = uniqueName('smt');
    const input = fixture.folder.file(topic);
    await writeLines(input, ['one']);
    await worker.create(topic, {
      'connector.class': 'FileStreamSource',
      file: input,
      topic,
      ...string,
      transforms: 'mask',
      'transforms.mask.type': `${transforms}.MaskField$Value`,
      'transforms.mask.fields': 'a',
    });

    const trace = await worker.awaitFailed(topic);

    assert.match(
      trace,
      /record 0 of batch 1 failed at stage TRANSFORMATION in .*MaskField\$Value: Only Struct objects supported/,
    );
  });
});
