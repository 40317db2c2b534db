import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JsonSchemaValidator } from '../../../../src/converters/jsonschema/json-schema-validator.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';

/** What is said of a text by a schema; null when nothing is. */
function check(schema: unknown, data: string, references: ReadonlyMap<string, string> = new Map()): string | null {
  const validator = new JsonSchemaValidator(JSON.stringify(schema), references);
  const node = new JsonReader(data).readValue();
  try {
    validator.check(node);
    return null;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'DATA_INVALID');
    return error.message;
  }
}

const said = (what: string): string => `JSON does not match schema of type JSON: ${what}`;

describe('a validator of JSON', () => {
  test('tells the place and the rule of the first that does not match, and none of the data (I9)', () => {
    const schema = { properties: { a: { items: { type: 'string' } } }, required: ['a'] };

    assert.equal(check(schema, '{"a":["x"]}'), null);
    assert.equal(check(schema, '{"a":["x",42]}'), said("'/a/1' must be string (#/properties/a/items/type)"));
    assert.equal(check(schema, '{"b":1}'), said("it must have required property 'a' (#/required)"));
    assert.equal(check(false, '1'), said('it boolean schema is false (#/false schema)'));
    assert.equal(check(true, '1'), null);
  });

  test('passes over keywords and formats that it does not know, and what a keyword should not be', () => {
    const schema = { 'connect.index': 1, format: 'date-time', title: 5, type: 'string' };

    assert.equal(check(schema, '"yesterday"'), null);
    assert.equal(check(schema, '1'), said('it must be string (#/type)'));
  });

  test('goes by draft 7, whichever draft a schema names', () => {
    const schema = { $schema: 'http://json-schema.org/draft-04/schema#', const: 1 };

    assert.deepEqual([check(schema, '1'), check(schema, '2')], [null, said('it must be equal to constant (#/const)')]);
  });

  test('takes id of older drafts for $id, but as data what is data', () => {
    const schema = {
      id: 'http://a/all.json',
      properties: { b: { $ref: 'http://a/all.json#/definitions/small' }, id: { const: { id: 'x', $schema: 'y' } } },
      definitions: { small: { maximum: 7 } },
    };

    assert.equal(check(schema, '{"b":7,"id":{"id":"x","$schema":"y"}}'), null);
    assert.equal(check(schema, '{"b":8}'), said("'/b' must be <= 7 (http://a/all.json#/definitions/small/maximum)"));
    assert.equal(
      check(schema, '{"id":{"$id":"x","$schema":"y"}}'),
      said("'/id' must be equal to constant (#/properties/id/const)"),
    );
    assert.equal(check({ enum: [{ id: 'x' }] }, '{"id":"x"}'), null);
    assert.equal(check({ required: ['$schema'] }, '{"$schema":1}'), null);
  });

  test('takes properties of the names of these keywords for what they are', () => {
    const schema = { properties: { id: { type: 'string' }, $schema: { type: 'string' } }, additionalProperties: false };

    assert.equal(check(schema, '{"id":"x","$schema":"y"}'), null);
    assert.equal(check(schema, '{"$schema":1}'), said("'/$schema' must be string (#/properties/%24schema/type)"));
  });

  test('follows references to other schemas', () => {
    const references = new Map([['other.json', '{"type":"boolean"}']]);

    assert.equal(check({ $ref: 'other.json' }, 'true', references), null);
    assert.equal(check({ $ref: 'other.json' }, '1', references), said('it must be boolean (other.json/type)'));
  });

  test('does not go round in a schema that is nothing but itself', () => {
    assert.match(check({ $ref: '#' }, '1') ?? '', /^JSON cannot be checked: /);
  });

  for (const [text, reason] of [
    ['5', 'it is neither an object nor true or false'],
    ['null', 'it is neither an object nor true or false'],
    ['"text"', 'it is neither an object nor true or false'],
    ['{"$ref":"none.json"}', "can't resolve reference none.json from id #"],
  ] as const) {
    test(`is not made of ${text}`, () => {
      assert.throws(() => new JsonSchemaValidator(text, new Map()), {
        code: 'SCHEMA_INVALID',
        message: `A JSON Schema is not valid: ${reason}`,
      });
    });
  }
});
