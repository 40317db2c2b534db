import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { MockSchemaRegistry } from '../../../../src/converters/registry/mock-schema-registry.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { plainTraits, type Schema } from '../../../../src/data/schema.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { converterOf, write } from '../../../support/avro-converters.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };

describe('AvroConverter and the registry', () => {
  const register = (registry: MockSchemaRegistry, schema: string): Promise<number> =>
    registry.register({
      subject: 'topic-value',
      schema: { schemaType: 'AVRO', schema, references: [] },
      normalize: false,
    });
  const one = SchemaBuilder.struct([{ name: 'a', schema: int32 }])
    .name('R')
    .build();
  const wide =
    '{"type":"record","name":"R","fields":[{"name":"b","type":"long","default":7},{"name":"a","type":"int"}]}';

  test('registers nothing if it must not', async () => {
    const { converter } = converterOf({ 'auto.register.schemas': 'false' });

    await assert.rejects(write(converter, int32, 1), { code: 'DATA_INVALID', message: /topic-value/ });
  });

  test('writes with the latest version, by the names of its fields', async () => {
    const { converter, registry } = converterOf({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' });
    await register(registry, wide);

    const bytes = await write(converter, one, new Struct(one, [1]));

    assert.deepEqual([...bytes], [0, 0, 0, 0, 1, 14, 2]);
  });

  test('writes with the schema of an id', async () => {
    const { converter, registry } = converterOf({ 'auto.register.schemas': 'false', 'use.schema.id': '1' });
    await register(registry, wide);

    const bytes = await write(converter, one, new Struct(one, [1]));

    assert.deepEqual([...bytes], [0, 0, 0, 0, 1, 14, 2]);
  });

  for (const [settings, key] of [
    [{ 'use.latest.version': 'true' }, 'latest.compatibility.strict'],
    [{ 'use.schema.id': '1' }, 'id.compatibility.strict'],
  ] as const) {
    test(`refuses a schema that cannot read the data, unless ${key} is off`, async () => {
      const strict = converterOf({ 'auto.register.schemas': 'false', ...settings });
      const lax = converterOf({ 'auto.register.schemas': 'false', ...settings, [key]: 'false' });
      for (const { registry } of [strict, lax]) {
        await register(registry, '{"type":"record","name":"Other","fields":[{"name":"a","type":"int"}]}');
      }

      await assert.rejects(write(strict.converter, one, new Struct(one, [1])), {
        code: 'DATA_INVALID',
        message: new RegExp(key),
      });
      assert.deepEqual([...(await write(lax.converter, one, new Struct(one, [1])))], [0, 0, 0, 0, 1, 2]);
    });
  }

  test('names the subject by the record', async () => {
    const strategy = 'io.confluent.kafka.serializers.subject.TopicRecordNameStrategy';
    const { converter, registry } = converterOf({ 'value.subject.name.strategy': strategy });

    await write(converter, one, new Struct(one, [1]));

    assert.equal((await registry.schemaByVersion('topic-R', 1)).id, 1);
    await assert.rejects(write(converter, int32, 1), { code: 'DATA_INVALID', message: /must only be a record schema/ });
  });

  for (const [settings, message] of [
    [{ 'schema.registry.url': '' }, /schema.registry.url/],
    [{ 'value.subject.name.strategy': 'Other' }, /Unknown subject name strategy/],
    [{ 'use.latest.with.metadata': 'a=b' }, /use.latest.with.metadata is not available/],
  ] as const) {
    test(`refuses ${JSON.stringify(settings)}`, () => {
      assert.throws(() => converterOf(settings), { code: 'CONFIG_INVALID', message });
    });
  }
});
