import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldDefault } from '../../../../src/converters/avro/field-default.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';

const found = (schema: string, json: string): string | null => {
  const node = fieldDefault(parseAvroSchema(schema), new JsonReader(json).readValue());
  return node === undefined ? null : writeJson(node);
};
const ints = '{"type":"array","items":"int"}';
const record =
  '{"type":"record","name":"R","fields":[{"name":"x","type":"int"},{"name":"m","type":{"type":"map","values":"string"}}]}';

describe("a field's default", () => {
  for (const [schema, json, expected] of [
    ['"int"', '5', '5'],
    ['"int"', '2147483648', '2147483648'],
    ['"int"', '9223372036854775808', null],
    ['"int"', '5.0', null],
    ['"int"', '"5"', null],
    ['"int"', 'true', 'true'],
    ['"int"', 'null', 'null'],
    ['"long"', '5', '5'],
    ['"float"', '5', '5'],
    ['"double"', '1.5', '1.5'],
    ['"string"', '5', null],
    ['"string"', '5000000000', null],
    ['"string"', '"a"', '"a"'],
    ['"bytes"', '"a"', '"a"'],
    ['{"type":"fixed","name":"F","size":1}', '"a"', '"a"'],
    ['{"type":"enum","name":"E","symbols":["A"]}', '"B"', '"B"'],
    ['["string","int"]', '5', null],
    ['["string","int"]', '"a"', '"a"'],
    [ints, '[1,1.5,"a",null]', '[1,null,null,null]'],
    [ints, '{"a":1.5}', '{"a":1.5}'],
    ['"int"', '[]', '[]'],
    ['"int"', '[1]', null],
    [record, '{"x":1,"m":{"k":"v","l":1}}', '{"x":1,"m":{"k":"v","l":null}}'],
    [record, '{"y":1}', null],
  ] as const) {
    test(`of ${schema} is ${expected ?? 'none'} for ${json}`, () => {
      assert.equal(found(schema, json), expected);
    });
  }
});
