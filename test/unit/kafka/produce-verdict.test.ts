import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeProduceAnswer } from '../../../src/kafka/produce-verdict.ts';

function judge(errorCode: number, isIdempotent = true): string {
  const verdict = judgeProduceAnswer('t-0', { errorCode, errorMessage: null }, isIdempotent);
  return verdict.kind === 'retry' ? `retry, ${verdict.hasStaleMetadata ? 'old' : 'good'} metadata` : verdict.kind;
}

describe('produce verdict', () => {
  for (const [name, errorCode, expected] of [
    ['NONE', 0, 'acked'],
    ['DUPLICATE_SEQUENCE_NUMBER', 46, 'acked'],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 45, 'out-of-sequence'],
    ['UNKNOWN_PRODUCER_ID', 59, 'out-of-sequence'],
    ['INVALID_PRODUCER_EPOCH', 47, 'out-of-sequence'],
    ['MESSAGE_TOO_LARGE', 10, 'too-large'],
    ['NOT_LEADER_OR_FOLLOWER', 6, 'retry, old metadata'],
    ['NOT_ENOUGH_REPLICAS', 19, 'retry, good metadata'],
    ['TOPIC_AUTHORIZATION_FAILED', 29, 'failed'],
    ['INVALID_RECORD', 87, 'failed'],
  ] as const) {
    test(`is '${expected}' for ${name}`, () => {
      assert.equal(judge(errorCode), expected);
    });
  }

  test('is a failure when numbers are refused that nobody asked for', () => {
    assert.equal(judge(45, false), 'failed');
  });
});
