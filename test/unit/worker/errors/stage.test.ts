import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conversion } from '../../../../src/worker/errors/stage.ts';

describe('stage', () => {
  test('of a conversion is that of its side', () => {
    const roles = ['key', 'value', 'header'] as const;

    const operations = roles.map(role => conversion(role, { className: 'org.X' }));

    assert.deepEqual(operations, [
      { stage: 'KEY_CONVERTER', className: 'org.X' },
      { stage: 'VALUE_CONVERTER', className: 'org.X' },
      { stage: 'HEADER_CONVERTER', className: 'org.X' },
    ]);
  });
});
