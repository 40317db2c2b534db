import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SideConversion } from '../../../src/converters/byte-conversion.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { createMemoryLogger } from '../../support/memory-logger.ts';
import { batchOf, brackets, intakeWith, utf8 } from '../../support/source-intake.ts';

const signal = new AbortController().signal;

describe('headers in source intake', () => {
  test('has the header converter write the values of headers', async () => {
    const { intake, producer } = intakeWith({ header: brackets });
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });
    const headers = [
      { key: 'text', value: Buffer.from('x'), schemaId: 1 },
      { key: 'raw', value: Buffer.from('y'), schemaId: 0 },
    ];

    await intake.take(batchOf(1, [{ value: 'a', headers }, { value: 'b' }]), signal);

    assert.deepEqual(
      producer.extras.map(extra => extra.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()])),
      [
        [
          ['text', '<x>'],
          ['raw', 'y'],
        ],
        [],
      ],
    );
    assert.deepEqual(
      producer.produced.map(({ value }) => value),
      ['a', 'b'],
    );
  });

  test('drops a record whose header cannot be written, where errors are tolerated', async () => {
    const header: SideConversion = {
      convert: () => {
        throw new ConnectError('DATA_INVALID', 'no such header');
      },
    };
    const { log, lines } = createMemoryLogger();
    const keys = { 'errors.tolerance': 'all', 'errors.log.enable': 'true' };
    const { intake, producer, submitted, dropped } = intakeWith({ header, keys, log });
    intake.declare({ topics: [{ id: 1, name: 'one' }], schemas: [utf8(1)] });
    const headers = [{ key: 'text', value: Buffer.from('x'), schemaId: 1 }];

    await intake.take(batchOf(1, [{ value: 'a', headers }, { value: 'b' }]), signal);
    producer.finish(completion => completion.acked(1));

    assert.deepEqual(
      producer.produced.map(({ value }) => value),
      ['b'],
    );
    assert.deepEqual(
      dropped.map(({ index, why }) => [index, why?.message]),
      [[[0], 'no such header']],
    );
    assert.equal(submitted.hasInFlight, false);
    assert.match(JSON.stringify(lines()), /Executing stage 'HEADER_CONVERTER' with class 'H'/);
  });
});
