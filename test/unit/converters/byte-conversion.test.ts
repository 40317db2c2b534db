import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OutputBuffer, toRange, type ConvertedBytes } from '../../../src/converters/byte-conversion.ts';

const textOf = ({ buffer, start, end }: ConvertedBytes): string => buffer.toString('utf8', start, end);
const kept = 1024 * 1024;

describe('bytes of a conversion', () => {
  test('are a range of a buffer, or none for null', () => {
    const inner = Buffer.from('abcd').subarray(1, 3);

    assert.equal(textOf(toRange(inner)), 'bc');
    assert.deepEqual(toRange(null), { buffer: Buffer.alloc(0), start: -1, end: -1, schema: null });
  });

  test('are put out one after the other into one range', () => {
    const output = new OutputBuffer();
    const schema = { format: 'AVRO', definition: Buffer.alloc(0), name: '', version: 0 } as const;

    const range = output.finishText('ä€');
    assert.equal(textOf(range), 'ä€');
    assert.equal(output.finishBytes(Buffer.from('xy'), schema), range);
    assert.deepEqual([textOf(range), range.schema], ['xy', schema]);
    output.finishBytes(null, schema);
    assert.deepEqual([range.start, range.end, range.schema], [-1, -1, null]);
    assert.equal(textOf(output.finish(1)), 'x');
  });

  test('have a buffer that doubles, up to what is kept, and shrinks after more than that (I7)', () => {
    const output = new OutputBuffer();

    const lengths = [1, 4096, 4097, 20_000, 600_000, kept - 1, kept, kept + 1, kept + 1, kept * 3, kept + 1, kept, 1];
    assert.deepEqual(
      lengths.map(length => output.reserve(length).length),
      [4096, 4096, 8192, 20_000, 600_000, kept, kept, kept + 1, kept + 1, kept * 3, kept * 3, kept, kept],
    );
    assert.equal(output.reserve(1), output.reserve(4096));
  });
});
