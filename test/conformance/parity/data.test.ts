import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JsonConverter } from '../../../src/converters/json-converter.ts';
import type { ConnectValue, SchemaAndValue } from '../../../src/data/connect-value.ts';
import { DatePattern } from '../../../src/data/date-pattern.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import { plainTraits, stringSchema, type Schema } from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { projectValue } from '../../../src/data/schema-projector.ts';
import { Struct } from '../../../src/data/struct.ts';
import { valueToText } from '../../../src/data/value-literal-text.ts';
import { parseValue } from '../../../src/data/value-parser.ts';
import { toJavaText } from '../../../src/data/value-text.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { askJava, encodeData, encodeSchema, encodeValue, type Json } from './connect-cases.ts';
import { optional, primitive, sideData } from './transform-records.ts';

/** A case for Java with our way to the answer. */
interface DataCase {
  readonly title: string;
  readonly question: Json;
  run(): Json;
}

function outcomeOf(run: () => Json): Json {
  try {
    return { ok: run() };
  } catch (error) {
    if (error instanceof ConnectError) return { error: true };
    throw error;
  }
}

/** Tests each case against Java's answer; any error is like any other. */
function compare(name: string, cases: readonly DataCase[]): void {
  describe(name, async () => {
    const answers = await askJava(cases.map(({ question }) => question));
    for (const [index, one] of cases.entries()) {
      test(one.title, () => {
        const answer = answers[index];
        const expected = answer?.error === undefined ? { ok: answer?.ok ?? null } : { error: true };

        const ours = outcomeOf(() => one.run());

        assert.deepEqual(ours, expected, answer?.message);
      });
    }
  });
}

const point = SchemaBuilder.struct([
  { name: 'x', schema: primitive('INT32') },
  { name: 'at', schema: optional(timestampSchema) },
  { name: 'label', schema: { ...stringSchema, isOptional: true, defaultValue: 'none' } },
]).build();
const pointAt = new Struct(point, [1, new Instant(1_500_000_000_000n), null]);

const data: Readonly<Record<string, SchemaAndValue>> = {
  ...sideData,
  'decimal of scale 0': { schema: decimalSchema(0), value: new Decimal(-129n, 0) },
  'decimal 0': { schema: decimalSchema(3), value: new Decimal(0n, 3) },
  'decimal 128': { schema: decimalSchema(2), value: new Decimal(128n, 2) },
  'small decimal': { schema: decimalSchema(12), value: new Decimal(5n, 12) },
  'decimal of negative scale': { schema: decimalSchema(-3), value: new Decimal(1234n, -3) },
  'long decimal': { schema: decimalSchema(10), value: new Decimal(-(10n ** 40n) + 7n, 10) },
  'decimal of another scale': { schema: decimalSchema(3), value: new Decimal(1n, 2) },
  'default decimal': { schema: { ...decimalSchema(1), defaultValue: new Decimal(15n, 1) }, value: new Decimal(2n, 1) },
  'null for a default': { schema: { ...dateSchema, isOptional: true, defaultValue: new Instant(0n) }, value: null },
  'date before 1970': { schema: dateSchema, value: new Instant(-86_400_000n) },
  'date with a time': { schema: dateSchema, value: new Instant(1n) },
  'end of a day': { schema: timeSchema, value: new Instant(86_400_000n) },
  'time beyond a day': { schema: timeSchema, value: new Instant(86_400_001n) },
  'negative timestamp': { schema: timestampSchema, value: new Instant(-1n) },
  'large timestamp': { schema: timestampSchema, value: new Instant(253_402_300_800_000n) },
  'least int64': { schema: primitive('INT64'), value: -(2n ** 63n) },
  point: { schema: point, value: pointAt },
  points: { schema: { ...plainTraits, type: 'ARRAY', items: point }, value: [pointAt, pointAt] },
  'decimals by date': {
    schema: { ...plainTraits, type: 'MAP', keys: primitive('INT8'), values: decimalSchema(1) },
    value: new Map([[1, new Decimal(11n, 1)]]),
  },
  'map of optional texts': {
    schema: { ...plainTraits, type: 'MAP', keys: optional(stringSchema), values: primitive('INT8') },
    value: new Map([['k', 1]]),
  },
};

/** All but a map that is written in another order for Java, which has its own. */
const ordered = Object.entries(data).filter(([title]) => title !== 'map');

