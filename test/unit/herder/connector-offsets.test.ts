import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toModifiedOffsets } from '../../../src/herder/connector-offsets.ts';

describe('what came of a modification', () => {
  test('is told as Kafka Connect does when the connector did its part', () => {
    assert.deepEqual(toModifiedOffsets('reset', true), {
      handled: true,
      message: 'The offsets for this connector have been reset successfully',
    });
  });

  test('is told as Kafka Connect does when the connector had nothing to say', () => {
    assert.deepEqual(toModifiedOffsets('altered', false), {
      handled: false,
      message:
        'The Connect framework-managed offsets for this connector have been altered successfully. However, if this connector ' +
        'manages offsets externally, they will need to be manually altered in the system that the connector uses.',
    });
  });
});
