import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { readMessage } from '../../../../src/converters/protobuf/proto-reader.ts';
import { ProtoSchema } from '../../../../src/converters/protobuf/proto-schema.ts';
import { writeMessage } from '../../../../src/converters/protobuf/proto-writer.ts';
import { isConnectMap, type ConnectValue } from '../../../../src/data/connect-value.ts';
import { Decimal } from '../../../../src/data/decimal.ts';
import { areSchemasEqual, areValuesEqual } from '../../../../src/data/equality.ts';
import { Instant } from '../../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema, type StructSchema } from '../../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../../src/data/schema-builder.ts';
import { Struct } from '../../../../src/data/struct.ts';
import { ConfigError } from '../../../../src/errors/connect-error.ts';
import { checkProperty } from '../../../support/check-property.ts';
import { checkDecoder } from '../../../support/hostile-bytes.ts';
import { prepared } from '../../../support/prepared.ts';
import {
  readValue,
  registryConverter,
  writeValue,
  type RegistryConverter,
} from '../../../support/registry-converters.ts';
import { of } from '../../../support/schemas.ts';

const user: StructSchema = SchemaBuilder.struct([
  { name: 'id', schema: of('INT64') },
  { name: 'level', schema: of('INT8') },
  { name: 'name', schema: { ...stringSchema, isOptional: true } },
  { name: 'tags', schema: { ...plainTraits, type: 'ARRAY', items: stringSchema } },
  { name: 'counts', schema: { ...plainTraits, type: 'MAP', name: 'counts', keys: stringSchema, values: of('INT32') } },
  { name: 'price', schema: decimalSchema(2) },
  { name: 'at', schema: timestampSchema },
])
  .name('com.example.User')
  .build();

const userText = `syntax = "proto3";
package com.example;

import "confluent/type/decimal.proto";
import "google/protobuf/timestamp.proto";

message User {
  int64 id = 1;
  int32 level = 2 [(confluent.field_meta) = {
    params: [
      {
        key: "connect.type",
        value: "int8"
      }
    ]
  }];
  string name = 3;
  repeated string tags = 4;
  repeated countsEntry counts = 5;
  confluent.type.Decimal price = 6 [(confluent.field_meta) = {
    params: [
      {
        value: "2",
        key: "scale"
      }
    ]
  }];
  google.protobuf.Timestamp at = 7;

  message countsEntry {
    string key = 1;
    int32 value = 2;
  }
}
`;

const ada = new Struct(user, [
  9_007_199_254_740_993n,
  -5,
  'Ada',
  ['a', ''],
  new Map([
    ['x', 1],
    ['', 0],
  ]),
  new Decimal(-150n, 2),
  new Instant(-1n),
]);

async function registered(
  { registry }: RegistryConverter,
  schema: string,
  references: readonly { name: string; subject: string; version: number }[] = [],
): Promise<number> {
  return registry.register({
    subject: 'topic-value',
    normalize: false,
    schema: { schemaType: 'PROTOBUF', schema, references },
  });
}

/** What a message of the first type of a schema is read as. */
async function readText(
  text: string,
  bytes: Buffer,
  settings: Readonly<Record<string, string>> = {},
): Promise<ConnectValue> {
  const one = registryConverter('ProtobufConverter', settings);
  const id = await registered(one, text);
  return (await readValue(one.converter, Buffer.concat([Buffer.from([0, 0, 0, 0, id, 0]), bytes]))).value;
}

function plainOf(value: ConnectValue): Readonly<Record<string, unknown>> {
  assert.ok(value instanceof Struct);
  return Object.fromEntries([...value.entries()].map(([field, item]) => [field.name, valuesOf(item)]));
}

function valuesOf(value: ConnectValue): unknown {
  return value instanceof Struct ? plainOf(value) : value;
}

