import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AvroCodec } from '../../../../src/converters/avro/avro-codec.ts';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';

const bytes = new AvroCodec(parseAvroSchema('"bytes"'));

describe('Avro codec', () => {
  // The buffer has 1024 bytes at first, and is cut to 1 MiB after a larger value.
  for (const length of [0, 63, 1022, 1023, 3000, 5 * 1024 * 1024, 10, 1024 * 1024, 5 * 1024 * 1024]) {
    test(`writes ${length} bytes, and reads them`, () => {
      const value = Buffer.alloc(length, 7);

      const written = Buffer.from(bytes.encode(value));

      const prefix = written.subarray(0, written.length - length);
      assert.deepEqual(written.subarray(prefix.length), value);
      assert.deepEqual(bytes.decode(written, 0, written.length), value);
    });
  }

  test('keeps the buffer that it writes to, and none that one large value made', () => {
    const buffers = [1, 2, 3_000_000, 3, 4, 1_000_000, 5].map(length => bytes.encode(Buffer.alloc(length)).buffer);

    const sizes = buffers.map(({ byteLength }) => byteLength);
    assert.equal(buffers[0], buffers[1]);
    assert.deepEqual([sizes[2] === undefined || sizes[2] > 3_000_000, sizes[3]], [true, 1024 * 1024]);
    assert.ok(buffers[3] === buffers[4] && buffers[4] === buffers[5] && buffers[5] === buffers[6]);
  });

  test('reads what is at the start of the range', () => {
    const source = Buffer.from([9, 9, 4, 1, 2, 7, 7]);

    assert.deepEqual(bytes.decode(source, 2, 7), Buffer.from([1, 2]));
  });

  test('does not quote a value that does not fit (I9)', () => {
    const long = new AvroCodec(parseAvroSchema('"long"'));

    assert.throws(
      () => long.encode('secret'),
      (error: unknown) =>
        error instanceof ConnectError &&
        error.code === 'DATA_INVALID' &&
        error.message === 'A value does not fit its Avro schema' &&
        error.cause === undefined,
    );
  });
});
