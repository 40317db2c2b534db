import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Decimal } from '../../../src/data/decimal.ts';
import { areSchemasEqual, areValuesEqual } from '../../../src/data/equality.ts';
import { doubleToJavaText, floatToJavaText } from '../../../src/data/java-number-text.ts';
import { JsonReader } from '../../../src/data/json-reader.ts';
import { writeJson } from '../../../src/data/json-writer.ts';
import type { Schema } from '../../../src/data/schema.ts';
import { toTyped, toUntyped } from '../../../src/data/untyped-value.ts';
import { checkValue } from '../../../src/data/value-check.ts';
import { schemaAndValue } from '../../support/arbitrary-data.ts';
import { checkProperty } from '../../support/check-property.ts';

const finite = { noNaN: true, noDefaultInfinity: true };
const decimals = fc
  .tuple(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), fc.integer({ min: -400, max: 400 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

describe('decimals', () => {
  test('come back from their bytes and from their text', () => {
    checkProperty(decimals, decimal => {
      assert.ok(areValuesEqual(Decimal.fromBytes(decimal.toBytes(), decimal.scale), decimal));
      assert.ok(areValuesEqual(Decimal.parse(decimal.toJavaText()), decimal));
    });
  });
});

describe('numbers', () => {
  test('come back from the text that Java writes', () => {
    checkProperty(fc.double(finite), value => assert.ok(Object.is(Number(doubleToJavaText(value)), value)));
    checkProperty(fc.float(finite), value => assert.ok(Object.is(Math.fround(Number(floatToJavaText(value))), value)));
  });
});

describe('JSON', () => {
  test('comes back from its nodes, and means what the standard parser says', () => {
    checkProperty(fc.json({ stringUnit: 'binary' }), text => {
      const written = writeJson(new JsonReader(text).readValue());

      assert.deepEqual(JSON.parse(written), JSON.parse(text));
      assert.equal(writeJson(new JsonReader(written).readValue()), written);
    });
  });
});

describe('values', () => {
  test('are values of the schema that they were made for, of every schema that is equal to it', () => {
    checkProperty(schemaAndValue({ hasNonFinite: true }), ({ schema, value }) => {
      assert.ok(schema !== null);
      const copy = copyOf(schema);
      checkValue(copy, value);
      assert.ok(areSchemasEqual(schema, copy));
      assert.ok(!areSchemasEqual(schema, { ...copy, doc: `${copy.doc ?? ''}.` }));
    });
  });

  test('keep the kinds of their numbers when their schema is taken away and given back', () => {
    checkProperty(schemaAndValue({ hasNonFinite: true }), ({ schema, value }) => {
      assert.ok(areValuesEqual(toTyped(schema, toUntyped(schema, value)), value));
    });
  });
});

/** An equal schema that shares nothing with the original but its values. */
function copyOf(schema: Schema): Schema {
  const parameters = schema.parameters === null ? null : new Map(schema.parameters);
  switch (schema.type) {
    case 'ARRAY':
      return { ...schema, parameters, items: schema.items && copyOf(schema.items) };
    case 'MAP':
      return {
        ...schema,
        parameters,
        keys: schema.keys && copyOf(schema.keys),
        values: schema.values && copyOf(schema.values),
      };
    case 'STRUCT':
      return {
        ...schema,
        parameters,
        fields: schema.fields.map(field => ({ name: field.name, schema: copyOf(field.schema) })),
      };
    default:
      return { ...schema, parameters };
  }
}
