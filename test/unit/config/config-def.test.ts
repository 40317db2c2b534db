import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { ConfigDef, type KeyResult } from '../../../src/config/config-def.ts';
import type { ConfigKeySpec, ConfigValue } from '../../../src/config/config-key.ts';
import { Password } from '../../../src/config/password.ts';
import {
  allOf,
  atLeast,
  between,
  listOf,
  listOfAtMost,
  nonEmpty,
  nonEmptyWithoutControlChars,
  oneOf,
  oneOfIgnoringCase,
  uniqueList,
} from '../../../src/config/validators.ts';
import { ConfigError } from '../../../src/errors/connect-error.ts';

/** Definition of one key `k`. */
function defOf(spec: Omit<ConfigKeySpec, 'name' | 'importance' | 'documentation'>): ConfigDef {
  return new ConfigDef().define({ name: 'k', importance: 'LOW', documentation: 'A key.', ...spec });
}

function validateKey(def: ConfigDef, text?: string): KeyResult {
  const [result] = def.validate(new Map(text === undefined ? [] : [['k', text]]));
  assert(result !== undefined);
  return result;
}

const parsed: readonly (readonly [ConfigKeySpec['type'], text: string, ConfigValue])[] = [
  ['BOOLEAN', ' TRUE ', true],
  ['BOOLEAN', 'false', false],
  ['STRING', '  a b ', 'a b'],
  ['CLASS', ' org.Foo ', 'org.Foo'],
  ['INT', '+5', 5],
  ['INT', '-2147483648', -2147483648],
  ['SHORT', '32767', 32767],
  ['LONG', '9007199254740991', 9007199254740991],
  ['LONG', '9223372036854775807', 9223372036854775807n],
  ['LONG', '-9223372036854775808', -9223372036854775808n],
  ['DOUBLE', '1.5e3', 1500],
  ['DOUBLE', '.5f', 0.5],
  ['DOUBLE', '-Infinity', -Infinity],
  ['LIST', 'a , b,c', ['a', 'b', 'c']],
  ['LIST', '  ', []],
  ['LIST', ',a', ['', 'a']],
];

const refused: readonly (readonly [ConfigKeySpec['type'], text: string, reason: string])[] = [
  ['BOOLEAN', 'yes', 'Expected value to be either true or false'],
  ['INT', 'abc', 'Not a number of type INT'],
  ['INT', '', 'Not a number of type INT'],
  ['INT', '1.0', 'Not a number of type INT'],
  ['INT', '2147483648', 'Not a number of type INT'],
  ['SHORT', '-32769', 'Not a number of type SHORT'],
  ['LONG', '9223372036854775808', 'Not a number of type LONG'],
  ['DOUBLE', '1,5', 'Not a number of type DOUBLE'],
];

const rules = [
  { spec: { type: 'INT', validator: atLeast(1) }, text: '0', reason: 'Value must be at least 1' },
  { spec: { type: 'INT', validator: between(0, 7) }, text: '8', reason: 'Value must be no more than 7' },
  {
    spec: { type: 'LONG', validator: between(0, 7) },
    text: '9223372036854775807',
    reason: 'Value must be no more than 7',
  },
  { spec: { type: 'STRING', validator: oneOf('a', 'b') }, text: 'A', reason: 'String must be one of: a, b' },
  {
    spec: { type: 'STRING', validator: oneOfIgnoringCase('a', 'b') },
    text: 'c',
    reason: 'String must be one of (case insensitive): A, B',
  },
  { spec: { type: 'LIST', validator: listOf('a', 'b') }, text: 'a,c', reason: 'String must be one of: a, b' },
  { spec: { type: 'LIST', validator: uniqueList('unique aliases') }, text: 'a,a', reason: 'Duplicate alias provided.' },
  { spec: { type: 'LIST', validator: listOfAtMost(1) }, text: 'a,b', reason: 'exceeds maximum list size of [1].' },
  { spec: { type: 'STRING', validator: nonEmpty() }, text: ' ', reason: 'String must be non-empty' },
  { spec: { type: 'STRING', validator: nonEmptyWithoutControlChars() }, text: '', reason: 'String may not be empty' },
  {
    spec: { type: 'STRING', validator: nonEmptyWithoutControlChars() },
    text: 'a\u0007\nb',
    reason: 'String may not contain control sequences but had the following ASCII chars: 7, 10',
  },
  {
    spec: { type: 'STRING', validator: allOf(nonEmpty(), oneOf('a')) },
    text: 'b',
    reason: 'String must be one of: a',
  },
] as const;

