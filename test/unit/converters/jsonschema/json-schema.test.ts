import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readJsonSchema } from '../../../../src/converters/jsonschema/json-schema-reader.ts';
import { valueFromNode, valueToNode } from '../../../../src/converters/jsonschema/json-schema-values.ts';
import { writeJsonSchema } from '../../../../src/converters/jsonschema/json-schema-writer.ts';
import { isConnectList, isConnectMap, type ConnectValue } from '../../../../src/data/connect-value.ts';
import { areSchemasEqual, areValuesEqual } from '../../../../src/data/equality.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';
import { dateSchema, decimalSchema } from '../../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { schemaAndValue } from '../../../support/arbitrary-data.ts';
import { checkProperty } from '../../../support/check-property.ts';
import { jsonSchemaOptions } from '../../../support/json-schema-options.ts';
import { of } from '../../../support/schemas.ts';

function read(
  text: string,
  settings: Readonly<Record<string, string>> = {},
  references: ReadonlyMap<string, string> = new Map(),
): Schema {
  return readJsonSchema({ text, references, version: null }, jsonSchemaOptions(settings));
}

function nodeText(
  schema: Schema,
  value: ConnectValue,
  settings: Readonly<Record<string, string>> = {},
): string | undefined {
  const node = valueToNode(schema, value, jsonSchemaOptions(settings));
  return node === undefined ? undefined : writeJson(node);
}

function valueOf(schema: Schema, text: string): ConnectValue {
  return valueFromNode(schema, new JsonReader(text).readValue(), jsonSchemaOptions());
}

const person = SchemaBuilder.struct([
  { name: 'name', schema: stringSchema },
  { name: 'age', schema: of('INT8', { isOptional: true, doc: 'years' }) },
  { name: 'tags', schema: { ...plainTraits, type: 'MAP', keys: stringSchema, values: of('FLOAT32') } },
])
  .name('Person')
  .version(3)
  .build();

