import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { failedConsumedRecord } from '../../../../src/worker/errors/consumed-record.ts';
import type { ConsumedRecord } from '../../../../src/worker/errors/failed-record.ts';
import { taskPut } from '../../../../src/worker/errors/stage.ts';
import { makeRecordErrors } from '../../../support/record-errors.ts';

const signal = new AbortController().signal;
const queued = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dlq' };
const withHeaders = { ...queued, 'errors.deadletterqueue.context.headers.enable': 'true' };

const consumed: ConsumedRecord = {
  topic: 't',
  partition: 2,
  offset: 7,
  timestampMs: 1234,
  timestampType: 'CreateTime',
  key: null,
  value: Buffer.from('v'),
  headers: [
    { key: 'mine', value: Buffer.from([1]) },
    { key: 'mine', value: null },
  ],
};
const error = new ConnectError('DATA_INVALID', 'bad: the cause', { cause: new SyntaxError('the cause') });
const failed = failedConsumedRecord({
  consumed,
  operation: { stage: 'KEY_CONVERTER', className: 'org.X' },
  error,
});

describe('dead letter queue', () => {
  test('creates its topic with one partition and the replication factor that is asked for', async () => {
    const { errors, admin, producer } = makeRecordErrors(queued);

    await errors.open(signal);

    assert.deepEqual(
      [...admin.topics.values()],
      [{ name: 'dlq', partitions: 1, replicationFactor: 3, settings: new Map() }],
    );
    assert.deepEqual([producer.lookups, admin.isClosed], [['dlq'], true]);
  });

  test('takes a topic as it is, and looks for it once', async () => {
    const { errors, admin, producer } = makeRecordErrors(queued);
    const mine = { name: 'dlq', partitions: 9, replicationFactor: 1, settings: new Map<string, string>() };
    admin.topics.set('dlq', mine);
    admin.refusal = new ConnectError('KAFKA_AUTHORIZATION', 'may not create');

    await errors.open(signal);
    admin.topics.clear();
    await errors.open(signal);

    assert.deepEqual([admin.topics.size, producer.lookups.length], [0, 1]);
  });

  test('is not opened when the topic cannot be created, and says what to do', async () => {
    const { errors, admin } = makeRecordErrors(queued);
    admin.refusal = new ConnectError('KAFKA_REQUEST_FAILED', 'Replication factor: 3 larger than available brokers: 1');

    await assert.rejects(errors.open(signal), {
      code: 'KAFKA_REQUEST_FAILED',
      message:
        'Could not initialize dead letter queue with topic=dlq: Replication factor: 3 larger than available brokers: 1. ' +
        'Create the topic, or see to it that errors.deadletterqueue.topic.replication.factor, which is 3, is no more than the ' +
        'number of brokers',
    });
    assert.equal(admin.isClosed, true);
  });

  test('gets key, value, headers and timestamp as they were read', async () => {
    const { errors, producer } = makeRecordErrors(queued);
    await errors.open(signal);

    errors.failed(failed);

    assert.deepEqual(producer.produced, [{ topic: 'dlq', partition: -1, key: null, value: 'v' }]);
    assert.deepEqual(producer.extras, [{ timestampMs: 1234, headers: consumed.headers }]);
  });

  test('gets a tombstone as one', async () => {
    const { errors, producer } = makeRecordErrors(queued);
    await errors.open(signal);

    errors.failed({ ...failed, consumed: { ...consumed, key: Buffer.from('k'), value: null } });

    assert.deepEqual(producer.produced, [{ topic: 'dlq', partition: -1, key: 'k', value: null }]);
  });

  test('takes nothing before it is open', () => {
    const { queue } = makeRecordErrors(queued);
    const completion = { acked: () => undefined, failed: () => undefined };

    assert.throws(() => queue?.append(failed, consumed, completion), {
      message: "Dead letter queue 'dlq' is not open",
    });
  });

  test('gets headers about the failure behind those of the record', async () => {
    const { errors, producer } = makeRecordErrors(withHeaders);
    await errors.open(signal);

    errors.failed(failed);

    const headers = producer.extras[0]?.headers ?? [];
    const texts = headers.slice(2).map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]);
    const trace = texts.pop() ?? [];
    assert.deepEqual(headers.slice(0, 2), consumed.headers);
    assert.deepEqual(texts, [
      ['__connect.errors.topic', 't'],
      ['__connect.errors.partition', '2'],
      ['__connect.errors.offset', '7'],
      ['__connect.errors.connector.name', 'c'],
      ['__connect.errors.task.id', '3'],
      ['__connect.errors.stage', 'KEY_CONVERTER'],
      ['__connect.errors.class.name', 'org.X'],
      ['__connect.errors.exception.class.name', 'org.apache.kafka.connect.errors.DataException'],
      ['__connect.errors.exception.message', 'bad: '],
    ]);
    assert.equal(trace[0], '__connect.errors.exception.stacktrace');
    assert.match(
      trace[1] ?? '',
      /^org\.apache\.kafka\.connect\.errors\.DataException: bad: \n(\tat .*\n)+Caused by: SyntaxError: the cause\n(\tat .*\n)+$/,
    );
  });

  test('gets what the plugin said of a record that it could not take', async () => {
    const { errors, producer } = makeRecordErrors(withHeaders);
    await errors.open(signal);
    const failure = {
      category: 'RATE_LIMITED',
      code: 'SLOW',
      message: 'too fast',
      detail: 'Error: too fast\n    at put (sink.py:3)',
      retryAfterMs: 0,
    } as const;

    errors.gaveUp(
      failedConsumedRecord({
        consumed,
        operation: taskPut,
        error: new ConnectError('TASK_FAILED', 'too fast'),
        failure,
      }),
    );

    const texts = (producer.extras[0]?.headers ?? []).map(({ key, value }) => [
      key.replace('__connect.errors.', ''),
      Buffer.from(value ?? []).toString(),
    ]);
    assert.deepEqual(texts.slice(7), [
      ['stage', 'TASK_PUT'],
      ['class.name', 'org.apache.kafka.connect.sink.SinkTask'],
      ['exception.class.name', 'org.apache.kafka.connect.errors.RetriableException'],
      ['exception.message', 'too fast'],
      [
        'exception.stacktrace',
        'org.apache.kafka.connect.errors.RetriableException: too fast\nError: too fast\n    at put (sink.py:3)\n',
      ],
    ]);
  });
});
