import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canReadJson } from '../../../../src/converters/jsonschema/can-read-json.ts';
import { JsonReader } from '../../../../src/data/json-reader.ts';

const parse = (text: string): ReturnType<JsonReader['readValue']> => new JsonReader(text).readValue();
const reads = (target: string, own: string): boolean => canReadJson(parse(target), parse(own));

const a = (schema: string, more = ''): string => `{"type":"object","properties":{"a":${schema}}${more}}`;
const closed = ',"additionalProperties":false';
const requiredA = ',"required":["a"]';
const nullable = (schema: string): string => `{"oneOf":[{"type":"null"},${schema}]}`;
const [int, number, text] = ['{"type":"integer"}', '{"type":"number"}', '{"type":"string"}'] as const;
const choice = (keyword: string, ...schemas: readonly string[]): string => `{"${keyword}":[${schemas.join(',')}]}`;

/** Schema to read with, schema of the data. The verdicts follow from the source of Confluent's `SchemaDiff`, by its strict policy. */
const readable: readonly (readonly [string, string, string])[] = [
  ['the same', a(int), a(int)],
  ['the same with its keys in another order', '{"properties":{"a":{"type":"integer"}},"type":"object"}', a(int)],
  [
    'one with other titles, places and defaults',
    '{"type":"object","title":"T","properties":{"a":{"type":"integer","default":1,"connect.index":1,"description":"d"}}}',
    '{"type":"object","$schema":"s","properties":{"a":{"connect.index":0,"type":"integer","default":2}}}',
  ],
  ['one with another default of a text', '{"type":"string","default":"a"}', text],
  ...[
    '$schema',
    '$id',
    'id',
    '$comment',
    'title',
    'description',
    'examples',
    'readOnly',
    'writeOnly',
    'deprecated',
  ].map(
    note => [`one with another ${note}`, `{"type":"string","${note}":[1]}`, `{"${note}":[2],"type":"string"}`] as const,
  ),
  [
    'items with another title',
    '{"type":"array","items":{"title":"a","type":"string"}}',
    `{"type":"array","items":${text}}`,
  ],
  ['branches with other titles', choice('oneOf', '{"title":"a","type":"string"}', int), choice('oneOf', text, int)],
  ['integers as numbers', a(number), a(int)],
  ['anything', '{}', a(int)],
  ['anything by true, or by a default alone', a('true'), a(int)],
  ['nothing', 'true', 'false'],
  ['what may be null by what is never', nullable(int), int],
  ['what may be null, branch by branch', nullable(number), `{"oneOf":[${int},{"type":"null"}]}`],
  ['branches one after the other', choice('oneOf', number, text), choice('oneOf', int, text)],
  ['fewer branches', choice('anyOf', int, text, '{"type":"boolean"}'), choice('anyOf', text, int)],
  ['what is required by what is not', a(int), a(int, requiredA)],
  ['the same words beside what differs', a('{"enum":["a","b"]}'), a('{"enum":["a","b"]}', requiredA)],
  [
    'the same bounds beside what differs',
    a('{"type":"integer","minimum":1}'),
    a('{"minimum":1,"type":"integer"}', requiredA),
  ],
  ['what is newly required, with a default', a('{"type":"integer","default":0}', requiredA), a(int)],
  ['what is not described any more', '{"type":"object"}', a(int)],
  ['what may now be there, of what was closed', a(int, closed), `{"type":"object"${closed}}`],
  ['what was closed by what is open', a(int), a(int, closed)],
  ['what the others have to be', '{"type":"object","additionalProperties":{"type":"number"}}', a(int, closed)],
  [
    'maps of integers as maps of numbers',
    `{"type":"object","additionalProperties":${number}}`,
    `{"type":"object","additionalProperties":${int}}`,
  ],
  ['lists of integers as lists of numbers', `{"type":"array","items":${number}}`, `{"type":"array","items":${int}}`],
  ['lists of anything', '{"type":"array"}', `{"type":"array","items":${int}}`],
  [
    'the same references',
    '{"$ref":"#/definitions/x","definitions":{"x":{}}}',
    '{"definitions":{"x":{}},"$ref":"#/definitions/x"}',
  ],
];

const unreadable: readonly (readonly [string, string, string])[] = [
  ['numbers as integers', a(int), a(number)],
  ['another type', text, int],
  [
    'a property that is named like a note and differs',
    '{"properties":{"title":{"type":"string"}}}',
    '{"properties":{"title":{}}}',
  ],
  ['what may be null as what is never', int, nullable(int)],
  ['two branches as one', choice('oneOf', number, text), choice('oneOf', int, int)],
  ['more branches', choice('oneOf', int), choice('oneOf', int, text)],
  ['a choice of another kind', choice('anyOf', int, text), choice('oneOf', int, text)],
  ['a choice beside other rules', '{"type":"object","oneOf":[{"type":"integer"}]}', int],
  ['a choice that has other rules', choice('oneOf', int), '{"minimum":1,"oneOf":[{"type":"integer"}]}'],
  ['what is newly required', a(int, requiredA), a(int)],
  ['what is required and not described', '{"type":"object","required":["b"]}', '{"type":"object"}'],
  ['what is newly described, of what was open', a(int), '{"type":"object"}'],
  ['what is newly closed', a(int, closed), a(int)],
  ['what is not described any more, and closed', `{"type":"object"${closed}}`, a(int, closed)],
  ['what is newly there and required, of what was closed', a(int, closed + requiredA), `{"type":"object"${closed}}`],
  [
    'what was open as maps, even of anything',
    '{"type":"object","additionalProperties":{}}',
    '{"type":"object","properties":{}}',
  ],
  ['other rules of objects', a(int, ',"minProperties":1'), a(int)],
  ['names by patterns', a(number, ',"patternProperties":{"x":{}}'), a(int, ',"patternProperties":{"x":{}}')],
  ['other rules of lists', '{"type":"array","maxItems":1}', '{"type":"array","maxItems":2}'],
  ['lists of another type', `{"type":"array","items":${text}}`, `{"type":"array","items":${int}}`],
  ['integers as numbers with a rule', '{"type":"number","minimum":1}', int],
  ['another pattern of texts', '{"type":"string","pattern":"a"}', text],
  ['more words of an enum', '{"enum":["a"]}', '{"enum":["a","b"]}'],
  ...['patternProperties', 'definitions', '$defs', 'dependencies'].map(
    key =>
      [`other ${key} that are named like notes`, `{"${key}":{"title":{"a":1}}}`, `{"${key}":{"title":{}}}`] as const,
  ),
  ['lists of anything as lists of integers', `{"type":"array","items":${int}}`, '{"type":"array"}'],
  ['other words of an enum that look like notes', '{"enum":[{"title":1}]}', '{"enum":[{"title":2}]}'],
  ['another constant that looks like a note', '{"const":{"title":1}}', '{"const":{"title":2}}'],
  ['a reference beside what differs', a('{"$ref":"#/x"}'), a('{"$ref":"#/x"}', requiredA)],
  ['a reference in a branch', choice('anyOf', int, '{"$ref":"#/x"}'), choice('anyOf', '{"$ref":"#/x"}')],
  ['what is not evaluated', a(number, ',"unevaluatedProperties":{}'), a(int, ',"unevaluatedProperties":{}')],
];

describe('a JSON Schema', () => {
  for (const [title, target, own] of readable) {
    test(`reads ${title}`, () => {
      assert.equal(reads(target, own), true);
    });
  }

  for (const [title, target, own] of unreadable) {
    test(`does not read ${title}`, () => {
      assert.equal(reads(target, own), false);
    });
  }
});