describe('Protobuf converter', () => {
  test("registers the text that Confluent's converter does, and frames data with id and place of the message", async () => {
    const { converter, registry } = registryConverter('ProtobufConverter');

    const bytes = await writeValue(converter, user, ada);

    assert.equal((await registry.schemaByVersion('topic-value', 'latest')).schema, userText);
    assert.equal(bytes.subarray(0, 6).toString('hex'), '000000000100');
    // As protobuf 7.36.2 for Python writes this message.
    assert.equal(
      bytes.subarray(6).toString('hex'),
      '0881808080808080101' +
        '0fbffffffffffffffff01' +
        '1a03416461' +
        '220161' +
        '2200' +
        '2a050a01781001' +
        '2a00' +
        '32080a02ff6a10031802' +
        '3a1108ffffffffffffffffff0110c08faedc03',
    );
  });

  test('reads what it wrote; a field that is not there is its default', async () => {
    const { converter } = registryConverter('ProtobufConverter');

    const { schema, value } = await readValue(converter, await writeValue(converter, user, ada));

    assert.ok(schema?.type === 'STRUCT' && schema.name === 'User' && schema.version === 1);
    assert.deepEqual(valuesOf(value), valuesOf(ada));
    const none = new Struct(user, [0n, 0, null, [], new Map(), new Decimal(0n, 2), new Instant(0n)]);
    const back = (await readValue(converter, await writeValue(converter, user, none))).value;
    assert.deepEqual(valuesOf(back), { ...plainOf(none), name: '' });
  });

  test('knows the version of what it reads under the name of its message', async () => {
    const { converter } = registryConverter('ProtobufConverter', {
      'value.subject.name.strategy': 'io.confluent.kafka.serializers.subject.RecordNameStrategy',
    });

    assert.equal((await readValue(converter, await writeValue(converter, user, ada))).schema?.version, 1);
  });

  test('puts single values into messages of Google, whose places it tells', async () => {
    const cases: readonly (readonly [Schema, ConnectValue, string])[] = [
      [of('FLOAT64'), 1, '00' + '09000000000000f03f'],
      [of('INT32'), -1, '0208' + '08ffffffffffffffffff01'],
      [of('BOOLEAN'), true, '020c' + '0801'],
      [stringSchema, 'x', '020e' + '0a0178'],
      [of('BYTES'), Buffer.from('y'), '0210' + '0a0179'],
    ];
    for (const [schema, value, hex] of cases) {
      const { converter } = registryConverter('ProtobufConverter');
      const bytes = await writeValue(converter, schema, value);
      assert.equal(bytes.subarray(5).toString('hex'), hex);
      assert.ok(areValuesEqual((await readValue(converter, bytes)).value, value));
    }
  });

  test('reads dates and times of days, and refuses those that do not exist', async () => {
    const schema = SchemaBuilder.struct([
      { name: 'd', schema: dateSchema },
      { name: 't', schema: timeSchema },
    ])
      .name('D')
      .build();
    const { converter } = registryConverter('ProtobufConverter');
    const value = new Struct(schema, [new Instant(19_782n * 86_400_000n), new Instant(86_399_999n)]);

    const bytes = await writeValue(converter, schema, value);

    // 2024-02-29 and 23:59:59.999.
    assert.equal(bytes.subarray(6).toString('hex'), '0a0708e80f1002181d' + '120c0817103b183b20c08faedc03');
    assert.deepEqual(valuesOf((await readValue(converter, bytes)).value), valuesOf(value));
    await assert.rejects(
      readValue(converter, Buffer.concat([bytes.subarray(0, 6), Buffer.from('0a0708e70f1002181d', 'hex')])),
      { code: 'DATA_INVALID', message: '2023-2-29 is no day' },
    );
  });
});

