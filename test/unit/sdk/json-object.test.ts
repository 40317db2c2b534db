import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalJson, parseJsonObject } from '../../../src/sdk/json-object.ts';

describe('JSON object', () => {
  test('has the same text whatever the order of its members', () => {
    assert.equal(
      canonicalJson({ b: [1, { d: null, c: 'x' }], a: true }),
      canonicalJson({ a: true, b: [1, { c: 'x', d: null }] }),
    );
  });

  test('has another text for another value', () => {
    assert.notEqual(canonicalJson({ a: 1 }), canonicalJson({ a: '1' }));
  });

  test('is null for no bytes and for anything but an object', () => {
    assert.deepEqual(
      ['', 'null', '[1]', '"x"', '{"a":1}'].map(text => parseJsonObject(Buffer.from(text))),
      [null, null, null, null, { a: 1 }],
    );
  });
});
