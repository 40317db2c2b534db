import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { MockSchemaRegistry } from '../../../../src/converters/registry/mock-schema-registry.ts';
import {
  isDefinite,
  resolveReferences,
  type RegistrySchema,
} from '../../../../src/converters/registry/schema-registry.ts';
import { createSubjectNameStrategy, subjectNameKeys } from '../../../../src/converters/registry/subject-name.ts';
import { ConfigDef } from '../../../../src/config/config-def.ts';
import { ConnectError } from '../../../../src/errors/connect-error.ts';

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

test('references may meet again, and refer to themselves', async () => {
  const registry = new MockSchemaRegistry();
  const [a, b] = ['a', 'b'].map(name => ({ name, subject: name, version: 1 }));
  assert.ok(a !== undefined && b !== undefined);
  await registry.register({ subject: 'a', schema: { ...schema('1'), references: [b] }, normalize: false });
  await registry.register({ subject: 'b', schema: { ...schema('2'), references: [a, b] }, normalize: false });

  const resolved = await resolveReferences(registry, [a, b], signal);

  assert.deepEqual(
    resolved.map(({ name, schema: text, id }) => [name, text, id]),
    [
      ['b', '2', 2],
      ['a', '1', 1],
    ],
  );
});

test('references are a thousand at most (I7)', async () => {
  const registry = new MockSchemaRegistry();
  await registry.register({ subject: 's', schema: schema('1'), normalize: false });
  const references = Array.from({ length: 1001 }, (_, index) => ({ name: `n${index}`, subject: 's', version: 1 }));

  const most = await resolveReferences(registry, references.slice(1), signal);

  assert.equal(most.length, 1000);
  await assert.rejects(resolveReferences(registry, references, signal), {
    code: 'SCHEMA_INVALID',
    message: 'A schema uses more than 1000 other schemas',
  });
});

test('an answer of the registry is definite, and no answer is none', () => {
  const codes = ['REGISTRY_NOT_FOUND', 'REGISTRY_REFUSED', 'SCHEMA_INVALID', 'REGISTRY_UNAVAILABLE'] as const;

  assert.deepEqual(
    codes.map(code => isDefinite(new ConnectError(code, 'm'))),
    [true, true, true, false],
  );
});

describe('subject names', () => {
  for (const [strategy, role, usesSchema, expected] of [
    ['io.confluent.kafka.serializers.subject.TopicNameStrategy', 'key', false, 't-key'],
    ['TopicNameStrategy', 'value', false, 't-value'],
    ['AssociatedNameStrategy', 'value', false, 't-value'],
    ['RecordNameStrategy', 'value', true, 'a.R'],
    ['TopicRecordNameStrategy', 'value', true, 't-a.R'],
  ] as const) {
    test(`of a ${role} by ${strategy} are ${expected}`, () => {
      const created = createSubjectNameStrategy(strategy, role);

      assert.deepEqual([created.usesSchema, created.subject('t', 'a.R')], [usesSchema, expected]);
    });
  }

  for (const strategy of ['RecordNameStrategy', 'TopicRecordNameStrategy']) {
    test(`need a record where they are made of its name by ${strategy}`, () => {
      assert.throws(() => createSubjectNameStrategy(strategy, 'key').subject('t', null), {
        code: 'DATA_INVALID',
        message: `In configuration key.subject.name.strategy = ${strategy}, the message key must only be a record schema`,
      });
    });
  }

  test('are made by no strategy that is unknown', () => {
    assert.throws(() => createSubjectNameStrategy('com.acme.Other', 'key'), {
      code: 'CONFIG_INVALID',
      message: "Unknown subject name strategy 'com.acme.Other'",
    });
  });

  test('of keys and values each have a setting', () => {
    const def = new ConfigDef().defineAll(subjectNameKeys);
    const read = (settings: Readonly<Record<string, string>>) => {
      const config = def.parse(new Map(Object.entries(settings)));
      return [config.string('key.subject.name.strategy'), config.string('value.subject.name.strategy')];
    };

    const topicName = 'io.confluent.kafka.serializers.subject.TopicNameStrategy';
    assert.deepEqual(read({}), [topicName, topicName]);
    assert.deepEqual(
      read({ 'key.subject.name.strategy': 'x.RecordNameStrategy', 'value.subject.name.strategy': 'TopicNameStrategy' }),
      ['x.RecordNameStrategy', 'TopicNameStrategy'],
    );
    assert.throws(() => read({ 'key.subject.name.strategy': 'Other' }), {
      code: 'CONFIG_INVALID',
      message: /key\.subject\.name\.strategy: Unknown subject name strategy; use one of TopicNameStrategy, /,
    });
  });
});
