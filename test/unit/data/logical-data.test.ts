import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectHeaders, emptyHeaders } from '../../../src/data/connect-headers.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { DatePattern } from '../../../src/data/date-pattern.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { areSchemasEqual, areValuesEqual } from '../../../src/data/equality.ts';
import { Instant } from '../../../src/data/instant.ts';
import { floatToInt32, floatToInt64, int64ToFloat32, parseJavaFloat } from '../../../src/data/java-numbers.ts';
import { dateSchema, decimalSchema, instantToDays } from '../../../src/data/logical-types.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import {
  optionalStringSchema,
  plainTraits,
  stringSchema,
  type Schema,
  type StructSchema,
} from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { StructBuilder } from '../../../src/data/struct-builder.ts';
import type { Struct } from '../../../src/data/struct.ts';
import { parseValue } from '../../../src/data/value-parser.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };

describe('decimal', () => {
  for (const [text, unscaled, scale, javaText] of [
    ['1.50', 150n, 2, '1.50'],
    ['-0.001', -1n, 3, '-0.001'],
    ['1e3', 1n, -3, '1E+3'],
    ['+12.5e-7', 125n, 8, '0.00000125'],
    ['0.0000001', 1n, 7, '1E-7'],
    ['5.', 5n, 0, '5'],
  ] as const) {
    test(`${text} keeps its digits and scale`, () => {
      const decimal = Decimal.parse(text);

      assert.deepEqual([decimal?.unscaled, decimal?.scale, decimal?.toJavaText()], [unscaled, scale, javaText]);
    });
  }

  for (const text of ['', '.', '-', '1.2.3', 'x', '1e', '1e99999999999', ' 1']) {
    test(`is none in ${JSON.stringify(text)}`, () => {
      assert.equal(Decimal.parse(text), undefined);
    });
  }

  for (const [unscaled, hex] of [
    [0n, '00'],
    [127n, '7f'],
    [128n, '0080'],
    [-128n, '80'],
    [-129n, 'ff7f'],
    [256n, '0100'],
  ] as const) {
    test(`${unscaled} has the fewest bytes that hold it`, () => {
      const bytes = new Decimal(unscaled, 2).toBytes();

      assert.equal(Buffer.from(bytes).toString('hex'), hex);
      assert.deepEqual(Decimal.fromBytes(bytes, 2), new Decimal(unscaled, 2));
    });
  }

  test('gives the low 64 bits of an integer, as Java does', () => {
    assert.deepEqual(
      ['1e19', '-1.9', '1e100', '1e-100', '18446744073709551617'].map(text => Decimal.parse(text)?.toInt64()),
      [-8446744073709551616n, -1n, 0n, 0n, 1n],
    );
  });
});

describe('Java casts', () => {
  test('hold floating point numbers at the bounds', () => {
    assert.deepEqual([1e300, -1e300, NaN, 1.9, -1.9].map(floatToInt64), [2n ** 63n - 1n, -(2n ** 63n), 0n, 1n, -1n]);
    assert.deepEqual([3e9, -3e9, NaN, 1.9].map(floatToInt32), [2147483647, -2147483648, 0, 1]);
  });

  test('round a long to a float once', () => {
    // By way of a double this is a tie, and would become 2^60.
    assert.equal(int64ToFloat32(2n ** 60n + 2n ** 36n + 1n), 2 ** 60 + 2 ** 37);
  });

  test('parse floats with suffix and white space', () => {
    assert.deepEqual([' 1.5f ', '.5', '1.', '1e3d', '-Infinity', '+NaN', '0x1p3', ''].map(parseJavaFloat), [
      1.5,
      0.5,
      1,
      1000,
      -Infinity,
      NaN,
      undefined,
      undefined,
    ]);
  });
});

