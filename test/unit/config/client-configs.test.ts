import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  connectorAdminConfig,
  sinkConsumerConfig,
  deadLetterQueueAdminConfig,
  deadLetterQueueProducerConfig,
  sourceProducerConfig,
  taskAdminConfig,
  workerClientConfig,
  type ClientOwner,
} from '../../../src/config/client-configs.ts';
import { parseStandaloneConfig } from '../../../src/config/worker-config.ts';

type Texts = Readonly<Record<string, string>>;

function owner(worker: Texts, connector: Texts = {}): ClientOwner {
  const required = { 'key.converter': 'K', 'value.converter': 'V', 'offset.storage.file.filename': '/o' };
  return {
    worker: parseStandaloneConfig(new Map(Object.entries({ ...required, ...worker }))),
    connectorName: 'c',
    connectorConfig: new Map(Object.entries(connector)),
    task: 2,
  };
}

const plainProducer = {
  'bootstrap.servers': 'localhost:9092',
  'max.block.ms': '9223372036854775807',
  'enable.idempotence': 'true',
  acks: 'all',
  'max.in.flight.requests.per.connection': '5',
  'delivery.timeout.ms': '2147483647',
  'client.id': 'connector-producer-c-2',
};

describe('source producer settings', () => {
  test('are idempotent and never give up by themselves', () => {
    assert.deepEqual(Object.fromEntries(sourceProducerConfig(owner({}))), plainProducer);
  });

  test('are those of the producer of a dead letter queue too, but for the client id', () => {
    assert.deepEqual(Object.fromEntries(deadLetterQueueProducerConfig(owner({}))), {
      ...plainProducer,
      'client.id': 'connector-dlq-producer-c-2',
    });
  });

  test('take the worker over the defaults and the connector over the worker', () => {
    const config = sourceProducerConfig(
      owner(
        {
          'bootstrap.servers': 'a:1 , b:2',
          'producer.linger.ms': '5',
          'producer.batch.size': '1',
          'linger.ms': '9',
          'consumer.x': '1',
        },
        { 'producer.override.batch.size': '2', 'producer.override.client.id': 'mine', 'consumer.override.y': '1' },
      ),
    );

    assert.deepEqual(Object.fromEntries(config), {
      ...plainProducer,
      'bootstrap.servers': 'a:1,b:2',
      'linger.ms': '5',
      'batch.size': '2',
      'client.id': 'mine',
    });
  });

  for (const setting of [
    { 'producer.acks': '1' },
    { 'producer.max.in.flight.requests.per.connection': '6' },
    { 'producer.retries': '0' },
  ]) {
    test(`drop idempotence that nobody asked for with ${JSON.stringify(setting)}`, () => {
      assert.equal(sourceProducerConfig(owner(setting)).get('enable.idempotence'), 'false');
    });
  }

  test('keep idempotence that was asked for, so that a contradiction is told', () => {
    const config = sourceProducerConfig(owner({ 'producer.acks': '1', 'producer.enable.idempotence': 'true' }));

    assert.equal(config.get('enable.idempotence'), 'true');
  });

  test('keep idempotence with acks given as a number for all', () => {
    assert.equal(sourceProducerConfig(owner({ 'producer.acks': '-1' })).get('enable.idempotence'), 'true');
  });
});

describe('sink consumer settings', () => {
  test("are Kafka Connect's", () => {
    const config = sinkConsumerConfig(
      owner({ 'consumer.fetch.min.bytes': '1' }, { 'consumer.override.auto.offset.reset': 'latest' }),
    );

    assert.deepEqual(Object.fromEntries(config), {
      'bootstrap.servers': 'localhost:9092',
      'group.id': 'connect-c',
      'client.id': 'connector-consumer-c-2',
      'enable.auto.commit': 'false',
      'auto.offset.reset': 'latest',
      'fetch.min.bytes': '1',
    });
  });
});

describe('admin settings', () => {
  const worker = {
    'ssl.truststore.location': '/t',
    'sasl.mechanism': 'PLAIN',
    'request.timeout.ms': '1',
    'producer.a': '1',
    'key.converter.schemas.enable': 'false',
    'admin.request.timeout.ms': '2',
  };

  test('of a task take worker keys without prefix, then admin keys, then overrides', () => {
    const config = taskAdminConfig(owner(worker, { 'admin.override.retries': '3' }));

    assert.deepEqual(Object.fromEntries(config), {
      'client.id': 'connector-adminclient-c-2',
      'bootstrap.servers': 'localhost:9092',
      'ssl.truststore.location': '/t',
      'sasl.mechanism': 'PLAIN',
      'request.timeout.ms': '2',
      retries: '3',
    });
  });

  test('of a dead letter queue differ in the client id', () => {
    assert.deepEqual(Object.fromEntries(deadLetterQueueAdminConfig(owner({}))), {
      'bootstrap.servers': 'localhost:9092',
      'client.id': 'connector-dlq-adminclient-c-2',
    });
  });

  test('of a worker that looks after a connector differ in the client id', () => {
    const config = connectorAdminConfig(owner({ 'admin.retries': '2' }, { 'admin.override.bootstrap.servers': 'b:1' }));

    assert.deepEqual(Object.fromEntries(config), {
      'client.id': 'connector-worker-adminclient-c',
      'bootstrap.servers': 'b:1',
      retries: '2',
    });
  });

  test('of the worker itself leave out what is no setting of a client', () => {
    assert.deepEqual(Object.fromEntries(workerClientConfig(owner(worker).worker)), {
      'bootstrap.servers': 'localhost:9092',
      'ssl.truststore.location': '/t',
      'sasl.mechanism': 'PLAIN',
      'request.timeout.ms': '1',
    });
  });
});