describe('Protobuf converter, schemas of others', () => {
  const text = `// Comments, options and services are no types.
syntax = "proto3"; package p; option go_package = "x";
import "other.proto";
message Event {
  reserved 9, 20 to 30; option deprecated = false;
  oneof body { string text = 1; Inner inner = 2; }
  Kind kind = 3; optional int32 count = 4; map<int32, Inner> by_id = 5; .q.Other other = 6 [deprecated = true];
  uint32 u = 7; google.protobuf.StringValue s = 8; repeated sint64 z = 10 [packed = false]; Event next = 11;
  message Inner { fixed32 f = 1; }
  enum Kind { NONE = 0; SOME = 5; }
}
message Second { message Third { bool b = 1; } }
service S { rpc Do(Event) returns (Event) { option idempotency_level = IDEMPOTENT; } }`;
  const other =
    'syntax = "proto3"; package q; import "google/protobuf/wrappers.proto"; message Other { double d = 1; }';

  async function open(settings: Readonly<Record<string, string>> = {}): Promise<RegistryConverter> {
    const one = registryConverter('ProtobufConverter', settings);
    await one.registry.register({
      subject: 'o',
      normalize: false,
      schema: { schemaType: 'PROTOBUF', schema: other, references: [] },
    });
    await registered(one, text, [{ name: 'other.proto', subject: 'o', version: 1 }]);
    return one;
  }
  const frame = (indexes: string, body: string): Buffer => Buffer.from(`0000000002${indexes}${body}`, 'hex');

  test('reads choices, enums, maps, imported messages and unsigned numbers', async () => {
    const { converter } = await open();

    const body = [
      '12050d07000000',
      '1805',
      '2a0908011205' + '0d09000000',
      '3209' + '090000000000000440',
      '38ffffffff0f',
    ].join('');
    const { value, schema } = await readValue(converter, frame('00', body));

    assert.ok(schema?.type === 'STRUCT');
    assert.ok(value instanceof Struct);
    const byId = value.get('by_id');
    assert.ok(isConnectMap(byId));
    assert.deepEqual(
      [...byId].map(([key, inner]) => [key, valuesOf(inner)]),
      [[1, { f: 9n }]],
    );
    const expected = {
      kind: 'SOME',
      count: null,
      by_id: byId,
      other: { d: 2.5 },
      u: 4_294_967_295n,
      s: null,
      z: [],
      next: null,
    };
    assert.deepEqual(plainOf(value), { body_0: { text: null, inner: { f: 7n } }, ...expected });
  });

  test('finds the message by its place, and refuses places that are none', async () => {
    const { converter } = await open();

    assert.deepEqual(valuesOf((await readValue(converter, frame('040200', '0801'))).value), { b: true });
    for (const indexes of ['0204', '04020a', '01', 'ff', 'ffffffff0f', '']) {
      await assert.rejects(readValue(converter, frame(indexes, '')), { code: 'DATA_INVALID' }, indexes);
    }
  });

  test('follows the settings', async () => {
    const body = '0a0178' + '1805' + '42020a00';
    const cases: readonly (readonly [Readonly<Record<string, string>>, Readonly<Record<string, unknown>>])[] = [
      [{ 'int.for.enums': 'true' }, { kind: 5 }],
      [{ 'flatten.unions': 'true' }, { text: 'x', inner: null }],
      [{ 'generate.index.for.unions': 'false' }, { body: { text: 'x', inner: null } }],
      [{ 'wrapper.for.nullables': 'true' }, { s: '' }],
    ];
    for (const [settings, expected] of cases) {
      const { converter } = await open(settings);
      const read = plainOf((await readValue(converter, frame('00', body))).value);
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map(key => [key, read[key]])), expected);
    }
    const { converter } = await open({ 'enhanced.protobuf.schema.support': 'true' });
    assert.equal((await readValue(converter, frame('00', body))).schema?.name, 'p.Event');
  });

  test('makes structs of messages that are not there when told so, unless there is no end to them', async () => {
    const settings = { 'generate.struct.for.nulls': 'true' };
    const plain = 'syntax = "proto3"; message A { B b = 1; } message B { int32 x = 1; }';

    assert.deepEqual(valuesOf(await readText(plain, Buffer.alloc(0), settings)), { b: { x: 0 } });
    const endless = 'syntax = "proto3"; message A { A a = 1; }';
    await assert.rejects(readText(endless, Buffer.alloc(0), settings), {
      code: 'DATA_INVALID',
      message: /nested deeper/,
    });
  });

  test('comes out as the schema that it went in as', async () => {
    for (const settings of [{}, { 'flatten.unions': 'true' }, { 'int.for.enums': 'true' }]) {
      const one = await open({
        ...settings,
        'optional.for.nullables': 'true',
        'enhanced.protobuf.schema.support': 'true',
      });
      const { schema, value } = await readValue(one.converter, frame('00', '12050d070000001805' + '3801'));
      assert.ok(schema !== null);
      const again = await readValue(one.converter, await writeValue(one.converter, schema, value));
      assert.deepEqual(valuesOf(again.value), valuesOf(value));
    }
  });

  test('names what is wrong with a schema', () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['message A { int32 a = 1; }}', /a declaration is expected in line 1/],
      ['message A {\n int32 a 1; }', /'=' is expected in line 2/],
      ['message A { Missing a = 1; }', /type 'Missing', which does not exist/],
      ['import "none.proto"; message A {}', /imports 'none.proto', which is none of its references/],
      ['message A { int32 a = 1; int32 b = 1; }', /field 'b' of 'A' has number 1, which is taken/],
      ['message A { optional group G = 1 { } }', /a field that is no group/],
      ['syntax = "proto9";', /proto2 or proto3/],
      ['message A {'.repeat(2000), /less nesting/],
      ['enum E { A = 0; }', /no message at 0/],
    ];
    for (const [schema, message] of bad)
      assert.throws(() => new ProtoSchema(schema).firstMessage, message, schema.slice(0, 60));
  });

  test('of proto2 has defaults, and fields that are not there', async () => {
    const proto2 =
      'syntax = "proto2"; message P { optional int32 a = 1 [default = 5]; required string b = 2; repeated int32 c = 3; }';

    assert.deepEqual(valuesOf(await readText(proto2, Buffer.from('120178', 'hex'))), { a: null, b: 'x', c: [] });
    assert.deepEqual(
      valuesOf(await readText(proto2, Buffer.from('120178', 'hex'), { 'optional.for.proto2': 'false' })),
      { a: 5, b: 'x', c: [] },
    );
  });
});

