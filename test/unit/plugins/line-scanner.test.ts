import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LineScanner } from '../../../plugins/typescript/file-stream/line-scanner.ts';
import { createRandom } from '../../support/random.ts';

describe('line scanner', () => {
  for (const [what, text, lines, rest] of [
    ['LF', 'a\nbb\n', ['a', 'bb'], ''],
    ['CRLF', 'a\r\nbb\r\n', ['a', 'bb'], ''],
    ['lone CR', 'a\rbb\rc', ['a', 'bb'], 'c'],
    ['all of them', 'a\nb\rc\r\nd\n\re\n', ['a', 'b', 'c', 'd', '', 'e'], ''],
    ['empty lines', '\n\n\r\n\r\r\n', ['', '', '', '', ''], ''],
    ['no end', 'abc', [], 'abc'],
    ['a CR that may still get its LF', 'a\nb\r', ['a'], 'b\r'],
    ['UTF-8', 'ä\n€ €\n', ['ä', '€ €'], ''],
    ['nothing', '', [], ''],
  ] as const) {
    test(`cuts at ${what}`, () => {
      const scanner = new LineScanner({ chunkBytes: 64, maxLineBytes: 1000 });

      const found = feed(scanner, Buffer.from(text));

      assert.deepEqual(found, lines);
      assert.equal(scanner.pendingBytes, Buffer.byteLength(rest));
    });
  }

  test('joins CR and LF that come apart', () => {
    const scanner = new LineScanner({ chunkBytes: 64, maxLineBytes: 1000 });

    const found = [
      ...feed(scanner, Buffer.from('a\r')),
      ...feed(scanner, Buffer.from('\nb\r')),
      ...feed(scanner, Buffer.from('c\n')),
    ];

    assert.deepEqual(found, ['a', 'b', 'c']);
  });

  test('says how many bytes each line takes, so that positions add up to what was consumed', () => {
    const scanner = new LineScanner({ chunkBytes: 64, maxLineBytes: 1000 });
    fill(scanner, Buffer.from('ä\r\nb\n\rrest'));

    const lengths = [scanner.next(), scanner.next(), scanner.next(), scanner.next()];

    assert.deepEqual(lengths, [4, 2, 1, 0]);
  });

  test('agrees with a regular expression on any text in pieces of any size', () => {
    const random = createRandom(7);
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: random(200) }, () => ['a', 'b', '\n', '\r', '\r\n', 'xyz'][random(6)]).join('');
      const scanner = new LineScanner({ chunkBytes: 1 + random(20), maxLineBytes: 10_000 });
      const found: string[] = [];

      for (let at = 0; at < text.length;) {
        const size = 1 + random(12);
        found.push(...feed(scanner, Buffer.from(text.slice(at, at + size))));
        at += size;
      }

      assert.deepEqual(found, expectedLines(text), JSON.stringify(text));
    }
  });

  test('has no room for a line that is longer than the limit', () => {
    const scanner = new LineScanner({ chunkBytes: 16, maxLineBytes: 40 });

    fill(scanner, Buffer.alloc(41, 'x'));

    assert.equal(scanner.next(), 0);
    assert.equal(scanner.room(), undefined);
  });

  test('gives memory of a long line back', () => {
    const scanner = new LineScanner({ chunkBytes: 16, maxLineBytes: 10_000 });
    feed(scanner, Buffer.concat([Buffer.alloc(5000, 'x'), Buffer.from('\n')]));

    const room = scanner.room();

    assert.equal(room?.buffer.length, 16);
  });

  test('takes no longer per line for a file without LF', { timeout: 10_000 }, () => {
    const scanner = new LineScanner({ chunkBytes: 1024 * 1024, maxLineBytes: 10_000 });
    const bytes = Buffer.from('x\r'.repeat(400_000));

    assert.equal(feed(scanner, bytes).length, 399_999);
  });
});

/** Lines that complete once these bytes are there too. */
function feed(scanner: LineScanner, bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    at += addSome(scanner, bytes.subarray(at));
    while (scanner.next() > 0) lines.push(scanner.buffer.toString('utf8', scanner.line.start, scanner.line.end));
  }
  return lines;
}

/** Adds bytes of which no line is taken yet. */
function fill(scanner: LineScanner, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += addSome(scanner, bytes.subarray(at));
}

function addSome(scanner: LineScanner, bytes: Buffer): number {
  const room = scanner.room();
  assert.ok(room !== undefined);
  const copied = bytes.copy(room.buffer, room.start, 0, Math.min(room.length, bytes.length));
  scanner.added(copied);
  return copied;
}

/** By Java's rule: a CR at the very end is not yet an end. */
function expectedLines(text: string): string[] {
  const lines = text.replace(/\r$/, '').split(/\r\n|\n|\r/);
  lines.pop();
  return lines;
}
