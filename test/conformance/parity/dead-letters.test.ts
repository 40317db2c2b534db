import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { JavaConnectWorker } from '../../support/java-connect-worker.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import type { ReadRecord } from '../../support/read-topic.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';

const prefix = '__connect.errors.';

/** Records that fail at their key, at their value, and in a transform; and good ones between them. */
const records = [
  { key: '"k"', value: '1', timestamp: '1700000000001' },
  { key: '{bad', value: '2', timestamp: '1700000000002' },
  { key: null, value: 'no {', timestamp: '1700000000003', headers: { mine: 'a', other: Buffer.from([0, 255]) } },
  { key: '"k"', value: '"abc"', timestamp: '1700000000004', headers: { [`${prefix}topic`]: 'from elsewhere' } },
  { key: '"k"', value: '{"a":1}', timestamp: '1700000000005' },
  { key: '"k"', value: '3', timestamp: '1700000000006' },
];
const failedCount = 4;

describe('dead letters beside those of Kafka Connect', () => {
  const id = randomUUID();
  const name = `dead-${id}`;
  const topic = `dead-letters-${id}`;
  const queues = { java: `${topic}-java`, ours: `${topic}-ours` };
  let kafka: KafkaProbe;
  let fixture: StandaloneFixture;
  let java: JavaConnectWorker;

  before(async () => {
    kafka = await KafkaProbe.connect(testBootstrap());
    await kafka.create(topic, 1);
    const producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic, messages: records });
    await producer.disconnect();
    fixture = await StandaloneFixture.create();
    java = await JavaConnectWorker.start({
      'bootstrap.servers': testBootstrap(),
      'group.id': `connect-${id}`,
      'config.storage.topic': `configs-${id}`,
      'offset.storage.topic': `offsets-${id}`,
      'status.storage.topic': `status-${id}`,
    });
  });
  after(async () => {
    await java.stop();
    await fixture.close();
    await kafka.close();
  });

  /** A sink of the same name in both; only its group and its queue differ. */
  function config(which: keyof typeof queues): Record<string, string> {
    const json = 'org.apache.kafka.connect.json.JsonConverter';
    return {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      file: fixture.folder.file(`${which}.out`),
      topics: topic,
      'consumer.override.group.id': `${name}-${which}`,
      'key.converter': json,
      'key.converter.schemas.enable': 'false',
      'value.converter': json,
      'value.converter.schemas.enable': 'false',
      transforms: 'cast',
      'transforms.cast.type': 'org.apache.kafka.connect.transforms.Cast$Value',
      'transforms.cast.spec': 'int32',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': queues[which],
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    };
  }

  test('have the same key, value, timestamp and headers, in the same order', async () => {
    const worker = await fixture.start();
    await worker.create(name, config('ours'));
    await java.create(name, config('java'));
    await Promise.all(Object.values(queues).map(queue => kafka.awaitCount(queue, failedCount)));

    const [theirs, ours] = await Promise.all([kafka.read(queues.java), kafka.read(queues.ours)]);

    assert.equal(theirs.length, failedCount);
    assert.deepEqual(ours.map(comparable), theirs.map(comparable));
  });
});

/**
 * The record but for what is below the first line of stack traces, which are of different programs, and for the words of transforms,
 * which here show nothing of the record.
 */
function comparable({ partition, message }: ReadRecord) {
  const isTransform = message.headers?.[`${prefix}stage`]?.toString() === 'TRANSFORMATION';
  const headers = Object.entries(message.headers ?? {}).map(([key, value]) => {
    const texts = (Array.isArray(value) ? value : [value]).map(each => each?.toString('latin1'));
    const isText = key === `${prefix}exception.message` || key === `${prefix}exception.stacktrace`;
    if (!isText) return [key, texts];
    return [key, texts.map(text => (isTransform ? text !== '' : text?.split('\n')[0]))];
  });
  return {
    partition,
    key: message.key?.toString(),
    value: message.value?.toString(),
    time: message.timestamp,
    headers,
  };
}
