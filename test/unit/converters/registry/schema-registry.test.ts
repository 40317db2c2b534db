import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { MockSchemaRegistry } from '../../../../src/converters/registry/mock-schema-registry.ts';
import { resolveReferences, type RegistrySchema } from '../../../../src/converters/registry/schema-registry.ts';
import { createSubjectNameStrategy } from '../../../../src/converters/registry/subject-name.ts';

const { signal } = new AbortController();
const schema = (text: string): RegistrySchema => ({ schemaType: 'AVRO', schema: text, references: [] });

describe('a mock registry', () => {
  test('is shared by all who name its scope', () => {
    assert.equal(MockSchemaRegistry.ofScope('shared'), MockSchemaRegistry.ofScope('shared'));
    assert.notEqual(MockSchemaRegistry.ofScope('shared'), MockSchemaRegistry.ofScope('other'));
  });

  test('has one id for a schema, and a version for each subject', async () => {
    const registry = new MockSchemaRegistry();

    const first = await registry.register({ subject: 'a', schema: schema('"int"'), normalize: false });
    const second = await registry.register({ subject: 'b', schema: schema('"long"'), normalize: false });
    const third = await registry.register({ subject: 'b', schema: schema('"int"'), normalize: false });

    assert.deepEqual([first, second, third], [1, 2, 1]);
    assert.deepEqual(await registry.schemaByVersion('b', 'latest'), {
      ...schema('"int"'),
      subject: 'b',
      id: 1,
      version: 2,
    });
    assert.equal((await registry.lookUp({ subject: 'a', schema: schema('"int"'), normalize: false })).version, 1);
    assert.deepEqual(await registry.schemaById(2), schema('"long"'));
  });

  test('does not find what was not registered', async () => {
    const registry = new MockSchemaRegistry();

    await assert.rejects(registry.schemaById(1), { code: 'REGISTRY_NOT_FOUND' });
    await assert.rejects(registry.schemaByVersion('a', 'latest'), { code: 'REGISTRY_NOT_FOUND' });
    await assert.rejects(registry.lookUp({ subject: 'a', schema: schema('"int"'), normalize: false }), {
      code: 'REGISTRY_NOT_FOUND',
    });
    await registry.register({ subject: 'a', schema: schema('"int"'), normalize: false });
    await assert.rejects(registry.lookUp({ subject: 'a', schema: schema('"long"'), normalize: false }), {
      code: 'REGISTRY_NOT_FOUND',
      message: "Subject 'a' does not have the schema",
    });
    await assert.rejects(registry.schemaByVersion('a', 2), {
      code: 'REGISTRY_NOT_FOUND',
      message: "Version 2 of subject 'a' not found",
    });
  });

  test('tells schemas of one text apart by their type and their references', async () => {
    const registry = new MockSchemaRegistry();
    const references = [{ name: 'n', subject: 's', version: 1 }];

    const ids: number[] = [];
    for (const other of [
      schema('x'),
      { ...schema('x'), schemaType: 'JSON' as const },
      { ...schema('x'), references },
    ]) {
      ids.push(await registry.register({ subject: 'a', schema: other, normalize: false }));
    }

    assert.deepEqual(ids, [1, 2, 3]);
  });
});

test('references come after those that they use themselves, each once', async () => {
  const registry = new MockSchemaRegistry();
  const leaf = { name: 'leaf', subject: 'leaf', version: 1 };
  const middle = { name: 'middle', subject: 'middle', version: 1 };
  await registry.register({ subject: 'leaf', schema: schema('1'), normalize: false });
  await registry.register({ subject: 'middle', schema: { ...schema('2'), references: [leaf] }, normalize: false });

  const resolved = await resolveReferences(registry, [middle, leaf], signal);

  assert.deepEqual(
    resolved.map(({ name, schema: text }) => [name, text]),
    [
      ['leaf', '1'],
      ['middle', '2'],
    ],
  );
});

describe('subject names', () => {
  for (const [strategy, role, expected] of [
    ['io.confluent.kafka.serializers.subject.TopicNameStrategy', 'key', 't-key'],
    ['TopicNameStrategy', 'value', 't-value'],
    ['RecordNameStrategy', 'value', 'a.R'],
    ['TopicRecordNameStrategy', 'value', 't-a.R'],
  ] as const) {
    test(`of a ${role} by ${strategy} are ${expected}`, () => {
      assert.equal(createSubjectNameStrategy(strategy, role).subject('t', 'a.R'), expected);
    });
  }

  test('need a record where they are made of its name', () => {
    assert.throws(() => createSubjectNameStrategy('RecordNameStrategy', 'key').subject('t', null), {
      code: 'DATA_INVALID',
      message: /key must only be a record schema/,
    });
  });
});
