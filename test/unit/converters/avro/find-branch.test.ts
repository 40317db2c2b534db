import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { losslessAvroData, type AvroDataConfig } from '../../../../src/converters/avro/avro-data-config.ts';
import { findBranch } from '../../../../src/converters/avro/find-branch.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { of } from '../../../support/schemas.ts';

const named = (kind: string, name: string): string => `{"type":"${kind}","name":"${name}",${partsOf.get(kind) ?? ''}}`;
const partsOf = new Map([
  ['record', '"fields":[]'],
  ['enum', '"symbols":["A"]'],
  ['fixed', '"size":1'],
]);
const structOf = (name: string): Schema => SchemaBuilder.struct([]).name(name).build();
const enumOf = (name: string): Schema =>
  of('STRING', { parameters: new Map([['io.confluent.connect.avro.Enum', name]]) });
const fixed = of('BYTES', { name: 'n.F', parameters: new Map([['connect.fixed.size', '1']]) });
const all = [
  '"null"',
  '"boolean"',
  '"double"',
  '"float"',
  '"long"',
  '"int"',
  '"bytes"',
  '"string"',
  '{"type":"map","values":"int"}',
  '{"type":"array","items":"int"}',
  named('enum', 'n.E'),
  named('enum', 'n.D'),
  named('fixed', 'n.F'),
  named('record', 'n.R'),
  named('record', 'n.S'),
];

function find(schema: Schema, branches: readonly string[], config: AvroDataConfig = losslessAvroData): string | null {
  const union = parseAvroSchema(`[${branches.join(',')}]`);
  assert.ok(union.type === 'union');
  return branches[findBranch(schema, union, config)] ?? null;
}
const without = (...left: readonly string[]): readonly string[] => all.filter(branch => !left.includes(branch));

describe('branch of a union', () => {
  const map = SchemaBuilder.map(stringSchema, stringSchema).build();
  const entries = SchemaBuilder.map(of('INT32'), stringSchema).build();
  for (const [title, schema, branches, expected] of [
    ['an int8', of('INT8'), all, '"int"'],
    ['an int16', of('INT16'), all, '"int"'],
    ['an int32', of('INT32'), all, '"int"'],
    ['an int32 without int', of('INT32'), without('"int"'), '"long"'],
    ['an int32 without int and long', of('INT32'), without('"int"', '"long"'), '"float"'],
    ['an int32 with double alone', of('INT32'), ['"double"'], '"double"'],
    ['an int64', of('INT64'), all, '"long"'],
    ['an int64 without long', of('INT64'), without('"long"'), '"float"'],
    ['an int64 with double alone', of('INT64'), ['"int"', '"double"'], '"double"'],
    ['a float32', of('FLOAT32'), all, '"float"'],
    ['a float32 without float', of('FLOAT32'), without('"float"'), '"double"'],
    ['a float64', of('FLOAT64'), all, '"double"'],
    ['a float64 without double', of('FLOAT64'), without('"double"'), null],
    ['a boolean', of('BOOLEAN'), all, '"boolean"'],
    ['a text', stringSchema, all, '"string"'],
    ['a text where there is an enum alone', stringSchema, without('"string"'), named('enum', 'n.E')],
    ['an enum by its name', enumOf('n.D'), all, named('enum', 'n.D')],
    ['an enum of another name', enumOf('n.X'), all, named('enum', 'n.E')],
    ['an enum where there is a text alone', enumOf('n.E'), ['"int"', '"string"'], '"string"'],
    ['bytes', of('BYTES'), all, '"bytes"'],
    ['bytes where there is a fixed alone', of('BYTES'), without('"bytes"'), named('fixed', 'n.F')],
    ['a fixed', fixed, all, named('fixed', 'n.F')],
    ['a fixed where there are bytes alone', fixed, ['"int"', '"bytes"'], '"bytes"'],
    ['a list', SchemaBuilder.array(stringSchema).build(), all, '{"type":"array","items":"int"}'],
    ['a map', map, all, '{"type":"map","values":"int"}'],
    ['a map where there is a list alone', map, ['{"type":"array","items":"int"}'], '{"type":"array","items":"int"}'],
    ['a map with other keys', entries, all, '{"type":"array","items":"int"}'],
    ['a struct by its name', structOf('n.S'), all, named('record', 'n.S')],
    ['a struct of another name', structOf('n.X'), all, named('record', 'n.R')],
    ['a struct where there is none', structOf('n.S'), ['"int"'], null],
  ] as const satisfies readonly (readonly [string, Schema, readonly string[], string | null])[]) {
    test(`for ${title} is ${expected}`, () => {
      assert.equal(find(schema, branches), expected);
    });
  }

  test('for an enum is a text where enums are none', () => {
    assert.equal(find(enumOf('n.D'), all, { ...losslessAvroData, isEnhanced: false }), '"string"');
  });

  test('for an enum of sum types is named by their parameter', () => {
    const schema = of('STRING', { parameters: new Map([['org.apache.kafka.connect.data.Enum', 'n.D']]) });
    const sums = { ...losslessAvroData, isEnhanced: false, generalizesSums: true };

    assert.deepEqual([find(schema, all, sums), find(schema, all)], [named('enum', 'n.D'), '"string"']);
  });
});
