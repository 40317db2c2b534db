import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PluginDataReader, writePluginData, type DeclaredSchema } from '../../../src/converters/plugin-format.ts';
import { bytesSchema, stringSchema } from '../../../src/data/schema.ts';

const declared = (format: DeclaredSchema['format'], more: Partial<DeclaredSchema> = {}): DeclaredSchema => ({
  format,
  definition: Buffer.alloc(0),
  name: '',
  version: 0,
  ...more,
});

describe("a plugin's data", () => {
  for (const [what, more, name, version] of [
    ['nothing', {}, null, null],
    ['a name', { name: 'n' }, 'n', null],
    ['a version', { version: 1 }, null, 1],
    ['both', { name: 'n', version: 3 }, 'n', 3],
  ] as const) {
    test(`is of a schema that tells ${what}`, () => {
      const { schema } = new PluginDataReader(declared('UTF8', more));

      assert.deepEqual([schema?.type, schema?.name, schema?.version], ['STRING', name, version]);
    });
  }

  test('has the name that a definition in JSON tells', () => {
    const definition = Buffer.from('{"type":"string","name":"own","version":2}');
    for (const more of [{}, { name: 'n', version: 5 }]) {
      const { schema } = new PluginDataReader(declared('JSON', { definition, ...more }));

      assert.deepEqual([schema?.name, schema?.version], ['own', 2]);
    }
  });

  test('is a range of bytes, a text or JSON', () => {
    const source = Buffer.from('x[1]y');

    assert.deepEqual(new PluginDataReader(declared('RAW')).read(source, 1, 4).value, Buffer.from('[1]'));
    assert.equal(new PluginDataReader(declared('UTF8')).read(source, 1, 4).value, '[1]');
    assert.deepEqual(new PluginDataReader(declared('JSON')).read(source, 1, 4).value, [1n]);
    assert.throws(() => new PluginDataReader(declared('JSON')).read(source, 1, 5), {
      code: 'DATA_INVALID',
      message: 'A JSON value is followed by more text',
    });
    for (const format of ['RAW', 'UTF8', 'JSON'] as const)
      assert.deepEqual(new PluginDataReader(declared(format)).read(source, -1, -1), { schema: null, value: null });
  });

  test('is put out as bytes, text or JSON', () => {
    const bytes = { schema: bytesSchema, value: Buffer.from('a') };
    const text = { schema: stringSchema, value: 'a' };

    assert.equal(writePluginData('RAW', bytes), bytes.value);
    assert.equal(writePluginData('FORMAT_UNSPECIFIED', { schema: null, value: 1n }), '1');
    assert.equal(writePluginData('UTF8', text), 'a');
    assert.equal(writePluginData('JSON', text), '"a"');
    assert.equal(writePluginData('JSON', bytes), '"YQ=="');
    for (const format of ['RAW', 'UTF8', 'JSON', 'PRE_ENCODED'] as const)
      assert.equal(writePluginData(format, { schema: null, value: null }), null);
    assert.throws(() => writePluginData('PRE_ENCODED', text), { code: 'DATA_INVALID' });
  });
});
