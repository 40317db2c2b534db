import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { writeAvroSchema } from '../../../../src/converters/avro/write-avro-schema.ts';

const rewrite = (text: string): string => writeAvroSchema(parseAvroSchema(text));
const withDefault = (type: string, value: string): string =>
  `{"type":"record","name":"R","fields":[{"name":"a","type":"${type}","default":${value}}]}`;

describe('the text of an Avro schema', () => {
  // Regression: surrogate pairs were escaped, numbers were written as they stood or as no JSON at all.
  for (const [text, expected] of [
    ['{"type":"int","k":"\\ud83d\\ude00ä"}', '{"type":"int","k":"😀ä"}'],
    ['{"type":"int","k":[1.50,1e3,-7,1e400]}', '{"type":"int","k":[1.5,1000.0,-7,"Infinity"]}'],
    [withDefault('double', '"NaN"'), withDefault('double', '"NaN"')],
    [withDefault('float', '"-Infinity"'), withDefault('float', '"-Infinity"')],
    [withDefault('double', '" 5 "'), withDefault('double', '5.0')],
    [withDefault('float', '"1.5e2"'), withDefault('float', '150.0')],
    [withDefault('string', '"NaN"'), withDefault('string', '"NaN"')],
  ] as const) {
    test(`has what Java makes of ${text}`, () => {
      assert.equal(rewrite(text), expected);
    });
  }

  for (const value of ['"x"', '""', '"1 2"', '"0x10"']) {
    test(`is refused where a number is the text ${value}`, () => {
      assert.throws(() => parseAvroSchema(withDefault('double', value)), {
        code: 'SCHEMA_INVALID',
        message: 'An Avro schema is not valid: A default of Avro type double is a text that is no number',
      });
    });
  }
});
