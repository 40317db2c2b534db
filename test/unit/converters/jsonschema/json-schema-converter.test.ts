import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areSchemasEqual, areValuesEqual } from '../../../../src/data/equality.ts';
import { plainTraits, stringSchema, type StructSchema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { ConfigError } from '../../../../src/errors/connect-error.ts';
import { checkDecoder } from '../../../support/hostile-bytes.ts';
import { prepared } from '../../../support/prepared.ts';
import { readValue, registryConverter, writeValue } from '../../../support/registry-converters.ts';

const user: StructSchema = SchemaBuilder.struct([
  { name: 'name', schema: stringSchema },
  { name: 'age', schema: { ...plainTraits, type: 'INT32', isOptional: true } },
])
  .name('User')
  .build();
const ada = new Struct(user, ['Ada', 36]);

describe('JSON Schema converter', () => {
  test('frames JSON with the id of its schema, which it registers under the subject of the topic', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter');

    const bytes = await writeValue(converter, user, ada);

    assert.equal(bytes.toString('latin1'), '\0\0\0\0\x01{"name":"Ada","age":36}');
    const registered = await registry.schemaByVersion('topic-value', 'latest');
    assert.equal(registered.schemaType, 'JSON');
    assert.match(registered.schema, /^\{"type":"object","title":"User","properties":/);
  });

  test('reads what it wrote, with the version of the schema', async () => {
    const { converter } = registryConverter('io.confluent.connect.json.JsonSchemaConverter');

    const { schema, value } = await readValue(converter, await writeValue(converter, user, ada));

    assert.ok(schema?.type === 'STRUCT');
    const expected: StructSchema = { ...user, version: 1 };
    assert.ok(areSchemasEqual(schema, expected));
    assert.ok(areValuesEqual(value, new Struct(expected, ['Ada', 36])));
  });

  test('names subjects by records when told so', async () => {
    const strategy = 'io.confluent.kafka.serializers.subject.TopicRecordNameStrategy';
    const { converter, registry } = registryConverter('JsonSchemaConverter', {
      'value.subject.name.strategy': strategy,
    });

    await writeValue(converter, user, ada);

    assert.equal((await registry.schemaByVersion('topic-User', 'latest')).version, 1);
  });

  test('writes with the latest version where it is not checked, and with what is there where nothing is registered', async () => {
    const latest = registryConverter('JsonSchemaConverter', {
      'auto.register.schemas': 'false',
      'use.latest.version': 'true',
      'latest.compatibility.strict': 'false',
    });
    await latest.registry.register({
      subject: 'topic-value',
      normalize: false,
      schema: { schemaType: 'JSON', schema: '{"type":"object"}', references: [] },
    });
    assert.equal((await writeValue(latest.converter, user, ada)).readInt32BE(1), 1);

    const lookUp = registryConverter('JsonSchemaConverter', { 'auto.register.schemas': 'false' });
    await assert.rejects(writeValue(lookUp.converter, user, ada), {
      code: 'DATA_INVALID',
      message: /'topic-value' not found/,
    });
  });

  test('writes with the latest version that can read the data, and with no other where that is checked', async () => {
    const writtenWith = async (schema: string): Promise<Buffer> => {
      const settings = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' };
      const { converter, registry } = registryConverter('JsonSchemaConverter', settings);
      const latest = { schemaType: 'JSON', schema, references: [] } as const;
      await registry.register({ subject: 'topic-value', normalize: false, schema: latest });
      return writeValue(converter, user, ada);
    };
    const age = '{"oneOf":[{"type":"number"},{"type":"null"}]}';

    const bytes = await writtenWith(`{"type":"object","title":"Person","properties":{"age":${age}}}`);

    assert.equal(bytes.toString('latin1'), '\0\0\0\0\x01{"name":"Ada","age":36}');
    await assert.rejects(writtenWith('{"type":"object","additionalProperties":false}'), {
      code: 'DATA_INVALID',
      message: /subject 'topic-value' cannot read what the .* Set latest\.compatibility\.strict=false to disable/,
    });
  });

  test('reads schemas that use others', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter');
    const other = { schemaType: 'JSON', schema: '{"type":"string","title":"Name"}', references: [] } as const;
    await registry.register({ subject: 'names', normalize: false, schema: other });
    const schema = '{"type":"object","properties":{"n":{"$ref":"name.json"}}}';
    const references = [{ name: 'name.json', subject: 'names', version: 1 }];
    const id = await registry.register({
      subject: 'topic-value',
      normalize: false,
      schema: { schemaType: 'JSON', schema, references },
    });

    const { value } = await readValue(converter, Buffer.from(`\0\0\0\0${String.fromCharCode(id)}{"n":"x"}`));

    assert.ok(value instanceof Struct);
    assert.equal(value.get('n'), 'x');
  });

  test('refuses data that its schema does not allow, either way, when told so', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter', { 'json.fail.invalid.schema': 'true' });
    const schema = '{"type":"object","properties":{"n":{"type":"integer","minimum":3}},"required":["n"],"id":"#x"}';
    await registry.register({
      subject: 'topic-value',
      normalize: false,
      schema: { schemaType: 'JSON', schema, references: [] },
    });
    const framed = (json: string): Buffer => Buffer.from(`\0\0\0\0\x01${json}`);

    assert.ok((await readValue(converter, framed('{"n":3}'))).value instanceof Struct);
    await assert.rejects(readValue(converter, framed('{"n":2}')), {
      code: 'DATA_INVALID',
      message: "JSON does not match schema of type JSON: '/n' must be >= 3 (#/properties/n/minimum)",
    });
    await assert.rejects(readValue(converter, framed('{}')), /must have required property 'n'/);
  });

  test('keeps tombstones, and writes null where the schema allows it', async () => {
    const { converter } = registryConverter('JsonSchemaConverter');

    assert.equal(converter.fromConnectData(null, null, 'topic'), null);
    assert.equal(converter.toConnectData(null, 'topic').value, null);
    assert.equal(
      (await writeValue(converter, { ...stringSchema, isOptional: true }, null)).toString('latin1', 5),
      'null',
    );
  });

  test('names the settings that it does not honour', () => {
    const settings: readonly (readonly [string, string])[] = [
      ['preserve.additional.properties', 'true'],
      ['json.indent.output', 'true'],
      ['json.default.property.inclusion', ''],
      ['json.default.property.inclusion', 'non_null'],
      ['use.schema.guid', 'x'],
      ['validation.rules.execution', 'BEFORE_DOMAIN_RULES'],
    ];
    for (const [key, value] of settings) {
      assert.throws(
        () => registryConverter('JsonSchemaConverter', { [key]: value }),
        (error: unknown) => error instanceof ConfigError && error.violations.some(violation => violation.key === key),
        key,
      );
    }
  });

  test('writes null whatever properties of Java objects are to be included', async () => {
    const { converter } = registryConverter('JsonSchemaConverter', { 'json.default.property.inclusion': 'NON_NULL' });

    const bytes = await writeValue(converter, user, new Struct(user, ['Ada', null]));

    // Jackson 2.19 leaves out nothing of what is no Java object, whichever kind is set.
    assert.equal(bytes.toString('latin1', 5), '{"name":"Ada","age":null}');
  });

  test('refuses data without schema or frame, and of other languages', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter');
    await registry.register({
      subject: 's',
      normalize: false,
      schema: { schemaType: 'AVRO', schema: '"int"', references: [] },
    });

    assert.throws(() => converter.fromConnectData(null, 'x', 'topic'), { code: 'DATA_INVALID' });
    assert.throws(() => converter.toConnectData(Buffer.from('{}'), 'topic'), { code: 'DATA_INVALID' });
    await assert.rejects(readValue(converter, Buffer.from('\0\0\0\0\x01{}')), /cannot use a schema of type AVRO/);
    await assert.rejects(readValue(converter, Buffer.from('\0\0\0\0\x09{}')), { code: 'DATA_INVALID' });
  });

  test('survives hostile bytes behind its frame, and hostile schemas', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter', { 'json.fail.invalid.schema': 'true' });
    const sample = (await writeValue(converter, user, ada)).subarray(5);
    await readValue(converter, Buffer.concat([Buffer.from('\0\0\0\0\x01'), sample]));

    checkDecoder({
      samples: [sample],
      decode: bytes => void converter.toConnectData(Buffer.concat([Buffer.from('\0\0\0\0\x01'), bytes]), 'topic'),
    });

    const texts = [
      '[',
      '{"type":1}',
      '{"$ref":"#"}',
      `${'{"items":'.repeat(2000)}{}${'}'.repeat(2000)}`,
      '{"properties":[]}',
      '{"enum":{}}',
      '{"oneOf":[]}',
      '{"allOf":[{"$ref":"#"}]}',
    ];
    for (const text of texts) {
      const id = await registry.register({
        subject: 's',
        normalize: false,
        schema: { schemaType: 'JSON', schema: text, references: [] },
      });
      await assert.rejects(
        prepared(() => converter.toConnectData(Buffer.concat([Buffer.from([0, 0, 0, 0, id]), sample]), 'topic')),
        { name: /^(ConnectError|JsonSyntaxError)$/ },
        text,
      );
    }
  });
});
