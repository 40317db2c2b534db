import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { toJavaException } from '../../../../src/worker/errors/java-exception.ts';

describe('Java exception', () => {
  for (const [code, className] of [
    ['DATA_INVALID', 'org.apache.kafka.connect.errors.DataException'],
    ['SCHEMA_INVALID', 'org.apache.kafka.connect.errors.SchemaBuilderException'],
    ['CONFIG_INVALID', 'org.apache.kafka.common.config.ConfigException'],
    ['MESSAGE_TOO_LARGE', 'org.apache.kafka.common.errors.RecordTooLargeException'],
    ['KAFKA_UNAVAILABLE', 'org.apache.kafka.connect.errors.RetriableException'],
    ['INTERNAL', 'org.apache.kafka.connect.errors.ConnectException'],
  ] as const) {
    test(`of ${code} is a ${className}`, () => {
      assert.equal(toJavaException(new ConnectError(code, 'm'), null).className, className);
    });
  }

  for (const [category, className] of [
    ['CATEGORY_UNSPECIFIED', 'org.apache.kafka.connect.errors.ConnectException'],
    ['BUG', 'org.apache.kafka.connect.errors.ConnectException'],
    ['AUTH', 'org.apache.kafka.connect.errors.ConnectException'],
    ['CONFIG', 'org.apache.kafka.common.config.ConfigException'],
    ['TRANSIENT', 'org.apache.kafka.connect.errors.RetriableException'],
    ['RATE_LIMITED', 'org.apache.kafka.connect.errors.RetriableException'],
    ['DATA', 'org.apache.kafka.connect.errors.DataException'],
  ] as const) {
    test(`of a plugin's ${category} is a ${className}`, () => {
      const failure = { category, code: 'X', message: 'no', detail: '', retryAfterMs: 0 };

      const exception = toJavaException(new ConnectError('TASK_FAILED', 'the task'), failure);

      assert.deepEqual(exception, { className, message: 'no', stackTrace: `${className}: no\n` });
    });
  }

  test('does not end with the message of its cause, and keeps its own where the cause has none', () => {
    const causes = [new Error('why'), new Error(''), new Error('other'), 'why'];

    const messages = causes.map(
      cause => toJavaException(new ConnectError('INTERNAL', 'what: why', { cause }), null).message,
    );

    assert.deepEqual(messages, ['what: ', 'what: why', 'what: why', 'what: why']);
  });
});
