import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSentBatch } from '../../../src/worker/sent-batch.ts';
import { SinkDeliveries, type DurableClaim } from '../../../src/worker/sink-deliveries.ts';
import { writeSinkBatch } from '../../support/sink-batch.ts';

const delivery = (seq: number, offset: number, partition = 0) => ({
  seq,
  bytes: Buffer.from(`batch ${seq}`),
  recordCount: 10,
  sources: [],
  positions: [{ topic: 't', partition, offset }],
});

const claim = (upToSeq: number, lower: DurableClaim['lower'] = []) => ({ upToSeq, lower, flushId: 0 });

/** The values that a batch holds. */
function valuesOf({ bytes }: { readonly bytes: Buffer }): readonly string[] {
  const reader = openSentBatch(bytes);
  const values: string[] = [];
  while (reader.next()) values.push(reader.valueBuffer.toString('utf8', reader.valueStart, reader.valueEnd));
  return values;
}

describe('sink deliveries', () => {
  test('bound what is sent and not durable', () => {
    const deliveries = new SinkDeliveries(2);

    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));

    assert.equal(deliveries.hasRoom, false);
    deliveries.taken(1);
    assert.equal(deliveries.hasRoom, false);
    deliveries.durable(claim(1));
    assert.equal(deliveries.hasRoom, true);
  });

  test('let offsets be committed only once they are durable (I5)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));

    deliveries.taken(1);
    deliveries.taken(2);
    const early = deliveries.committable();
    deliveries.durable(claim(1));

    assert.deepEqual(early, []);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 10 }]);
  });

  test('commit the lower offset that the sink names', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    deliveries.durable(claim(1, [{ topic: 't', partition: 0, offset: 4 }]));

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 4 }]);
  });

  test('let what was skipped be committed at once when nothing is on its way', () => {
    const deliveries = new SinkDeliveries(4);

    deliveries.skip([{ topic: 't', partition: 0, offset: 7 }]);

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 7 }]);
    assert.ok(deliveries.isEmpty);
  });

  test('hold what was skipped until the batch before it is durable (I5)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.skip([{ topic: 't', partition: 0, offset: 15 }]);
    deliveries.taken(1);

    const early = deliveries.committable();
    deliveries.durable(claim(1));

    assert.deepEqual(early, []);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 15 }]);
  });

  test('take an offset that may be of another partition for no more than a bound', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    deliveries.durable(claim(1, [{ topic: 't', partition: 0, offset: 99, isAmbiguous: true }]));

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 10 }]);
  });

  test('refuse a durable offset above what was delivered', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    assert.throws(() => deliveries.durable(claim(1, [{ topic: 't', partition: 0, offset: 11 }])), {
      code: 'PROTOCOL_VIOLATION',
    });
  });

  test('refuse durability of what was never sent', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));

    assert.throws(() => deliveries.durable(claim(2)), {
      code: 'PROTOCOL_VIOLATION',
      message: /covers batch 2, but only 1/,
    });
  });

  test('hand out a refused batch again, once, before anything new', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));
    deliveries.retry(1, 0);
    deliveries.retry(2, 0);

    assert.equal(deliveries.hasRoom, false);
    const again = deliveries.takeRetries();

    assert.deepEqual(
      again.map(one => one.seq),
      [1, 2],
    );
    assert.deepEqual(deliveries.takeRetries(), []);
    assert.equal(deliveries.hasRoom, true);
  });

  test('count durability of a batch with records to report only once they are reported (I5)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));
    deliveries.hold(2);

    const first = deliveries.durable(claim(1));
    const second = deliveries.durable(claim(2));
    const early = deliveries.committable();
    const released = deliveries.release(2);

    assert.deepEqual([first, second], [true, false]);
    assert.deepEqual(early, [{ topic: 't', partition: 0, offset: 10 }]);
    assert.deepEqual(released, [claim(2)]);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 20 }]);
    assert.ok(deliveries.isEmpty);
  });

  test('keep the order of claims that wait for reports', () => {
    const deliveries = new SinkDeliveries(4);
    for (const seq of [1, 2, 3]) deliveries.add(delivery(seq, seq * 10));
    deliveries.hold(1);
    deliveries.hold(1);
    deliveries.hold(3);
    deliveries.durable(claim(2, [{ topic: 't', partition: 0, offset: 15 }]));
    deliveries.durable(claim(3));

    const afterOne = deliveries.release(1);
    const afterBoth = deliveries.release(1);
    const reached = deliveries.committable();
    const afterAll = deliveries.release(3);

    assert.deepEqual([afterOne.length, afterBoth.length, afterAll.length], [0, 1, 1]);
    assert.deepEqual(reached, [{ topic: 't', partition: 0, offset: 15 }]);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 30 }]);
  });

  test('bound the claims that wait for reports (I7)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.hold(1);

    const flood = () => {
      for (let count = 0; count <= 1000; count += 1) deliveries.durable(claim(1));
    };

    assert.throws(flood, { code: 'PROTOCOL_VIOLATION' });
  });

  test('tell for how long a batch has been asked for again', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));

    const first = deliveries.retry(1, 1000);
    deliveries.takeRetries();
    const second = deliveries.retry(1, 4000);

    assert.deepEqual([first, second], [0, 3000]);
  });

  test('refuse durability of a batch that was to be sent again', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.retry(1, 0);

    assert.throws(() => deliveries.durable(claim(1)), { code: 'PROTOCOL_VIOLATION' });
  });

  test('take durability of what comes before a batch that was to be sent again', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));
    deliveries.retry(2, 0);

    assert.equal(deliveries.durable(claim(1)), true);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 10 }]);
  });

  test('know nothing to hold or to release of a batch that is gone', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.hold(7);

    assert.deepEqual(deliveries.release(7), []);
  });

  test('refuse a second result for one batch', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    assert.throws(() => deliveries.taken(1), { code: 'PROTOCOL_VIOLATION' });
  });

  test('forget the offsets of partitions that went away, those on their way too', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10, 0));
    deliveries.add(delivery(2, 20, 1));
    deliveries.durable(claim(2));
    deliveries.add(delivery(3, 30, 0));

    deliveries.forget([{ topic: 't', partition: 0 }]);
    deliveries.durable(claim(3));

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 1, offset: 20 }]);
  });

  test('commit what a batch has of partitions that stayed', () => {
    const deliveries = new SinkDeliveries(4);
    const [gone, neighbour, namesake] = [
      { topic: 't', partition: 0, offset: 1 },
      { topic: 't', partition: 1, offset: 2 },
      { topic: 'u', partition: 0, offset: 3 },
    ];
    deliveries.add({ ...delivery(1, 0), positions: [gone, neighbour, namesake] });

    deliveries.forget([gone]);
    deliveries.durable(claim(1));

    assert.deepEqual(deliveries.committable(), [neighbour, namesake]);
  });

  test('send a batch again as it was while its partitions stay', () => {
    const deliveries = new SinkDeliveries(4);
    const sources = [{ topic: 't', partition: 0, recordCount: 1, reread: null }];
    const given = { ...delivery(1, 1), bytes: writeSinkBatch(1, ['a']), recordCount: 1, sources };
    deliveries.add(given);

    deliveries.forget([{ topic: 't', partition: 1 }]);
    deliveries.retry(1, 0);
    const [again] = deliveries.takeRetries();

    assert.equal(again, given);
  });

  test('send a batch again without the records of all partitions that were forgotten, one after the other', () => {
    const deliveries = new SinkDeliveries(4);
    const [first, second, namesake] = [
      { topic: 't', partition: 0, recordCount: 1, reread: null },
      { topic: 't', partition: 1, recordCount: 1, reread: null },
      { topic: 'u', partition: 0, recordCount: 1, reread: null },
    ];
    const bytes = writeSinkBatch(1, ['a', 'b', 'c']);
    const { positions } = delivery(1, 1);
    deliveries.add({ seq: 1, bytes, recordCount: 3, sources: [first, second, namesake], positions });

    deliveries.forget([first]);
    deliveries.forget([second]);
    deliveries.retry(1, 0);
    const again = deliveries.takeRetries();

    assert.deepEqual(
      again.map(each => ({ ...each, bytes: valuesOf(each) })),
      [{ seq: 1, bytes: ['c'], recordCount: 1, sources: [namesake], positions }],
    );
  });

  test('send a batch again without the records of partitions that were forgotten meanwhile, also once these came back', () => {
    const deliveries = new SinkDeliveries(4);
    const sources = [0, 1].map(partition => ({ topic: 't', partition, recordCount: 1, reread: null }));
    const positions = [0, 1].map(partition => ({ topic: 't', partition, offset: 1 }));
    deliveries.add({ seq: 1, bytes: writeSinkBatch(1, ['a', 'b']), recordCount: 2, sources, positions });

    deliveries.forget([{ topic: 't', partition: 0 }]);
    deliveries.retry(1, 0);
    const [first] = deliveries.takeRetries();
    deliveries.retry(1, 10);
    deliveries.forget([{ topic: 't', partition: 1 }]);
    const [second] = deliveries.takeRetries();
    const held = deliveries.sent(1);
    deliveries.durable(claim(1));

    assert.deepEqual([first?.recordCount, valuesOf(first ?? assert.fail())], [1, ['b']]);
    assert.deepEqual([second?.recordCount, valuesOf(second ?? assert.fail())], [0, []]);
    assert.equal(held, second, 'results are counted against what was sent last');
    assert.deepEqual(deliveries.committable(), []);
  });
});
