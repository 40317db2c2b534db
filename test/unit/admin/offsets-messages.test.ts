import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  fromConnectorOffsets,
  toConnectorOffsets,
  type ConnectorOffsetsMessage,
} from '../../../src/admin/offsets-messages.ts';
import { RequestError } from '../../../src/errors/connect-error.ts';
import type { ConnectorOffsets } from '../../../src/herder/herder.ts';

/** The fields that are wrong, with their rules. */
function violationsOf(message: Partial<ConnectorOffsetsMessage>): readonly (readonly [string, string])[] {
  try {
    fromConnectorOffsets({ name: 'c', source: [], sink: [], ...message });
  } catch (error) {
    assert.ok(error instanceof RequestError, String(error));
    return error.violations.map(({ key, message: rule }) => [key, rule]);
  }
  return [];
}

describe('offsets on gRPC', () => {
  const all: readonly (readonly [ConnectorOffsets, Omit<ConnectorOffsetsMessage, 'name'>])[] = [
    [
      {
        type: 'source',
        offsets: [
          { partitionJson: '{"f":1}', offsetJson: '{"p":1}' },
          { partitionJson: '{}', offsetJson: null },
        ],
      },
      { source: [{ partitionJson: '{"f":1}', offsetJson: '{"p":1}' }, { partitionJson: '{}' }], sink: [] },
    ],
    [
      {
        type: 'sink',
        offsets: [
          { topic: 't', partition: 0, offset: 0 },
          { topic: 't', partition: 1, offset: null },
          { topic: 't', partition: 2, offset: Number.MAX_SAFE_INTEGER },
        ],
      },
      {
        source: [],
        sink: [
          { topic: 't', partition: 0, offset: 0 },
          { topic: 't', partition: 1 },
          { topic: 't', partition: 2, offset: Number.MAX_SAFE_INTEGER },
        ],
      },
    ],
  ];
  for (const [offsets, message] of all) {
    test(`of a ${offsets.type} say by a field that is left out that there is no offset`, () => {
      assert.deepEqual(toConnectorOffsets('c', offsets), { name: 'c', ...message });
      assert.deepEqual(fromConnectorOffsets({ name: 'c', ...message }), offsets);
    });
  }

  test('are refused when there are none, or of both kinds', () => {
    const source = [{ partitionJson: '{}' }];
    const sink = [{ topic: 't', partition: 0 }];

    assert.deepEqual(violationsOf({}), [
      ['source', "is empty, and so is 'sink'. Partitions / offsets need to be provided for an alter offsets request"],
    ]);
    assert.deepEqual(violationsOf({ source, sink }), [['sink', "must be empty when 'source' is not"]]);
  });

  test('are refused with every wrong field, each by its place', () => {
    assert.deepEqual(violationsOf({ name: ' ', source: [{ partitionJson: '{}' }, { partitionJson: '' }] }), [
      ['name', 'must not be empty'],
      ['source[1].partition_json', 'must not be empty'],
    ]);
    const range = 'must be between 0 and 9007199254740991';
    const given = 'must be given, and not be negative';
    const sink = [
      { topic: '', partition: 0 },
      { topic: 't', offset: -1 },
      { topic: 't', partition: -1, offset: 2 ** 53 },
    ];
    assert.deepEqual(violationsOf({ sink }), [
      ['sink[0].topic', 'must not be empty'],
      ['sink[1].partition', given],
      ['sink[1].offset', range],
      ['sink[2].partition', given],
      ['sink[2].offset', range],
    ]);
  });
});
