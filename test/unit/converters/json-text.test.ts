import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OutputBuffer } from '../../../src/converters/byte-conversion.ts';
import { JsonTextReader } from '../../../src/converters/json-text-reader.ts';
import { JsonTextWriter } from '../../../src/converters/json-text.ts';
import { quoteJson, quoteJsonText } from '../../../src/data/json-writer.ts';
import { createRandom } from '../../support/random.ts';

const pieces = { before: '<', after: '>' };

function read(text: string): string | undefined {
  const source = Buffer.from(`..${text}..`);
  const range = new JsonTextReader(pieces).read(source, 2, source.length - 2, new OutputBuffer());
  return range?.buffer.toString('utf8', range.start, range.end);
}

describe('JSON text', () => {
  test('is written as a JSON string and read back, whatever the text', () => {
    const random = createRandom(7);
    const writer = new JsonTextWriter(pieces);
    const alphabet = [
      'a',
      'é',
      '€',
      '😀',
      '\u{10ffff}',
      '\uffff',
      '"',
      '\\',
      '/',
      '\n',
      '\u0000',
      '\u001f',
      '\u007f',
      ' ',
    ];

    for (let round = 0; round < 2000; round += 1) {
      const length = random(40);
      const text = Array.from({ length }, () => alphabet[random(alphabet.length)]).join('');
      const source = Buffer.from(`"${text}\\`);

      const { buffer, start, end } = writer.convert(source, 1, source.length - 1);

      const written = buffer.toString('utf8', start, end);
      assert.equal(written, `<${quoteJson(text)}>`);
      assert.equal(read(written), text);
    }
  });

  test('has surrogate pairs as they are where Jackson writes no bytes', () => {
    const text = '"\\\u0001\n/é\u2028😀';

    assert.equal(quoteJson(text), '"\\"\\\\\\u0001\\n/é\u2028\\uD83D\\uDE00"');
    assert.equal(quoteJsonText(text), '"\\"\\\\\\u0001\\n/é\u2028😀"');
  });

  test('is read with escapes that Jackson does not write', () => {
    assert.equal(read('<"\\/\\u00E9\\u20ac\\u0041\\ud83d\\ude00">'), '/é€A😀');
  });

  for (const text of [
    '<"a"b">',
    '<"a\n">',
    '<"\\x">',
    '<"\\u12">',
    '<"\\u12g4">',
    '<"\\ud83d">',
    '<"\\ude00">',
    '<"\\ud83dxxxxxx">',
    '<"a\\">',
    '<"a>',
    '<">',
    '"a">',
    '<"a"',
    '',
  ]) {
    test(`${JSON.stringify(text)} is left to others`, () => {
      assert.equal(read(text), undefined);
    });
  }

  test('that ends within a character is refused', () => {
    const source = Buffer.from([0x61, 0xf0, 0x9f]);

    assert.throws(() => new JsonTextWriter(pieces).convert(source, 0, 3), { code: 'DATA_INVALID' });
  });
});
