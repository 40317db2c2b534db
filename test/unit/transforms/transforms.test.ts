import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectHeaders, emptyHeaders } from '../../../src/data/connect-headers.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Instant } from '../../../src/data/instant.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import { optionalStringSchema, plainTraits, stringSchema, type Schema } from '../../../src/data/schema.ts';
import { SchemaBuilder } from '../../../src/data/schema-builder.ts';
import { StructBuilder } from '../../../src/data/struct-builder.ts';
import { Struct } from '../../../src/data/struct.ts';
import type { ConnectRecord } from '../../../src/transforms/connect-record.ts';
import { parsePath } from '../../../src/transforms/field-path.ts';
import { TransformChain } from '../../../src/transforms/transform-chain.ts';
import {
  createTransform,
  findPredicateClass,
  findTransformClass,
  predicateClasses,
  transformClasses,
} from '../../../src/transforms/transform-registry.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };
const person = SchemaBuilder.struct([
  { name: 'name', schema: stringSchema },
  { name: 'age', schema: int32 },
]).build();

function record(
  value: ConnectValue,
  valueSchema: Schema | null = null,
  extra: Partial<ConnectRecord> = {},
): ConnectRecord {
  return {
    topic: 'people',
    partition: 0,
    keySchema: null,
    key: null,
    valueSchema,
    value,
    timestampMs: 0n,
    headers: emptyHeaders,
    origin: { kind: 'source' },
    ...extra,
  };
}

function run(name: string, config: Readonly<Record<string, string>>, input: ConnectRecord): ConnectRecord | null {
  return createTransform({ name, settings: new Map(Object.entries(config)), nowMs: 0 })(input);
}

const ann = new StructBuilder(person).put('name', 'Ann').put('age', 41).build();

describe('transforms', () => {
  test('Cast gives numbers without schema their type', () => {
    const result = run(
      'Cast$Value',
      { spec: 'a:int32,b:string' },
      record(
        new Map<string, ConnectValue>([
          ['a', 1.9],
          ['b', 2n],
        ]),
      ),
    );

    assert.deepEqual(
      result?.value,
      new Map<string, ConnectValue>([
        ['a', new NarrowNumber('INT32', 1)],
        ['b', '2'],
      ]),
    );
  });

  test('ReplaceField leaves out and renames fields of a struct', () => {
    const result = run('ReplaceField$Value', { exclude: 'age', renames: 'name:who' }, record(ann, person));

    const renamed = SchemaBuilder.struct([{ name: 'who', schema: stringSchema }]).build();
    assert.deepEqual(
      [result?.valueSchema, result?.value],
      [renamed, new StructBuilder(renamed).put('who', 'Ann').build()],
    );
  });

  test('ValueToKey and ExtractField make a key of one field', () => {
    const keyed = run('ValueToKey', { fields: 'name' }, record(ann, person));
    const result = keyed === null ? null : run('ExtractField$Key', { field: 'name' }, keyed);

    assert.deepEqual([result?.keySchema, result?.key], [stringSchema, 'Ann']);
  });

  test('InsertField adds the timestamp as a logical Timestamp', () => {
    const result = run('InsertField$Value', { 'timestamp.field': 'at!' }, record(ann, person, { timestampMs: 5n }));

    assert(result !== null && result.value instanceof Struct);
    assert.equal(result.value.schema.fields.at(-1)?.schema.name, 'org.apache.kafka.connect.data.Timestamp');
    assert.deepEqual(result.value.values, ['Ann', 41, new Instant(5n)]);
  });

  test('InsertHeader guesses the type of its literal', () => {
    const result = run('InsertHeader', { header: 'n', 'value.literal': '300' }, record(null));

    assert.deepEqual(
      [...(result?.headers ?? [])],
      [{ key: 'n', schema: { ...plainTraits, type: 'INT16' }, value: 300 }],
    );
  });

  test('RegexRouter replaces what it finds first', () => {
    const settings = { regex: 'p(?<rest>.*)', replacement: '${rest}-$1\\$' };

    assert.equal(run('RegexRouter', settings, record(null))?.topic, 'eople-eople$');
  });

  test('TimestampConverter reads seconds', () => {
    const result = run(
      'TimestampConverter$Value',
      { 'target.type': 'string', format: 'yyyy', 'unix.precision': 'seconds' },
      record(1_600_000_000n),
    );

    assert.equal(result?.value, '2020');
  });

  test('refuse what they cannot change', () => {
    assert.throws(() => run('MaskField$Value', { fields: 'a' }, record('text')), { code: 'DATA_INVALID' });
    assert.throws(() => run('ExtractField$Value', { field: 'none' }, record(ann, person)), /Unknown field: none/);
  });

  test('leave the record that they got as it is', () => {
    const map = new Map([['a', 1n]]);
    const input = record(map);

    run('MaskField$Value', { fields: 'a' }, input);

    assert.deepEqual(map, new Map([['a', 1n]]));
  });
});

