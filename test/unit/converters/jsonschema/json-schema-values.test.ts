import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { valueFromNode, valueToNode } from '../../../../src/converters/jsonschema/json-schema-values.ts';
import type { ConnectValue } from '../../../../src/data/connect-value.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';
import { decimalSchema } from '../../../../src/data/logical-types.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { plainTraits, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { jsonSchemaOptions } from '../../../support/json-schema-options.ts';
import { of } from '../../../support/schemas.ts';

const options = jsonSchemaOptions();
const read = (schema: Schema, json: string): ConnectValue =>
  valueFromNode(schema, new JsonReader(json).readValue(), options);
const list = SchemaBuilder.array(of('INT64')).build();
const structOf = (...names: readonly string[]): Schema =>
  SchemaBuilder.struct(names.map(name => ({ name, schema: of('INT64', { isOptional: true }) }))).build();

/** A choice between optional values of these types, which are the names of its fields. */
const unionOf = (branches: Readonly<Record<string, Schema>>): Schema =>
  SchemaBuilder.struct(
    Object.entries(branches).map(([name, schema]) => ({ name, schema: { ...schema, isOptional: true } })),
  )
    .name('io.confluent.connect.json.OneOf')
    .build();

/** Name of the branch that is chosen. */
function chosen(schema: Schema, json: string): string | undefined {
  const value = read(schema, json);
  assert.ok(value instanceof Struct);
  return value.schema.fields.find(({ name }) => value.get(name) !== null)?.name;
}

describe('value by a JSON Schema', () => {
  // What `JsonSchemaData#isSimpleSchema` of Confluent takes for data of a branch, in the order of the branches.
  for (const [types, json, expected] of [
    [['INT8', 'FLOAT64'], '1', 'INT8'],
    [['INT16', 'FLOAT64'], '1', 'INT16'],
    [['INT32', 'FLOAT64'], '1', 'INT32'],
    [['INT64', 'FLOAT64'], '1', 'INT64'],
    [['INT64', 'FLOAT64'], '1.5', 'FLOAT64'],
    [['INT64', 'FLOAT32'], '1.5', 'FLOAT32'],
    [['FLOAT32', 'INT64'], '1', 'FLOAT32'],
    [['BOOLEAN', 'STRING'], '"true"', 'STRING'],
    [['STRING', 'BOOLEAN'], 'true', 'BOOLEAN'],
  ] as const) {
    test(`is of ${expected} in a choice of ${types.join(' and ')}: ${json}`, () => {
      assert.equal(chosen(unionOf(Object.fromEntries(types.map(type => [type, of(type)]))), json), expected);
    });
  }

  for (const [title, branches, json, expected] of [
    ['a list', { text: stringSchema, list }, '[1]', 'list'],
    ['a map', { list, map: SchemaBuilder.map(stringSchema, of('INT64')).build() }, '{"a":1}', 'map'],
    ['a list of entries', { text: stringSchema, map: SchemaBuilder.map(of('INT64'), list).build() }, '[]', 'map'],
    ['a struct with more of the properties', { one: structOf('a'), two: structOf('a', 'b') }, '{"a":1,"b":2}', 'two'],
    ['the first struct with as many', { one: structOf('a', 'c'), two: structOf('a', 'b') }, '{"a":1}', 'one'],
  ] as const satisfies readonly (readonly [string, Readonly<Record<string, Schema>>, string, string])[]) {
    test(`is of ${title} in a choice: ${json}`, () => {
      assert.equal(chosen(unionOf(branches), json), expected);
    });
  }

  for (const [branches, json] of [
    [{ long: of('INT64') }, '1.5'],
    [{ bytes: of('BYTES') }, '1'],
    [{ bytes: of('BYTES') }, '"AQ=="'],
    [{ one: structOf('a') }, '{"b":1}'],
    [{ one: structOf('a') }, '"a"'],
  ] as const satisfies readonly (readonly [Readonly<Record<string, Schema>>, string])[]) {
    test(`is none of ${Object.keys(branches).join()}: ${json}`, () => {
      assert.throws(() => read(unionOf(branches), json), {
        code: 'DATA_INVALID',
        message: 'Did not find matching oneof field for data',
      });
    });
  }

  test('is a list of what an object holds, and of nothing else', () => {
    assert.deepEqual(
      ['[1,2]', '{"a":1,"b":2}', '"x"', '7'].map(json => read(list, json)),
      [[1n, 2n], [1n, 2n], [], []],
    );
  });

  test('is null or the default where nothing stands', () => {
    const optional = of('INT64', { isOptional: true });
    const withDefault = of('INT64', { isOptional: true, defaultValue: 7n });

    assert.deepEqual([read(optional, 'null'), read(withDefault, 'null')], [null, 7n]);
    assert.equal(valueFromNode(of('INT64'), undefined, options), null);
    assert.throws(() => read(of('INT64'), 'null'), { message: 'Invalid null value for required INT64 field' });
    assert.throws(() => read(list, 'null'), { message: 'Invalid null value for required ARRAY field' });
  });

  for (const [schema, json, message] of [
    [structOf('a'), '[]', 'Structs should be encoded as JSON objects'],
    [SchemaBuilder.map(stringSchema, list).build(), '[]', 'Maps with string fields should be encoded as JSON objects'],
    [
      SchemaBuilder.map(of('INT64'), list).build(),
      '{}',
      'Maps with non-string fields should be encoded as JSON array of objects',
    ],
    [SchemaBuilder.map(of('INT64'), list).build(), '[1]', 'Found invalid map entry instead of object'],
    [
      SchemaBuilder.map(of('INT64'), list).build(),
      '[{"key":1}]',
      'Found invalid map entry, expected length 2 but found :1',
    ],
  ] as const) {
    test(`is refused: ${message}`, () => {
      assert.throws(() => read(schema, json), { code: 'DATA_INVALID', message });
    });
  }
});

