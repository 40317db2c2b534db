import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoTokens } from '../../../../src/converters/protobuf/proto-tokens.ts';

const expected = (what: string, line: number) => ({
  code: 'SCHEMA_INVALID',
  message: `A Protobuf schema is not valid: ${what} is expected in line ${line}`,
});

describe('words of a Protobuf schema', () => {
  test('are names, numbers, texts and signs, without comments', () => {
    const tokens = new ProtoTokens(`// first
      a.b_1 = /* in
      between */ -1.5e-3 "x\\"y//" 'z';{<`);
    const taken: string[] = [];

    while (tokens.next !== '') taken.push(tokens.take());

    assert.deepEqual(taken, ['a.b_1', '=', '-', '1.5e-3', '"x\\"y//"', "'z'", ';', '{', '<']);
    assert.throws(() => tokens.take(), expected('more', 3));
  });

  test('are taken where they are expected', () => {
    const tokens = new ProtoTokens('a\nb');

    assert.deepEqual([tokens.takeIf('b'), tokens.takeIf('a'), tokens.next], [false, true, 'b']);
    assert.throws(() => tokens.expect('c'), expected("'c'", 2));
    tokens.expect('b');
  });

  for (const name of ['a', '_a', 'A9', 'a.b', '.a.b']) {
    test(`may be the name ${name}`, () => {
      assert.equal(new ProtoTokens(`${name};`).takeName(), name);
    });
  }
  for (const other of ['9a', '"a"', ';', '']) {
    test(`have no name in '${other}'`, () => {
      assert.throws(() => new ProtoTokens(other).takeName(), expected('a name', 1));
    });
  }

  for (const [text, value] of [
    ['0', 0],
    ['17', 17],
    ['-17', -17],
    ['017', 15],
    ['0x1F', 31],
    ['0X1f', 31],
  ] as const) {
    test(`may be the integer ${text}`, () => {
      assert.equal(new ProtoTokens(text).takeInteger(), value);
    });
  }
  for (const text of ['1.5', 'a1', '', '9007199254740992', 'x', '-']) {
    test(`have no integer in '${text}'`, () => {
      assert.throws(() => new ProtoTokens(text).takeInteger(), expected('an integer', 1));
    });
  }

  for (const [text, value] of [
    ['"a" \'b\'', 'ab'],
    ['"\\n\\r\\t\\a\\b\\f\\v"', '\n\r\t\x07\b\f\v'],
    ['"\\x41\\x4\\101\\0"', 'A\x04A\0'],
    ['"\\\\ \\" \\\' \\q"', '\\ " \' q'],
    ["''", ''],
  ] as const) {
    test(`may be the text ${text}`, () => {
      assert.equal(new ProtoTokens(text).takeText(), value);
    });
  }

  test('have a text in quotes alone', () => {
    assert.throws(() => new ProtoTokens('a').takeText(), expected('a text in quotes', 1));
  });

  test('may be values of options, in braces and brackets', () => {
    const text = (value: string) => ({ kind: 'text', text: value });
    const word = (value: string) => ({ kind: 'word', text: value });

    const values = ['"x"', '-inf', 'true', '[1, "a" 2]', '{a: 1, b <c: 2; [x.y]: "z">}'].map(one =>
      new ProtoTokens(one).takeValue(),
    );

    assert.deepEqual(values, [
      text('x'),
      word('-inf'),
      word('true'),
      { kind: 'list', items: [word('1'), text('a'), word('2')] },
      {
        kind: 'message',
        entries: [
          ['a', word('1')],
          [
            'b',
            {
              kind: 'message',
              entries: [
                ['c', word('2')],
                ['[x.y]', text('z')],
              ],
            },
          ],
        ],
      },
    ]);
  });

  test('nest a hundred deep (I7)', () => {
    const nested = (depth: number) => new ProtoTokens(`${'['.repeat(depth)}1${']'.repeat(depth)}`);

    assert.equal(nested(100).takeValue().kind, 'list');
    assert.throws(() => nested(101).takeValue(), expected('less nesting', 1));
    assert.throws(() => new ProtoTokens('{a:'.repeat(101)).takeValue(), expected('less nesting', 1));
  });

  test('are passed over up to the end of a statement or block', () => {
    const tokens = new ProtoTokens('a = 1; service S { rpc A (B) returns (C) { option x = 1; } } next');

    tokens.skipStatement();
    const second = tokens.next;
    tokens.skipStatement();

    assert.deepEqual([second, tokens.next], ['service', 'next']);
    assert.throws(() => tokens.skipStatement(), expected('more', 1));
  });
});
