import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  parseJsonSchema,
  type SchemaKind,
  type SchemaPart,
} from '../../../../src/converters/jsonschema/json-schema-document.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';

/** A part in words, references followed. */
function textOf({ kind }: SchemaPart): string {
  return textOfKind(kind);
}

function textOfKind(kind: SchemaKind): string {
  switch (kind.kind) {
    case 'number':
      return kind.isInteger ? 'integer' : 'number';
    case 'string':
      return kind.hasFormat ? 'formatted' : 'string';
    case 'enum':
    case 'const':
      return `${kind.kind} ${kind.symbols.map(node => writeJson(node)).join(' ')}`;
    case 'combined':
      return `${kind.criterion}(${kind.parts.map(textOf).join(', ')})`;
    case 'array':
      return `list of ${kind.items === null ? 'anything' : textOf(kind.items)}`;
    case 'object': {
      const { properties, required, additional } = kind.object;
      const shown = [...properties].map(([name, part]) => `${name}${required.has(name) ? '!' : ''}: ${textOf(part)}`);
      return `{${[...shown, ...(additional === null ? [] : [`*: ${textOf(additional)}`])].join(', ')}}`;
    }
    case 'reference':
      return `-> ${textOf(kind.target())}`;
    case 'other':
      return `other ${kind.name}`;
    default:
      return kind.kind;
  }
}

