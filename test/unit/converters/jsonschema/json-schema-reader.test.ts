import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { readJsonSchema } from '../../../../src/converters/jsonschema/json-schema-reader.ts';
import { areSchemasEqual } from '../../../../src/data/equality.ts';
import { Instant } from '../../../../src/data/instant.ts';
import { dateSchema } from '../../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema, type SchemaTraits } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { jsonSchemaOptions } from '../../../support/json-schema-options.ts';
import { of, optional } from '../../../support/schemas.ts';

type Settings = Readonly<Record<string, string>>;

const general: Settings = { 'generalized.sum.type.support': 'true' };

function read(text: string, settings: Settings = {}, version: number | null = null): Schema {
  return readJsonSchema({ text, references: new Map(), version }, jsonSchemaOptions(settings));
}

const struct = (fields: Readonly<Record<string, Schema>>, extra: Partial<SchemaTraits> = {}): Schema => ({
  ...SchemaBuilder.struct(Object.entries(fields).map(([name, schema]) => ({ name, schema }))).build(),
  ...extra,
});
const enumOf = (...symbols: readonly string[]): Schema =>
  of('STRING', {
    parameters: new Map([
      ['io.confluent.connect.json.Enum', ''],
      ...symbols.map(symbol => [`io.confluent.connect.json.Enum.${symbol}`, symbol] as const),
    ]),
  });

/** So many lists in each other around a boolean. */
const nest = (lists: number): string =>
  '{"type":"array","items":'.repeat(lists) + '{"type":"boolean"}' + '}'.repeat(lists);