const literals = [
  ...[
    '',
    ' ',
    'null',
    'true',
    ' true',
    'false ',
    'True',
    'text',
    '1',
    '-1',
    '+7',
    '127',
    '128',
    '-32769',
    '2147483648',
  ],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775809', '1.0', '1.5', '100e-2', '1e2', '1.25e1'],
  ...[
    '3.5e38',
    '1e400',
    '1.5e400',
    '-1.5e-400',
    '0.1',
    '.5',
    '5.',
    '+',
    '-',
    '1 2',
    '1,2',
    '007',
    '0x1f',
    'NaN',
    'Infinity',
  ],
  ...[
    '2019-08-23',
    '2019-08-2',
    '2019-13-45',
    '14:34:54.346Z',
    '14\\:34\\:54.346Z',
    '25:61:61.000Z',
    '2019-08-23T14:34:54.346Z',
  ],
  ...['2019-08-23T14\\:34\\:54.346Z', '2019-08-23T14:34:54.34Z', '20190823T143454', '2019-08-23 ', '"2019-08-23"'],
  ...[
    '[]',
    '[ ]',
    '[1]',
    '[1,2,3]',
    '[1, 200, 70000]',
    '[1, 2.5]',
    '[1, "a"]',
    '["a", "b"]',
    '[a]',
    '[1,]',
    '[,1]',
    '[1 2]',
  ],
  ...[
    '[null]',
    '[null,null]',
    '[1,null]',
    '["a",null]',
    '[true,false]',
    '[true,1]',
    '[[1],[2]]',
    '[[1],["a"]]',
    '[[1],[200]]',
  ],
  ...[
    '[{"a":1}]',
    '["2019-08-23"]',
    '[2019-08-23, 2019-08-24]',
    '["14:34:54.346Z"]',
    '[14:34:54.346Z]',
    '[1',
    '[[1]',
    '["a]',
  ],
  ...[
    '["a\\"b"]',
    '["a\\\\"]',
    '["a,b","c:d"]',
    '[" x "]',
    '[""]',
    '["{","}"]',
    '[1]x',
    '[1] ',
    ' [1]',
    '[1][2]',
    '[0.5, 1e300]',
  ],
  ...['[9223372036854775808, 1]', '[1, 9223372036854775808]', '[1.5, "x", null]', '[2019-08-23, 5]', '[5, 2019-08-23]'],
  ...[
    '{}',
    '{ }',
    '{"a":1}',
    '{"a":1,"b":2}',
    '{"a":1, "b":200}',
    '{"a":1,"b":"x"}',
    '{"a":null}',
    '{"a":null,"b":1}',
    '{1:2}',
  ],
  ...[
    '{1:"a",200:"b"}',
    '{1:"a","b":2}',
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{null:1}',
    '{"a":1',
    '{"a":{"b":[1,2]}}',
  ],
  ...[
    '{"a":[1],"b":["x"]}',
    '{"a":1}x',
    '{"a":1 "b":2}',
    '{"a":"2019-08-23"}',
    '{true:1}',
    '{"k":"v"',
    'a{b}',
    'a\\,b',
    '\\',
    '\\\\',
  ],
  ...[
    '"quoted"',
    '"',
    '""',
    '"a',
    ':',
    ',',
    '[',
    ']',
    '{',
    '}',
    '[:]',
    '[{]',
    '{[}',
    'é',
    '\u0000',
    '😀',
    '[😀]',
    '["😀"]',
  ],
];

compare('values parsed from text', [
  ...literals.map(text => ({
    title: JSON.stringify(text),
    question: { op: 'parse', text },
    run: () => encodeData(parseValue(text)),
  })),
]);

compare('values as text', [
  ...ordered.map(([title, { schema, value }]) => ({
    title,
    question: { op: 'text', ...encodeData({ schema, value }) },
    run: () => (value === null ? null : valueToText(schema, value)),
  })),
]);

const byteless = Object.entries(data).filter(([title]) => !/^(?:struct|sparse|map$|bytes)/.test(title));

compare("values as Java's toString", [
  ...byteless.map(([title, { schema, value }]) => ({
    title,
    question: { op: 'javaText', ...encodeData({ schema, value }) },
    run: () => toJavaText(schema, value),
  })),
]);

const converterConfigs = [
  {},
  { 'schemas.enable': 'false' },
  { 'decimal.format': 'numeric', 'schemas.enable': 'false' },
  { 'decimal.format': 'NUMERIC' },
  { 'replace.null.with.default': 'false' },
];

compare('JSON written', [
  ...converterConfigs.flatMap(config =>
    ordered.map(([title, { schema, value }]) => ({
      title: `${title} with ${JSON.stringify(config)}`,
      question: { op: 'writeJson', config, ...encodeData({ schema, value }) },
      run: () => {
        const bytes = new JsonConverter(new Map(Object.entries(config))).fromConnectData(schema, value);
        return bytes === null ? null : Buffer.from(bytes).toString();
      },
    })),
  ),
]);

