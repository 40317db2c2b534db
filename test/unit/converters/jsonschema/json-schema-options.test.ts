import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonSchemaConverterConfigDef } from '../../../../src/converters/jsonschema/json-schema-converter.ts';
import type { JsonSchemaOptions } from '../../../../src/converters/jsonschema/json-schema-options.ts';
import { jsonSchemaOptions } from '../../../support/json-schema-options.ts';

const defaults: JsonSchemaOptions = {
  values: { replacesNullWithDefault: true, decimalFormat: 'BASE64' },
  ignoresDefaults: false,
  hasGeneralizedSums: false,
  allowsAdditionalProperties: true,
  usesOptionalForNonRequired: false,
  flattensSingletonUnions: true,
};
const numeric = { values: { replacesNullWithDefault: true, decimalFormat: 'NUMERIC' } } as const;

describe('options of JSON Schema', () => {
  test("have Confluent's defaults", () => {
    assert.deepEqual(jsonSchemaOptions(), defaults);
  });

  for (const [key, value, changed] of [
    ['generalized.sum.type.support', 'true', { hasGeneralizedSums: true }],
    ['ignore.default.for.nullables', 'true', { ignoresDefaults: true }],
    ['object.additional.properties', 'false', { allowsAdditionalProperties: false }],
    ['use.optional.for.nonrequired', 'true', { usesOptionalForNonRequired: true }],
    ['flatten.singleton.unions', 'false', { flattensSingletonUnions: false }],
    ['decimal.format', 'NUMERIC', numeric],
    ['decimal.format', 'numeric', numeric],
    ['decimal.format', 'base64', {}],
  ] as const satisfies readonly (readonly [string, string, Partial<JsonSchemaOptions>])[]) {
    test(`differ in what ${key}=${value} says, and in nothing else`, () => {
      assert.deepEqual(jsonSchemaOptions({ [key]: value }), { ...defaults, ...changed });
    });
  }

  const noBoolean = 'Expected value to be either true or false';
  const oneInclusion =
    'String must be one of: ALWAYS, NON_NULL, NON_ABSENT, NON_EMPTY, NON_DEFAULT, CUSTOM, USE_DEFAULTS';
  for (const [key, value, remedy] of [
    ['generalized.sum.type.support', 'yes', noBoolean],
    ['ignore.default.for.nullables', '1', noBoolean],
    ['object.additional.properties', '', noBoolean],
    ['use.optional.for.nonrequired', 'on', noBoolean],
    ['flatten.singleton.unions', 'no', noBoolean],
    ['json.fail.invalid.schema', 'always', noBoolean],
    ['decimal.format', 'text', 'String must be one of (case insensitive): BASE64, NUMERIC'],
    ['json.default.property.inclusion', 'non_null', oneInclusion],
    ['json.default.property.inclusion', '', oneInclusion],
  ] as const) {
    test(`are refused with what ${key} may be where it is '${value}'`, () => {
      const message = `Invalid value ${value} for configuration ${key}: ${remedy}`;
      const settings = new Map([
        ['schema.registry.url', 'mock://options'],
        [key, value],
      ]);

      assert.throws(() => jsonSchemaConverterConfigDef.parse(settings), { message, violations: [{ key, message }] });
    });
  }
});