describe('Connect schema that is read of a JSON Schema', () => {
  // By the rules of JsonSchemaData of Confluent.
  const cases: readonly (readonly [string, string, Schema, Settings?])[] = [
    ['a constant', '{"const":"x"}', enumOf('x')],
    ['an enum of other things than texts', '{"enum":[1,true,"b"]}', enumOf('1', 'true', 'b')],
    ['a number of eight bits', '{"type":"integer","connect.type":"int8"}', of('INT8')],
    ['a number of the largest type', '{"type":"number","connect.type":"int64"}', of('INT64')],
    [
      'a date with a default',
      '{"type":"integer","title":"org.apache.kafka.connect.data.Date","default":5,"connect.version":1,"connect.type":"int32"}',
      { ...dateSchema, defaultValue: new Instant(432_000_000n) },
    ],
    ['a decimal that is a number', '{"type":"number","connect.type":"bytes"}', of('BYTES')],
    [
      'entries that are not marked as those of a map',
      '{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}}}}',
      { ...plainTraits, type: 'ARRAY', items: struct({ value: stringSchema, key: stringSchema }) },
    ],
    [
      'a map of texts',
      '{"type":"object","connect.type":"map","additionalProperties":{"type":"boolean"}}',
      { ...plainTraits, type: 'MAP', keys: stringSchema, values: of('BOOLEAN') },
    ],
    [
      'properties with places and without',
      '{"type":"object","properties":{"a":{"type":"string","connect.index":10},"b":{"type":"string","connect.index":9},"c":{"type":"string","connect.index":2}}}',
      struct({ c: stringSchema, b: stringSchema, a: stringSchema }),
    ],
    ['a choice of one', '{"oneOf":[{"type":"string"}]}', stringSchema, { 'flatten.singleton.unions': 'true' }],
    ['a choice of none', '{"oneOf":[]}', struct({}, { name: 'io.confluent.connect.json.OneOf' })],
    [
      'a choice of one, kept',
      '{"oneOf":[{"type":"string"}]}',
      struct(
        { 'io.confluent.connect.json.OneOf.field.0': optional(stringSchema) },
        { name: 'io.confluent.connect.json.OneOf' },
      ),
      { 'flatten.singleton.unions': 'false' },
    ],
    [
      'a choice of two or null',
      '{"anyOf":[{"type":"null"},{"type":"string"},{"type":"boolean"}]}',
      struct(
        {
          'io.confluent.connect.json.OneOf.field.0': optional(stringSchema),
          'io.confluent.connect.json.OneOf.field.1': optional(of('BOOLEAN')),
        },
        { name: 'io.confluent.connect.json.OneOf', isOptional: true },
      ),
    ],
    [
      'a choice of two nulls',
      '{"oneOf":[{"type":"null"},{"type":"null"}]}',
      struct({}, { name: 'io.confluent.connect.json.OneOf', isOptional: true }),
    ],
    [
      'choices in the form that is common to all converters',
      '{"type":"object","properties":{"a":{"oneOf":[{"type":"string"},{"type":"boolean"}]},"b":{"oneOf":[{"type":"integer"},{"type":"boolean"}]}}}',
      struct(
        Object.fromEntries(
          [stringSchema, of('INT64')].map((first, index) => [
            index === 0 ? 'a' : 'b',
            struct(
              { connect_union_field_0: optional(first), connect_union_field_1: optional(of('BOOLEAN')) },
              {
                name: `connect_union_${index}`,
                parameters: new Map([['org.apache.kafka.connect.data.Union', `connect_union_${index}`]]),
              },
            ),
          ]),
        ),
      ),
      general,
    ],
    [
      'what keywords add',
      '{"type":"string","title":"t","description":"d","default":"x","connect.version":2,"connect.parameters":{"a":"1","b":2}}',
      of('STRING', {
        name: 't',
        doc: 'd',
        defaultValue: 'x',
        version: 2,
        parameters: new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      }),
    ],
    [
      'keywords of other types',
      '{"type":"string","title":1,"description":2,"default":null,"connect.version":"3","connect.parameters":[]}',
      stringSchema,
    ],
    [
      'an enum with parameters',
      '{"enum":["x"],"connect.parameters":{"a":"1"}}',
      of('STRING', { parameters: new Map([...(enumOf('x').parameters ?? []), ['a', '1']]) }),
    ],
    ['a text that is constant', '{"type":"string","const":"x"}', stringSchema],
    ['a number that is constant', '{"type":"integer","const":1}', of('INT64')],
    ['a text of some', '{"type":"string","enum":["x"]}', enumOf('x')],
    ['a number of some', '{"type":"integer","enum":[1]}', of('INT64')],
    [
      'a number with a format beside a text',
      '{"allOf":[{"type":"string","format":"date"},{"type":"integer"}]}',
      of('INT64'),
    ],
    ['a text with a format', '{"allOf":[{"type":"string","format":"date"},{"type":"boolean"}]}', stringSchema],
    [
      'a choice among all',
      '{"allOf":[{"type":"string"},{"oneOf":[{"type":"null"},{"type":"boolean"}]}]}',
      optional(of('BOOLEAN')),
    ],
    [
      'a reference among all',
      '{"allOf":[{"$ref":"#/definitions/a"},{"type":"boolean"}],"definitions":{"a":{"type":"integer"}}}',
      of('INT64'),
    ],
    [
      'properties of all, at any depth',
      '{"allOf":[{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}]},{"type":"object","properties":{"b":{"type":"boolean"}}}]}',
      struct({ a: stringSchema, b: optional(of('BOOLEAN')) }),
      { 'use.optional.for.nonrequired': 'true' },
    ],
    [
      'properties of all but of choices, once where it refers to itself',
      '{"allOf":[{"$ref":"#"},{"type":"object","properties":{"a":{"type":"string"}}},{"oneOf":[{"type":"object","properties":{"b":{"type":"string"}}},{"type":"null"}]}]}',
      struct({ a: stringSchema }),
    ],
    [
      'properties of all, or null',
      '{"oneOf":[{"type":"null"},{"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object"}]}]}',
      struct({ a: stringSchema }, { isOptional: true }),
    ],
  ];
  for (const [what, text, expected, settings] of cases) {
    test(`has ${what}`, () => {
      const schema = read(text, settings);

      assert.ok(areSchemasEqual(schema, expected), inspect(schema));
    });
  }

  test('has the version under the subject where it tells none', () => {
    const text = '{"type":"object","properties":{"a":{"type":"string"}}}';

    assert.ok(areSchemasEqual(read(text, {}, 7), struct({ a: stringSchema }, { version: 7 })));
  });

  test('shows where it is referred to what it became', () => {
    const schema = read(
      '{"type":"object","title":"Node","description":"d","properties":{"next":{"oneOf":[{"type":"null"},{"$ref":"#"}]}}}',
    );

    const next = schema.type === 'STRUCT' ? schema.fields[0]?.schema : undefined;
    const id: readonly (readonly [string, string])[] = [['io.confluent.connect.json.Id', '#id1']];
    assert.deepEqual(
      [schema, next].map(each => [each?.name, each?.doc, each?.isOptional, [...(each?.parameters ?? [])]]),
      [
        ['Node', 'd', false, id],
        ['Node', 'd', true, id],
      ],
    );
  });

  test('numbers the structs that are referred to', () => {
    const node = (name: string): string =>
      `"${name}":{"type":"object","properties":{"next":{"$ref":"#/properties/${name}"}}}`;
    const schema = read(`{"type":"object","properties":{${node('a')},${node('b')}}}`);

    assert.deepEqual(
      schema.type === 'STRUCT' && schema.fields.map(field => [...(field.schema.parameters?.values() ?? [])]),
      [['#id1'], ['#id2']],
    );
  });

  test('may nest 200 levels, any number of times (I7)', () => {
    const property = `{"type":"object","properties":{"a":${nest(198)},"b":${nest(198)}}}`;

    assert.equal(read(property).type, 'STRUCT');
    assert.equal(read(nest(199)).type, 'ARRAY');
    const second = `{"type":"object","properties":{"a":{"type":"boolean"},"b":${nest(198)}}}`;
    for (const text of [nest(200), `{"type":"array","items":${second}}`]) {
      assert.throws(() => read(text), {
        code: 'SCHEMA_INVALID',
        message: 'A JSON Schema is nested deeper than 200 levels, or refers to itself',
      });
    }
  });

  for (const [text, message] of [
    ['{"type":"array"}', 'Array schema did not specify the items type'],
    [
      '{"type":"number","connect.type":"int128"}',
      "A JSON Schema of kind 'number of connect.type 'int128'' has no Connect schema",
    ],
    [
      '{"type":"array","connect.type":"map","items":{"type":"object","properties":{"key":{"type":"string"}}}}',
      "A JSON Schema of kind 'map without key and value' has no Connect schema",
    ],
    [
      '{"type":"array","connect.type":"map","items":{"type":"object","properties":{"value":{"type":"string"}}}}',
      "A JSON Schema of kind 'map without key and value' has no Connect schema",
    ],
    [
      '{"type":"object","connect.type":"map"}',
      "A JSON Schema of kind 'map without additionalProperties' has no Connect schema",
    ],
    [
      '{"type":"object","connect.type":"map","additionalProperties":true}',
      "A JSON Schema of kind 'map without additionalProperties' has no Connect schema",
    ],
    ['{"allOf":[{"type":"string"},{"type":"boolean"}]}', "A JSON Schema of kind 'allOf' has no Connect schema"],
    [
      '{"allOf":[{"$ref":"#/definitions/a"},{"const":1}],"definitions":{"a":{"type":"integer"}}}',
      "A JSON Schema of kind 'allOf' has no Connect schema",
    ],
    [
      '{"allOf":[{"$ref":"#/definitions/a"},{"enum":[1]}],"definitions":{"a":{"type":"integer"}}}',
      "A JSON Schema of kind 'allOf' has no Connect schema",
    ],
  ] as const) {
    test(`is not of ${text}`, () => {
      assert.throws(() => read(text), { code: 'SCHEMA_INVALID', message });
    });
  }
});
