import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AvroSkimmer } from '../../../../src/converters/avro/avro-skimmer.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';

const skimmerOf = (schema: string): AvroSkimmer => new AvroSkimmer(parseAvroSchema(schema));
const list = '{"type":"array","items":"int"}';
const node = '{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]}]}';
const empties = '{"type":"array","items":{"type":"record","name":"E","fields":[]}}';

describe('end of Avro data', () => {
  for (const [schema, hex] of [
    ['"null"', ''],
    ['"boolean"', '01'],
    ['"int"', '7f'],
    ['"int"', 'ffffffff0f'],
    ['"long"', 'ffffffffffffffffff01'],
    ['"float"', '00000000'],
    ['"double"', '0000000000000000'],
    ['"string"', '00'],
    ['"string"', '0461ff'],
    ['"bytes"', `8001${'61'.repeat(64)}`],
    ['{"type":"fixed","name":"F","size":3}', '010203'],
    ['{"type":"enum","name":"E","symbols":["A","B"]}', '02'],
    [list, '00'],
    [list, '0402040206040608' + '00'],
    // A block of a negative count has its size behind it, which may take several bytes.
    [list, '03800102' + '04' + '00'],
    [`{"type":"array","items":{"type":"array","items":"int"}}`, '0202020000'],
    ['{"type":"map","values":"int"}', '0402610202620400'],
    ['["null","int"]', '00'],
    ['["null","int"]', '0207'],
    [node, '020200'],
  ] as const) {
    test(`is behind ${hex === '' ? 'nothing' : hex} of ${schema}`, () => {
      const data = Buffer.from(hex, 'hex');
      const source = Buffer.concat([Buffer.from([0xff, 0xff]), data, Buffer.from([1, 1])]);
      const skimmer = skimmerOf(schema);

      assert.equal(skimmer.findEnd(source, 2, 2 + data.length), 2 + data.length);
      assert.equal(skimmer.findEnd(source, 2, source.length), 2 + data.length);
    });
  }

  for (const [schema, hex, what] of [
    ['"boolean"', '', 'ends too early'],
    ['"boolean"', '02', 'has a boolean that is neither 0 nor 1'],
    ['"int"', '', 'ends too early'],
    ['"int"', '80', 'ends too early'],
    ['"int"', 'ffffffffff0f', 'has an integer that is too long'],
    ['"long"', 'ffffffffffffffffffff01', 'has an integer that is too long'],
    ['"float"', '000000', 'ends too early'],
    ['"double"', '00000000000000', 'ends too early'],
    ['"string"', '0461', 'ends too early'],
    ['"string"', '01', 'has a negative length'],
    ['"bytes"', '8101', 'has a negative length'],
    ['{"type":"fixed","name":"F","size":3}', '0102', 'ends too early'],
    ['{"type":"enum","name":"E","symbols":["A","B"]}', '04', 'has an enum without that symbol'],
    ['{"type":"enum","name":"E","symbols":["A","B"]}', '01', 'has an enum without that symbol'],
    ['["null","int"]', '04', 'has a union without that branch'],
    ['["null","int"]', '01', 'has a union without that branch'],
    [list, '0202', 'ends too early'],
    ['{"type":"map","values":"int"}', '0201', 'has a negative length'],
  ] as const) {
    test(`is none where ${hex === '' ? 'nothing' : hex} of ${schema} ${what}`, () => {
      const data = Buffer.from(hex, 'hex');

      assert.throws(() => skimmerOf(schema).findEnd(data, 0, data.length), {
        code: 'DATA_INVALID',
        message: `Avro data is malformed: it ${what}`,
      });
    });
  }

  for (const [title, schema, levels] of [
    ['records', node, (depth: number) => `${'02'.repeat(depth - 1)}00`],
    [
      'lists',
      '{"type":"record","name":"L","fields":[{"name":"l","type":{"type":"array","items":"L"}}]}',
      // A level is a record and its list.
      (depth: number) => `${'02'.repeat(depth / 2 - 1)}${'00'.repeat(depth / 2)}`,
    ],
  ] as const) {
    test(`is found within 500 levels of ${title}, and time and again (I7)`, () => {
      const skimmer = skimmerOf(schema);
      const most = Buffer.from(levels(500), 'hex');
      const more = Buffer.from(levels(502), 'hex');

      for (let round = 0; round < 2; round += 1) {
        assert.equal(skimmer.findEnd(most, 0, most.length), most.length);
        assert.throws(() => skimmer.findEnd(more, 0, more.length), {
          message: 'Avro data is malformed: it is nested deeper than 500 levels',
        });
      }
    });
  }

  test('is found beside as many lists as there are, which are no levels', () => {
    const many = Buffer.from(`c80f${'00'.repeat(1000)}00`, 'hex');
    const skimmer = skimmerOf('{"type":"array","items":{"type":"array","items":"int"}}');

    // The count of 996 is followed by that many empty lists and the end.
    assert.equal(skimmer.findEnd(many, 0, many.length), 2 + 996 + 1);
  });

  test('is found behind a million items without bytes, and no more (I7)', () => {
    const skimmer = skimmerOf(empties);
    const most = Buffer.from('80897a00', 'hex');
    const more = Buffer.from('82897a00', 'hex');

    for (let round = 0; round < 2; round += 1) assert.equal(skimmer.findEnd(most, 0, 4), 4);
    assert.throws(() => skimmer.findEnd(more, 0, 4), {
      message: 'Avro data is malformed: it has more than 1000000 items without bytes',
    });
  });
});
