import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromStringMap, toTimestamp } from '../../../src/admin/proto-values.ts';
import { parseTargetState, requireName, RequestFields } from '../../../src/admin/request-fields.ts';
import { RequestError } from '../../../src/errors/connect-error.ts';

const violations =
  (...keys: readonly (readonly [string, string])[]) =>
  (error: unknown) => {
    assert.ok(error instanceof RequestError, String(error));
    assert.deepEqual(
      error.violations,
      keys.map(([key, message]) => ({ key, message })),
    );
    return true;
  };

describe('fields of a request', () => {
  test('that are wrong are told all at once', () => {
    const fields = new RequestFields()
      .requireText('blank', ' ')
      .requireText('given', 'x')
      .requireEntries('empty', {})
      .requireEntries('filled', { a: '' })
      .require(false, 'other', 'must be right')
      .require(true, 'right', 'must be right');

    assert.throws(
      () => fields.check(),
      violations(['blank', 'must not be empty'], ['empty', 'must not be empty'], ['other', 'must be right']),
    );
    new RequestFields().requireText('given', 'x').check();
  });

  test('have a name, as it was given', () => {
    assert.equal(requireName({ name: ' c' }), ' c');
    assert.throws(() => requireName({ name: '' }), violations(['name', 'must not be empty']));
  });

  test('have a target state that is known, or none', () => {
    const states = ['TARGET_STATE_UNSPECIFIED', 'STARTED', 'PAUSED', 'STOPPED'];

    assert.deepEqual(
      states.map(state => parseTargetState('state', state)),
      [undefined, 'STARTED', 'PAUSED', 'STOPPED'],
    );
    assert.throws(() => parseTargetState('state', 9), violations(['state', 'does not know the value 9']));
  });

  test('hold times to the millisecond, before the epoch too, and maps whatever their keys', () => {
    assert.deepEqual([1_700_000_000_123, 1000, -1].map(toTimestamp), [
      { seconds: 1_700_000_000, nanos: 123_000_000 },
      { seconds: 1, nanos: 0 },
      { seconds: -1, nanos: 999_000_000 },
    ]);
    assert.deepEqual(
      fromStringMap({ a: '', b: '1' }),
      new Map([
        ['a', ''],
        ['b', '1'],
      ]),
    );
  });
});
