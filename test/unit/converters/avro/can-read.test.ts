import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canRead } from '../../../../src/converters/avro/can-read.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';

const record = (name: string, ...fields: readonly string[]): string =>
  `{"type":"record","name":"${name}","fields":[${fields.join(',')}]}`;
const a = '{"name":"a","type":"int"}';
const list = (name: string, item: string): string =>
  record(name, `{"name":"v","type":"${item}"}`, `{"name":"next","type":["null","${name}"]}`);
const enumOf = (symbols: string, more = ''): string => `{"type":"enum","name":"E","symbols":[${symbols}]${more}}`;
const fixed = (name: string, size: number, more = ''): string =>
  `{"type":"fixed","name":"${name}","size":${size}${more}}`;

/** Reader, writer, and whether Avro's `SchemaCompatibility` finds them compatible. */
const cases: readonly (readonly [string, string, boolean])[] = [
  ['"int"', '"int"', true],
  ['"long"', '"int"', true],
  ['"float"', '"int"', true],
  ['"double"', '"int"', true],
  ['"float"', '"long"', true],
  ['"double"', '"long"', true],
  ['"double"', '"float"', true],
  ['"bytes"', '"string"', true],
  ['"string"', '"bytes"', true],
  ['"int"', '"long"', false],
  ['"long"', '"float"', false],
  ['"float"', '"double"', false],
  ['"int"', '"boolean"', false],
  ['"string"', '"int"', false],
  ['["null","long"]', '"int"', true],
  ['["null","string"]', '"int"', false],
  ['["int","string"]', '["string","int"]', true],
  ['"long"', '["int","long"]', true],
  ['"int"', '["int","string"]', false],
  ['{"type":"array","items":"long"}', '{"type":"array","items":"int"}', true],
  ['{"type":"array","items":"int"}', '{"type":"array","items":"long"}', false],
  ['{"type":"map","values":"long"}', '{"type":"map","values":"int"}', true],
  ['{"type":"map","values":"int"}', '{"type":"map","values":"long"}', false],
  ['{"type":"map","values":"int"}', '{"type":"array","items":"int"}', false],
  [fixed('F', 2), fixed('F', 2), true],
  [fixed('F', 2), fixed('F', 3), false],
  [fixed('F', 2), fixed('G', 2), false],
  [fixed('F', 2, ',"aliases":["G"]'), fixed('G', 2), true],
  [fixed('F', 2), fixed('n.F', 2), true],
  [enumOf('"A","B"'), enumOf('"A"'), true],
  [enumOf('"A"'), enumOf('"A","B"'), false],
  [enumOf('"A"', ',"default":"A"'), enumOf('"A","B"'), true],
  [record('R', a), record('R', a), true],
  [record('S', a), record('R', a), false],
  [record('R'), record('R', a), true],
  [record('R', a), record('R'), false],
  [record('R', '{"name":"a","type":"int","default":1}'), record('R'), true],
  [record('R', '{"name":"a","type":["null","int"],"default":null}'), record('R'), true],
  [record('R', '{"name":"b","type":"int","aliases":["a"]}'), record('R', a), true],
  [record('R', '{"name":"a","type":"string"}'), record('R', a), false],
  [list('L', 'long'), list('L', 'int'), true],
  [list('L', 'int'), list('L', 'long'), false],
];

describe('schema resolution of Avro', () => {
  for (const [reader, writer, expected] of cases) {
    test(`${expected ? 'lets' : 'does not let'} ${reader} read ${writer}`, () => {
      assert.equal(canRead(parseAvroSchema(reader), parseAvroSchema(writer)), expected);
    });
  }
});
