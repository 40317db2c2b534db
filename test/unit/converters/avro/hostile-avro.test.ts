import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { AvroDataReader } from '../../../../src/converters/avro/avro-data.ts';
import { losslessAvroData } from '../../../../src/converters/avro/avro-data-config.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { checkDecoder } from '../../../support/hostile-bytes.ts';

const reader = (definition: string): AvroDataReader =>
  new AvroDataReader(parseAvroSchema(definition), { config: losslessAvroData, version: null });

const everything = reader(
  '{"type":"record","name":"All","fields":[{"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},' +
    '{"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"y","type":"bytes"},' +
    '{"name":"x","type":{"type":"fixed","name":"X","size":2}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},' +
    '{"name":"u","type":["null","int",{"type":"array","items":"All"}]},{"name":"m","type":{"type":"map","values":"long"}}]}',
);
const sample = Buffer.from('0104060000c03f000000000000f83f0261020707080002020202610a00', 'hex');

describe('hostile bytes', () => {
  test('are read or refused as Avro data', () => {
    checkDecoder({ samples: [sample], decode: bytes => void everything.read(bytes, 0, bytes.length) });
  });

  test('are read or refused as Avro schemas', () => {
    const schema = '{"type":"record","name":"a.R","fields":[{"name":"x","type":["null","R"],"default":null}]}';

    checkDecoder({ samples: [Buffer.from(schema)], decode: bytes => void reader(bytes.toString('utf8')) });
  });

  for (const [title, definition, bytes, message] of [
    ['a list that promises 2^62 items', '{"type":"array","items":"int"}', 'feffffffffffffff7f', /ends too early/],
    ['a list of 2^40 nulls', '{"type":"array","items":"null"}', '808080808080010000', /items without bytes/],
    ['a map of a block of negative size', '{"type":"map","values":"int"}', '01', /ends too early/],
    ['a text that is longer than the data', '"string"', 'c801', /ends too early/],
    ['a text of negative length', '"string"', '01', /negative length/],
    ['an integer without end', '"long"', 'ffffffffffffffffffffffff', /too long/],
    ['a branch that does not exist', '["null","int"]', '08', /without that branch/],
    ['a symbol that does not exist', '{"type":"enum","name":"E","symbols":["A"]}', '02', /without that symbol/],
    ['a boolean of 2', '"boolean"', '02', /neither 0 nor 1/],
    [
      'a record that is nested without end',
      '{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}',
      '02'.repeat(100_000),
      /nested deeper/,
    ],
  ] as const) {
    test(`are refused: ${title}`, () => {
      const data = Buffer.from(bytes, 'hex');

      assert.throws(() => reader(definitionOf(definition)).read(data, 0, data.length), {
        code: 'DATA_INVALID',
        message,
      });
    });
  }
});

/** Null alone is no Connect data; within a list it takes a union. */
function definitionOf(definition: string): string {
  return definition.replace('"items":"null"', '"items":{"type":"record","name":"Empty","fields":[]}');
}
