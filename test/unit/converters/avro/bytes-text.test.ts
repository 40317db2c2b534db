import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesOfText, textOfBytes } from '../../../../src/converters/avro/bytes-text.ts';

describe('the text of bytes', () => {
  test('has a character for each byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

    assert.deepEqual(new Uint8Array(bytesOfText(textOfBytes(bytes.subarray(1)))), bytes.subarray(1));
    assert.equal(textOfBytes(Buffer.from([0x61, 0xff])), 'a\u00ff');
  });

  test('has one question mark for each character that is no byte', () => {
    assert.equal(bytesOfText('a\u0100€😀\u00ff').toString('hex'), '613f3f3fff');
  });
});
