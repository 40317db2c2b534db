import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  compress,
  compressionCode,
  compressionTypes,
  decompress,
  defaultCompressionLevels,
} from '../../../src/kafka/compression.ts';
import { decompressLz4 } from '../../../src/kafka/lz4.ts';
import { createRandom } from '../../support/random.ts';

const random = createRandom(3);
const inputs = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.from('x'),
  text: Buffer.from('{"id":1,"name":"a name that repeats"}'.repeat(3000)),
  noise: Buffer.from(Array.from({ length: 100_000 }, () => random(256))),
  '5 MiB': Buffer.alloc(5 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz'),
};

describe('compression', () => {
  for (const type of compressionTypes) {
    for (const [name, input] of Object.entries(inputs)) {
      test(`gives ${name} back from ${type}`, () => {
        const compressed = compress(type, input, defaultCompressionLevels);

        assert.ok(decompress(compressionCode(type), compressed).equals(input));
      });
    }

    if (type === 'none') continue;
    test(`throws at bytes that are no ${type}, and goes on`, () => {
      const good = compress(type, inputs.text, defaultCompressionLevels);
      const wrong = [
        Buffer.from('certainly not compressed'),
        Buffer.alloc(30, 0xff),
        good.subarray(0, good.length / 2),
      ];

      for (const bytes of wrong) assert.throws(() => decompress(compressionCode(type), bytes));

      assert.ok(decompress(compressionCode(type), good).equals(inputs.text));
    });
  }

  test('writes snappy in the frame of snappy-java, in blocks of 32 KiB', () => {
    const compressed = compress('snappy', Buffer.alloc(32 * 1024 + 1, 'a'), defaultCompressionLevels);

    const firstBlockBytes = compressed.readInt32BE(16);
    const secondBlock = compressed.subarray(20 + firstBlockBytes);
    assert.equal(compressed.subarray(0, 16).toString('hex'), '82534e41505059000000000100000001');
    // One literal byte: length 1, tag for a literal of one, 'a'.
    assert.equal(secondBlock.toString('hex'), '00000003' + '010061');
  });

  test('reads a raw snappy block too, as some clients write it', () => {
    assert.equal(decompress(2, Buffer.from('010061', 'hex')).toString(), 'a');
  });

  test('writes lz4 frames with independent blocks and no checksums, as the format asks', () => {
    const compressed = compress('lz4', inputs.text, defaultCompressionLevels);

    assert.equal(compressed.readUInt32LE(0), 0x184d2204);
    const flags = compressed[4] ?? 0;
    assert.deepEqual([flags >> 6, (flags >> 5) & 1], [1, 1]);
  });

  test('refuses lz4 frames that would be larger than allowed, by a byte', () => {
    for (const input of [inputs.text, inputs.noise, inputs['5 MiB'], Buffer.concat([inputs.noise, inputs.text])]) {
      const frame = compress('lz4', input, defaultCompressionLevels);

      assert.ok(decompressLz4(frame, input.length).equals(input));
      assert.throws(() => decompressLz4(frame, input.length - 1), RangeError);
    }
  });

  test('makes no room for a snappy block that promises more than its bytes can hold', () => {
    const promise = Buffer.from('ffffffef01' + '0000', 'hex');
    const before = process.memoryUsage().external;

    assert.throws(() => decompress(2, promise), { message: '7 bytes promise 503316479' });
    assert.ok(process.memoryUsage().external - before < 1024 * 1024);
  });

  test('reads a zstd frame that does not tell the size of its content, whatever that is', () => {
    // `yes abcdefgh | head -c 3000000 | zstd -c --no-check` read from a pipe.
    const frame = Buffer.from(unsizedZstdFrame, 'base64');

    const content = decompress(4, frame);

    assert.equal(content.length, 3_000_000);
    assert.equal(content.subarray(0, 18).toString(), 'abcdefgh\nabcdefgh\n');
  });

  test('refuses a compression that Kafka does not define', () => {
    assert.throws(() => decompress(5, inputs.text), { message: 'compression 5 is not one that Kafka defines' });
  });
});

const unsizedZstdFrame =
  'KLUv/QBYjAAASGFiY2RlZmdoCgEA9P/MyxFMAAAIZgEA/P85EAJMAAAIYgEA/P85EAJMAAAIZwEA/P85EAJMAAAIYwEA/P85EAJMAAAIaAEA/P85EAJMAAAIZAEA/P85EAJMAAAICgEA/P85EAJMAAAIZQEA/P85EAJMAAAIYQEA/P85EAJMAAAIZgEA/P85EAJMAAAIYgEA/P85EAJMAAAIZwEA/P85EAJMAAAIYwEA/P85EAJMAAAIaAEA/P85EAJMAAAIZAEA/P85EAJMAAAICgEA/P85EAJMAAAIZQEA/P85EAJMAAAIYQEA/P85EAJMAAAIZgEA/P85EAJMAAAIYgEA/P85EAJMAAAIZwEA/P85EAJNAAAIYwEAvMY5EAI=';
