import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { losslessAvroData, type AvroDataConfig } from '../../../../src/converters/avro/avro-data-config.ts';
import { AvroSchemaBuilder } from '../../../../src/converters/avro/avro-schema-builder.ts';
import { unionName } from '../../../../src/converters/avro/avro-names.ts';
import { writeAvroSchema } from '../../../../src/converters/avro/write-avro-schema.ts';
import { decimalSchema } from '../../../../src/data/logical-types.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { bytesSchema, stringSchema, type Schema } from '../../../../src/data/schema.ts';
import { of, optional } from '../../../support/schemas.ts';

const structOf = (name: string | null, fields: Readonly<Record<string, Schema>>): Schema => {
  const builder = SchemaBuilder.struct(Object.entries(fields).map(([field, schema]) => ({ name: field, schema })));
  return (name === null ? builder : builder.name(name)).build();
};
const parameters = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));
const enumOf = (name: string, ...symbols: readonly string[]): Schema =>
  of('STRING', {
    parameters: parameters({
      'io.confluent.connect.avro.Enum': name,
      ...Object.fromEntries(symbols.map(symbol => [`io.confluent.connect.avro.Enum.${symbol}`, symbol])),
    }),
  });
const fixedOf = (size: number): Schema =>
  of('BYTES', { name: 'n.F', parameters: parameters({ 'connect.fixed.size': String(size) }) });
/** The settings that plugins' data has, without attributes. */
const bare: AvroDataConfig = { ...losslessAvroData, hasMetaData: false };
const write = (schema: Schema | null, config: AvroDataConfig = bare): string =>
  writeAvroSchema(new AvroSchemaBuilder(config).build(schema));

const inner = structOf('n.Inner', { x: of('INT32') });
const otherInner = structOf('n.Inner', { y: of('INT32') });

