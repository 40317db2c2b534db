import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { writeJsonSchema } from '../../../../src/converters/jsonschema/json-schema-writer.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { decimalSchema } from '../../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { jsonSchemaOptions } from '../../../support/json-schema-options.ts';
import { of, optional } from '../../../support/schemas.ts';

type Settings = Readonly<Record<string, string>>;

const write = (schema: Schema, settings: Settings = {}): string => writeJsonSchema(schema, jsonSchemaOptions(settings));
const numeric: Settings = { 'decimal.format': 'numeric' };

describe('JSON Schema that is written of a Connect schema', () => {
  const union = SchemaBuilder.struct([
    { name: 'a', schema: optional(of('INT32')) },
    { name: 'b', schema: optional(stringSchema) },
  ])
    .name('io.confluent.connect.json.OneOf')
    .build();
  const choices = '{"type":"integer","connect.index":0,"connect.type":"int32"},{"type":"string","connect.index":1}';

  // By the rules of JsonSchemaData of Confluent.
  for (const [what, schema, text, settings] of [
    ['a union as a choice of its fields', union, `{"oneOf":[${choices}]}`, {}],
    ['an optional union with null before all', optional(union), `{"oneOf":[{"type":"null"},${choices}]}`, {}],
    ['a long number', of('INT64'), '{"type":"integer","connect.type":"int64"}', {}],
    [
      'a default with the zeros of whole numbers',
      of('INT32', { defaultValue: 100 }),
      '{"type":"integer","default":100,"connect.type":"int32"}',
      {},
    ],
    [
      'a default without zeros behind the point, in lists as well',
      { ...plainTraits, type: 'ARRAY', items: of('FLOAT64'), defaultValue: [100, 1.5] },
      '{"type":"array","default":[100,1.5],"items":{"type":"number","connect.type":"float64"}}',
      {},
    ],
    [
      'a decimal that is a number, its default too',
      { ...decimalSchema(3), defaultValue: new Decimal(1500n, 3) },
      '{"type":"number","title":"org.apache.kafka.connect.data.Decimal","default":1.5,"connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"3"}}',
      numeric,
    ],
    ['bytes, which are no number', of('BYTES'), '{"type":"string","connect.type":"bytes"}', numeric],
    [
      'a text with other parameters than those of an enum',
      of('STRING', { parameters: new Map([['a', 'b']]) }),
      '{"type":"string","connect.parameters":{"a":"b"}}',
      {},
    ],
  ] as const satisfies readonly (readonly [string, Schema, string, Settings])[]) {
    test(`has the text of ${what}`, () => {
      assert.equal(write(schema, settings), text);
    });
  }

  test('has the symbols of an enum in the form that is common to all converters', () => {
    const name = 'org.apache.kafka.connect.data.Enum';
    const schema = of('STRING', { parameters: new Map([name, `${name}.a`, `${name}.b`].map(each => [each, ''])) });

    assert.match(write(schema, { 'generalized.sum.type.support': 'true' }), /^\{"enum":\["a","b"\],/);
  });

  test('is none for a list or a map that does not tell what it holds', () => {
    for (const schema of [
      { ...plainTraits, type: 'ARRAY', items: null },
      { ...plainTraits, type: 'MAP', keys: stringSchema, values: null },
      { ...plainTraits, type: 'MAP', keys: null, values: stringSchema },
    ] as const) {
      assert.throws(() => write(schema), {
        code: 'SCHEMA_INVALID',
        message: 'A list or map that does not tell what it holds has no JSON Schema',
      });
    }
  });
});
