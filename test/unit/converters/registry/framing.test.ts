import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFrame, writeFrame } from '../../../../src/converters/registry/framing.ts';

describe('frame of data with a schema id', () => {
  test('is a zero and the id, big-endian', () => {
    const bytes = Buffer.alloc(6, 0xaa);

    writeFrame(bytes, 0x01020304);

    assert.equal(bytes.toString('hex'), '0001020304aa');
  });

  test('is read where it stands in the buffer, with or without data behind it', () => {
    const bytes = Buffer.from('ffff0001020304ff', 'hex');

    assert.deepEqual([readFrame(bytes, 2, 7), readFrame(bytes, 2, 8)], [0x01020304, 0x01020304]);
  });

  test('is missing from shorter data, and from data that begins otherwise', () => {
    const bytes = Buffer.from('ff0001020304', 'hex');

    assert.throws(() => readFrame(bytes, 1, 5), {
      code: 'DATA_INVALID',
      message: 'Data of a schema registry has at least 5 bytes, not 4',
    });
    assert.throws(() => readFrame(bytes, 0, 6), {
      code: 'DATA_INVALID',
      message: 'Unknown magic byte 255; the data has no schema id',
    });
  });
});