const decimal =
  '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}';
const named = (type: string, name: string): string =>
  `{"type":"${type}","name":"org.apache.kafka.connect.data.${name}","version":1}`;
const envelopes = [
  ...['"AwQ="', '1.5', '1.50', '1E3', '12345678901234567890.123', '7', '""', '"!"', 'true', 'null', '-0', '[]'].map(
    payload => [decimal, payload] as const,
  ),
  ...['1', '-1', '0', '1.0', '"1"', '3000000000', 'null', '1e3'].flatMap(payload => [
    [named('int32', 'Date'), payload] as const,
    [named('int32', 'Time'), payload] as const,
  ]),
  ...['1', '-1', '9223372036854775807', '9223372036854775808', '1.5', '"1"', 'null'].map(
    payload => [named('int64', 'Timestamp'), payload] as const,
  ),
  ['{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"}', '"AQ=="'],
  ['{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"x"}}', '"AQ=="'],
  [`{"type":"array","items":${named('int32', 'Date')}}`, '[1,2]'],
  [`{"type":"map","keys":{"type":"string","optional":true},"values":${decimal}}`, '{"a":1.25}'],
  [`{"type":"map","keys":${named('int32', 'Date')},"values":{"type":"string"}}`, '[[1,"a"],[2,"b"]]'],
  [`{"type":"map","keys":{"type":"string"},"values":{"type":"string"}}`, '[["a","b"]]'],
  [`{"type":"int32","name":"org.apache.kafka.connect.data.Date","optional":true,"default":3}`, 'null'],
  [
    `{"type":"struct","fields":[{"type":"int32","field":"a","default":1},{"field":"d","type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}]}`,
    '{"d":5}',
  ],
  [`{"type":"struct","fields":[{"type":"int32","field":"a","default":"x"}]}`, '{}'],
  [`{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"int32","field":"a"}]}`, '{"a":1}'],
  [`{"type":"int32","optional":true,"default":null}`, 'null'],
  [`{"type":"int32","default":null}`, '1'],
  [`{"type":"string"}`, '5'],
  [`{"type":"string"}`, 'true'],
  [`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, '[[1,2,3]]'],
] as const;

compare('JSON read', [
  ...envelopes.flatMap(([schema, payload]) =>
    [{}, { 'replace.null.with.default': 'false' }].map(config => {
      const text = `{"schema":${schema},"payload":${payload}}`;
      return {
        title: `${text} with ${JSON.stringify(config)}`,
        question: { op: 'readJson', config, text },
        run: () => encodeData(new JsonConverter(new Map(Object.entries(config))).toConnectData(Buffer.from(text))),
      };
    }),
  ),
]);

const patterns = [
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  'yyyyMMdd',
  'yy/M/d h:mm a',
  'EEE, d MMM yyyy HH:mm:ss Z',
  'EEEE dd MMMM yyy G K k',
  "D F w W u E Y YY ''yyyyy'' L LLL",
  'MM XXX XX z zzzz ZZ',
  "'quoted text' 'it''s'",
  'y S SS SSSS',
  '',
  'bb',
  "'open",
  'XXXX',
];
const times = [
  '0',
  '-1',
  '1483272000123',
  '-62135769600001',
  '-12219292800001',
  '253402300799999',
  '-70000000000000',
  '1704067199999',
  '951782400000',
];

compare('dates formatted', [
  ...patterns.flatMap(pattern =>
    times.map(ms => ({
      title: `${ms} as ${pattern}`,
      question: { op: 'formatDate', pattern, ms },
      run: () => new DatePattern(pattern).format(new Instant(BigInt(ms))),
    })),
  ),
]);

const dateTexts: readonly (readonly [string, readonly string[]])[] = [
  [
    'yyyy-MM-dd HH:mm:ss',
    ['2017-01-02 03:04:05', '2017-13-32 25:61:61', '2017-1-2 3:4:5', '17-01-02 03:04:05', '2017-01-02', 'x', ''],
  ],
  [
    'yyyy-MM-dd HH:mm:ss',
    [
      '2017-01-02 03:04:05 more',
      ' 2017- 01-02 03:04:05',
      '-5-01-01 00:00:00',
      '99999-01-01 00:00:00',
      '2017/01/02 03:04:05',
    ],
  ],
  ['yyyyMMddHHmmss', ['20170102030405', '2017010203040', '201701020304051']],
  [
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    ['2017-01-02T03:04:05.006Z', '2017-01-02T03:04:05.006+01', '2017-01-02T03:04:05.006', '2017-01-02T03:04:05.6-0130'],
  ],
  [
    "yyyy-MM-dd'T'HH:mm:ssXX",
    ['2017-01-02T03:04:05+0130', '2017-01-02T03:04:05+01', '2017-01-02T03:04:05+2400', '2017-01-02T03:04:05Z'],
  ],
  ["yyyy-MM-dd'T'HH:mm:ssXXX", ['2017-01-02T03:04:05+01:30', '2017-01-02T03:04:05+0130', '2017-01-02T03:04:05-00:00']],
  [
    'EEE, d MMM yyyy HH:mm:ss Z',
    [
      'Mon, 2 Jan 2017 03:04:05 +0000',
      'monday, 2 january 2017 03:04:05 -0130',
      'Foo, 2 Jan 2017 03:04:05 +0000',
      'Mon, 2 Jan 2017 03:04:05 UTC',
      'Mon, 2 Jan 2017 03:04:05 GMT+1:30',
    ],
  ],
  ['d MMM yyyy z', ['1 May 2020 UTC', '1 May 2020 GMT', '1 May 2020 GMT+02:00', '1 May 2020 +0200']],
  ['h:mm a', ['12:30 AM', '12:30 PM', '1:05 pm', '13:00 AM', '1:05']],
  ['K:mm a', ['0:30 PM', '11:30 AM']],
  ['k', ['24', '1', '0']],
  ['H h a', ['5 3 PM']],
  ['h a H', ['3 PM 5']],
  ['yyyy D', ['2020 60', '2020 366', '2021 366']],
  ['yyyy G', ['5 BC', '5 AD']],
  ['MM/dd/yyyy', ['02/29/2019', '10/10/1582', '10/04/1582', '10/15/1582', '2/3/1000']],
  ['SSS', ['5', '005', '5000']],
  ['yyyy', ['12', '2017', '20171']],
  ['M', ['5', 'May']],
  ['MMM', ['5', 'may', 'Mayo', 'September', 'Sept']],
];

compare('dates parsed', [
  ...dateTexts.flatMap(([pattern, texts]) =>
    texts.map(text => ({
      title: `${text} by ${pattern}`,
      question: { op: 'parseDate', pattern, text },
      run: () => {
        const instant = new DatePattern(pattern).parse(text);
        return instant === undefined ? null : String(instant.epochMs);
      },
    })),
  ),
]);

const numbers: readonly (readonly [Schema, ConnectValue])[] = [
  [primitive('INT8'), -5],
  [primitive('INT16'), 300],
  [primitive('INT32'), 70_000],
  [primitive('INT64'), 9_007_199_254_740_993n],
  [primitive('FLOAT32'), 1.5],
  [primitive('FLOAT64'), 2.5],
  [stringSchema, 'x'],
  [optional(primitive('INT32')), null],
  [optional(primitive('INT32')), 5],
  [dateSchema, new Instant(0n)],
  [{ ...plainTraits, type: 'ARRAY', items: primitive('INT8') }, [1]],
  [{ ...plainTraits, type: 'MAP', keys: primitive('INT8'), values: primitive('INT16') }, new Map([[1, 2]])],
  [point, pointAt],
];
const targets: readonly Schema[] = [
  ...(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'STRING'] as const).map(type => primitive(type)),
  optional(primitive('INT64')),
  { ...primitive('INT32'), defaultValue: 9 },
  dateSchema,
  { ...plainTraits, type: 'ARRAY', items: primitive('INT64') },
  { ...plainTraits, type: 'MAP', keys: primitive('INT32'), values: primitive('FLOAT64') },
  SchemaBuilder.struct([
    { name: 'x', schema: primitive('INT64') },
    { name: 'new', schema: optional(stringSchema) },
    { name: 'filled', schema: { ...stringSchema, defaultValue: 'f' } },
  ]).build(),
  SchemaBuilder.struct([{ name: 'missing', schema: stringSchema }]).build(),
  SchemaBuilder.struct([{ name: 'label', schema: stringSchema }]).build(),
];

compare('values projected to other schemas', [
  ...numbers.flatMap(([schema, value]) =>
    targets.map((target, index) => ({
      title: `${schema.type} to ${target.type}, target ${index}`,
      question: { op: 'project', ...encodeData({ schema, value }), target: encodeSchema(target) },
      run: () => encodeValue(target, projectValue(schema, value, target)),
    })),
  ),
]);
