import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, ConnectError } from '../../../src/errors/connect-error.ts';
import { ConnectorError, RetriableError, toFailure } from '../../../src/sdk/failure.ts';

describe('failure', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  for (const [what, error, category, code, retryAfterMs] of [
    ['an error of the connector', new ConnectorError({ category: 'AUTH', code: 'X' }, 'm'), 'AUTH', 'X', 0],
    ['an error to be tried again', new RetriableError('m', { retryAfterMs: 7 }), 'TRANSIENT', 'RETRIABLE', 7],
    ['a wrong configuration', new ConfigError('m', []), 'CONFIG', 'CONFIG_INVALID', 0],
    ['a retriable error of the SDK', new ConnectError('SHUTTING_DOWN', 'm'), 'TRANSIENT', 'SHUTTING_DOWN', 0],
    ['another error of the SDK', new ConnectError('WIRE_MALFORMED', 'm'), 'BUG', 'WIRE_MALFORMED', 0],
    ['a refused connection', refused, 'TRANSIENT', 'ECONNREFUSED', 0],
    ['any other error', new TypeError('m'), 'BUG', 'UNEXPECTED', 0],
    ['a thrown text', 'm', 'BUG', 'UNEXPECTED', 0],
  ] as const) {
    test(`tells category and code of ${what}`, () => {
      const failure = toFailure(error);

      assert.deepEqual([failure.category, failure.code, failure.retryAfterMs], [category, code, retryAfterMs]);
    });
  }

  test('keeps message, stack and cause', () => {
    const cause = new Error('below');

    const failure = toFailure(new ConnectorError({ category: 'DATA', code: 'X' }, 'above', { cause }));

    assert.equal(failure.message, 'above');
    assert.match(failure.detail, /ConnectorError: above[^]*Caused by: Error: below/);
  });
});
