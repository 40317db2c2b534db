import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JavaPattern } from '../../../src/config/java-pattern.ts';

/** Expression, texts, and whether Java 17's Pattern matches the whole of each. */
const knownAnswers: readonly (readonly [source: string, texts: readonly (readonly [string, boolean])[]])[] = [
  [
    'foo.*',
    [
      ['foo', true],
      ['foobar', true],
      ['xfoo', false],
      ['foo\u000abar', false],
    ],
  ],
  ['(?s)foo.*', [['foo\u000abar', true]]],
  [
    'a|b',
    [
      ['a', true],
      ['b', true],
      ['ab', false],
    ],
  ],
  [
    '^a$',
    [
      ['a', true],
      ['a\u000a', false],
    ],
  ],
  ['a$\u000a', [['a\u000a', true]]],
  [
    '\\Qa.b\\E+',
    [
      ['a.b', true],
      ['a.bbb', true],
      ['axb', false],
    ],
  ],
  ['\\Qa.b', [['a.b', true]]],
  [
    '[a-z&&[^aeiou]]+',
    [
      ['xyz', true],
      ['xaz', false],
    ],
  ],
  [
    '[^a-c&&[b-d]]',
    [
      ['a', true],
      ['b', false],
      ['d', true],
      ['e', true],
    ],
  ],
  [
    '[a-c[x-z]]+',
    [
      ['abxy', true],
      ['d', false],
    ],
  ],
  [
    '\\p{Alpha}+',
    [
      ['abc', true],
      ['ab1', false],
      ['\u00e9', false],
    ],
  ],
  [
    '\\p{Lu}\\p{Ll}*',
    [
      ['Abc', true],
      ['\u00c4b', true],
      ['abc', false],
    ],
  ],
  [
    '\\pL+',
    [
      ['ab', true],
      ['1', false],
    ],
  ],
  [
    '\\P{Punct}+',
    [
      ['ab', true],
      ['a.', false],
    ],
  ],
  [
    '\\p{IsAlphabetic}+',
    [
      ['a\u00e9', true],
      ['1', false],
    ],
  ],
  [
    '\\p{IsGreek}+',
    [
      ['\u03b1', true],
      ['a', false],
    ],
  ],
  [
    '\\h\\v\\s',
    [
      ['\u00a0\u000a ', true],
      ['  \u00a0', false],
    ],
  ],
  [
    'a\\Rb',
    [
      ['a\u000d\u000ab', true],
      ['a\u000ab', true],
      ['a\u0085b', true],
    ],
  ],
  [
    '(?i)topic-[a-z]+',
    [
      ['TOPIC-X', true],
      ['topic-x', true],
      ['tipic-x', false],
    ],
  ],
  [
    '[a-z-]+',
    [
      ['a-b', true],
      ['a_b', false],
    ],
  ],
  ['[-a]+', [['-a', true]]],
  [
    '[a\\-z]+',
    [
      ['a-z', true],
      ['b', false],
    ],
  ],
  [
    '[\\w.]+',
    [
      ['a.b_1', true],
      ['a b', false],
    ],
  ],
  ['[\\]]', [[']', true]]],
  ['[&]', [['&', true]]],
  [
    '[a&&b]',
    [
      ['a', false],
      ['b', false],
    ],
  ],
  ['}', [['}', true]]],
  [']', [[']', true]]],
  ['\\x41\\u0042\\0103\\x{44}', [['ABCD', true]]],
  ['\\cA\\e\\a', [['\u0001\u001b\u0007', true]]],
  [
    '(a)\\1',
    [
      ['aa', true],
      ['ab', false],
    ],
  ],
  ['(?<n>a)\\k<n>', [['aa', true]]],
  [
    'a{2,3}?',
    [
      ['aa', true],
      ['aaa', true],
      ['a', false],
    ],
  ],
  [
    '(?=a)[a-z]+',
    [
      ['abc', true],
      ['bc', false],
    ],
  ],
  ['(?<!x)a', [['a', true]]],
  [
    'test\\.topic-\\d{1,3}',
    [
      ['test.topic-12', true],
      ['test.topic-1234', false],
    ],
  ],
  ['[#~\\"\']+', [['#~"\'', true]]],
  ['a/b', [['a/b', true]]],
  ['-', [['-', true]]],
  [
    '[^\\s]+',
    [
      ['ab', true],
      ['a b', false],
    ],
  ],
  ['\\Aa\\z', [['a', true]]],
  [
    'a\\Z',
    [
      ['a', true],
      ['a\u000a', false],
    ],
  ],
  ['a\\Z\\n', [['a\u000a', true]]],
  ['(?m)^a$\\n^b$', [['a\u000ab', true]]],
  [
    '',
    [
      ['', true],
      ['a', false],
    ],
  ],
  [
    '[\\Qa-c\\E]+',
    [
      ['a-c', true],
      ['b', false],
    ],
  ],
  [
    '.',
    [
      ['\u0085', false],
      ['\ud83d\ude00', true],
    ],
  ],
  [
    '[\\d&&[^5]]+',
    [
      ['123', true],
      ['15', false],
    ],
  ],
  ['\\W\\D\\S\\H\\V', [['!aaaa', true]]],
  ['\\#\\ \\-', [['# -', true]]],
  [
    '[[:alpha:]]',
    [
      ['a', true],
      ['l', true],
      ['z', false],
    ],
  ],
  [
    '[]a]',
    [
      [']', true],
      ['a', true],
    ],
  ],
];

const refused: readonly (readonly [source: string, reason: RegExp])[] = [
  ['a*+', /possessive quantifiers are not supported/],
  ['a{2}+', /possessive quantifiers are not supported/],
  ['(?>a)', /atomic groups/],
  ['a(?i)b', /flags are supported at the very start only/],
  ['(?i:a)', /flags are supported at the very start only/],
  ['(?x)a b', /flag 'x' is not supported/],
  ['\\G', /'\\G' is not supported/],
  ['\\p{InGreek}', /'\\p\{InGreek\}' is not supported/],
  ['\\y', /'\\y' is not supported/],
  ['a{,2}', /illegal repetition/],
  ['[z-a]', /^Regular expression '\[z-a\]': /],
  ['(a', /^Regular expression '\(a': Unterminated group/],
  ['[a', /ends too early/],
  ['a\\', /ends too early/],
  ['*', /Nothing to repeat/],
];

describe('Java pattern', () => {
  for (const [source, texts] of knownAnswers) {
    for (const [text, expected] of texts) {
      test(`${JSON.stringify(source)} ${expected ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
        assert.equal(new JavaPattern(source).matches(text), expected);
      });
    }
  }

  for (const [source, message] of refused) {
    test(`${JSON.stringify(source)} is refused with a reason`, () => {
      assert.throws(() => new JavaPattern(source), { code: 'CONFIG_INVALID', message });
    });
  }
});
