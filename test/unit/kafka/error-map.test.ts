import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AuthenticationError, NetworkError, ResponseError, TimeoutError } from '@platformatic/kafka';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import {
  fromKafkaClientError,
  fromKafkaErrorCode,
  isConnectionLoss,
  kafkaErrorInfo,
} from '../../../src/kafka/error-map.ts';

describe('Kafka error map', () => {
  for (const [kafkaCode, code, isRetriable] of [
    [6, 'KAFKA_REQUEST_RETRIABLE', true],
    [10, 'MESSAGE_TOO_LARGE', false],
    [17, 'KAFKA_REQUEST_FAILED', false],
    [29, 'KAFKA_AUTHORIZATION', false],
    [47, 'KAFKA_FENCED', false],
    [12345, 'KAFKA_REQUEST_FAILED', false],
  ] as const) {
    test(`maps Kafka's error ${kafkaCode} to ${code}`, () => {
      const error = fromKafkaErrorCode(kafkaCode, 'Doing it');

      assert.deepEqual([error.code, error.isRetriable], [code, isRetriable]);
    });
  }

  test('says what was done, which error it was, and the words of the broker', () => {
    const error = fromKafkaErrorCode(87, "Producing to 'orders-3'", 'Field x is wrong');

    assert.equal(error.message, "Producing to 'orders-3' failed with INVALID_RECORD: Field x is wrong");
    assert.deepEqual(error.details, { kafka_error: 'INVALID_RECORD', kafka_error_code: '87' });
  });

  test('knows which errors come from metadata that is old', () => {
    const stale = [3, 5, 6, 74, 7, 10].filter(code => kafkaErrorInfo(code).hasStaleMetadata);

    assert.deepEqual(stale, [3, 5, 6, 74]);
  });

  test('takes a lost connection and a response that never came for an unreachable broker', () => {
    for (const error of [new NetworkError('Connection closed'), new TimeoutError('Request timed out')]) {
      const mapped = fromKafkaClientError(error, 'Asking');

      assert.deepEqual([mapped.code, mapped.cause, isConnectionLoss(error)], ['KAFKA_UNAVAILABLE', error, true]);
    }
  });

  test('tells the innermost reason of a failed connection', () => {
    const error = new NetworkError('Connection failed.', { cause: new Error('connect ECONNREFUSED') });

    assert.equal(
      fromKafkaClientError(error, 'Connecting').message,
      'Connecting failed: Connection failed. connect ECONNREFUSED',
    );
  });

  test("finds the broker's code in the library's response error", () => {
    const error = new ResponseError(22, 4, { '/': [7, null] }, {});

    assert.equal(fromKafkaClientError(error, 'Asking').details['kafka_error'], 'REQUEST_TIMED_OUT');
  });

  test('keeps an error that is mapped already', () => {
    const error = new ConnectError('SHUTTING_DOWN', 'closed');

    assert.equal(fromKafkaClientError(error, 'Asking'), error);
  });

  test('maps refused credentials and anything unknown', () => {
    const codes = [new AuthenticationError('no'), new Error('odd'), 'text'].map(
      error => fromKafkaClientError(error, 'Asking').code,
    );

    assert.deepEqual(codes, ['KAFKA_AUTHORIZATION', 'KAFKA_REQUEST_FAILED', 'KAFKA_REQUEST_FAILED']);
  });
});
