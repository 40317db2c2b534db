import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { recordNameOf, writeAvroSchema } from '../../../../src/converters/avro/write-avro-schema.ts';

const field = '{"name":"a","type":"int"}';
const recordOf = (fields: string, more = ''): string => `{"type":"record","name":"R"${more},"fields":[${fields}]}`;

describe('an Avro schema', () => {
  // As `org.apache.avro.Schema#toString` prints what its parser read.
  for (const [text, printed = text] of [
    ['"null"'],
    ['{"type":"int"}', '"int"'],
    ['{"type":{"type":"int"}}', '"int"'],
    ['{"type":"long","logicalType":"date","x":[1,{"y":null}]}'],
    ['["null",{"type":"array","items":"int","x":1},{"type":"map","values":"int","x":1}]'],
    [recordOf(field, ',"namespace":"n","doc":"d"')],
    ['{"type":"record","name":"n.R","fields":[]}', '{"type":"record","name":"R","namespace":"n","fields":[]}'],
    [recordOf('{"name":"a","type":"int","doc":"d","default":1,"order":"ignore","aliases":["b"],"x":true}')],
    [recordOf('{"name":"a","type":"int","order":"ascending"}'), recordOf(field)],
    [recordOf('', ',"aliases":["S"],"x":1'), '{"type":"record","name":"R","fields":[],"x":1,"aliases":["S"]}'],
    ['{"type":"enum","name":"E","doc":"d","symbols":["A","B"],"default":"A","x":1,"aliases":["F"]}'],
    ['{"type":"fixed","name":"F","namespace":"n","size":0,"x":1}'],
    // Within a namespace a name of it stands alone, another one in full, and none as an empty one.
    [
      '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":1}},' +
        '{"name":"b","type":"F"},{"name":"c","type":{"type":"fixed","name":"G","namespace":"","size":1}},{"name":"d","type":"G"},' +
        '{"name":"e","type":{"type":"fixed","name":"H","namespace":"m","size":1}},{"name":"f","type":"m.H"},{"name":"g","type":"R"}]}',
    ],
  ] as const) {
    test(`is read and printed: ${text}`, () => {
      assert.equal(writeAvroSchema(parseAvroSchema(text)), printed);
    });
  }

  test('is taken for a record where it is an error', () => {
    const { type } = parseAvroSchema('{"type":"error","name":"R","fields":[]}');

    assert.equal(type, 'record');
  });

  test('has a name if it is a record', () => {
    const names = [recordOf('', ',"namespace":"n"'), '{"type":"fixed","name":"F","size":1}', '"int"'].map(text =>
      recordNameOf(parseAvroSchema(text)),
    );

    assert.deepEqual(names, ['n.R', null, null]);
  });

  for (const [text, reason] of [
    ['1', 'A schema is neither a name, an object nor a list'],
    ['{}', 'A schema has no type'],
    ['{"type":"array"}', "A schema has no 'items'"],
    ['{"type":"map"}', "A schema has no 'values'"],
    ['["int",["int"]]', 'A union is directly within another'],
    ['["int",{"type":"int","logicalType":"date"}]', "A union has 'int' twice"],
    ['{"type":"record","fields":[]}', 'A record, enum or fixed has no name'],
    ['{"type":"record","name":"R"}', "Record 'R' has no fields"],
    [recordOf(`${field},${field}`), "Record 'R' has field 'a' twice"],
    [recordOf('{"type":"int"}'), "A field of record 'R' has no name"],
    [recordOf('1'), "A field of record 'R' has no name"],
    [recordOf('{"name":"a"}'), "A schema has no 'type'"],
    ['{"type":"enum","name":"E"}', "Enum 'E' has no symbols"],
    ['{"type":"enum","name":"E","symbols":[1]}', "Enum 'E' has no symbols"],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', "Enum 'E' has a symbol twice"],
    ['{"type":"fixed","name":"F"}', "Fixed 'F' has no valid size"],
    ['{"type":"fixed","name":"F","size":-1}', "Fixed 'F' has no valid size"],
    ['{"type":"fixed","name":"F","size":1.5}', "Fixed 'F' has no valid size"],
    ['{"type":"fixed","name":"F","size":2147483648}', "Fixed 'F' has no valid size"],
    [
      '[{"type":"fixed","name":"F","size":1},{"type":"array","items":{"type":"fixed","name":"F","size":1}}]',
      "'F' is defined twice",
    ],
    ['"G"', "'G' is not defined"],
    [recordOf('{"name":"a","type":"G"}', ',"namespace":"n"'), "'G' is not defined"],
  ] as const) {
    test(`is refused: ${text}`, () => {
      assert.throws(() => parseAvroSchema(text), {
        code: 'SCHEMA_INVALID',
        message: `An Avro schema is not valid: ${reason}`,
      });
    });
  }

  for (const name of ['', '1a', 'a-b', 'a b', 'n..R', '.R']) {
    test(`has no name such as '${name}'`, () => {
      assert.throws(() => parseAvroSchema(`{"type":"record","name":"${name}","fields":[]}`), {
        code: 'SCHEMA_INVALID',
        message: /is no valid name; the converter's scrub\.invalid\.names replaces what names cannot have$/,
      });
    });
  }

  test('is one value of JSON', () => {
    for (const text of ['"int" "int"', '{', '']) {
      assert.throws(() => parseAvroSchema(text), { code: 'SCHEMA_INVALID', message: /^An Avro schema is no JSON: / });
    }
  });
});