describe('configuration definition', () => {
  for (const [type, text, value] of parsed) {
    test(`parses ${JSON.stringify(text)} as ${type}`, () => {
      assert.deepEqual(validateKey(defOf({ type }), text), {
        name: 'k',
        value,
        recommendedValues: [],
        errors: [],
        visible: true,
      });
    });
  }

  for (const [type, text, reason] of refused) {
    test(`refuses ${JSON.stringify(text)} as ${type}`, () => {
      assert.deepEqual(validateKey(defOf({ type }), text).errors, [
        `Invalid value ${text} for configuration k: ${reason}`,
      ]);
    });
  }

  for (const { spec, text, reason } of rules) {
    test(`tells '${reason}' of ${JSON.stringify(text)}`, () => {
      const [error] = validateKey(defOf(spec), text).errors;

      assert.match(error ?? '', /^Invalid value .* for configuration k: /s);
      assert(error?.endsWith(`: ${reason}`), error);
    });
  }

  test('shows a list in brackets within an error', () => {
    assert.deepEqual(validateKey(defOf({ type: 'LIST', validator: uniqueList('unique aliases') }), 'a,a').errors, [
      'Invalid value [a, a] for configuration k: Duplicate alias provided.',
    ]);
  });

  test('names a required key that is missing', () => {
    assert.deepEqual(validateKey(defOf({ type: 'STRING' })).errors, [
      'Missing required configuration "k" which has no default value.',
    ]);
  });

  test('checks the rule on null too when a value cannot be parsed', () => {
    assert.deepEqual(validateKey(defOf({ type: 'INT', validator: atLeast(1) }), 'x').errors, [
      'Invalid value x for configuration k: Not a number of type INT',
      'Invalid value null for configuration k: Value must be non-null',
    ]);
  });

  test('gives the default of a key that is not set', () => {
    const def = defOf({ type: 'LIST', default: 'a,b' });

    assert.deepEqual(def.parse(new Map()).list('k'), ['a', 'b']);
  });

  test('lets null be a default', () => {
    assert.equal(defOf({ type: 'STRING', default: null }).parse(new Map()).stringOrNull('k'), null);
  });

  test('offers what a recommender says in the light of the other values', () => {
    const def = new ConfigDef().define({ name: 'a', type: 'STRING', importance: 'LOW', documentation: 'A.' }).define({
      name: 'b',
      type: 'STRING',
      default: null,
      importance: 'LOW',
      documentation: 'B.',
      recommender: {
        validValues: (name, values) => [`${name}-of-${String(values.get('a'))}`],
        isVisible: (_name, values) => values.get('a') !== 'x',
      },
    });

    const results = def.validate(new Map([['a', 'x']]));

    assert.deepEqual(results[1], { name: 'b', value: null, recommendedValues: ['b-of-x'], errors: [], visible: false });
  });

  test('throws every violation at once', () => {
    const def = defOf({ type: 'INT', validator: atLeast(1) }).define({
      name: 'm',
      type: 'STRING',
      importance: 'HIGH',
      documentation: 'M.',
    });

    assert.throws(
      () => def.parse(new Map([['k', '0']])),
      (error: unknown) => {
        assert(error instanceof ConfigError);
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.deepEqual(error.violations, [
          { key: 'k', message: 'Invalid value 0 for configuration k: Value must be at least 1' },
          { key: 'm', message: 'Missing required configuration "m" which has no default value.' },
        ]);
        return true;
      },
    );
  });

  test('refuses to declare a key twice', () => {
    const spec: ConfigKeySpec = { name: 'k', type: 'INT', importance: 'LOW', documentation: 'K.' };

    assert.throws(() => new ConfigDef().define(spec).define(spec), /defined twice/);
  });

  test('refuses a default that breaks the rule', () => {
    assert.throws(() => defOf({ type: 'INT', default: 0, validator: atLeast(1) }), /default of configuration k/);
  });
});

describe('parsed configuration', () => {
  const def = defOf({ type: 'LONG', default: 1 }).define({
    name: 'secret',
    type: 'PASSWORD',
    default: null,
    importance: 'LOW',
    documentation: 'S.',
  });

  test('bounds a LONG that is no safe integer', () => {
    const config = defOf({ type: 'LONG' }).parse(new Map([['k', '9223372036854775807']]));

    assert.equal(config.long('k'), Number.MAX_SAFE_INTEGER);
  });

  test('asserts that a key is asked for with the getter of its type', () => {
    const config = defOf({ type: 'LONG', default: 1 }).parse(new Map());

    assert.throws(() => config.boolean('k'), /'k' is no BOOLEAN/);
    assert.throws(() => config.long('other'), /'other' is not declared/);
  });

  test('keeps unknown keys and gives them by prefix', () => {
    const config = defOf({ type: 'LONG', default: 1 }).parse(
      new Map([
        ['producer.linger.ms', '5'],
        ['producer.', 'x'],
        ['k', '2'],
      ]),
    );

    assert.deepEqual([...config.withPrefix('producer.')], [['linger.ms', '5']]);
    assert.deepEqual(config.unknownKeys(), ['producer.linger.ms', 'producer.']);
  });

  test('shows no secret and no value of an unknown key in a log', () => {
    const withSecret = new Map([
      ['k', '2'],
      ['secret', 'hunter2'],
      ['other', 'hunter2'],
    ]);

    assert.doesNotMatch(JSON.stringify(def.parse(withSecret).toLoggable()), /hunter2/);
  });
});

describe('password', () => {
  test('prints as [hidden] in every way', () => {
    const password = new Password('hunter2');

    assert.deepEqual(
      [String(password), JSON.stringify({ password }), inspect(password), inspect({ a: [password] })],
      ['[hidden]', '{"password":"[hidden]"}', '[hidden]', '{ a: [ [hidden] ] }'],
    );
    assert.equal(password.value(), 'hunter2');
  });
});