describe('a value in a choice', () => {
  test('is a decimal where it is a number that is not whole', () => {
    const schema = unionOf({ whole: of('INT64'), decimal: decimalSchema(1) });

    assert.deepEqual([chosen(schema, '1'), chosen(schema, '1.5')], ['whole', 'decimal']);
  });

  test('is the struct that has the most of its properties, those within it too', () => {
    const within = (...names: readonly string[]): Schema =>
      SchemaBuilder.struct([{ name: 'x', schema: structOf(...names) }]).build();

    assert.equal(chosen(unionOf({ few: within('p'), most: within('p', 'q') }), '{"x":{"p":1,"q":2}}'), 'most');
  });

  test('is no list of what is not told', () => {
    assert.throws(() => read({ ...plainTraits, type: 'ARRAY', items: null }, '[1]'), {
      code: 'DATA_INVALID',
      message: 'A list or map does not tell what it holds',
    });
  });
});

describe('JSON of a value', () => {
  const write = (schema: Schema | null, value: ConnectValue, some = options): string | undefined => {
    const node = valueToNode(schema, value, some);
    return node === undefined ? undefined : writeJson(node);
  };
  const mapOf = (keys: Schema): Schema => SchemaBuilder.map(keys, stringSchema).build();

  for (const [what, value, json] of [
    ['a list', ['a', null, [true]], '["a",null,[true]]'],
    ['a map of texts', new Map([['a', [null]]]), '{"a":[null]}'],
    [
      'a map of other keys',
      new Map<ConnectValue, ConnectValue>([
        ['a', 'b'],
        [null, null],
      ]),
      '[{"key":"a","value":"b"},{"key":null,"value":null}]',
    ],
  ] as const) {
    test(`without a schema is that of ${what}`, () => {
      assert.equal(write(null, value), json);
    });
  }

  test('has null for nothing in lists and maps', () => {
    assert.equal(write(list, [null]), '[null]');
    assert.equal(write(mapOf(stringSchema), new Map([['a', null]])), '{"a":null}');
    assert.equal(write(mapOf(of('BOOLEAN')), new Map([[null, 'a']])), '[{"key":null,"value":"a"}]');
  });

  test('has the default of what is null, in a choice as well, unless told to leave null', () => {
    const some = of('STRING', { isOptional: true, defaultValue: 'x' });
    const kept = { ...options, ignoresDefaults: true };
    const none = unionOf({ a: stringSchema });

    assert.deepEqual([write(some, null), write(some, null, kept)], ['"x"', 'null']);
    assert.equal(write({ ...none, isOptional: true }, null), 'null');
    assert.ok(none.type === 'STRUCT');
    assert.equal(write(none, new Struct(none, new Map())), undefined);
    const either = unionOf({ a: stringSchema, b: some });
    assert.ok(either.type === 'STRUCT');
    const nothing = new Struct(either, new Map());
    assert.deepEqual([write(either, nothing), write(either, nothing, kept)], ['"x"', undefined]);
  });

  test('is of the value of its schema', () => {
    const [one, other] = [structOf('a'), structOf('b')];
    assert.ok(other.type === 'STRUCT');

    for (const [schema, value, message] of [
      [one, new Struct(other, new Map()), 'Mismatching schema.'],
      [mapOf(stringSchema), new Map([[true, 'a']]), 'A map key that its schema says to be a STRING is something else'],
    ] as const) {
      assert.throws(() => write(schema, value), { code: 'DATA_INVALID', message });
    }
    for (const [schema, value] of [
      [stringSchema, ['a']],
      [stringSchema, new Map([['a', 'b']])],
      [list, 'a'],
      [mapOf(stringSchema), 'a'],
      [one, 'a'],
    ] as const) {
      assert.throws(() => write(schema, value), { code: 'DATA_INVALID' });
    }
  });
});