describe('JSON Schema', () => {
  // As SchemaLoader of everit-json-schema takes schemas of draft 7 apart.
  for (const [text, expected] of [
    ['true', 'empty'],
    ['false', 'other false'],
    ['{}', 'empty'],
    ['{"title":"t"}', 'empty'],
    ['{"type":"null"}', 'null'],
    ['{"type":"boolean"}', 'boolean'],
    ['{"type":"integer"}', 'integer'],
    ['{"type":"number"}', 'number'],
    ['{"type":"string"}', 'string'],
    ['{"type":"string","format":"date"}', 'formatted'],
    ['{"type":"array"}', 'list of anything'],
    ['{"type":"array","items":{"type":"string"}}', 'list of string'],
    ['{"type":"array","items":[{"type":"string"}]}', 'list of anything'],
    ['{"type":"object"}', '{}'],
    ['{"type":["string","null"]}', 'anyOf(string, null)'],
    ['{"enum":[1,"a"]}', 'enum 1 "a"'],
    ['{"const":{"a":null}}', 'const {"a":null}'],
    ['{"const":null}', 'const null'],
    ['{"type":"string","enum":["a"]}', 'allOf(enum "a", string)'],
    ['{"not":{}}', 'other not'],
    ['{"if":{}}', 'other if'],
    ['{"type":"integer","not":{}}', 'allOf(other not, integer)'],
    ['{"allOf":[true]}', 'allOf(empty)'],
    ['{"anyOf":[{"type":"integer"}],"oneOf":[{"type":"string"}]}', 'allOf(anyOf(integer), oneOf(string))'],
    ['{"$ref":"#/definitions/a","type":"string","definitions":{"a":{"type":"integer"}}}', '-> integer'],
    [
      '{"properties":{"a":{"type":"integer"},"b":true},"required":["b",1],"additionalProperties":{"type":"string"}}',
      '{a: integer, b!: empty, *: string}',
    ],
    ['{"type":"object","additionalProperties":false,"properties":{"a":{}}}', '{a: empty}'],
    ['{"minLength":1}', 'string'],
    ['{"format":"date"}', 'formatted'],
    ['{"items":{"type":"integer"}}', 'list of integer'],
    ['{"uniqueItems":true}', 'list of anything'],
    ['{"multipleOf":2}', 'number'],
    ['{"exclusiveMinimum":2}', 'number'],
    ['{"propertyNames":{}}', '{}'],
    ['{"properties":{"a":{"type":"integer"}}}', '{a: integer}'],
    // What keywords speak of is asked of texts first, then lists, numbers and objects.
    ['{"properties":{},"minimum":1}', 'number'],
  ] as const) {
    test(`is ${expected}: ${text}`, () => {
      assert.equal(textOf(parseJsonSchema(text, new Map())), expected);
    });
  }

  for (const keyword of [
    ...['maxLength', 'pattern', 'additionalItems', 'minItems', 'maxItems', 'contains', 'minimum', 'maximum'],
    ...['exclusiveMaximum', 'required', 'minProperties', 'maxProperties', 'dependencies', 'patternProperties'],
    'additionalProperties',
  ]) {
    test(`has a type with the keyword ${keyword} alone`, () => {
      assert.notEqual(parseJsonSchema(`{"${keyword}":1}`, new Map()).kind.kind, 'empty');
    });
  }

  for (const [reference, target] of [
    ['#', '"title":"root"'],
    ['#/definitions/a~1b~0c%20d', '"title":"escaped"'],
    ['#/list/1', '"title":"second"'],
    ['#plain', '"title":"by $id"'],
    ['#old', '"title":"by id"'],
    ['#anchor', '"title":"by $anchor"'],
    ['#listed', '"title":"in a list"'],
    ['other.json', '"title":"other"'],
    ['http://host/path/other.json', '"title":"other"'],
    ['other.json#/definitions/x', '"title":"within"'],
    ['other.json#/definitions/back', '"title":"within"'],
  ] as const) {
    test(`refers to what stands at ${reference}`, () => {
      const root =
        `{"title":"root","definitions":{"ref":{"$ref":"${reference}"},"a/b~c d":{"title":"escaped"},` +
        '"m":{"$anchor":"other"},"u":{"title":"none","$anchor":1},"p":{"$id":"#plain","title":"by $id"},"o":{"id":"#old","title":"by id"},"n":{"$anchor":"anchor","title":"by $anchor"}},' +
        '"list":[{},{"title":"second"},{"$anchor":"listed","title":"in a list"}],"oneOf":[{"$ref":"#/definitions/ref"}]}';
      const other = '{"title":"other","definitions":{"x":{"title":"within"},"back":{"$ref":"#/definitions/x"}}}';

      const { kind } = parseJsonSchema(root, new Map([['other.json', other]]));

      assert.ok(kind.kind === 'combined');
      let part = kind.parts[0];
      while (part?.kind.kind === 'reference') part = part.kind.target();
      assert.match(writeJson(part?.keywords ?? null), new RegExp(`^\\{[^{]*${target.replaceAll('$', '\\$')}`));
    });
  }

  test('is one part however often it is referred to', () => {
    for (const reference of ['#/definitions/a', 'other.json']) {
      const { kind } = parseJsonSchema(
        `{"oneOf":[{"$ref":"${reference}"},{"$ref":"${reference}"}],"definitions":{"a":{}}}`,
        new Map([['other.json', '{}']]),
      );

      const targets = kind.kind === 'combined' ? kind.parts.map(part => part.kind) : [];
      const [first, second] = targets.map(one => (one.kind === 'reference' ? one.target() : null));
      assert.ok(first !== undefined && first !== null && first === second);
    }
  });

  for (const [text, reason] of [
    ['1', 'a schema within it is neither an object nor true or false'],
    ['{"items":1}', 'a schema within it is neither an object nor true or false'],
    ['{"type":"thing"}', "its type 'thing' does not exist"],
    ['{"type":[1]}', "its type '' does not exist"],
    ['{"$ref":"#/nowhere"}', "nothing stands at '#/nowhere'"],
    ['{"$ref":"#/$ref/x"}', "nothing stands at '#/$ref/x'"],
    ['{"$ref":"#nowhere"}', "nothing stands at '#nowhere'"],
    ['{"$ref":"other.json"}', "it refers to 'other.json', which is none of its references"],
    ['{} {}', 'more text follows it'],
  ] as const) {
    test(`is none: ${text}`, () => {
      const read = (): string => textOf(parseJsonSchema(text, new Map()));

      assert.throws(read, { code: 'SCHEMA_INVALID', message: `A JSON Schema is not valid: ${reason}` });
    });
  }
});