describe('JSON Schema of Connect data', () => {
  // Texts as everit-json-schema 1.14.6 prints what Confluent's converter builds of these schemas.
  const cases: readonly (readonly [string, Schema, string])[] = [
    ['a number', of('INT16'), '{"type":"integer","connect.type":"int16"}'],
    [
      'everything that a schema may say',
      of('INT8', {
        name: 't',
        doc: 'd',
        version: 1,
        defaultValue: 5,
        parameters: new Map([
          ['z', '1'],
          ['b', '2'],
        ]),
      }),
      '{"type":"integer","title":"t","description":"d","default":5,"connect.version":1,"connect.type":"int8","connect.parameters":{"b":"2","z":"1"}}',
    ],
    ['an optional text', of('STRING', { isOptional: true }), '{"oneOf":[{"type":"null"},{"type":"string"}]}'],
    [
      'a default with zeros',
      of('FLOAT64', { defaultValue: 100 }),
      '{"type":"number","default":100,"connect.type":"float64"}',
    ],
    [
      'a large default',
      of('FLOAT64', { defaultValue: 1e20 }),
      '{"type":"number","default":1.0E+20,"connect.type":"float64"}',
    ],
    [
      'bytes',
      of('BYTES', { defaultValue: Buffer.from('a') }),
      '{"type":"string","default":"YQ==","connect.type":"bytes"}',
    ],
    [
      'a decimal',
      decimalSchema(2),
      '{"type":"string","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"2"}}',
    ],
    ['a list', { ...plainTraits, type: 'ARRAY', items: of('BOOLEAN') }, '{"type":"array","items":{"type":"boolean"}}'],
    [
      'a map with other keys than texts',
      { ...plainTraits, type: 'MAP', keys: of('INT32'), values: of('BOOLEAN', { isOptional: true }) },
      '{"type":"array","connect.type":"map","items":{"type":"object","properties":{"key":{"type":"integer","connect.index":0,"connect.type":"int32"},' +
        '"value":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"boolean"}]}}}}',
    ],
    [
      'a struct',
      person,
      '{"type":"object","title":"Person","connect.version":3,"properties":{"name":{"type":"string","connect.index":0},' +
        '"age":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"integer","description":"years","connect.type":"int8"}]},' +
        '"tags":{"type":"object","connect.index":2,"connect.type":"map","additionalProperties":{"type":"number","connect.type":"float32"}}}}',
    ],
    [
      'the default of a map, as a HashMap has it',
      {
        ...plainTraits,
        type: 'MAP',
        keys: stringSchema,
        values: of('INT32'),
        defaultValue: new Map([
          ['b', 1],
          ['a', 2],
        ]),
      },
      '{"type":"object","default":{"a":2,"b":1},"connect.type":"map","additionalProperties":{"type":"integer","connect.type":"int32"}}',
    ],
    [
      'an optional struct',
      { ...SchemaBuilder.struct([{ name: 'a', schema: stringSchema }]).build(), isOptional: true },
      '{"oneOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"string","connect.index":0}}}]}',
    ],
  ];
  for (const [what, schema, text] of cases) {
    test(`has the text that Confluent's converter registers for ${what}`, () => {
      assert.equal(writeJsonSchema(schema, jsonSchemaOptions()), text);
      assert.ok(areSchemasEqual(read(text), schema));
    });
  }

  test('forbids further properties when told so', () => {
    const text = writeJsonSchema(
      SchemaBuilder.struct([{ name: 'a', schema: stringSchema }])
        .name('N')
        .build(),
      jsonSchemaOptions({ 'object.additional.properties': 'false' }),
    );

    assert.equal(
      text,
      '{"type":"object","additionalProperties":false,"title":"N","properties":{"a":{"type":"string","connect.index":0}}}',
    );
  });

  test('writes a decimal as a number when it is to be one', () => {
    const settings = { 'decimal.format': 'numeric' };

    assert.match(writeJsonSchema(decimalSchema(1), jsonSchemaOptions(settings)), /^\{"type":"number",/);
    assert.equal(nodeText(decimalSchema(1), new Decimal(15n, 1), settings), '1.5');
    assert.equal(nodeText(decimalSchema(1), new Decimal(15n, 1)), '"Dw=="');
  });
});

describe('Connect schema of a JSON Schema', () => {
  test('has its fields by their index, else as a Java HashMap has their names', () => {
    const text =
      '{"type":"object","properties":{"zeta":{"type":"string"},"id":{"type":"string"},"name":{"type":"string"},"alpha":{"type":"number"},"createdAt":{"type":"boolean"}}}';
    const schema = read(text);

    assert.ok(schema.type === 'STRUCT');
    assert.deepEqual(
      schema.fields.map(field => field.name),
      ['zeta', 'createdAt', 'alpha', 'name', 'id'],
    );
  });

  test('takes numbers for the largest type of theirs, and what is not required for optional when told so', () => {
    const text =
      '{"type":"object","title":"T","required":["a"],"properties":{"a":{"type":"integer"},"b":{"type":"number"}}}';

    const expected = SchemaBuilder.struct([
      { name: 'a', schema: of('INT64') },
      { name: 'b', schema: of('FLOAT64', { isOptional: true }) },
    ]);
    assert.ok(areSchemasEqual(read(text, { 'use.optional.for.nonrequired': 'true' }), expected.name('T').build()));
  });

  test('makes an enum a text with its symbols, in either form', () => {
    const text = '{"type":"string","enum":["B","A",null]}';
    const name = 'io.confluent.connect.json.Enum';
    const general = 'org.apache.kafka.connect.data.Enum';

    const own = new Map([
      [name, ''],
      [`${name}.B`, 'B'],
      [`${name}.A`, 'A'],
      [`${name}.<NULL>`, '<NULL>'],
    ]);
    const common = new Map([
      [general, ''],
      [`${general}.B`, '0'],
      [`${general}.A`, '1'],
      [`${general}.<NULL>`, '2'],
    ]);
    assert.deepEqual(read(text), of('STRING', { parameters: own }));
    assert.deepEqual(read(text, { 'generalized.sum.type.support': 'true' }), of('STRING', { parameters: common }));
    assert.equal(writeJsonSchema(read(text), jsonSchemaOptions()), '{"enum":[null,"A","B"]}');
  });

  test('makes a choice a struct of which one field is set', () => {
    const schema = read(
      '{"oneOf":[{"type":"integer"},{"type":"string"},{"type":"object","properties":{"x":{"type":"boolean"}}}]}',
    );

    assert.ok(schema.type === 'STRUCT' && schema.name === 'io.confluent.connect.json.OneOf');
    const chosen = ['7', '"t"', '{"x":true}'].map(text => {
      const value = valueOf(schema, text);
      assert.ok(value instanceof Struct);
      assert.equal(nodeText(schema, value), text);
      return value.schema.fields.findIndex(field => value.get(field.name) !== null);
    });
    assert.deepEqual(chosen, [0, 1, 2]);
    assert.throws(() => valueOf(schema, 'true'), { message: 'Did not find matching oneof field for data' });
  });

  test('keeps a choice between two that are not null', () => {
    const schema = read('{"oneOf":[{"type":"integer"},{"type":"string"}]}');

    assert.ok(schema.type === 'STRUCT');
    assert.deepEqual(
      schema.fields.map(({ schema: { type, isOptional } }) => [type, isOptional]),
      [
        ['INT64', true],
        ['STRING', true],
      ],
    );
  });

  test('takes what is marked a map for a list when its items are no objects', () => {
    const list = read('{"type":"array","connect.type":"map","items":{"type":"string"}}');

    assert.ok(areSchemasEqual(list, { ...plainTraits, type: 'ARRAY', items: stringSchema }));
  });

  test('puts the properties of all parts of allOf together', () => {
    const schema = read(
      '{"allOf":[{"$ref":"#/definitions/a"},{"type":"object","properties":{"y":{"type":"boolean"}}}],"definitions":{"a":{"type":"object","properties":{"x":{"type":"string"}}}}}',
    );

    const fields = [
      { name: 'x', schema: stringSchema },
      { name: 'y', schema: of('BOOLEAN') },
    ];
    assert.ok(areSchemasEqual(schema, SchemaBuilder.struct(fields).build()));
  });

  test('follows references within the schema and to others, and comes back to itself', () => {
    const others = new Map([
      ['node.json', '{"type":"object","title":"Node","properties":{"next":{"oneOf":[{"type":"null"},{"$ref":"#"}]}}}'],
    ]);
    const schema = read('{"type":"object","title":"List","properties":{"head":{"$ref":"node.json"}}}', {}, others);

    const value = valueOf(schema, '{"head":{"next":{"next":null}}}');
    assert.ok(value instanceof Struct);
    assert.equal(nodeText(schema, value), '{"head":{"next":{"next":null}}}');
    assert.equal(
      writeJsonSchema(schema, jsonSchemaOptions()),
      '{"type":"object","title":"List","properties":{"head":{"type":"object","title":"Node","id":"#id1","connect.index":0,"properties":{"next":{"$ref":"#id1"}}}}}',
    );
  });

  test('refuses what has no Connect schema, or is none', () => {
    const bad = [
      '{}',
      '{"type":"null"}',
      '{"type":"array"}',
      '{"not":{}}',
      '{"type":"thing"}',
      '{"$ref":"other.json"}',
      '{"$ref":"#/nowhere"}',
      '[]',
      '{',
    ];

    for (const text of bad) assert.throws(() => read(text), { name: /ConnectError|JsonSyntaxError/ }, text);
    for (const [text, kind] of [
      ['{}', 'empty'],
      ['true', 'empty'],
      ['{"type":"null"}', 'null'],
      ['{"not":{}}', 'not'],
      ['false', 'false'],
    ] as const) {
      const message = `A JSON Schema of kind '${kind}' has no Connect schema`;
      assert.throws(() => read(text), { code: 'SCHEMA_INVALID', message }, text);
    }
  });
});

describe('values by a JSON Schema', () => {
  test('come back, whatever their schema', () => {
    for (const format of ['base64', 'numeric']) {
      checkProperty(schemaAndValue({ hasNonFinite: false }), ({ schema, value }) => {
        assert.ok(schema !== null);
        const some = { ...jsonSchemaOptions({ 'decimal.format': format, 'ignore.default.for.nullables': 'true' }) };
        const node = valueToNode(schema, value, some) ?? null;
        const back = valueFromNode(withoutDefaults(schema), new JsonReader(writeJson(node)).readValue(), some);
        assert.ok(areValuesEqual(withoutSchemas(back), withoutSchemas(value)));
      });
    }
  });

  test('leave out what is required and null, and write the default of what has one', () => {
    const schema = SchemaBuilder.struct([
      { name: 'a', schema: stringSchema },
      { name: 'b', schema: of('STRING', { isOptional: true, defaultValue: 'x' }) },
      { name: 'c', schema: of('STRING', { isOptional: true }) },
    ]).build();
    const empty = new Struct(schema, new Map());

    assert.equal(nodeText(schema, empty), '{"b":"x","c":null}');
    assert.equal(nodeText(schema, empty, { 'ignore.default.for.nullables': 'true' }), '{"b":null,"c":null}');
  });

  test('are refused when they are not of their schema', () => {
    const cases: readonly (readonly [Schema, string])[] = [
      [person, '[]'],
      [of('INT32'), 'null'],
      [dateSchema, '1.5'],
      [{ ...plainTraits, type: 'MAP', keys: of('INT32'), values: stringSchema }, '{"a":"b"}'],
      [{ ...plainTraits, type: 'MAP', keys: of('INT32'), values: stringSchema }, '[{"key":1}]'],
      [{ ...plainTraits, type: 'MAP', keys: stringSchema, values: stringSchema }, '[]'],
      [of('BYTES'), '"no base64"'],
    ];
    for (const [schema, text] of cases) assert.throws(() => valueOf(schema, text), { code: 'DATA_INVALID' }, text);
  });
});

/** Reading gives a default where null stands; what is compared here is null. */
function withoutDefaults(schema: Schema): Schema {
  const plain = { ...schema, defaultValue: undefined };
  switch (plain.type) {
    case 'ARRAY':
      return { ...plain, items: plain.items && withoutDefaults(plain.items) };
    case 'MAP':
      return {
        ...plain,
        keys: plain.keys && withoutDefaults(plain.keys),
        values: plain.values && withoutDefaults(plain.values),
      };
    case 'STRUCT':
      return {
        ...plain,
        fields: plain.fields.map(({ name, schema: inner }) => ({ name, schema: withoutDefaults(inner) })),
      };
    default:
      return plain;
  }
}

/** Structs as lists of their values, as their schemas differ in defaults. */
function withoutSchemas(value: ConnectValue): ConnectValue {
  if (value instanceof Struct) return value.values.map(withoutSchemas);
  if (isConnectList(value)) return value.map(withoutSchemas);
  if (isConnectMap(value)) return [...value].map(entry => entry.map(withoutSchemas));
  return value;
}
