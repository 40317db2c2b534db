import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Converter } from '../../../../src/converters/converter.ts';
import { areSchemasEqual, areValuesEqual } from '../../../../src/data/equality.ts';
import { plainTraits, stringSchema, type StructSchema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { Struct } from '../../../../src/data/struct.ts';
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

/** A converter whose registry has one schema, of id 1. */
async function converterWith(
  schema: string,
  { subject = 'topic-value', ...settings }: Readonly<Record<string, string>> = {},
): Promise<Converter> {
  const { converter, registry } = registryConverter('JsonSchemaConverter', settings);
  await registry.register({ subject, normalize: false, schema: { schemaType: 'JSON', schema, references: [] } });
  return converter;
}

/** JSON of the schema of id 1. */
const framed = (json: string): Buffer => Buffer.from(`\0\0\0\0\x01${json}`);

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
    const strict = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' };
    const writtenWith = async (schema: string): Promise<Buffer> =>
      writeValue(await converterWith(schema, strict), user, ada);
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
    assert.ok((await readValue(converter, framed('{"n":3}'))).value instanceof Struct);
    await assert.rejects(readValue(converter, framed('{"n":2}')), {
      code: 'DATA_INVALID',
      message: "JSON does not match schema of type JSON: '/n' must be >= 3 (#/properties/n/minimum)",
    });
    await assert.rejects(readValue(converter, framed('{}')), /must have required property 'n'/);
  });

  test('refuses data that the schema it is written with does not allow, when told so alone', async () => {
    const schema = '{"type":"object","properties":{"age":{"type":"integer","minimum":40}}}';
    const unchecked = {
      'auto.register.schemas': 'false',
      'use.latest.version': 'true',
      'latest.compatibility.strict': 'false',
    };
    const writtenWith = async (settings: Readonly<Record<string, string>>): Promise<Buffer> =>
      writeValue(await converterWith(schema, { ...unchecked, ...settings }), user, ada);

    assert.equal((await writtenWith({})).readInt32BE(1), 1);
    await assert.rejects(writtenWith({ 'json.fail.invalid.schema': 'true' }), {
      code: 'DATA_INVALID',
      message: "JSON does not match schema of type JSON: '/age' must be >= 40 (#/properties/age/minimum)",
    });
  });

  test('reads what its schema does not allow, when it is not told to check', async () => {
    const converter = await converterWith('{"type":"integer","minimum":3}');

    assert.equal((await readValue(converter, framed('2'))).value, 2n);
  });

  test('reads nothing behind the id as null', async () => {
    const converter = await converterWith('{"oneOf":[{"type":"null"},{"type":"string"}]}');

    assert.equal((await readValue(converter, framed(''))).value, null);
  });

  test('takes nothing but a text as the name of a record', async () => {
    for (const [schema, subject] of [
      ['{"title":1,"type":"string"}', 'topic-1'],
      ['{"type":"string"}', 'topic-undefined'],
    ] as const) {
      const settings = { 'value.subject.name.strategy': 'TopicRecordNameStrategy', subject };

      const read = await readValue(await converterWith(schema, settings), framed('"x"'));

      assert.deepEqual([read.value, read.schema?.version], ['x', null]);
    }
  });

  test('cannot use a schema that allows anything', async () => {
    const converter = await converterWith('true');

    await assert.rejects(readValue(converter, framed('"x"')), { code: 'SCHEMA_INVALID' });
  });

  test('leaves bytes that are encoded already as they are, and no others', () => {
    const { converter } = registryConverter('JsonSchemaConverter');

    assert.equal(converter.className, 'io.confluent.connect.json.JsonSchemaConverter');
    assert.equal(converter.toPlugin('PRE_ENCODED'), 'as-is');
    for (const format of ['JSON', 'UTF8', 'RAW', 'AVRO'] as const) assert.notEqual(converter.toPlugin(format), 'as-is');
    const declared = { definition: new Uint8Array(), name: '', version: 0 };
    assert.equal(converter.toKafka({ ...declared, format: 'PRE_ENCODED' }), 'as-is');
    assert.notEqual(converter.toKafka({ ...declared, format: 'UTF8' }), 'as-is');
  });

  test('writes no null that has no place in the schema', async () => {
    const { converter } = registryConverter('JsonSchemaConverter');

    assert.equal(converter.fromConnectData(stringSchema, null, 'topic'), null);
    assert.throws(() => converter.fromConnectData(null, 'x', 'topic'), {
      code: 'DATA_INVALID',
      message: 'JsonSchemaConverter cannot write data without schema; use JsonConverter',
    });
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

  for (const [key, value] of [
    ['preserve.additional.properties', 'true'],
    ['json.indent.output', 'true'],
    ['validation.rules.execution', 'BEFORE_DOMAIN_RULES'],
    ['use.schema.guid', 'x'],
  ] as const) {
    test(`refuses ${key}, which it does not honour, by its name`, () => {
      const message = `Configuration ${key} is not available in this version of Millrace; remove the setting`;

      assert.throws(() => registryConverter('JsonSchemaConverter', { [key]: value }), {
        name: 'ConfigError',
        message,
        violations: [{ key, message }],
      });
    });
  }

  test('takes settings that it does not honour at their defaults, in any case and with spaces around them', () => {
    registryConverter('JsonSchemaConverter', {
      'preserve.additional.properties': 'false',
      'json.indent.output': ' False ',
      'validation.rules.execution': 'disabled',
    });
  });

  test('writes the same whatever is set for Java objects', async () => {
    const { converter, registry } = registryConverter('JsonSchemaConverter', {
      'json.fail.unknown.properties': 'false',
      'json.write.dates.iso8601': 'true',
      'json.oneof.for.nullables': 'false',
      'json.schema.spec.version': 'draft_2020_12',
    });
    const plain = registryConverter('JsonSchemaConverter');

    const bytes = await writeValue(converter, user, ada);

    assert.deepEqual(bytes, await writeValue(plain.converter, user, ada));
    assert.deepEqual(
      await registry.schemaByVersion('topic-value', 'latest'),
      await plain.registry.schemaByVersion('topic-value', 'latest'),
    );
  });

  test('writes null whatever properties of Java objects are to be included', async () => {
    for (const kind of ['ALWAYS', 'NON_NULL', 'NON_ABSENT', 'NON_EMPTY', 'NON_DEFAULT', 'CUSTOM', 'USE_DEFAULTS']) {
      const { converter } = registryConverter('JsonSchemaConverter', { 'json.default.property.inclusion': kind });

      const bytes = await writeValue(converter, user, new Struct(user, ['Ada', null]));

      // Jackson 2.19 leaves out nothing of what is no Java object, whichever kind is set.
      assert.equal(bytes.toString('latin1', 5), '{"name":"Ada","age":null}', kind);
    }
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