describe('date pattern', () => {
  test('formats and parses in UTC', () => {
    const pattern = new DatePattern("yyyy-MM-dd'T'HH:mm:ss.SSSX");

    assert.equal(pattern.format(new Instant(1_483_272_000_123n)), '2017-01-01T12:00:00.123Z');
    assert.deepEqual(pattern.parse('2017-01-01T13:30:00.123'), undefined);
    assert.deepEqual(pattern.parse('2017-01-01T13:00:00.123+01'), new Instant(1_483_272_000_123n));
  });

  test('reads two digits as a year of the last 80 or next 20', () => {
    const pattern = new DatePattern('yyMMdd', Date.UTC(2026, 0, 1));

    const years = ['451231', '461231', '990101', '250101'].map(text => pattern.parse(text));

    const full = new DatePattern('yyyy');
    assert.deepEqual(
      years.map(year => (year === undefined ? '' : full.format(year))),
      ['2045', '1946', '1999', '2025'],
    );
  });

  for (const source of ["'open", 'b', 'XXXX']) {
    test(`is refused when it is ${source}`, () => {
      assert.throws(() => new DatePattern(source), { code: 'CONFIG_INVALID' });
    });
  }

  test('says which letter it cannot parse', () => {
    assert.throws(() => new DatePattern('YYYY-ww').parse('2017-01'), /pattern letter 'Y'/);
  });

  test('keeps all 64 bits of a time', () => {
    assert.equal(new DatePattern('y').format(new Instant(2n ** 63n - 1n)), '292278994');
  });
});

describe('schema builder', () => {
  test('does not set anything twice', () => {
    assert.throws(() => SchemaBuilder.of('INT32').name('a').name('b'), { code: 'SCHEMA_INVALID' });
    assert.doesNotThrow(() => SchemaBuilder.of('INT32').name('a').name('a').name('a'));
  });

  test('checks the default', () => {
    assert.throws(() => SchemaBuilder.of('INT32').defaultValue('x'), { code: 'SCHEMA_INVALID' });
    assert.throws(() => SchemaBuilder.of('INT32').name(dateSchema.name).defaultValue(1), { code: 'SCHEMA_INVALID' });
    assert.equal(SchemaBuilder.of('INT32').optional().defaultValue(null).build().defaultValue, undefined);
  });

  test('refuses fields of one name, and of none', () => {
    const field = { name: 'a', schema: int32 };

    assert.throws(() => SchemaBuilder.struct([field, field]), { code: 'SCHEMA_INVALID' });
    assert.throws(() => SchemaBuilder.struct([{ name: '', schema: int32 }]), { code: 'SCHEMA_INVALID' });
  });
});

/** A chain of nodes, each of which may hold the next. */
function chainSchema(label: string): StructSchema {
  return SchemaBuilder.recursiveStruct(self => [
    { name: label, schema: int32 },
    { name: 'next', schema: self },
  ])
    .optional()
    .build();
}

describe('schemas that contain themselves', () => {
  test('are equal when nothing tells them apart', () => {
    assert.ok(areSchemasEqual(chainSchema('a'), chainSchema('a')));
    assert.ok(!areSchemasEqual(chainSchema('a'), chainSchema('b')));
  });

  test('take structs of any depth', () => {
    const node = chainSchema('a');

    const inner = new StructBuilder(node).put('a', 2).build();
    const outer = new StructBuilder(node).put('a', 1).put('next', inner).build();

    assert.equal((outer.get('next') as Struct).get('a'), 2);
  });
});

describe('equality of values', () => {
  const equal: readonly (readonly [ConnectValue, ConnectValue])[] = [
    [NaN, NaN],
    [Buffer.from([1]), Uint8Array.of(1)],
    [new Decimal(1n, 2), new Decimal(1n, 2)],
    [new Map([[Buffer.from([1]), 1]]), new Map([[Buffer.from([1]), 1]])],
    [[new Instant(1n)], [new Instant(1n)]],
  ];
  const different: readonly (readonly [ConnectValue, ConnectValue])[] = [
    [0, -0],
    [1, 1n],
    [1, new NarrowNumber('INT32', 1)],
    [new Decimal(10n, 1), new Decimal(100n, 2)],
    [new Map([[1, 1]]), new Map([[2, 1]])],
    [[1], [1, 2]],
    [null, false],
  ];
  for (const [index, [a, b]] of equal.entries()) {
    test(`goes by what they hold, case ${index}`, () => assert.ok(areValuesEqual(a, b)));
  }
  for (const [index, [a, b]] of different.entries()) {
    test(`tells types and contents apart, case ${index}`, () => assert.ok(!areValuesEqual(a, b)));
  }
});