describe('field paths', () => {
  for (const [path, steps] of [
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    ['`a.b`.c', ['a.b', 'c']],
    ['a.`b.c`', ['a', 'b.c']],
    ['`a`b`.c', ['a`b', 'c']],
    ['`a\\`.b`', ['a`.b']],
    ['a.', ['a', '']],
    ['.a', ['', 'a']],
    ['', []],
  ] as const) {
    test(`${JSON.stringify(path)} has ${steps.length} steps`, () => {
      assert.deepEqual(parsePath(path), steps);
    });
  }

  test('with an open backtick are refused', () => {
    assert.throws(() => parsePath('a.`b'), { code: 'CONFIG_INVALID', message: /backtick at position 2/ });
  });
});

describe('transform chain', () => {
  function chain(props: Readonly<Record<string, string>>): TransformChain {
    return new TransformChain(new Map(Object.entries(props)), 0);
  }
  const prefix = 'org.apache.kafka.connect.transforms.';

  test('applies transforms in their order', () => {
    const topics = chain({
      transforms: 'first, second',
      'transforms.second.type': `${prefix}RegexRouter`,
      'transforms.second.regex': '(.*)',
      'transforms.second.replacement': '$1-2',
      'transforms.first.type': 'RegexRouter',
      'transforms.first.regex': '(.*)',
      'transforms.first.replacement': '$1-1',
    });

    assert.equal(topics.apply(record(null))?.topic, 'people-1-2');
  });

  for (const [negate, kept] of [
    ['false', ['value']],
    ['true', [null]],
  ] as const) {
    test(`drops what a predicate picks, negate ${negate}`, () => {
      const filter = chain({
        transforms: 'drop',
        'transforms.drop.type': 'Filter',
        'transforms.drop.predicate': 'tombstone',
        'transforms.drop.negate': negate,
        predicates: 'tombstone',
        'predicates.tombstone.type': 'RecordIsTombstone',
      });

      const values = [record(null), record('value')].map(one => filter.apply(one)).filter(one => one !== null);

      assert.deepEqual(
        values.map(({ value }) => value),
        kept,
      );
    });
  }

  test('asks no further transform about a dropped record', () => {
    const failing = chain({
      transforms: 'drop,fail',
      'transforms.drop.type': 'Filter',
      'transforms.fail.type': 'MaskField$Value',
      'transforms.fail.fields': 'a',
    });

    assert.equal(failing.apply(record('no map')), null);
  });

  test('tells what has to be decoded for it', () => {
    const routes = { transforms: 'a', 'transforms.a.type': 'TimestampRouter' };
    const masks = { transforms: 'a', 'transforms.a.type': 'MaskField$Key', 'transforms.a.fields': 'x' };
    const tombstones = { 'transforms.a.predicate': 'p', 'predicates.p.type': 'RecordIsTombstone' };

    assert.deepEqual([...chain(routes).touches], []);
    assert.deepEqual([...chain({ ...masks, ...tombstones }).touches], ['key', 'value']);
  });

  test('without transforms is empty', () => {
    assert.ok(chain({}).isEmpty);
  });

  for (const [what, props, message] of [
    ['a transform without class', { transforms: 'a' }, /transforms.a.type/],
    ['an unknown class', { transforms: 'a', 'transforms.a.type': 'com.example.My' }, /'com.example.My' is not known/],
    ['a class without its side', { transforms: 'a', 'transforms.a.type': `${prefix}Cast` }, /add '\$Key' or '\$Value'/],
    [
      'an unknown predicate',
      { transforms: 'a', 'transforms.a.type': 'Filter', 'transforms.a.predicate': 'p' },
      /predicates.p.type/,
    ],
    ['wrong settings', { transforms: 'a', 'transforms.a.type': 'Cast$Key', 'transforms.a.spec': 'int7' }, /int7/],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => chain(props), { code: 'CONFIG_INVALID', message });
    });
  }
});

describe('names of transforms', () => {
  test('are those of the Java classes, whole or without package', () => {
    assert.equal(findTransformClass('Cast$Key')?.side.name, 'Key');
    assert.equal(findTransformClass(' org.apache.kafka.connect.transforms.Cast$Value ')?.side.name, 'Value');
    assert.equal(findTransformClass('Cast'), undefined);
    assert.equal(
      findPredicateClass('HasHeaderKey')?.className,
      'org.apache.kafka.connect.transforms.predicates.HasHeaderKey',
    );
  });

  test('are as many as Kafka Connect has', () => {
    assert.deepEqual([transformClasses.length, predicateClasses.length], [26, 3]);
  });
});

describe('predicates', () => {
  test('see headers that repeat', () => {
    const headers = new ConnectHeaders([{ key: 'h', schema: optionalStringSchema, value: null }]);
    const predicate = findPredicateClass('HasHeaderKey');

    const test = predicate?.kind.create(predicate.configDef.parse(new Map([['name', 'h']])));

    assert.deepEqual([test?.(record(null, null, { headers })), test?.(record(null))], [true, false]);
  });
});
