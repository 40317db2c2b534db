import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RequestError } from '../../../src/errors/connect-error.ts';
import type { SourcePartitionOffset } from '../../../src/herder/connector-offsets.ts';
import { parseSourceOffsets, SourceOffsets } from '../../../src/herder/source-offsets.ts';
import type { OffsetStore, OffsetWrite } from '../../../src/storage/offset-store.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** Writes as texts. */
function shown(writes: readonly OffsetWrite[]): readonly (readonly [string, string | null])[] {
  const textOf = (json: Uint8Array): string => Buffer.from(json).toString();
  return writes.map(({ partitionJson, offsetJson }) => [
    textOf(partitionJson),
    offsetJson === null ? null : textOf(offsetJson),
  ]);
}

function violationsOf(offsets: readonly SourcePartitionOffset[]): readonly (readonly [string, string])[] {
  try {
    parseSourceOffsets(offsets);
  } catch (error) {
    assert.ok(error instanceof RequestError, String(error));
    return error.violations.map(({ key, message }) => [key, message]);
  }
  return [];
}

/** A store with two partitions of connector `c` that notes what is called. */
function storeWith(calls: string[]): OffsetStore {
  const unused = (): Promise<never> => Promise.reject(new Error('Not to be called'));
  return {
    load: unused,
    connectors: unused,
    lookup: unused,
    close: unused,
    get: async connector => {
      calls.push(`get ${connector}`);
      return [
        { partitionJson: bytes('{"f":"a"}'), offsetJson: bytes('{"p":1}') },
        { partitionJson: bytes('{"f":"b"}'), offsetJson: bytes('{"p":9007199254740993}') },
      ];
    },
    put: async (connector, writes) => {
      calls.push(`put ${connector} ${JSON.stringify(shown(writes))}`);
    },
  };
}

describe('source offsets of a request', () => {
  test('are what a task reads back: compact, integers to the last digit, other numbers as doubles', () => {
    const writes = parseSourceOffsets([
      { partitionJson: '{ "b" : 1e1, "a" : "\\u00fc" }', offsetJson: '{ "n" : 9223372036854775807, "x": 1.0 }' },
      { partitionJson: '{}', offsetJson: null },
    ]);

    assert.deepEqual(shown(writes), [
      ['{"b":10.0,"a":"ü"}', '{"n":9223372036854775807,"x":1.0}'],
      ['{}', null],
    ]);
  });

  test('are refused with every field that is no flat JSON object', () => {
    const violations = violationsOf([
      { partitionJson: '{"a":1}', offsetJson: '[1]' },
      { partitionJson: '{"a":{}}', offsetJson: '{"n":9223372036854775808}' },
      { partitionJson: 'null', offsetJson: null },
    ]);

    assert.deepEqual(
      violations.map(([key]) => key),
      ['source[0].offset_json', 'source[1].partition_json', 'source[1].offset_json', 'source[2].partition_json'],
    );
    assert.match(violations[0]?.[1] ?? '', /Source offset is not a flat JSON object: '\{' expected at character 1/);
  });

  test('are refused when two are of one partition, whatever the order of its fields', () => {
    const violations = violationsOf([
      { partitionJson: '{"a":1,"b":2}', offsetJson: '{"p":1}' },
      { partitionJson: '{"b":2, "a":1}', offsetJson: '{"p":2}' },
    ]);

    assert.deepEqual(violations, [['source[1].partition_json', 'is the partition of source[0] again']]);
  });
});

describe('source offsets', () => {
  test('are read as they are stored', async () => {
    const offsets = await new SourceOffsets(storeWith([])).read('c');

    assert.deepEqual(offsets, [
      { partitionJson: '{"f":"a"}', offsetJson: '{"p":1}' },
      { partitionJson: '{"f":"b"}', offsetJson: '{"p":9007199254740993}' },
    ]);
  });

  test('are forgotten partition by partition', async () => {
    const writes = await new SourceOffsets(storeWith([])).toReset('c');

    assert.deepEqual(shown(writes), [
      ['{"f":"a"}', null],
      ['{"f":"b"}', null],
    ]);
  });

  test('are written once it is known what is there', async () => {
    const calls: string[] = [];
    const writes = parseSourceOffsets([{ partitionJson: '{"f":"a"}', offsetJson: '{"p":2}' }]);

    await new SourceOffsets(storeWith(calls)).write('c', writes);
    await new SourceOffsets(storeWith(calls)).write('c', []);

    assert.deepEqual(calls, ['get c', 'put c [["{\\"f\\":\\"a\\"}","{\\"p\\":2}"]]']);
  });
});
