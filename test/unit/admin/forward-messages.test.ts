import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeForwarded, encodeForwarded } from '../../../src/admin/forward-messages.ts';
import type { HerderRequest } from '../../../src/herder/forwarding.ts';

describe('offsets that are handed on', () => {
  const requests: readonly HerderRequest[] = [
    {
      kind: 'alterOffsets',
      alterOffsets: {
        name: 'c',
        offsets: {
          type: 'source',
          offsets: [
            { partitionJson: '{"f":"ü"}', offsetJson: '{"p":9007199254740993}' },
            { partitionJson: '{}', offsetJson: null },
          ],
        },
      },
    },
    {
      kind: 'alterOffsets',
      alterOffsets: {
        name: 'c',
        offsets: {
          type: 'sink',
          offsets: [
            { topic: 't', partition: 0, offset: 0 },
            { topic: 't', partition: 1, offset: 2 ** 40 },
            { topic: 't', partition: 2, offset: null },
          ],
        },
      },
    },
    { kind: 'resetOffsets', resetOffsets: { name: 'c' } },
  ];
  for (const request of requests) {
    test(`arrive as they were: ${JSON.stringify(request)}`, () => {
      assert.deepEqual(decodeForwarded(encodeForwarded({ hops: 1, request })), { hops: 1, request });
    });
  }
});
