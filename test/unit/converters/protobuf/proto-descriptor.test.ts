import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { checkDecoder } from '../../../support/hostile-bytes.ts';
import { packageRoot } from '../../../../src/config/package-root.ts';

/** Texts, and what protoc (grpcio-tools 1.85.1) makes of them. */
const files = JSON.parse(
  readFileSync(join(packageRoot(), 'test/unit/converters/testdata/proto-descriptors.json'), 'utf8'),
) as readonly { readonly file: string; readonly text: string; readonly descriptor: string }[];

function fileOf(name: string): { readonly text: string; readonly descriptor: string } {
  const found = files.find(({ file }) => file === name);
  assert.ok(found);
  return found;
}

const invalid = (reason: string) => ({ code: 'SCHEMA_INVALID', message: `A Protobuf schema is not valid: ${reason}` });

describe('a Protobuf schema in binary', () => {
  for (const [name, messages] of [
    ['three.proto', ['my.pkg.Outer', 'my.pkg.Outer.First', 'my.pkg.Outer.Inner', 'my.pkg.Other']],
    ['two.proto', ['Two']],
  ] as const) {
    test(`has the messages of its text: ${name}`, () => {
      const { text, descriptor } = fileOf(name);
      const [asText, asBinary] = [new ProtoSchema(text), new ProtoSchema(descriptor)];

      for (const message of messages) {
        assert.deepEqual(asBinary.message(message), asText.message(message));
        assert.deepEqual(asBinary.indexesOf(message), asText.indexesOf(message));
        assert.equal(asBinary.messageAt(asText.indexesOf(message)).fullName, message);
      }
      assert.deepEqual(asBinary.imports, asText.imports);
    });
  }

  test('is one that others import', () => {
    const { descriptor } = fileOf('three.proto');
    const text = 'syntax = "proto3"; import "three.proto"; message M { my.pkg.Outer.Inner inner = 1; }';

    const { fields } = new ProtoSchema(text, new Map([['three.proto', descriptor]])).firstMessage;

    assert.ok(fields[0]?.type.kind === 'message');
    assert.equal(fields[0].type.type.fullName, 'my.pkg.Outer.Inner');
  });

  test('is refused where its text is', () => {
    const edition = fileOf('edition.proto').descriptor;
    assert.throws(() => new ProtoSchema(fileOf('group.proto').descriptor), invalid("field 'part' is a group"));
    assert.throws(() => new ProtoSchema(edition), invalid("its syntax is 'editions', not proto2 or proto3"));
  });

  test('is taken or refused whatever its bytes are', () => {
    checkDecoder({
      samples: ['three.proto', 'two.proto'].map(name => Buffer.from(fileOf(name).descriptor, 'base64')),
      decode: bytes => assert.notEqual(new ProtoSchema(bytes.toString('base64')).firstMessage, null),
    });
  });

  test('is told from what only looks like it', () => {
    const neither = /^A Protobuf schema is not valid: it is neither a text nor a FileDescriptorProto in base64: /;
    assert.throws(() => new ProtoSchema('nonsense'), { code: 'SCHEMA_INVALID', message: neither });
    for (const text of ['nonsens', 'non sense', '']) {
      const parse = (): unknown => new ProtoSchema(text).firstMessage;
      assert.throws(parse, (error: Error) => !neither.test(error.message), text);
    }
  });
});
