import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import { stringSchema, type Schema } from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { StructBuilder } from '../../../src/data/struct-builder.ts';
import { toTyped, toUntyped } from '../../../src/data/untyped-value.ts';
import { of } from '../../support/schemas.ts';

const narrowTypes = ['INT8', 'INT16', 'INT32', 'FLOAT32'] as const;
const int32 = new NarrowNumber('INT32', 1);
const int8 = new NarrowNumber('INT8', 2);
const ints = SchemaBuilder.array(of('INT32')).build();
const byInt = SchemaBuilder.map(of('INT8'), ints).build();
const struct = new StructBuilder(SchemaBuilder.struct([{ name: 'a', schema: of('INT32') }]).build())
  .put('a', 1)
  .build();

/** Values with a schema, and the same without. */
const pairs: readonly (readonly [string, Schema, ConnectValue, ConnectValue])[] = [
  ...narrowTypes.map(type => [`a number of ${type}`, of(type), 1, new NarrowNumber(type, 1)] as const),
  ['a FLOAT64', of('FLOAT64'), 1, 1],
  ['an INT64', of('INT64'), 1n, 1n],
  ['a text', stringSchema, '1', '1'],
  ['null', of('INT32'), null, null],
  ['a list', ints, [1, null], [int32, null]],
  ['a map of lists', byInt, new Map([[2, [1]]]), new Map([[int8, [int32]]])],
  ['a struct', struct.schema, struct, struct],
];

describe('values without schema', () => {
  for (const [title, schema, typed, untyped] of pairs) {
    test(`have the types of their numbers by them, and give them back: ${title}`, () => {
      assert.deepEqual(toUntyped(schema, typed), untyped);
      assert.deepEqual(toTyped(schema, untyped), typed);
    });
  }

  test('stay as they are where no schema tells more', () => {
    for (const value of [1, int32, [int32, 1], new Map<ConnectValue, ConnectValue>([[int32, int8]])]) {
      assert.equal(toUntyped(null, value), value);
      assert.equal(toTyped(null, value), value);
    }
    const inside = { lists: SchemaBuilder.array(null).build(), maps: SchemaBuilder.map(null, null).build() };
    const map = new Map<ConnectValue, ConnectValue>([[1, int32]]);
    assert.deepEqual([toUntyped(inside.lists, [1]), toTyped(inside.lists, [int32])], [[1], [int32]]);
    assert.deepEqual([toUntyped(inside.maps, map), toTyped(inside.maps, map)], [map, map]);
  });

  test('stay as they are where the schema is of another type', () => {
    const map = new Map<ConnectValue, ConnectValue>([[1, 2]]);
    const narrow = new Map<ConnectValue, ConnectValue>([[int8, int32]]);

    assert.deepEqual(toTyped(of('INT16'), int32), int32);
    assert.deepEqual([toUntyped(byInt, [1]), toUntyped(ints, map)], [[1], map]);
    assert.deepEqual([toTyped(byInt, [int32]), toTyped(ints, narrow)], [[int32], narrow]);
  });
});
