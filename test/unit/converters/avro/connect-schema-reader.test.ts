import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AvroDataConfig } from '../../../../src/converters/avro/avro-data-config.ts';
import { ConnectSchemaReader } from '../../../../src/converters/avro/connect-schema-reader.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { schemaToJson } from '../../../../src/converters/json-schema.ts';
import { defaultJsonOptions } from '../../../../src/converters/json-value.ts';
import { writeJson } from '../../../../src/data/json-writer.ts';

/** Confluent's defaults. */
const defaults: AvroDataConfig = {
  generalizesSums: false,
  ignoresDefaults: false,
  isEnhanced: false,
  scrubsNames: false,
  hasMetaData: true,
  discardsTypeDoc: false,
  allowsOptionalKeys: false,
  flattensSingletons: true,
};
const read = (text: string, config: Partial<AvroDataConfig> = {}, version: number | null = null) =>
  new ConnectSchemaReader({ ...defaults, ...config }).read(parseAvroSchema(text), version);
/** As JsonConverter shows schemas. */
const shown = (...args: Parameters<typeof read>): string => writeJson(schemaToJson(read(...args), defaultJsonOptions));

const recordOf = (fields: string, more = ''): string => `{"type":"record","name":"n.R"${more},"fields":[${fields}]}`;
const enumText = '{"type":"enum","name":"n.E","doc":"d","symbols":["A","B"],"default":"B"}';
const documented = recordOf('{"name":"a","type":{"type":"int","connect.doc":"t"},"doc":"f","default":7}', ',"doc":"r"');

