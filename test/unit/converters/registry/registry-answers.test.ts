import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  parseAnswer,
  toRegisteredSchema,
  toRegistrySchema,
  toSchemaId,
} from '../../../../src/converters/registry/registry-answers.ts';

const url = new URL('http://me:secret@host:81/base?x=1');
const answerOf = (fields: unknown) => parseAnswer(JSON.stringify(fields), url);
const lacks = (field: string) => ({
  code: 'REGISTRY_UNAVAILABLE',
  message: `An answer of the schema registry lacks a valid field '${field}'`,
});

describe('answers of a schema registry', () => {
  for (const body of ['', '<html>', '7', 'null']) {
    test(`are objects, and not ${body === '' ? 'empty' : body}`, () => {
      assert.throws(() => parseAnswer(body, url), {
        code: 'REGISTRY_UNAVAILABLE',
        message: 'What answers at http://host:81/base is no schema registry',
      });
    });
  }

  test('name ids as whole numbers', () => {
    assert.equal(toSchemaId(answerOf({ id: 7 })), 7);
    for (const id of [undefined, null, '7', 7.5]) assert.throws(() => toSchemaId(answerOf({ id })), lacks('id'));
  });

  test('hold a schema, which is Avro where no type is named', () => {
    const types = [undefined, null, 'AVRO', 'JSON', 'PROTOBUF'].map(
      schemaType => toRegistrySchema(answerOf({ schema: 's', schemaType })).schemaType,
    );

    assert.deepEqual(types, ['AVRO', 'AVRO', 'AVRO', 'JSON', 'PROTOBUF']);
    assert.throws(() => toRegistrySchema(answerOf({ schema: 's', schemaType: 'THRIFT' })), {
      code: 'REGISTRY_REFUSED',
      message: 'The schema registry gives a schema of type "THRIFT"',
    });
    assert.throws(() => toRegistrySchema(answerOf({ schema: 1 })), lacks('schema'));
  });

  test('hold the references of a schema', () => {
    const reference = { name: 'n', subject: 's', version: 2 };

    const { references } = toRegistrySchema(answerOf({ schema: 's', references: [{ ...reference, more: 1 }] }));

    assert.deepEqual(references, [reference]);
    for (const wrong of [{}, ['x'], [null]]) {
      assert.throws(() => toRegistrySchema(answerOf({ schema: 's', references: wrong })), lacks('references'));
    }
    for (const field of ['name', 'subject', 'version']) {
      const references = [{ ...reference, [field]: null }];
      assert.throws(() => toRegistrySchema(answerOf({ schema: 's', references })), lacks(field));
    }
  });

  test('hold the place of a registered schema', () => {
    const registered = { schema: 's', schemaType: 'JSON', references: [], subject: 'x', id: 3, version: 4 };

    assert.deepEqual(toRegisteredSchema(answerOf(registered)), registered);
    for (const field of ['subject', 'id', 'version']) {
      assert.throws(() => toRegisteredSchema(answerOf({ ...registered, [field]: null })), lacks(field));
    }
  });
});