describe('Avro schema of a Connect schema', () => {
  test('numbers structs without a name', () => {
    const schema = structOf(null, { a: structOf(null, { x: of('INT32') }), b: structOf(null, { y: of('INT64') }) });

    assert.equal(
      write(schema),
      '{"type":"record","name":"ConnectDefault","namespace":"io.confluent.connect.avro","fields":[' +
        '{"name":"a","type":{"type":"record","name":"ConnectDefault2","fields":[{"name":"x","type":"int"}]}},' +
        '{"name":"b","type":{"type":"record","name":"ConnectDefault3","fields":[{"name":"y","type":"long"}]}}]}',
    );
  });

  test('names a type where it occurs again, optional or not, whatever else it says there', () => {
    const again = { ...inner, doc: 'other', defaultValue: undefined };

    const text = write(structOf('n.Outer', { a: inner, b: optional(inner), c: again }));

    assert.equal(
      text,
      '{"type":"record","name":"Outer","namespace":"n","fields":[' +
        '{"name":"a","type":{"type":"record","name":"Inner","fields":[{"name":"x","type":"int"}]}},' +
        '{"name":"b","type":["null","Inner"],"default":null},{"name":"c","type":"Inner"}]}',
    );
  });

  // Regression: both were written, in a schema that no registry takes.
  test('has no two fields of one name', () => {
    const schema = structOf('n.R', { 'a-': of('INT32'), 'a*': of('INT32') });

    assert.throws(() => write(schema), {
      code: 'SCHEMA_INVALID',
      message: "Two fields of 'n.R' have the name 'a_' in Avro",
    });
  });

  // Regression: it was written, in a schema that no registry takes.
  test('has no enum whose default is no symbol', () => {
    const parametersOf = (symbol: string) => ({ 'io.confluent.connect.avro.enum.default.E': symbol });
    const withDefault = (symbol: string): Schema => {
      const known = enumOf('n.E', 'A', 'B');
      return {
        ...known,
        name: 'n.E',
        parameters: new Map([...(known.parameters ?? []), ...parameters(parametersOf(symbol))]),
      };
    };

    assert.equal(
      write(withDefault('B')),
      '{"type":"enum","name":"E","namespace":"n","symbols":["A","B"],"default":"B"}',
    );
    assert.throws(() => write(withDefault('C')), {
      code: 'SCHEMA_INVALID',
      message: "The default of enum 'n.E' is none of its symbols",
    });
  });

  // Regression: the second type was written under the name of the first, and its data could not be read.
  for (const [title, first, second, name] of [
    ['structs', inner, otherInner, 'n.Inner'],
    ['structs of which one is optional', inner, optional(otherInner), 'n.Inner'],
    ['structs with more fields', inner, structOf('n.Inner', { x: of('INT32'), y: of('INT32') }), 'n.Inner'],
    ['structs with fewer fields', inner, structOf('n.Inner', {}), 'n.Inner'],
    ['structs in a list', SchemaBuilder.array(inner).build(), SchemaBuilder.array(otherInner).build(), 'n.Inner'],
    ['enums', enumOf('n.E', 'A', 'B'), enumOf('n.E', 'A', 'C'), 'n.E'],
    ['fixed sizes', fixedOf(1), fixedOf(2), 'n.F'],
    ['kinds of types', enumOf('n.F', 'A'), fixedOf(1), 'n.F'],
    [
      'maps without a name',
      SchemaBuilder.map(of('INT32'), stringSchema).build(),
      SchemaBuilder.map(of('INT32'), of('INT64')).build(),
      'io.confluent.connect.avro.MapEntry',
    ],
  ] as const) {
    test(`is refused for two ${title} of one name`, () => {
      assert.throws(() => write(structOf('n.Outer', { a: first, b: second })), {
        code: 'SCHEMA_INVALID',
        message: `'${name}' is the name of two types that differ; give each schema a name of its own`,
      });
    });
  }

  test('has maps of one kind twice', () => {
    const map = SchemaBuilder.map(of('INT32'), optional(stringSchema));

    assert.match(
      write(structOf('n.Outer', { a: map.build(), b: map.optional().build() })),
      /"items":"io.confluent.connect.avro.MapEntry"/,
    );
  });

  test('tells at a field what parameters a type has there that was seen before', () => {
    const named = (value: string): Schema => ({ ...inner, parameters: parameters({ p: value }) });

    const text = write(structOf('n.Outer', { a: named('1'), b: named('2') }), losslessAvroData);

    assert.equal(
      text,
      '{"type":"record","name":"Outer","namespace":"n","fields":[{"name":"a","type":{"type":"record","name":"Inner","fields":[' +
        '{"name":"x","type":"int"}],"connect.parameters":{"p":"1"},"connect.name":"n.Inner"}},' +
        '{"name":"b","type":"Inner","connect.parameters":{"p":"2"}}],"connect.name":"n.Outer"}',
    );
  });

  test('has the branches of a union as they are, with null first for an optional one', () => {
    const union = structOf(unionName, { int: optional(of('INT32')), R: optional(inner) });
    const expected = '"int",{"type":"record","name":"Inner","namespace":"n","fields":[{"name":"x","type":"int"}]}';

    assert.deepEqual([write(union), write(optional(union))], [`[${expected}]`, `["null",${expected}]`]);
  });

  for (const [title, schema, expected, config] of [
    ['optional', optional(of('INT64')), '["null","long"]'],
    ['with a default first', { ...optional(of('INT64')), defaultValue: 1n }, '["long","null"]'],
    ['a fixed', fixedOf(3), '{"type":"fixed","name":"F","namespace":"n","size":3}'],
    ['an enum', enumOf('n.E', 'A', 'B'), '{"type":"enum","name":"E","namespace":"n","symbols":["A","B"]}'],
    ['a text where enums are none', enumOf('n.E', 'A'), '"string"', { ...bare, isEnhanced: false }],
    ['a decimal', decimalSchema(2), '{"type":"bytes","scale":2,"precision":64,"logicalType":"decimal"}'],
    ['a map', SchemaBuilder.map(stringSchema, bytesSchema).build(), '{"type":"map","values":"bytes"}'],
    [
      'a map with optional keys, where they are allowed',
      SchemaBuilder.map(optional(stringSchema), bytesSchema).build(),
      '{"type":"map","values":"bytes"}',
      { ...bare, allowsOptionalKeys: true },
    ],
    [
      'entries of a map with a name',
      SchemaBuilder.map(of('INT32'), bytesSchema).name('n.M').build(),
      '{"type":"array","items":{"type":"record","name":"M","namespace":"n","fields":[{"name":"key","type":"int"},' +
        '{"name":"value","type":"bytes"}],"connect.internal.type":"MapEntry"}}',
    ],
    [
      'small numbers',
      of('INT8', { name: 'a' }),
      '{"type":"int","connect.name":"a","connect.type":"int8"}',
      losslessAvroData,
    ],
    [
      'attributes of Avro',
      of('STRING', { parameters: parameters({ 'avro.java.string': 'String', other: '1' }) }),
      '{"type":"string","avro.java.string":"String"}',
    ],
  ] as const satisfies readonly (readonly [string, Schema, string, AvroDataConfig?])[]) {
    test(`is ${title}`, () => {
      assert.equal(write(schema, config), expected);
    });
  }
});