describe('struct builder', () => {
  const schema = SchemaBuilder.struct([
    { name: 'day', schema: dateSchema },
    { name: 'price', schema: { ...decimalSchema(2), isOptional: true } },
    { name: 'note', schema: { ...optionalStringSchema, defaultValue: 'none' } },
  ]).build();

  test('takes values of logical types as such only', () => {
    const builder = new StructBuilder(schema);

    assert.throws(() => builder.put('day', 1), { code: 'DATA_INVALID' });
    assert.throws(() => builder.put('price', Buffer.from([1])), { code: 'DATA_INVALID' });
    assert.doesNotThrow(() => builder.put('day', new Instant(0n)).put('price', new Decimal(1n, 2)));
  });

  test('leaves defaults to those who ask', () => {
    const struct = new StructBuilder(schema).put('day', new Instant(0n)).build();

    assert.deepEqual([struct.get('note'), struct.getWithoutDefault('note')], ['none', null]);
  });
});

describe('logical types', () => {
  test('take a Date at midnight only', () => {
    assert.equal(instantToDays(new Instant(-86_400_000n)), -1);
    assert.throws(() => instantToDays(new Instant(1n)), /any time fields set to non-zero/);
  });
});

describe('headers', () => {
  const text = (key: string, value: string): { key: string; schema: Schema; value: string } => ({
    key,
    schema: stringSchema,
    value,
  });
  const headers = new ConnectHeaders([text('a', '1'), text('b', '2'), text('a', '3')]);

  test('keep order and repetitions', () => {
    assert.deepEqual(
      [...headers.add(text('b', '4'))].map(({ key, value }) => [key, value]),
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
        ['b', '4'],
      ],
    );
    assert.equal(headers.size, 3);
  });

  test('give the last or all of a key', () => {
    assert.equal(headers.lastWithKey('a')?.value, '3');
    assert.deepEqual(
      headers.allWithKey('a').map(({ value }) => value),
      ['1', '3'],
    );
    assert.equal(emptyHeaders.lastWithKey('a'), undefined);
  });

  test('are left out by key, thinned to the latest, and changed one by one', () => {
    const values = (some: ConnectHeaders): readonly ConnectValue[] => [...some].map(({ value }) => value);

    assert.deepEqual(values(headers.without(new Set(['a']))), ['2']);
    assert.deepEqual(values(headers.retainLatest()), ['2', '3']);
    assert.deepEqual(values(headers.retainLatest('b')), ['1', '2', '3']);
    assert.deepEqual(values(headers.map(header => (header.key === 'a' ? { ...header, value: 'x' } : null))), [
      'x',
      'x',
    ]);
  });

  test('refuse a value that is not of its schema', () => {
    assert.throws(() => headers.add({ key: 'k', schema: int32, value: 'x' }), { code: 'DATA_INVALID' });
    assert.throws(() => headers.add({ key: 'k', schema: int32, value: null }), { code: 'DATA_INVALID' });
  });
});

describe('values parsed from text', () => {
  test('have the smallest type that holds them', () => {
    const types = ['1', '300', '70000', '3000000000', '1.5', '1e39', '99999999999999999999'].map(
      text => parseValue(text).schema?.type,
    );

    assert.deepEqual(types, ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BYTES']);
  });

  test('of a list without common type carry their own', () => {
    const { schema, value } = parseValue('[1,"a"]');

    assert.deepEqual(schema, { ...plainTraits, type: 'ARRAY', items: null });
    assert.deepEqual(value, [new NarrowNumber('INT8', 1), 'a']);
  });

  test('are text when they are nested without end', () => {
    const text = '['.repeat(20_000);

    assert.deepEqual(parseValue(text), { schema: stringSchema, value: text });
  });
});
