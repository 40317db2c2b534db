import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainTraits, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { registryConverter, writeValue } from '../../../support/registry-converters.ts';

const tags: Schema = { ...plainTraits, type: 'ARRAY', items: stringSchema };
const inner = SchemaBuilder.struct([{ name: 'of', schema: { ...plainTraits, type: 'FLOAT32' } }])
  .name('q.Inner')
  .build();
const note = SchemaBuilder.struct([
  { name: 'id', schema: { ...plainTraits, type: 'INT32' } },
  { name: 'text', schema: stringSchema },
  { name: 'tags', schema: tags },
  { name: 'inner', schema: inner },
])
  .name('q.Note')
  .build();
const value = new Struct(note, [-1, 'a', ['x', 'y'], new Struct(inner, [0.5])]);

/** Bytes of the value behind the schema's id, in hexadecimal, when the latest schema has this text. */
async function writtenWith(fields: string, isStrict = false): Promise<string> {
  const { converter, registry } = registryConverter('ProtobufConverter', {
    'auto.register.schemas': 'false',
    'use.latest.version': 'true',
    'latest.compatibility.strict': String(isStrict),
  });
  const schema = `syntax = "proto3"; package q; message Other { int32 n = 1; } message Note { ${fields} }`;
  await registry.register({
    subject: 'topic-value',
    normalize: false,
    schema: { schemaType: 'PROTOBUF', schema, references: [] },
  });
  return (await writeValue(converter, note, value)).toString('hex', 5);
}

describe('data that is written with a registered schema which is not its own', () => {
  test('goes by the names of fields into their numbers and types', async () => {
    const fields =
      'message Part { double of = 4; } repeated string tags = 2; sint64 id = 9; string text = 3; bool x = 1;';

    const bytes = await writtenWith(`${fields} Part inner = 5;`);

    assert.equal(bytes, '0202' + '1201781201791a0161' + '2a0921000000000000e03f' + '4801');
  });

  const rest = 'string text = 2; repeated string tags = 3; Part inner = 4; message Part { float of = 1; }';
  const cases: readonly (readonly [string, string])[] = [
    ['', "message 'q.Note' has no field 'id'"],
    ['string id = 1;', "field 'id' is string there and int32 in the data"],
    ['uint32 id = 1;', "field 'id' is uint32 there and int32 in the data"],
    ['repeated int32 id = 1;', "field 'id' is a list of int32 there and int32 in the data"],
    ['Other id = 1;', "field 'id' is message 'q.Other' there and int32 in the data"],
  ];
  for (const [id, what] of cases) {
    test(`is refused: ${what}`, async () => {
      await assert.rejects(writtenWith(`${id} ${rest}`), {
        code: 'DATA_INVALID',
        message: `The data cannot be written with the registered schema: ${what}`,
      });
    });
  }

  test('has to be read by it too, where that is checked', async () => {
    const inner = 'message Inner { float of = 1; }';
    const more = 'string text = 2; repeated string tags = 3; Inner inner = 4; bool x = 5;';

    const bytes = await writtenWith(`${inner} ${more} int64 id = 1;`, true);

    assert.equal(bytes, '0202' + '08ffffffffffffffffff01' + '120161' + '1a0178' + '1a0179' + '22050d0000003f');
    for (const fields of [`${inner} ${more} sint32 id = 1;`, `${rest} int32 id = 1;`]) {
      await assert.rejects(writtenWith(fields, true), {
        code: 'DATA_INVALID',
        message: /subject 'topic-value' cannot read what the .* Set latest\.compatibility\.strict=false to disable/,
      });
    }
  });

  test('is refused where a message within it lacks a field', async () => {
    const fields = rest.replace('float of = 1;', '');

    await assert.rejects(writtenWith(`int32 id = 1; ${fields}`), /message 'q\.Note\.Part' has no field 'of'/);
  });
});