describe('Protobuf messages', () => {
  const text = `syntax = "proto3";
message M { double d = 1; float f = 2; int32 i = 3; int64 l = 4; uint32 ui = 5; uint64 ul = 6; sint32 si = 7; sint64 sl = 8; fixed32 f3 = 9;
  fixed64 f6 = 10; sfixed32 s3 = 11; sfixed64 s6 = 12; bool b = 13; string s = 14; bytes y = 15; E e = 16; M m = 17; repeated int32 ri = 18;
  repeated string rs = 19; repeated double rd = 20 [packed = false]; map<string, M> map = 21; oneof o { sint64 os = 22; M om = 23; } }
enum E { A = 0; B = -2; }`;
  const proto = new ProtoSchema(text);
  const library = protobuf.parse(text, new protobuf.Root(), { keepCase: true }).root.lookupType('M');

  const toObject = (bytes: Buffer): unknown =>
    library.toObject(library.decode(bytes), { defaults: true, longs: String, bytes: String });

  test('are read and written as protobufjs reads and writes them', () => {
    const message = fc.letrec<{ m: Record<string, unknown> }>(tie => ({
      m: fc.record(
        {
          d: fc.double(),
          f: fc.float(),
          i: fc.integer(),
          si: fc.integer(),
          ui: fc.nat(),
          f3: fc.nat(),
          s3: fc.integer(),
          b: fc.boolean(),
          s: fc.string({ unit: 'binary' }),
          y: fc.uint8Array().map(bytes => Buffer.from(bytes)),
          e: fc.constantFrom(0, -2),
          l: int64Text(),
          ul: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
          sl: int64Text(),
          s6: int64Text(),
          ri: fc.array(fc.integer()),
          rs: fc.array(fc.string({ unit: 'binary' })),
          rd: fc.array(fc.double()),
          m: fc.option(tie('m'), { nil: undefined, maxDepth: 3 }),
          map: fc
            .array(
              fc.tuple(
                fc.string({ unit: 'grapheme' }).filter(key => key !== '__proto__'),
                tie('m'),
              ),
              { maxLength: 2 },
            )
            .map(entries => Object.fromEntries(entries)),
          os: int64Text(),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    })).m;

    checkProperty(
      message,
      plain => {
        const bytes = Buffer.from(library.encode(library.fromObject(plain)).finish());

        const ours = writeMessage(readMessage(proto.firstMessage, bytes));

        assert.deepEqual(toObject(ours), toObject(bytes));
      },
      { runs: 150 },
    );
  });

  test('are taken or refused whatever their bytes are', async () => {
    const { converter } = registryConverter('ProtobufConverter');
    const sample = await writeValue(converter, user, ada);
    await prepared(() => converter.toConnectData(sample, 'topic'));

    checkDecoder({
      samples: [sample.subarray(5)],
      decode: bytes => void converter.toConnectData(Buffer.concat([sample.subarray(0, 5), bytes]), 'topic'),
      runs: 2000,
    });
    checkDecoder({
      samples: [Buffer.from(userText), Buffer.from(text)],
      decode: bytes => assert.notEqual(new ProtoSchema(bytes.toString()).firstMessage.name, ''),
    });
    const nested = Buffer.concat(Array.from({ length: 3000 }, () => Buffer.from([0x8a, 0x01, 0xff, 0x7f])));
    assert.throws(() => readMessage(proto.firstMessage, nested), { code: 'DATA_INVALID' });
  });
});

describe('settings of the Protobuf converter', () => {
  test('that are not honoured are named', () => {
    for (const [key, value] of [
      ['skip.known.types', 'false'],
      ['use.schema.guid', 'x'],
      ['schema.format', 'normalized'],
    ] as const) {
      assert.throws(
        () => registryConverter('ProtobufConverter', { [key]: value }),
        (error: unknown) => error instanceof ConfigError && error.violations.some(violation => violation.key === key),
        key,
      );
    }
    const harmless = { 'reference.lookup.only': 'true', 'reference.subject.name.strategy': 'org.example.Own' };
    assert.doesNotThrow(() => registryConverter('ProtobufConverter', { ...harmless, 'skip.known.types': 'TRUE' }));
  });

  test('scrub names that Protobuf cannot have', async () => {
    const schema = SchemaBuilder.struct([{ name: '1 a-b', schema: of('INT32') }])
      .name('a.b-c.D$')
      .build();
    const { converter, registry } = registryConverter('ProtobufConverter', { 'scrub.invalid.names': 'true' });

    await writeValue(converter, schema, new Struct(schema, [1]));

    const { schema: written } = await registry.schemaByVersion('topic-value', 'latest');
    assert.match(written, /^package a\.b_c;$/m);
    assert.match(written, /message D_24 \{\n {2}int32 x1_a_b = 1;/);
  });

  test('mark what may be null', async () => {
    const schema = SchemaBuilder.struct([
      { name: 'a', schema: of('INT32', { isOptional: true }) },
      { name: 'b', schema: stringSchema },
    ])
      .name('N')
      .build();
    const value = new Struct(schema, [null, 'x']);
    for (const [settings, field] of [
      [{ 'optional.for.nullables': 'true' }, 'optional int32 a = 1;'],
      [{ 'wrapper.for.nullables': 'true' }, 'google.protobuf.Int32Value a = 1;'],
    ] as const) {
      const { converter, registry } = registryConverter('ProtobufConverter', settings);
      const back = await readValue(converter, await writeValue(converter, schema, value));

      assert.ok((await registry.schemaByVersion('topic-value', 'latest')).schema.includes(field));
      assert.deepEqual(valuesOf(back.value), { a: null, b: 'x' });
      assert.ok(back.schema?.type === 'STRUCT' && !areSchemasEqual(back.schema, schema));
      assert.deepEqual(
        back.schema.fields.map(one => one.schema.isOptional),
        [true, false],
      );
    }
  });
});

function int64Text(): fc.Arbitrary<string> {
  return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
}