describe('Connect schema of an Avro schema', () => {
  for (const [title, text, expected, config] of [
    ['a small number', '{"type":"int","connect.type":"int8"}', '{"type":"int8","optional":false}'],
    ['a number', '{"type":"int","connect.type":"int16"}', '{"type":"int16","optional":false}'],
    [
      'a number of an unknown logical type',
      '{"type":"int","logicalType":"x","connect.type":"int16"}',
      '{"type":"int32","optional":false}',
    ],
    [
      'a date',
      '{"type":"int","logicalType":"DATE"}',
      '{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1}',
    ],
    [
      'a time',
      '{"type":"int","logicalType":"time-millis"}',
      '{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Time","version":1}',
    ],
    [
      'a timestamp',
      '{"type":"long","logicalType":"timestamp-millis"}',
      '{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1}',
    ],
    [
      'a decimal',
      '{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}',
      '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2","connect.decimal.precision":"4"}}',
    ],
    [
      'a decimal of the usual precision, without a scale',
      '{"type":"bytes","logicalType":"decimal","precision":64}',
      '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"0"}}',
    ],
    [
      'a decimal of a fixed, without its name',
      '{"type":"fixed","name":"n.F","size":2,"logicalType":"decimal","precision":64}',
      '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"0","connect.fixed.size":"2"}}',
    ],
    [
      'a fixed',
      '{"type":"fixed","name":"n.F","size":2}',
      '{"type":"bytes","optional":false,"name":"n.F","parameters":{"connect.fixed.size":"2"}}',
    ],
    [
      'an optional list',
      '["null",{"type":"array","items":"int"}]',
      '{"type":"array","items":{"type":"int32","optional":false},"optional":true}',
    ],
    ['what is optional at the end', '["int","null"]', '{"type":"int32","optional":true}'],
    [
      'a map',
      '{"type":"map","values":"boolean"}',
      '{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"boolean","optional":false},"optional":false}',
    ],
    [
      'entries of a map',
      '{"type":"array","items":{"type":"record","name":"M","connect.internal.type":"MapEntry","fields":[{"name":"value","type":"int"},{"name":"key","type":"long"}]}}',
      '{"type":"map","keys":{"type":"int64","optional":false},"values":{"type":"int32","optional":false},"optional":false}',
    ],
    ['a union of one type', '["int"]', '{"type":"int32","optional":false}'],
    [
      'a union of one type that stays one',
      '["int"]',
      '{"type":"struct","fields":[{"field":"int","type":"int32","optional":true}],"optional":false,"name":"io.confluent.connect.avro.Union"}',
      { flattensSingletons: false },
    ],
    [
      'a union with null, by simple names',
      `["int","null",${recordOf('')}]`,
      '{"type":"struct","fields":[{"field":"int","type":"int32","optional":true},{"field":"R","type":"struct","fields":[],"optional":true,"name":"n.R"}],"optional":true,"name":"io.confluent.connect.avro.Union"}',
    ],
    [
      'a union by full names',
      `["int",${recordOf('')}]`,
      '{"type":"struct","fields":[{"field":"int","type":"int32","optional":true},{"field":"n.R","type":"struct","fields":[],"optional":true,"name":"n.R"}],"optional":false,"name":"io.confluent.connect.avro.Union"}',
      { isEnhanced: true },
    ],
    [
      'a union of sum types, by places',
      '["null","int","long"]',
      '{"type":"struct","fields":[{"field":"connect_union_field_1","type":"int32","optional":true},{"field":"connect_union_field_2","type":"int64","optional":true}],"optional":true,"name":"connect_union_0","parameters":{"org.apache.kafka.connect.data.Union":"connect_union_0"}}',
      { generalizesSums: true },
    ],
    [
      'an enum',
      enumText,
      '{"type":"string","optional":false,"name":"n.E","parameters":{"io.confluent.connect.avro.enum.doc.E":"d","io.confluent.connect.avro.enum.default.E":"B","io.confluent.connect.avro.Enum":"n.E","io.confluent.connect.avro.Enum.A":"A","io.confluent.connect.avro.Enum.B":"B"}}',
    ],
    [
      'an enum of sum types, without attributes',
      enumText,
      '{"type":"string","optional":false,"name":"n.E","parameters":{"org.apache.kafka.connect.data.Enum":"n.E","org.apache.kafka.connect.data.Enum.A":"0","org.apache.kafka.connect.data.Enum.B":"1"}}',
      { generalizesSums: true, hasMetaData: false },
    ],
    [
      'an enum without the documentation of its type',
      enumText,
      '{"type":"string","optional":false,"name":"n.E","doc":"d","parameters":{"connect.enum.doc":"d","io.confluent.connect.avro.Enum":"n.E","io.confluent.connect.avro.Enum.A":"A","io.confluent.connect.avro.Enum.B":"B","connect.record.doc":"d"}}',
      { discardsTypeDoc: true },
    ],
    [
      'a record with its documentation and defaults',
      documented,
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false,"doc":"t","parameters":{"io.confluent.connect.avro.field.default":"true"},"default":7}],"optional":false,"name":"n.R","parameters":{"io.confluent.connect.avro.record.doc":"r","io.confluent.connect.avro.field.doc.a":"f"}}',
    ],
    [
      'a record without attributes',
      documented,
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false,"default":7}],"optional":false,"name":"n.R"}',
      { hasMetaData: false },
    ],
    [
      'a record without the documentation of its type',
      documented,
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false,"doc":"f","default":7}],"optional":false,"name":"n.R","doc":"r","parameters":{"connect.record.doc":"r"}}',
      { discardsTypeDoc: true },
    ],
    [
      'without documentation of the type, that of Connect if there is no other',
      '{"type":"int","connect.doc":"t"}',
      '{"type":"int32","optional":false,"doc":"t"}',
      { discardsTypeDoc: true, hasMetaData: false },
    ],
    [
      'what the attributes say',
      '{"type":"string","connect.name":"n","connect.version":3,"connect.doc":"d","connect.parameters":{"p":"1"},"connect.default":"x","avro.a":"s","avro.b":true,"avro.c":1.50,"avro.d":[],"avro.e":null,"other":1}',
      '{"type":"string","optional":false,"name":"n","version":3,"doc":"d","parameters":{"p":"1","avro.a":"s","avro.b":"true","avro.c":"1.5","avro.d":"[]"},"default":"x"}',
    ],
    [
      'the default of the attributes, and no mark, where the field has one too',
      recordOf('{"name":"a","type":{"type":"int","connect.default":5},"default":7}'),
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false,"default":7}],"optional":false,"name":"n.R"}',
    ],
    [
      'attributes of Avro as Java shows them',
      '{"type":"int","avro.list":[1,"a",2.0],"avro.map":{"k":{"l":true}},"avro.nothing":[null],"avro.large":1e3}',
      '{"type":"int32","optional":false,"parameters":{"avro.list":"[1, a, 2.0]","avro.map":"{k={l=true}}","avro.large":"1000.0"}}',
    ],
    [
      'no part of a number',
      '{"type":"bytes","logicalType":"decimal","precision":4.9,"scale":1.9,"connect.version":1.9}',
      '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"1","connect.decimal.precision":"4"}}',
    ],
    [
      'no default, and no mark, where Java finds none',
      recordOf('{"name":"a","type":"int","default":1.5},{"name":"b","type":["null","int","string"],"default":5}'),
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false},{"field":"b","type":"struct","optional":true,"name":"io.confluent.connect.avro.Union","fields":[{"field":"int","type":"int32","optional":true},{"field":"string","type":"string","optional":true}]}],"optional":false,"name":"n.R"}',
    ],
    [
      'no default that is none of the type',
      '{"type":"int","connect.default":"x"}',
      '{"type":"int32","optional":false}',
    ],
    [
      'parameters of a field over those of its type',
      recordOf(
        '{"name":"a","type":{"type":"int","connect.parameters":{"p":"1","q":"1"}},"connect.parameters":{"p":"2","r":1}}',
      ),
      '{"type":"struct","fields":[{"field":"a","type":"int32","optional":false,"parameters":{"p":"2","q":"1","r":"1"}}],"optional":false,"name":"n.R"}',
    ],
    [
      'no name that was made up',
      '{"type":"record","name":"io.confluent.connect.avro.ConnectDefault2","fields":[]}',
      '{"type":"struct","fields":[],"optional":false}',
    ],
  ] as const satisfies readonly (readonly [string, string, string, Partial<AvroDataConfig>?])[]) {
    test(`is ${title}`, () => {
      assert.deepEqual(JSON.parse(shown(text, config)), JSON.parse(expected));
    });
  }

  test('has the version under the subject if it says none, and is no logical type', () => {
    const versions = [
      ['"int"', 4],
      ['{"type":"int","connect.version":2}', 4],
      ['{"type":"int","connect.version":0}', 4],
      ['{"type":"int","connect.version":-1}', 4],
      ['{"type":"int","logicalType":"date"}', 4],
      ['{"type":"int","logicalType":"date","connect.version":1}', 4],
      [recordOf(''), null],
    ] as const;

    assert.deepEqual(
      versions.map(([text, version]) => read(text, {}, version).version),
      [4, 2, 0, null, 1, 1, null],
    );
  });

  // Regression: they came after those of the attributes, and were written again in that order.
  test('has its documentation before its other parameters', () => {
    const text = '{"type":"record","name":"R","fields":[],"doc":"d","connect.parameters":{"p":"v"},"avro.x":"y"}';

    const { parameters } = read(text, { discardsTypeDoc: true });

    assert.deepEqual(
      [...(parameters ?? [])],
      [
        ['connect.record.doc', 'd'],
        ['p', 'v'],
        ['avro.x', 'y'],
      ],
    );
  });

  test('is itself where it contains itself', () => {
    const schema = read(recordOf('{"name":"next","type":["null","n.R"]}', ',"connect.version":2'));

    const [field] = schema.type === 'STRUCT' ? schema.fields : [];
    const next = field?.schema;
    assert.deepEqual([next?.isOptional, next?.name, next?.version, next?.doc], [true, 'n.R', 2, null]);
    assert.ok(next?.type === 'STRUCT' && schema.type === 'STRUCT' && next.fields === schema.fields);
    assert.deepEqual([next.parameters, next.defaultValue], [schema.parameters, undefined]);
  });

  for (const [text, message] of [
    ['"null"', 'Standalone null schemas are not supported by this converter'],
    ['{"type":"int","connect.type":"int64"}', 'Connect type annotation for Avro int field is null'],
    ['{"type":"bytes","logicalType":"decimal","precision":"4"}', 'The precision of a decimal is no integer'],
    ['{"type":"int","connect.version":"1"}', 'Invalid Connect version found'],
    ['{"type":"int","connect.name":1}', 'Invalid schema name'],
    ['{"type":"int","connect.parameters":1}', 'Expected JSON object for schema parameters'],
    ['{"type":"int","connect.parameters":{"p":1}}', 'Expected schema parameter values to be strings'],
    [
      '{"type":"int","logicalType":"date","connect.version":2}',
      'Mismatched versions: that of the type (1) differs from that of the schema (2)',
    ],
    [
      '{"type":"int","logicalType":"date","connect.name":"x"}',
      'Mismatched names: that of the type (org.apache.kafka.connect.data.Date) differs from that of the schema (x)',
    ],
    [
      `["int",${recordOf('')},{"type":"record","name":"m.R","fields":[]}]`,
      'Multiple union schemas map to the Connect union field name',
    ],
    [
      '{"type":"array","items":{"type":"record","name":"io.confluent.connect.avro.MapEntry","fields":[{"name":"key","type":"int"}]}}',
      'Found map encoded as array of key-value pairs, but array elements do not match the expected format.',
    ],
  ] as const) {
    test(`is none of ${text}`, () => {
      assert.throws(() => read(text), { code: 'SCHEMA_INVALID', message });
    });
  }
});
