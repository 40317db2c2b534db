import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConvertedBytes } from '../../../../src/converters/byte-conversion.ts';
import { AvroFramer, AvroUnframer } from '../../../../src/converters/avro/avro-framing.ts';
import { parseAvroSchema } from '../../../../src/converters/avro/parse-avro-schema.ts';
import { avro } from '../../../support/avro-converters.ts';

const schema = parseAvroSchema('"int"');
const bytesOf = ({ buffer, start, end }: ConvertedBytes) => (start < 0 ? null : [...buffer.subarray(start, end)]);

describe('frame around Avro data', () => {
  test('is put before data of any place, with the id of the topic', () => {
    const framer = new AvroFramer({ schema, target: topic => ({ id: topic === 't' ? 7 : 8, schema }) });
    const source = Buffer.from([1, 2, 3, 4]);

    const framed = [bytesOf(framer.convert(source, 0, 2, 't')), bytesOf(framer.convert(source, 2, 2, 'u'))];

    assert.deepEqual(framed, [
      [0, 0, 0, 0, 7, 1, 2],
      [0, 0, 0, 0, 8],
    ]);
    assert.equal(bytesOf(framer.convert(source, -1, -1, 't')), null);
  });

  test('is taken away, and its id asked for once in a row', () => {
    const asked: number[] = [];
    const declared = avro('"int"');
    const unframer = new AvroUnframer({
      declarationOf: id => {
        asked.push(id);
        return id === 9 ? null : declared;
      },
      otherwise: { convert: (source, _start, end) => ({ buffer: source, start: end - 1, end, schema: null }) },
    });
    const source = Buffer.from([0, 0, 0, 0, 7, 1, 2, 0, 0, 0, 0, 9, 3, 4]);

    const taken = [
      [0, 7],
      [0, 7],
      [7, 14],
      [0, 6],
    ].map(([start = 0, end = 0]) => {
      const range = unframer.convert(source, start, end, 't');
      return [bytesOf(range), range.schema];
    });

    assert.deepEqual(taken, [
      [[1, 2], declared],
      [[1, 2], declared],
      [[4], null],
      [[1], declared],
    ]);
    assert.deepEqual(asked, [7, 9, 7]);
    assert.equal(bytesOf(unframer.convert(source, -1, -1, 't')), null);
  });
});
